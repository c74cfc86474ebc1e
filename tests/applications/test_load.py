import pathlib

import pytest
from bokeh.core.json_encoder import serialize_json
from bokeh.document import Document

from docsync_trio.applications.application import Application
from docsync_trio.applications.load import load_application
from docsync_trio.base.errors import Problem
from docsync_trio.config.schema import ApplicationSettings, HandlerSettings, MetadataFunction

AT = ("applications", 2)


def settings(*handlers, **more):
    return ApplicationSettings(
        path="/x", handlers=tuple(HandlerSettings(**h) for h in handlers), **more
    )


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def load_here(*handlers, **more):
        problems: list[Problem] = []
        application = load_application(settings(*handlers, **more), AT, problems, base=tmp_path)
        assert (application is None) == bool(problems)
        return application or problems

    return load_here


def test_every_kind_of_handler_is_loaded_in_order(write, load, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "n.ipynb")
    write("load_a.py", "async def make(document): pass\n")
    write("folder/main.py", "")
    application = load(
        {"json": write("d.json", serialize_json(Document(title="Saved").to_json()))},
        {"file": write("f.py", ""), "argv": ("x",)},
        {"function": "load_a:make"},
        {"directory": tmp_path / "folder"},
        {"notebook": tmp_path / "n.ipynb"},
        {
            "bokeh": "bokeh.application.handlers:ScriptHandler",
            "arguments": {"filename": str(tmp_path / "f.py")},
        },
    )
    assert isinstance(application, Application)
    assert [type(h).__name__ for h in application.handlers] == [
        "JsonHandler",
        "FileHandler",
        "FunctionHandler",
        "DirectoryHandler",
        "NotebookHandler",
        "BokehHandler",
    ]
    assert application.title == "Saved"
    assert application.handlers[1].script.argv == ("x",)


def test_all_problems_are_told_at_their_keys(write, load):
    problems = load(
        {"file": write("a.py", "\n\nx = = 1")},
        {"function": "load_b:make"},
        {"bokeh": "bokeh.application.handlers:ScriptHandler", "arguments": {"filename": "none.py"}},
        {"bokeh": "bokeh.document:Document"},
        metadata=MetadataFunction("load_c:metadata"),
        hooks="load_d",
    )
    assert [problem.path for problem in problems] == [
        (*AT, "handlers", 0, "file"),
        (*AT, "handlers", 1, "function"),
        (*AT, "handlers", 2, "bokeh"),
        (*AT, "handlers", 3, "bokeh"),
        (*AT, "metadata"),
        (*AT, "hooks"),
    ]
    texts = [problem.text for problem in problems]
    assert texts[0] == "a.py:3: invalid syntax"
    assert "making bokeh.application.handlers:ScriptHandler failed: FileNotFoundError" in texts[2]
    assert "is no handler class" in texts[3]


def test_metadata_is_a_table_or_a_function_of_one_argument_at_most(write, load):
    file = {"file": write("a.py", "")}
    functions = (
        "def metadata(): return {'a': 1}",
        "def of(path_params): return path_params",
        "def other(x, y): pass",
    )
    write("load_meta.py", "\n".join(functions))
    assert load(file, metadata={"hi": "there"}).metadata == {"hi": "there"}
    assert load(file, metadata=MetadataFunction("load_meta:metadata")).metadata() == {"a": 1}
    assert load(file, metadata=MetadataFunction("load_meta:of")).metadata({"n": 1}) == {"n": 1}
    (problem,) = load(file, metadata=MetadataFunction("load_meta:other"))
    assert "let it need one argument at most" in problem.text


def test_hooks_of_handlers_run_before_those_of_the_named_module(write, load, tmp_path):
    write("folder/main.py", "")
    write("folder/app_hooks.py", "def on_server_loaded(c): return 'directory'")
    file = write("a.py", "def on_server_loaded(c): return 'file'")
    write("load_hooks.py", "def on_server_loaded(c): return 'module'")
    application = load({"directory": tmp_path / "folder"}, {"file": file}, hooks="load_hooks")
    found = [hook(None) for hook in application.hooks.on_server_loaded]
    assert found == ["directory", "file", "module"]


def test_a_module_without_hooks_is_told_with_the_name_that_may_be_meant(write, load):
    write("load_near.py", "def on_server_load(c): pass")
    write("load_none.py", "")
    file = {"file": write("a.py", "")}
    (problem,) = load(file, hooks="load_near")
    assert problem.text.endswith("did you mean 'on_server_loaded'?")
    (problem,) = load(file, hooks="load_none")
    assert "it may define on_server_loaded, " in problem.text


def test_async_is_read_from_imports_unless_it_is_said(write, load):
    write("load_trio.py", "import trio\ndef make(document): pass\n")
    assert load({"function": "load_trio:make"}).async_kind == "trio"
    assert load({"function": "load_trio:make"}, async_="asyncio").async_kind == "asyncio"
    assert load({"file": write("a.py", "")}).async_kind == "asyncio"


def test_a_title_that_is_said_wins(write, load):
    assert load({"file": write("a.py", "")}, title="Sliders").title == "Sliders"
    assert load({"file": pathlib.Path("a.py").absolute()}).title == "/x"


def test_handlers_that_do_not_go_together_are_told(write, load, tmp_path):
    for name in ("one", "two"):
        write(f"{name}/main.py", "")
        write(f"{name}/static/x.css", "")
    (problem,) = load({"directory": tmp_path / "one"}, {"directory": tmp_path / "two"})
    assert problem.path == (*AT, "handlers")
    assert "several static folders" in problem.text
