"""A session without Trio: threads, with our own server in a thread of its own."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
import trio
from bokeh.document import Document
from bokeh.models import Slider

import docsync_trio
from docsync_trio.client import (
    NoAnswer,
    NoSuchApplication,
    Patience,
    Rejoined,
    ServerUnreachable,
    SessionExpired,
    arrivals,
)
from docsync_trio.client import patience as patience_module
from docsync_trio.sessions.wire import Ending
from tests.client.our_server import OurServer, our_server

blocking = docsync_trio.blocking


@attrs.frozen
class ServerInAThread:
    server: OurServer
    token: trio.lowlevel.TrioToken

    @property
    def app(self):
        return f"{self.server.url}/app"

    def change(self, function: Callable[[Document], object]) -> None:
        """Let the application's session change its document, and wait until it has."""
        trio.from_thread.run(self.server.change, function, trio_token=self.token)

    def do(self, function: Callable[[], object]) -> object:
        return trio.from_thread.run_sync(function, trio_token=self.token)


@contextmanager
def server_in_a_thread(folder: Path, **options):
    ready, made = threading.Event(), []

    async def serve():
        stop = trio.Event()
        async with our_server(folder, **options) as server:
            made.append((ServerInAThread(server, trio.lowlevel.current_trio_token()), stop))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=trio.run, args=(serve,))
    thread.start()
    assert ready.wait(30)
    ((server, stop),) = made
    try:
        yield server
    finally:
        server.do(stop.set)
        thread.join()


@pytest.fixture
def server(tmp_path):
    with server_in_a_thread(tmp_path) as server:
        yield server


def named(session, name):
    return session.document.get_model_by_name(name)


def test_a_document_is_pulled_changed_and_answered(server):
    with blocking.pull_session(server.app, arguments={"N": [b"10"]}) as session:
        assert session.document.title == "A slider"
        assert named(session, "asked").text == "{'N': [b'10']}"
        for value in (3, 2, 9):
            named(session, "slider").value = value
        session.force_roundtrip()
        assert named(session, "label").text == "at [3, 2, 9]"
        assert session.server_info()["version_info"]["bokeh"].startswith("3.")


def test_a_document_is_pushed(server):
    document = Document(title="Pushed")
    document.add_root(Slider(name="pushed", start=0, end=10, value=1))
    with blocking.push_session(document, server.app) as session:
        with blocking.pull_session(server.app, session_id=session.id) as other:
            assert other.document.title == "Pushed"
            named(other, "pushed").value = 5
        session.until(lambda: named(session, "pushed").value == 5, timeout=20)


def test_the_document_changes_only_while_a_method_is_called(server):
    heard = []
    with blocking.pull_session(server.app) as session:
        label = named(session, "label")
        label.on_change("text", lambda a, o, n: heard.append((n, threading.current_thread())))
        server.change(lambda d: d.get_model_by_name("label").update(text="two"))
        assert label.text == "one"
        assert heard == []
        session.changed(timeout=20)
        assert label.text == "two"
        assert heard == [("two", threading.current_thread())]


def test_what_a_callback_raises_is_raised_where_the_change_was_waited_for(server):
    with blocking.pull_session(server.app) as session:
        named(session, "label").on_change("text", lambda attr, old, new: 1 / 0)
        server.change(lambda d: d.get_model_by_name("label").update(text="two"))
        with pytest.raises(ZeroDivisionError):
            session.changed(timeout=20)
        session.force_roundtrip()


def test_what_does_not_come_in_time(server):
    told = pytest.raises(NoAnswer, match=r"did not happen within 0\.01 s")
    with blocking.pull_session(server.app) as session, told:
        session.changed(timeout=0.01)


def test_several_threads_share_a_session(server):
    with blocking.pull_session(server.app) as session:
        threads = [threading.Thread(target=count, args=(session,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        session.until(lambda: named(session, "slider").value == 41, timeout=60)
        for thread in threads:
            thread.join()
        session.force_roundtrip()
        last = named(session, "label").text
        assert last == f"at {list(range(2, 42))}", "each change arrived, in order"


def count(session):
    for _ in range(10):
        with session.lock:
            named(session, "slider").value += 1
        session.force_roundtrip()


def test_threads_that_wait_are_all_woken(server):
    woken = []

    def wait(session):
        session.until(lambda: named(session, "label").text == "go", timeout=60)
        woken.append(True)

    with blocking.pull_session(server.app) as session:
        threads = [threading.Thread(target=wait, args=(session,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        server.change(lambda d: d.get_model_by_name("label").update(text="go"))
        for thread in threads:
            thread.join(60)
    assert len(woken) == 5


def test_what_piled_up_while_nobody_called_is_pulled_in_one(server, monkeypatch):
    monkeypatch.setattr(arrivals, "MOST_WAITING", 2000)
    with blocking.pull_session(server.app) as session:
        label = named(session, "label")
        for number in range(50):
            server.change(lambda d, n=number: d.get_model_by_name("label").update(text=f"{n}"))
        session.until(lambda: label.text == "49", timeout=20)
        assert named(session, "label") is label
        named(session, "slider").value = 4
        session.force_roundtrip()
        assert label.text == "at [4]"


def test_it_comes_back(server, monkeypatch):
    monkeypatch.setattr(patience_module, "FIRST_WAIT", 0.02)
    news = []
    with blocking.pull_session(server.app, on_news=news.append) as session:
        server.do(server.server.cut)
        named(session, "slider").value = 5
        session.until(lambda: any(isinstance(each, Rejoined) for each in news), timeout=20)
        session.force_roundtrip()
        assert named(session, "label").text == "at [5]"


def open_and_leave(url, **options):
    with blocking.pull_session(url, **options):
        pass


def test_errors_come_to_the_thread_that_opened_the_session(server):
    with pytest.raises(NoSuchApplication):
        open_and_leave(f"{server.server.url}/nothing")
    with pytest.raises(ServerUnreachable):
        open_and_leave("http://127.0.0.1:9/")
    with pytest.raises(TypeError, match="must be text"):
        open_and_leave(server.app, arguments={"N": 10})
    with pytest.raises(TypeError, match="unexpected keyword"):
        open_and_leave(server.app, argument={"N": "10"})


def test_the_end_of_the_session_is_raised_by_its_methods_and_by_the_block(server):
    def end():
        server.server.sessions()[0].end(Ending(4000, "for the test"), "for the test")

    def use():
        with blocking.pull_session(server.app) as session:
            server.do(end)
            with pytest.raises(SessionExpired, match="for the test"):
                session.changed(timeout=20)

    with pytest.raises(SessionExpired, match="for the test"):
        use()


def test_no_thread_is_left_and_nothing_waits_after_the_block(server):
    def threads():
        return [each for each in threading.enumerate() if each.name == "docsync client"]

    with blocking.pull_session(server.app, patience=Patience(answer=20)) as session:
        assert len(threads()) == 1
    assert threads() == []
    with pytest.raises(docsync_trio.client.ClientError, match="has ended"):
        session.changed()
    named(session, "slider").value = 6  # the document is the program's alone
