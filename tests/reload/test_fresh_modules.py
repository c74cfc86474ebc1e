"""Modules that are imported anew, or not at all."""

import importlib
import os
import sys

import pytest
from bokeh.core.has_props import HasProps

from docsync_trio.reload.fresh_modules import drop_modules, fresh_modules


@pytest.fixture
def package(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder.path)
    folder.write("fresh_pkg/__init__.py", "")
    folder.write("fresh_pkg/leaf.py", "VALUE = 1\n")
    folder.write("fresh_user.py", "from fresh_pkg import leaf\nVALUE = leaf.VALUE\n")
    importlib.import_module("fresh_user")
    return folder


def files(folder, *names):
    return frozenset(folder.path / name for name in names)


STALE = ("fresh_pkg/leaf.py", "fresh_user.py")


def test_kept_they_are_those_of_the_process(package):
    before, kept = sys.modules["fresh_user"], sys.modules["fresh_pkg"]
    package.write("fresh_pkg/leaf.py", "VALUE = 22\n")
    with fresh_modules(files(package, *STALE)) as fresh:
        assert importlib.import_module("fresh_user").VALUE == 22
        fresh.keep()

    assert sys.modules["fresh_user"] is not before
    assert sys.modules["fresh_user"].VALUE == 22
    assert sys.modules["fresh_pkg"] is kept
    assert kept.leaf is sys.modules["fresh_pkg.leaf"]
    assert before.VALUE == 1


def test_not_kept_everything_is_as_it_was(package):
    names = ("fresh_user", "fresh_pkg", "fresh_pkg.leaf")
    before = {name: sys.modules[name] for name in names}
    package.write("fresh_pkg/leaf.py", "VALUE = 22\n")
    with fresh_modules(files(package, *STALE)):
        assert importlib.import_module("fresh_user").VALUE == 22

    assert {name: sys.modules[name] for name in names} == before
    assert sys.modules["fresh_pkg"].leaf is before["fresh_pkg.leaf"]


def test_what_fails_to_be_imported_leaves_nothing_behind(package):
    before = sys.modules["fresh_pkg.leaf"]
    package.write("fresh_pkg/leaf.py", "1 / 0\n")
    with pytest.raises(ZeroDivisionError), fresh_modules(files(package, *STALE)):
        importlib.import_module("fresh_user")

    assert sys.modules["fresh_pkg.leaf"] is before


def test_modules_that_nobody_needs_any_more_are_gone(package):
    package.write("fresh_user.py", "VALUE = 3\n")
    with fresh_modules(files(package, *STALE)) as fresh:
        importlib.import_module("fresh_user")
        fresh.keep()

    assert "fresh_pkg.leaf" not in sys.modules
    assert not hasattr(sys.modules["fresh_pkg"], "leaf")


@pytest.mark.parametrize("kept", [True, False])
def test_models_are_known_once_and_by_the_modules_that_are_there(package, kept):
    package.write(
        "fresh_pkg/leaf.py", "from bokeh.model import DataModel\nclass FreshOne(DataModel): ...\n"
    )
    sys.modules.pop("fresh_pkg.leaf")
    old = importlib.import_module("fresh_pkg.leaf").FreshOne
    with fresh_modules(files(package, *STALE)) as fresh:
        assert old not in HasProps.model_class_reverse_map.values()
        new = importlib.import_module("fresh_pkg.leaf").FreshOne
        if kept:
            fresh.keep()

    (known,) = [c for c in HasProps.model_class_reverse_map.values() if c.__name__ == "FreshOne"]
    assert known is (new if kept else old)
    with fresh_modules(files(package, *STALE)) as fresh:
        fresh.keep()  # for the tests behind this one


def test_two_saves_within_one_second_and_of_one_size_are_not_taken_for_one(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "saved_twice.py"
    for word in ("one", "two"):
        file.write_text(f"WORD = {word!r}")
        os.utime(file, (1_700_000_000, 1_700_000_000))
        drop_modules(frozenset({file}))
        assert word == importlib.import_module("saved_twice").WORD
    drop_modules(frozenset({file}))
