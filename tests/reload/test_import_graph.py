"""Who imports whom, read from files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docsync_trio.reload.import_graph import ImportGraph, importers, search_folders
from docsync_trio.reload.import_statements import ImportStatement, import_statements


def names(files):
    return sorted(file.name for file in files)


def reached(folder, *roots, search=()):
    files = [folder.path / root for root in roots]
    return ImportGraph().reached(files, (*search, folder.path))


def test_imports_of_imports_count_and_those_inside_of_functions(folder):
    folder.write("a.py", "import b\n\ndef later():\n    from c import something\n")
    folder.write("b.py", "import d as other\n")
    folder.write("c.py", "")
    folder.write("d.py", "import os, json\n")
    folder.write("e.py", "import a\n")

    assert names(reached(folder, "a.py")) == ["a.py", "b.py", "c.py", "d.py"]


def test_a_package_counts_with_the_module_that_is_imported_from_it(folder):
    folder.write("a.py", "from pkg.deep import leaf\nfrom pkg import NAME\n")
    folder.write("pkg/__init__.py", "NAME = 1\n")
    folder.write("pkg/deep/__init__.py", "")
    folder.write("pkg/deep/leaf.py", "from .. import other\nfrom . import beside\n")
    folder.write("pkg/deep/beside.py", "")
    folder.write("pkg/other.py", "")
    folder.write("pkg/unused.py", "")

    found = {str(file.relative_to(folder.path)) for file in reached(folder, "a.py")}
    assert found == {
        "a.py", "pkg/__init__.py", "pkg/deep/__init__.py", "pkg/deep/leaf.py",
        "pkg/deep/beside.py", "pkg/other.py",
    }  # fmt: skip


def test_a_folder_without_init_is_a_package_as_well(folder):
    folder.write("a.py", "import apps.shared.words\n")
    folder.write("apps/shared/words.py", "")

    assert names(reached(folder, "a.py")) == ["a.py", "words.py"]


def test_the_folder_of_the_script_goes_first(folder):
    folder.write("one/main.py", "import data\n")
    folder.write("one/data.py", "")
    folder.write("data.py", "")
    found = reached(folder, "one/main.py", search=[folder.path / "one"])

    assert found == {folder.path / "one/main.py", folder.path / "one/data.py"}


def test_circles_end(folder):
    folder.write("a.py", "import b\n")
    folder.write("b.py", "import a\n")

    assert names(reached(folder, "a.py")) == ["a.py", "b.py"]


def test_what_changes_is_read_again(folder):
    graph = ImportGraph()
    root = folder.write("a.py", "import b\n")
    folder.write("b.py", "")
    assert names(graph.reached([root], (folder.path,))) == ["a.py", "b.py"]

    folder.write("a.py", "")
    graph.forget()
    assert names(graph.reached([root], (folder.path,))) == ["a.py"]


def test_a_file_that_cannot_be_read_imports_what_it_did_before(folder):
    graph = ImportGraph()
    root = folder.write("a.py", "import b\n")
    folder.write("b.py", "")
    graph.reached([root], (folder.path,))

    root.unlink()
    graph.forget()
    assert names(graph.reached([root], (folder.path,))) == ["a.py", "b.py"]


def test_a_file_that_is_not_there_imports_nothing(folder):
    assert names(reached(folder, "gone.py")) == ["gone.py"]


def test_the_cells_of_a_notebook_import(folder):
    nbformat = pytest.importorskip("nbformat")
    cell = nbformat.v4.new_code_cell("%matplotlib inline\nimport b")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    folder.write("a.ipynb", nbformat.writes(notebook))
    folder.write("b.py", "")

    assert names(reached(folder, "a.ipynb")) == ["a.ipynb", "b.py"]


def test_what_is_installed_is_not_looked_for(folder):
    installed = folder.path / ".venv/lib/python3.11/site-packages"
    folder.write(".venv/lib/python3.11/site-packages/lib.py", "")

    assert search_folders([folder.path], [str(installed), "src"]) == (
        folder.path,
        folder.path / "src",
    )


def test_statements_are_read_wherever_they_stand():
    source = (
        "import a.b, c\nif x:\n    from . import d\ntry:\n    from ..e import f as g\nfinally: ..."
    )

    assert import_statements(source) == (
        ImportStatement("a.b"),
        ImportStatement("c"),
        ImportStatement("", ("d",), 1),
        ImportStatement("e", ("f",), 2),
    )


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        ("from a import (\n    b,  # the first\n    c,\n)", ImportStatement("a", ("b", "c"))),
        ("from a \\\n    import b", ImportStatement("a", ("b",))),
        ("if x: import a", ImportStatement("a")),
        ("x = 1; import a  # why", ImportStatement("a")),
        ("from.a import b", ImportStatement("a", ("b",), 1)),
        ("\timport a\r\n", ImportStatement("a")),
        ("import a\n1 +", ImportStatement("a")),
    ],
)
def test_statements_are_read_however_they_are_written(source, statement):
    assert import_statements(source) == (statement,)


def test_what_only_looks_like_a_statement_is_none():
    source = """
    from here on nothing is imported
    importance = 1
    yield from other
    raise error from None
    """
    assert import_statements(source) == ()


@given(st.dictionaries(st.integers(0, 6), st.frozensets(st.integers(0, 6))), st.integers(0, 6))
def test_importers_are_those_from_whom_the_file_is_reached(edges, file):
    def reach(start):
        found, waiting = set(), [start]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += edges.get(one, ())
        return found

    expected = {one for one in [*edges, file] if file in reach(one)}
    assert importers(edges, frozenset({file})) == expected
