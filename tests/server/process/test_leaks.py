"""Who keeps the document of a session that has ended is found and named."""

import gc
import sys
import types
import weakref

import pytest
import trio
from bokeh.document import Document
from bokeh.models import Div

from docsync_trio.base.events import SessionEnded, SessionLeaked, SessionOpened
from docsync_trio.server.process.garbage import QUIET, GarbageKeeper
from docsync_trio.server.process.leaks import LeakWatch, keepers_of


@pytest.fixture(autouse=True)
def leave_nothing_frozen():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture
def module():
    module = types.ModuleType("chat_of_a_test")
    module.__spec__ = None
    sys.modules["chat_of_a_test"] = module
    yield module
    del sys.modules["chat_of_a_test"]


def ended(document):
    return SessionEnded("/chat", "one", "no longer used", weakref.ref(document))


def test_a_document_that_is_gone_is_no_leak():
    watch = LeakWatch()
    watch.ended(ended(Document()))
    gc.collect()
    assert watch.look() == watch.look() == []


def test_a_list_of_a_module_that_keeps_documents_is_named(module):
    watch = LeakWatch()
    document = Document()
    module.visitors = [document]
    watch.ended(ended(document))
    del document
    gc.collect()
    assert watch.look() == [], "it has only just ended"
    (leak,) = watch.look()
    assert leak.told() == SessionLeaked("/chat", "one", ("module chat_of_a_test: visitors",))
    assert watch.look() == [], "it is told once"


def test_of_many_that_an_application_leaves_behind_one_is_told_with_their_number(module):
    watch = LeakWatch()
    module.visitors = [Document() for _ in range(3)]
    for document in module.visitors:
        watch.ended(ended(document))
    assert watch.remaining() == 3
    del document
    watch.look()
    (leak,) = watch.look()
    assert leak.others == 2


def test_documents_that_are_gone_are_not_counted():
    watch = LeakWatch()
    kept = Circle()
    watch.ended(ended(kept))
    watch.ended(ended(Circle()))
    gc.collect()
    assert watch.remaining() == 1


class Circle:
    def __init__(self):
        self.myself = self


def test_a_model_that_is_kept_keeps_its_document(module):
    div = module.label = Div()
    document = Document()
    document.add_root(div)
    del div
    assert keepers_of(document) == ("module chat_of_a_test: label",)


async def test_a_leak_is_told_when_everything_is_looked_at(module, autojump_clock):
    seen = []
    keeper = GarbageKeeper(seen.append)
    module.last = Document()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.look)
        for document in (module.last, Document()):
            keeper.observe(SessionOpened("/chat", "one", 0.1))
            keeper.observe(ended(document))
            await trio.sleep(QUIET + 1)
        nursery.cancel_scope.cancel()
    del document
    (leak,) = [event for event in seen if isinstance(event, SessionLeaked)]
    assert leak.keepers == ("module chat_of_a_test: last",)
