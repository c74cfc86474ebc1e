"""A folder to write applications into, and a document to fill, both gone after the test."""

import pathlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextvars import ContextVar

import bokeh.io.doc
import pytest
from bokeh.document import Document
from bokeh.io import curdoc
from bokeh.io.doc import set_curdoc

from docsync_trio.applications import siblings
from docsync_trio.applications.handler import Handler
from docsync_trio.documents import bokeh_private

Write = Callable[[str, str], pathlib.Path]
Build = Callable[[Handler], Document]


@pytest.fixture
def write(tmp_path: pathlib.Path) -> Write:
    def write_file(name: str, text: str) -> pathlib.Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def build() -> Iterator[Build]:
    """Fill a new document with a (synchronous) handler, as a session does."""
    documents = []

    def build_with(handler: Handler) -> Document:
        document, before = Document(), curdoc()
        documents.append(document)
        set_curdoc(document)
        try:
            assert handler.modify_document(document) is None
        finally:
            set_curdoc(before)
        return document

    yield build_with
    for document in documents:
        document.modules.destroy()


@pytest.fixture(autouse=True)
def _imports_undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(siblings, "_imported_from", {})
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    if isinstance(bokeh.io.doc._PATCHED_CURDOCS, list):
        # Bokeh 3.9 leaves its document there when code exits.
        monkeypatch.setattr(bokeh.io.doc, "_PATCHED_CURDOCS", [])
    # The same where a test before has let us put something better there.
    monkeypatch.setattr(bokeh_private, "_own_stack", ContextVar("docsync_curdoc", default=()))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.partition(".")[0] not in {"bokeh", "nbformat", "jsonschema", "panel"}:
            del sys.modules[name]
