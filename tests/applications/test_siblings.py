import sys

from docsync_trio.applications.file import FileHandler

APP = """
from bokeh.io import curdoc
import twin_data
import twin_data.part
curdoc().title = twin_data.NAME + twin_data.part.NAME
"""


def make(write, folder):
    write(f"{folder}/twin_data/__init__.py", f"NAME = {folder!r}")
    write(f"{folder}/twin_data/part.py", f"NAME = {folder.upper()!r}")
    return FileHandler(write(f"{folder}/app.py", APP))


def test_applications_in_two_folders_import_their_own_neighbours(write, build):
    first, second = make(write, "a"), make(write, "b")
    titles = [build(handler).title for handler in (first, second, first, second)]
    assert titles == ["aA", "bB", "aA", "bB"]


def test_the_first_to_import_a_name_has_it_outside_of_runs(write, build):
    build(make(write, "a"))
    first = sys.modules["twin_data"]
    build(make(write, "b"))
    assert sys.modules["twin_data"] is first
    assert sys.modules["twin_data.part"].NAME == "A"


def test_a_neighbour_is_imported_once_for_all_sessions(write, build):
    write("counted/once_only.py", "import builtins\nruns = []\n")
    code = "import once_only\nfrom bokeh.io import curdoc\nonce_only.runs.append(1)\n"
    handler = FileHandler(
        write("counted/app.py", code + "curdoc().title = str(len(once_only.runs))")
    )
    assert [build(handler).title for _ in range(3)] == ["1", "2", "3"]


def test_an_installed_module_is_not_pushed_aside(write, build):
    import json

    write("c/json.py", "shadow = True")
    code = "import json\nfrom bokeh.io import curdoc\ncurdoc().title = str(hasattr(json, 'dumps'))"
    assert build(FileHandler(write("c/app.py", code))).title == "True"
    assert sys.modules["json"] is json
