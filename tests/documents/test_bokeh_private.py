"""What we rely on in Bokeh beyond its promises."""

import sys
import types
import weakref
from contextlib import nullcontext

import bokeh
import pytest
from bokeh.core.has_props import HasProps
from bokeh.document import Document
from bokeh.document.locking import UnlockedDocumentProxy, without_document_lock
from bokeh.embed.bundle import bundle_for_objs_and_resources
from bokeh.io import curdoc
from bokeh.models import Div, Slider
from bokeh.resources import Resources

from docsync_trio.base.errors import ServerError
from docsync_trio.documents import bokeh_private
from docsync_trio.documents.curdoc import curdoc_scope


def test_this_version_of_bokeh_will_do():
    bokeh_private.check()


def test_a_version_that_differs_is_named(monkeypatch):
    monkeypatch.delattr(bokeh.document.models.DocumentModelManager, "_pop_freeze")
    monkeypatch.setattr(bokeh_private, "new_models", lambda document: document.no_such_thing)
    with pytest.raises(ServerError, match=bokeh.__version__) as refused:
        bokeh_private.check()
    assert refused.value.status == 1


def test_a_callback_that_raises_leaves_the_current_document_as_it_was():
    document, outside = Document(), curdoc()
    bokeh_private.tell_of_every_change(document)
    slider = Slider(start=0, end=9, value=1)
    document.add_root(slider)
    slider.on_change("value", lambda attr, old, new: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        slider.value = 5
    assert curdoc() is outside


def test_the_table_of_models_is_replaced_when_models_come_or_go_and_only_then():
    document = Document()
    slider = Slider(start=0, end=9, value=1)
    document.add_root(slider)
    table = bokeh_private.model_table(document)
    slider.value = 5
    assert bokeh_private.model_table(document) is table
    slider.tags = [Div()]
    assert bokeh_private.model_table(document) is not table
    assert len(table) == 1
    assert len(bokeh_private.model_table(document)) == 2


def test_a_destroyed_document_forgets_its_modules_and_models():
    document = Document()
    document.add_root(Div())
    module = types.ModuleType("an_applications_module")
    module.model = document.roots[0]
    document.modules.add(module)
    model = weakref.ref(document.roots[0])
    bokeh_private.destroy(document)
    assert "an_applications_module" not in sys.modules
    assert not hasattr(module, "model")
    assert model() is None or model().document is None
    assert document.session_context is None


def test_a_document_with_an_end_of_its_own_keeps_it():
    ended = []

    class Special(Document):
        def destroy(self, session):
            ended.append(session)

    bokeh_private.destroy(Special())
    assert ended == [None]


@pytest.mark.parametrize("policy", ["combine", "collect"])
def test_all_that_was_held_is_told_whatever_callbacks_raise(policy):
    document = Document()
    bokeh_private.tell_of_every_change(document)
    sliders = [Slider(start=0, end=9, value=1) for _ in range(3)]

    def bad(attr, old, new):
        raise ZeroDivisionError

    for slider in sliders:
        document.add_root(slider)
        slider.on_change("value", bad)
    told = []
    document.on_change(lambda event: told.append(event.model))
    document.hold(policy)
    for slider in sliders:
        slider.value = 5
    assert told == []
    with pytest.raises(BaseExceptionGroup) as raised:
        document.unhold()
    assert len(raised.value.exceptions) == 3
    assert told == sliders
    assert document.callbacks.hold_value is None


def test_one_callback_that_raises_raises_itself():
    document = Document()
    bokeh_private.tell_of_every_change(document)
    slider = Slider(start=0, end=9, value=1)
    document.add_root(slider)

    def bad(attr, old, new):
        raise ZeroDivisionError

    slider.on_change("value", bad)
    told = []
    document.on_change(told.append)
    with pytest.raises(ZeroDivisionError):
        slider.value = 5
    assert [event.new for event in told] == [5]


def test_a_callback_finds_its_document_and_its_hearers_whichever_document_is_current():
    document, other = Document(), Document()
    bokeh_private.tell_of_every_change(document)
    slider = Slider(start=0, end=9, value=1)
    document.add_root(slider)
    seen = []
    slider.on_change("value", lambda attr, old, new: seen.append(("callback", curdoc())))
    document.on_change(lambda event: seen.append(("told", curdoc())))
    scopes = [
        nullcontext(),
        curdoc_scope(document),
        curdoc_scope(other),
        curdoc_scope(UnlockedDocumentProxy(document)),
    ]
    for value, scope in enumerate(scopes, 2):
        with scope:
            slider.value = value
    assert seen == 4 * [("callback", document), ("told", document)]


def test_a_hold_that_begins_in_a_callback_holds_that_change_back():
    document = Document()
    bokeh_private.tell_of_every_change(document)
    slider = Slider(start=0, end=9, value=1)
    document.add_root(slider)
    slider.on_change("value", lambda attr, old, new: document.hold())
    told = []
    document.on_change(told.append)
    with curdoc_scope(document):
        slider.value = 5
    assert told == []
    document.unhold()
    assert [event.new for event in told] == [5]


def test_the_model_classes_of_a_documents_module_go_with_it():
    document = Document()
    module = types.ModuleType("bokeh_app_of_a_test")
    document.modules.add(module)
    source = "from bokeh.models import Div\nclass Buoy(Div): pass\nbuoy = Buoy()"
    exec(source, vars(module))
    document.add_root(module.buoy)
    assert "bokeh_app_of_a_test.Buoy" in HasProps.model_class_reverse_map
    bokeh_private.destroy(document)
    assert "bokeh_app_of_a_test.Buoy" not in HasProps.model_class_reverse_map
    assert "bokeh_app_of_a_test" not in sys.modules
    bundle_for_objs_and_resources(None, Resources(mode="server"))  # does not miss it


def test_what_a_document_calls_is_found_again_in_what_it_keeps():
    document = Document()

    def tick():
        return 1

    @without_document_lock
    def unlocked():
        return 2

    kept = document.add_periodic_callback(tick, 10).callback
    assert kept is not tick
    assert bokeh_private.within_its_document(kept) is tick
    assert bokeh_private.within_its_document(tick) is tick
    once = bokeh_private.within_its_document(document.add_timeout_callback(tick, 10).callback)
    assert once() == 1
    assert len(document.session_callbacks) == 1, "what runs once removes itself"
    free = document.add_next_tick_callback(unlocked).callback
    assert bokeh_private.within_its_document(free) is free
