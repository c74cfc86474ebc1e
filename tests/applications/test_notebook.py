import json
import sys
import traceback

import nbformat
import pytest

from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.notebook import NotebookHandler
from docsync_trio.applications.notebook_source import as_python


@pytest.fixture
def notebook(tmp_path):
    def make(*cells):
        path = tmp_path / "tour.ipynb"
        made = nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_markdown_cell(cell[3:])
                if cell.startswith("md:")
                else nbformat.v4.new_code_cell(cell)
                for cell in cells
            ]
        )
        nbformat.write(made, path)
        return path

    return make


def test_the_cells_of_a_notebook_fill_a_document(notebook, build):
    path = notebook(
        "md:# Title",
        "%matplotlib inline\nimport sys\nfrom bokeh.io import curdoc, show\n!ls",
        "%%time\ncurdoc().title = ' '.join(sys.argv)",
        "show(1)",
    )
    handler = NotebookHandler(path, argv=["x"])
    assert build(handler).title == "tour.ipynb x"
    assert handler.files == {path}


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("x = 3\n%time f()\ny = x", "x = 3\n('time f()',)\ny = x"),
        ("if a:\n    %pip install b", "if a:\n    ('pip install b',)"),
        ("files = !ls\nx = %who", "files = ('ls',)\nx = ('who',)"),
        ("?help", "('help',)"),
        ("x = (7\n% 4)", "x = (7\n% 4)"),
        ("text = '''\n%time\n'''", "text = '''\n%time\n'''"),
        ("get_ipython().run_line_magic('time', 'x')", "('time', 'x')"),
        ("%%timeit\nx = 1", "\nx = 1"),
        ("%%html\n<p>no python</p>", ""),
        ("x = = 1\n%time y", "x = = 1\n%time y"),
    ],
)
def test_what_only_ipython_understands_is_neutralised(cell, python):
    assert as_python(cell) == python


def test_a_mistake_is_told_by_cell_and_line(notebook, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = notebook("x = 1\ny = 2", "md:text", "a = 1\n%time b\nc = = 3")
    with pytest.raises(LoadError, match=r"^tour\.ipynb, cell 3, line 3: invalid syntax$"):
        NotebookHandler(path)


def test_a_traceback_shows_the_line_of_code(notebook, build):
    handler = NotebookHandler(notebook("x = 1", "1 / (x - 1)  # here"))
    with pytest.raises(ZeroDivisionError) as caught:
        build(handler)
    assert "# here" in "".join(traceback.format_exception(caught.value))


def test_an_old_format_is_read(tmp_path, build):
    cell = {
        "cell_type": "code",
        "language": "python",
        "collapsed": False,
        "outputs": [],
        "input": ["from bokeh.io import curdoc\n", "curdoc().title = 'old'"],
    }
    old = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": [cell], "metadata": {}}],
    }
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(old))
    assert build(NotebookHandler(path)).title == "old"


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"nbformat": 4, "nbformat_minor": 5}'])
def test_what_is_no_notebook_is_told(write, text):
    with pytest.raises(LoadError, match="is not a notebook that can be read"):
        NotebookHandler(write("x.ipynb", text))


def test_without_the_extra_packages_the_command_to_get_them_is_told(notebook, monkeypatch):
    path = notebook("x = 1")
    monkeypatch.setitem(sys.modules, "nbformat", None)
    with pytest.raises(LoadError, match=r'pip install "docsync-trio\[notebook\]"'):
        NotebookHandler(path)
