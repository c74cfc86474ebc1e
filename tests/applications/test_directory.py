import pytest
from bokeh.models import Div

from docsync_trio.applications.directory import DirectoryHandler
from docsync_trio.applications.load_error import LoadError

MAIN = """
import sys
from bokeh.io import curdoc
from bokeh.models import Slider
curdoc().add_root(Slider(start=0, end=1, value=0))
curdoc().title = " ".join(sys.argv)
"""
TEMPLATE = "{{ title }} {% include 'part.html' %}"


def test_a_folder_with_a_main_file_is_an_application(write, build, tmp_path):
    write("app/main.py", MAIN)
    handler = DirectoryHandler(tmp_path / "app", argv=["a", "b"])
    assert build(handler).title == "main.py a b"
    assert handler.static_path is None
    assert handler.hooks.all() == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("theme.yaml", "attrs:\n  Slider:\n    bar_color: red\n"),
        ("theme.json", '{"attrs": {"Slider": {"bar_color": "red"}}}'),
    ],
)
def test_its_theme_is_the_documents_theme(write, build, tmp_path, name, text):
    write("main.py", MAIN)
    write(name, text)
    (slider,) = build(DirectoryHandler(tmp_path)).roots
    assert slider.bar_color == "red"


def test_its_template_is_the_documents_and_may_include_others(write, build, tmp_path):
    write("main.py", MAIN)
    write("templates/index.html", TEMPLATE)
    write("templates/part.html", " and a part")
    handler = DirectoryHandler(tmp_path)
    assert build(handler).template.render(title="mine") == "mine and a part"
    assert {path.name for path in handler.files} == {"main.py", "index.html", "part.html"}


def test_its_static_folder_is_served(write, tmp_path):
    write("main.py", MAIN)
    write("static/style.css", "")
    assert DirectoryHandler(tmp_path).static_path == tmp_path / "static"


def test_a_package_is_loaded_once_and_its_parts_import_each_other(write, build, tmp_path):
    write("app/__init__.py", "loads = []\nloads.append(1)\n")
    write("app/data.py", "from . import loads\nVALUE = 7\n")
    write(
        "app/main.py",
        """
        from bokeh.io import curdoc
        from . import loads
        from .data import VALUE
        import data
        curdoc().title = f"{VALUE} {len(loads)}"
        """,
    )
    write(
        "app/app_hooks.py",
        "from .data import VALUE\ndef on_server_loaded(server_context):\n    return VALUE\n",
    )
    write("app/data.py", "VALUE = 7\n")
    handler = DirectoryHandler(tmp_path / "app")
    assert [build(handler).title for _ in range(2)] == ["7 1", "7 1"]
    assert handler.hooks.on_server_loaded[0](None) == 7


HOOKS = """
import dataclasses
@dataclasses.dataclass
class State:
    loaded: "int" = 0
state = State()
def on_server_loaded(server_context):
    state.loaded += 1
    return state.loaded
async def on_session_destroyed(session_context):
    return session_context
def process_request(request):
    return {"user": "me"}
"""


@pytest.mark.parametrize("name", ["app_hooks.py", "server_lifecycle.py"])
def test_its_hooks_are_found_by_either_name(write, tmp_path, name):
    write("main.py", MAIN)
    write(name, HOOKS)
    hooks = DirectoryHandler(tmp_path).hooks
    assert [hook(None) for hook in hooks.on_server_loaded] == [1]
    assert len(hooks.on_session_destroyed) == 1
    assert hooks.on_session_created == ()
    assert hooks.process_request[0](None) == {"user": "me"}


def test_a_request_handler_file_is_found_too(write, tmp_path):
    write("main.py", MAIN)
    write("server_lifecycle.py", "def on_server_unloaded(c): pass\n")
    write("request_handler.py", "def process_request(request): return {}\n")
    hooks = DirectoryHandler(tmp_path).hooks
    assert len(hooks.process_request) == len(hooks.on_server_unloaded) == 1


def test_hooks_written_for_trio_make_it_an_application_for_trio(write, tmp_path):
    write("main.py", MAIN)
    write("app_hooks.py", "import trio\nasync def on_session_created(c): await trio.sleep(0)\n")
    assert DirectoryHandler(tmp_path).async_kind == "trio"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, r"has neither main\.py nor main\.ipynb"),
        ({"main.py": "x = = 1"}, r"^app/main\.py:1: invalid syntax"),
        ({"main.py": "", "__init__.py": "\n1/0"}, r"^app/__init__\.py:2: ZeroDivisionError"),
        ({"main.py": "", "app_hooks.py": "\n\nimport nothing_at_all"}, r"^app/app_hooks\.py:3: "),
        ({"main.py": "", "app_hooks.py": "", "server_lifecycle.py": ""}, "keep app_hooks"),
        ({"main.py": "", "theme.yaml": "attrs:\n  a: [\n"}, r"^app/theme\.yaml:3:1: "),
        ({"main.py": "", "theme.yaml": "attrs: [1]"}, r"^app/theme\.yaml: theme problem"),
        ({"main.py": "", "templates/index.html": "\n{% if %}"}, r"^app/templates/index\.html:2: "),
    ],
)
def test_whatever_is_wrong_in_it_is_told_at_once(write, monkeypatch, tmp_path, files, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    for name, text in files.items():
        write(f"app/{name}", text)
    with pytest.raises(LoadError, match=told):
        DirectoryHandler(tmp_path / "app")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(LoadError, match="no such file"):
        DirectoryHandler(tmp_path / "nowhere")


def test_a_notebook_may_be_the_main_file(tmp_path, build):
    nbformat = pytest.importorskip("nbformat")
    cell = nbformat.v4.new_code_cell(MAIN)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "main.ipynb")
    (root,) = build(DirectoryHandler(tmp_path)).roots
    assert not isinstance(root, Div)
