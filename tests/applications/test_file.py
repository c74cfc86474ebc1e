import gc
import os
import pathlib
import pickle
import sys
import weakref

import bokeh.io
import bokeh.plotting
import pytest

from docsync_trio.applications.file import FileHandler
from docsync_trio.applications.load_error import LoadError

ADD = """
from bokeh.io import curdoc
from bokeh.models import Div
def add(text):
    curdoc().add_root(Div(text=str(text)))
"""


def texts(document):
    return [root.text for root in document.roots]


def test_a_script_fills_the_document_that_curdoc_returns(write, build):
    handler = FileHandler(write("app.py", ADD + "add('hello')"))
    assert texts(build(handler)) == ["hello"]


def test_a_script_is_no_main_program_and_knows_its_file(write, build):
    path = write("app.py", ADD + "add(__name__); add(__file__); add(__name__ == '__main__')")
    name, file, is_main = texts(build(FileHandler(path)))
    assert name.startswith("bokeh_app_")
    assert file == str(path)
    assert is_main == "False"


def test_a_script_sees_its_arguments(write, build):
    path = write("app.py", ADD + "import sys\nadd(sys.argv)")
    handler = FileHandler(path, argv=["--points", "200"])
    assert texts(build(handler)) == ["['app.py', '--points', '200']"]


def test_a_script_imports_its_neighbours(write, build):
    write("neighbour_of_app.py", "value = 42")
    path = write("app.py", ADD + "import neighbour_of_app\nadd(neighbour_of_app.value)")
    assert texts(build(FileHandler(path))) == ["42"]


def test_each_session_has_a_namespace_of_its_own(write, build):
    path = write("app.py", ADD + "seen = globals().get('seen', 0) + 1\nadd(seen)")
    handler = FileHandler(path)
    first, second = build(handler), build(handler)
    assert texts(first) == texts(second) == ["1"]
    assert first.modules._modules[0] is not second.modules._modules[0]


def test_the_module_is_known_to_python_until_its_document_frees_it(write, build):
    path = write(
        "app.py",
        """
        from __future__ import annotations
        import dataclasses
        @dataclasses.dataclass
        class Point:
            x: int
        """,
    )
    document = build(FileHandler(path))
    (module,) = document.modules._modules
    name = module.__name__
    assert pickle.loads(pickle.dumps(module.Point(3))) == module.Point(3)
    del module
    document.modules.destroy()
    assert name not in sys.modules


CHANGES = """
import os, sys
sys.argv.append("more")
sys.argv = ["other"]
sys.path.append("/nowhere")
os.chdir(os.path.dirname(__file__))
{end}
"""


@pytest.mark.parametrize(
    ("end", "error"),
    [
        ("pass", None),
        ("sys.path = ['replaced']", None),
        ("1 / 0", ZeroDivisionError),
        ("sys.exit(3)", SystemExit),
        ("raise StopIteration", StopIteration),
        ("raise KeyboardInterrupt", KeyboardInterrupt),
    ],
)
def test_the_process_is_as_before_however_a_script_ends(write, build, end, error):
    handler = FileHandler(write("app.py", CHANGES.format(end=end)), argv=["x"])
    argv, path, entries, directory = sys.argv, sys.path, list(sys.path), pathlib.Path.cwd()
    arguments = list(sys.argv)
    show = bokeh.io.show
    if error is None:
        build(handler)
    else:
        with pytest.raises(error):
            build(handler)
    assert sys.argv is argv
    assert sys.argv == arguments
    assert sys.path is path
    assert sys.path == entries
    assert pathlib.Path.cwd() == directory
    assert bokeh.io.show is bokeh.plotting.show is show


def test_a_script_may_remove_the_directory_it_went_to(write, build, tmp_path):
    code = "import os\nos.mkdir('x'); os.chdir('x'); os.rmdir('../x')"
    handler = FileHandler(write("app.py", code))
    before = pathlib.Path.cwd()
    os.chdir(tmp_path)
    try:
        build(handler)
        assert pathlib.Path.cwd() == tmp_path
    finally:
        os.chdir(before)


def test_what_a_script_raises_is_raised_unchanged_with_its_line(write, build):
    handler = FileHandler(write("app.py", "x = 1\n\nraise LookupError('gone')\n"))
    with pytest.raises(LookupError, match="gone") as caught:
        build(handler)
    assert caught.traceback[-1].path.name == "app.py"
    assert caught.traceback[-1].lineno + 1 == 3


def test_after_a_failure_the_next_session_gets_a_fresh_attempt(write, build, tmp_path):
    code = ADD + "import pathlib\nadd(pathlib.Path(__file__).with_name('data').read_text())"
    handler = FileHandler(write("app.py", code))
    with pytest.raises(FileNotFoundError):
        build(handler)
    write("data", "there")
    assert texts(build(handler)) == ["there"]


def test_a_syntax_error_is_found_at_once_with_file_and_line(write, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = write("apps/x.py", "x = 1\ny = = 2\n")
    with pytest.raises(LoadError, match=r"^apps/x\.py:2: invalid syntax$"):
        FileHandler(path)


def test_null_bytes_are_an_error_of_the_file(tmp_path):
    path = tmp_path / "x.py"
    path.write_bytes(b"x = 1\0")
    with pytest.raises(LoadError, match=r"x\.py.*null bytes"):
        FileHandler(path)


def test_a_file_in_its_own_encoding_is_read(tmp_path, build):
    path = tmp_path / "x.py"
    path.write_bytes(("# coding: latin-1\n" + ADD + "add('é')").encode("latin-1"))
    assert texts(build(FileHandler(path))) == ["é"]


def test_a_missing_file_is_told_with_its_neighbour(write, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    write("apps/sliders.py", "")
    with pytest.raises(LoadError, match=r"^apps/slider\.py: no such file; did you mean 'sliders"):
        FileHandler(tmp_path / "apps" / "slider.py")


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(LoadError, match="is a directory"):
        FileHandler(tmp_path)


def test_the_file_is_read_once(write, build):
    path = write("app.py", ADD + "add('old')")
    handler = FileHandler(path)
    write("app.py", ADD + "add('new')")
    assert texts(build(handler)) == ["old"]
    assert handler.files == {path}


def test_a_module_is_freed_with_its_document(write, build, caplog):
    code = ADD + "big = [0] * 10\ndef callback(): return big\nadd(1)\n"
    document = build(FileHandler(write("app.py", code)))
    left = weakref.ref(document.modules._modules[0])
    document.modules.destroy()
    gc.collect()
    assert left() is None
    assert not caplog.records  # Bokeh would tell of anything that still refers to the module
