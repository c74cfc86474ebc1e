"""What authors are told about mistakes that many of them make."""

import sys

import pytest

from docsync_trio.applications.mistakes import HINTS, hint_for
from docsync_trio.documents.lock_error import DocumentLockError
from tests.base.authored import module, raised_by


def hint_of(source):
    """The hint for what the function ``run`` of *source* raises."""
    return hint_for(raised_by(module(source).run), "/app")


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.sign)
def test_each_sign_is_found_in_the_message_of_any_cause(hint):
    error = ExceptionGroup("tasks failed", [ValueError("other"), RuntimeError("callback failed")])
    error.exceptions[1].__cause__ = RuntimeError(f"well, {hint.sign}: what now?")
    assert hint_for(error, "/app").startswith(hint.text)


def test_a_key_of_one_application_is_told_with_its_path():
    assert hint_for(RuntimeError("no running event loop"), "/live").endswith(
        'set applications[].async = "asyncio" for /live'
    )


def test_a_document_that_was_changed_without_its_lock():
    assert "with_locked_document" in hint_for(DocumentLockError(), "/app")


def test_a_model_that_belongs_to_two_documents():
    source = """
        from bokeh.document import Document
        from bokeh.models import Div
        def run():
            shared = Div()
            for document in (Document(), Document()):
                document.add_root(shared)
    """
    assert "make it anew for each document" in hint_of(source)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import nummpy", "numpy"),
        ("import jsson", "json"),
        ("import bokeh.ploting", "bokeh.plotting"),
        ("from bokeh.plotting import figur", "figure"),
        ("from bokeh.layouts import colum", "column"),
        ("slider = 1; sldier", "slider"),
        ("lenn([])", "len"),
        ("'text'.uper()", "upper"),
    ],
)
def test_the_name_that_was_meant(line, name):
    assert hint_of(f"def run():\n    {line}\n") == f"did you mean {name!r}?"


@pytest.mark.parametrize(
    "line", ["import qqqxyz", "nothing_like_it_anywhere", "{}['key']", "1 / 0"]
)
def test_where_nothing_is_like_it_nothing_is_said(line):
    assert hint_of(f"def run():\n    {line}\n") == ""


def test_a_module_beside_the_one_that_imports_it_may_be_meant(tmp_path):
    (tmp_path / "my_sources.py").touch()
    file = tmp_path / "app.py"
    file.write_text("import my_source\n")
    error = raised_by(exec, compile(file.read_text(), str(file), "exec"), {})
    assert hint_for(error, "/app") == "did you mean 'my_sources'?"


def test_a_name_is_found_in_a_module_that_was_emptied_as_it_could_not_be_loaded():
    source = "from bokeh.plotting import figure\nfigur()\n"
    names = {}
    error = raised_by(exec, compile(source, "/srv/app.py", "exec"), names)
    names.clear()
    assert hint_for(error, "/app") == "did you mean 'figure'?"


def test_no_value_of_a_variable_is_looked_at():
    class Unspeakable:
        def __repr__(self):
            sys.exit("it was looked at")

        __str__ = __eq__ = __hash__ = __repr__

    error = raised_by(module("def run(secret):\n    secrte\n").run, Unspeakable())
    assert hint_for(error, "/app") == "did you mean 'secret'?"
