import pathlib
from types import ModuleType

import attrs
import pytest
from bokeh.application.handlers import FunctionHandler as BokehFunctionHandler

from docsync_trio.applications.application import Application, as_handler, checked_payload
from docsync_trio.applications.bokeh_handler import BokehHandler
from docsync_trio.applications.directory import DirectoryHandler
from docsync_trio.applications.file import FileHandler
from docsync_trio.applications.function import FunctionHandler
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.hooks import Hooks
from docsync_trio.applications.load_error import LoadError


def make(document):
    document.title = "made"


class Recipe(Handler):
    def __init__(self, **attributes):
        vars(self).update(attributes)

    def modify_document(self, document):
        pass


def test_an_application_is_made_of_a_function_in_one_line():
    application = Application("/sliders", handlers=make)
    assert isinstance(application.handlers[0], FunctionHandler)
    assert application.title == "/sliders"
    assert application.metadata is None
    assert application.async_kind == "asyncio"
    assert application.static_path is None


def test_what_people_write_becomes_a_handler(write, tmp_path):
    file = write("a.py", "")
    write("folder/main.py", "")
    assert isinstance(as_handler(file), FileHandler)
    assert isinstance(as_handler(tmp_path / "folder"), DirectoryHandler)
    assert isinstance(as_handler(BokehFunctionHandler(make)), BokehHandler)
    with pytest.raises(TypeError, match=r"pathlib\.Path"):
        as_handler("a.py")


def test_parts_of_the_handlers_become_parts_of_the_application():
    def hook(context):
        pass

    own = ModuleType("own")
    own.on_server_loaded = lambda context: None
    file, static = pathlib.Path("/a/b.py"), pathlib.Path("/a/static")
    application = Application(
        "/x",
        [
            Recipe(title="Ocean", async_kind="trio", files={file}),
            Recipe(hooks=Hooks(on_server_loaded=(hook,)), static_path=static),
        ],
        hooks=own,
    )
    assert application.title == "Ocean"
    assert application.async_kind == "trio"
    assert application.hooks.on_server_loaded == (hook, own.on_server_loaded)
    assert application.static_path == static
    assert application.files == {file}


def test_a_changed_copy_keeps_hooks_once():
    def hook(context):
        pass

    application = Application(
        "/x", [Recipe(hooks=Hooks(on_server_loaded=(hook,)))], hooks=Hooks(on_server_loaded=(hook,))
    )
    assert len(attrs.evolve(application, path="/y").hooks.on_server_loaded) == 2


def test_what_is_said_wins_over_what_is_found():
    application = Application("/x", [Recipe(title="a")], title="b", async_kind="trio")
    assert (application.title, application.async_kind) == ("b", "trio")


@pytest.mark.parametrize(
    ("path", "handlers", "told"),
    [
        ("x", [make], "begins with a slash: '/x'"),
        ("/x", [], "needs a handler"),
        (
            "/x",
            [Recipe(static_path=pathlib.Path("/a")), Recipe(static_path=pathlib.Path("/b"))],
            "several static folders",
        ),
    ],
)
def test_what_does_not_fit_is_told(path, handlers, told):
    with pytest.raises(LoadError, match=told):
        Application(path, handlers)


def test_what_a_request_hook_returns_is_a_mapping():
    assert checked_payload(len, {"a": 1}) == {"a": 1}


def test_a_request_hook_without_a_mapping_is_named():
    with pytest.raises(TypeError, match="len returned 3"):
        checked_payload(len, 3)
