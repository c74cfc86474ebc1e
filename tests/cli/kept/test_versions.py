"""The versions of BokehJS's files are known at the second start, and are those of their content."""

import os
import sys

import pytest
from bokeh.settings import settings

from docsync_trio.cli.kept.code import KeptCode
from docsync_trio.cli.kept.versions import recall_versions
from docsync_trio.server.files import static_files
from docsync_trio.server.files.static_files import version_of
from docsync_trio.server.pages.bokehjs import BokehJS


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(static_files, "_recalled", {})
    static_files._version.cache_clear()
    yield
    static_files._version.cache_clear()


@pytest.fixture
def digested(monkeypatch):
    """What was read to find its version."""
    contents = []
    stock = static_files.version_of_content
    monkeypatch.setattr(
        static_files, "version_of_content", lambda it: contents.append(it) or stock(it)
    )
    return contents


def again(code):
    """Return what the next start finds."""
    static_files._recalled.clear()
    static_files._version.cache_clear()
    return KeptCode(dict(code._used))


def test_all_files_of_a_page_are_read_once_per_installation(digested):
    code = KeptCode({})
    recall_versions(code)
    first = BokehJS().bundle("/").js_files
    assert len(digested) == len(first)

    recall_versions(again(code))
    assert BokehJS().bundle("/").js_files == first
    assert len(digested) == len(first)


def test_a_file_that_has_changed_is_read_again(tmp_path, monkeypatch, digested):
    monkeypatch.setattr(type(settings), "bokehjs_path", lambda self: tmp_path)
    (tmp_path / "js").mkdir()
    file = tmp_path / "js" / "bokeh.min.js"
    file.write_text("1")
    code = KeptCode({})
    recall_versions(code)
    before = version_of(file)

    file.write_text("2")
    os.utime(file, ns=(1, 1))
    assert version_of(file) != before
    recall_versions(again(code))
    assert version_of(file) != before
    assert digested == [b"1", b"2", b"2"]


def test_nothing_is_read_where_nothing_can_be_kept(monkeypatch, digested):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    recall_versions(KeptCode({}))
    assert digested == []
