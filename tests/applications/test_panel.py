"""What is read from an application's imports, and what Panel is asked for and told."""

import json
import types

import pytest
from bokeh.document import Document
from bokeh.document.events import TitleChangedEvent

from docsync_trio.applications.application import Application
from docsync_trio.applications.framework import PLAIN
from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.panel.addresses import Addresses
from docsync_trio.sessions.request import Headers, Request


@pytest.fixture(autouse=True, scope="module")
def panel():
    """Import it now: other tests of this process are to be over by then (`tests/conftest.py`)."""
    global framework, private, seen_request, PanelSession, panel_writes  # noqa: PLW0603
    from docsync_trio.applications.panel import framework, private
    from docsync_trio.applications.panel.request import seen_request
    from docsync_trio.applications.panel.session import PanelSession
    from docsync_trio.applications.panel.session import write as panel_writes


def application(folder, source, **more):
    path = folder / "app.py"
    path.write_text(source)
    return Application("/app", [path], **more)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import panel as pn", "panel"),
        ("from panel.widgets import Button", "panel"),
        ("def f():\n    import panel_material_ui", "panel"),
        ("import bokeh, panels", "bokeh"),
        ("from . import panel", "bokeh"),
    ],
)
def test_the_framework_is_read_from_the_imports(tmp_path, source, name):
    assert application(tmp_path, source).framework.name == name


def test_what_it_is_made_with_can_be_said(tmp_path):
    assert application(tmp_path, "import panel", framework="bokeh").framework is PLAIN
    made = application(tmp_path, "import mine", framework="panel")

    assert (made.framework.name, made.async_kind, made.in_threads) == ("panel", "asyncio", False)


def test_async_code_of_panel_applications_is_for_asyncio(tmp_path):
    with pytest.raises(LoadError, match=r"docsync_trio\.for_trio"):
        application(tmp_path, "import panel", async_kind="trio")


def test_threads_are_for_those_who_want_them_and_have_a_panel_that_can_do_with_them(tmp_path):
    def made(*, knows_threads):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(private, "knows_threads", lambda: knows_threads)
            panel = framework.PanelFramework()
        return application(tmp_path, "import panel", framework=panel, run_callbacks_in="thread")

    assert made(knows_threads=True).in_threads
    with pytest.raises(LoadError, match='leave run_callbacks_in at "auto"'):
        made(knows_threads=False)


def test_the_panel_that_is_installed_is_one_we_know():
    assert private.missing() == []
    assert private.is_known()


def test_a_name_that_panel_has_no_more_is_told(monkeypatch):
    module = types.ModuleType("panel.io.elsewhere")
    lost = private.missing([(module, "state._views")])
    monkeypatch.setattr(private, "missing", lambda: lost)

    with pytest.raises(LoadError, match=r"no panel\.io\.elsewhere\.state\._views\)"):
        framework.panel_framework.__wrapped__()


def test_a_newer_panel_is_told_of_and_used(monkeypatch, caplog):
    monkeypatch.setattr(private, "version", lambda: (1, 99))

    framework._tell_of_unknown_version.__wrapped__()

    assert "is not one of those this docsync-trio is tested with (1.9 and 1.10)" in caplog.text


@pytest.mark.parametrize(
    ("page", "application_path", "expected"),
    [
        ("/app", "/app", ("/app", "/", "")),
        ("/site/app", "/app", ("/app", "/site/", "")),
        ("/site/buoys/7", "/buoys/{n:int}", ("/buoys/7", "/site/", "..")),
        ("/a/b/c", "/a/b/c", ("/a/b/c", "/", "../..")),
        ("/", "/", ("/", "/", "")),
        ("/site/", "/", ("/", "/site/", "")),
    ],
)
def test_where_a_page_stands_is_told_as_panel_reckons(page, application_path, expected):
    found = Addresses.of(page, application_path, {})

    assert (found.app_path, found.base_url, found.rel_path) == expected


def test_a_page_that_is_embedded_asks_for_everything_by_whole_addresses():
    arguments = {"bokeh-absolute-url": [b"https://elsewhere.test/site/app"]}

    assert Addresses.of("/site/app", "/app", arguments).rel_path == "https://elsewhere.test/site"


class FakeSession:
    def __init__(self):
        self.document, self.told, self.taken = Document(), [], False

    def tell(self, events):
        self.told += events

    def has_turn_taken(self):
        return self.taken


@pytest.mark.parametrize("by_message", [False, True])
def test_what_panel_writes_to_its_connection_is_told_to_the_session(by_message):
    session = FakeSession()
    seen = PanelSession(session)
    event = TitleChangedEvent(session.document, "new")
    (connection,) = seen._subscribed_connections

    if by_message:
        message = connection.protocol.create("PATCH-DOC", [event])
        assert panel_writes(connection, msg=message) == []
    else:
        assert panel_writes(connection, [event]) == []

    assert session.told == [event]


def test_panel_sees_whether_somebody_has_the_turn():
    session = FakeSession()
    seen = PanelSession(session)
    assert (seen._lock.locked(), seen._pending_writes) == (False, None)

    session.taken = True

    assert (seen._lock.locked(), seen._pending_writes) == (True, [])
    assert seen.document is session.document


def test_headers_are_a_dict_in_which_spelling_does_not_matter():
    headers = seen_request(Request(path="/", headers=Headers([("x-who", "alice")])), "/").headers

    assert json.dumps(headers) == '{"X-Who": "alice"}'
    assert headers["x-WHO"] == headers.get("X-Who") == "alice"
    assert "x-who" in headers
    assert "x-whom" not in headers
    assert headers.get("x-whom", "nobody") == "nobody"
    with pytest.raises(KeyError, match="x-whom"):
        headers["x-whom"]
