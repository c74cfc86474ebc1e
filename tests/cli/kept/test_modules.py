"""Modules that were kept are those that Python would have imported."""

import importlib
import os
import py_compile
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from docsync_trio.cli.kept.modules import KeptModules, kept_modules


@pytest.fixture
def place(tmp_path):
    return tmp_path / "cache" / "code.modules"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of the name "kept_here" with a module "one" and a package "inner"."""
    folder = tmp_path / "kept_here"
    (folder / "inner").mkdir(parents=True)
    write(folder / "__init__.py", "")
    write(folder / "one.py", "number = 1")
    write(folder / "inner" / "__init__.py", "from kept_here.one import number")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    yield folder
    forget()


def write(path, text):
    path.write_text(text)
    py_compile.compile(str(path), doraise=True)


def forget():
    for name in [name for name in sys.modules if name.partition(".")[0] == "kept_here"]:
        del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def found(monkeypatch):
    """What was found among what is kept."""
    names = []
    stock = KeptModules.find_spec

    def find_spec(self, name, *more):
        spec = stock(self, name, *more)
        if spec is not None:
            names.append(name)
        return spec

    monkeypatch.setattr(KeptModules, "find_spec", find_spec)
    return names


def start(place):
    forget()
    with kept_modules(place):
        importlib.import_module("kept_here.inner")
        return sys.modules["kept_here.inner"]


def test_a_second_start_finds_what_the_first_has_imported(package, place, found):
    for expected in ([], ["kept_here.inner", "kept_here.one"]):
        module = start(place)
        assert found == expected
        assert module.number == 1
        assert module.__file__ == str(package / "inner" / "__init__.py")
        assert module.__path__ == [str(package / "inner")]
        assert module.__package__ == "kept_here.inner"
        assert module.__cached__ == module.__spec__.cached
        assert Path(module.__cached__).exists()
        assert module.__spec__.has_location
        assert type(module.__loader__) is SourceFileLoader
        assert module.__loader__.get_code(module.__name__).co_filename == module.__file__
        assert module.__loader__.get_source(module.__name__) == "from kept_here.one import number"
    assert not any(isinstance(finder, KeptModules) for finder in sys.meta_path)


def test_nothing_is_written_again_when_all_was_found(package, place):
    start(place)
    before = place.stat().st_mtime_ns
    start(place)
    assert place.stat().st_mtime_ns == before


def test_a_source_that_was_written_in_place_is_imported_as_ever(package, place, found):
    start(place)
    with (package / "one.py").open("r+") as source:
        source.write("number = 2")
    os.utime(package / "one.py", (1, 1))
    py_compile.compile(str(package / "one.py"), doraise=True)

    assert start(place).number == 2
    assert found == ["kept_here.inner"]
    assert start(place).number == 2
    assert found == ["kept_here.inner"] * 2 + ["kept_here.one"]


def test_what_comes_to_stand_in_front_of_a_module_is_imported(package, place):
    start(place)
    (package / "one").mkdir()
    write(package / "one" / "__init__.py", "number = 3")
    os.utime(package, (1, 1))  # some systems' clocks do not tell it from what was before

    assert start(place).number == 3


def test_a_package_of_the_same_name_somewhere_else_is_another_one(
    package, place, found, tmp_path, monkeypatch
):
    start(place)
    other = tmp_path / "other"
    other.mkdir()
    package.rename(other / "kept_here")
    monkeypatch.syspath_prepend(str(other))
    module = start(place)

    assert module.__file__.startswith(str(other))
    assert found == []


def test_a_module_without_bytecode_is_not_kept(package, place):
    for file in package.rglob("*.pyc"):
        file.unlink()
    sys.dont_write_bytecode = True
    with kept_modules(place):
        importlib.import_module("kept_here.one")
        sys.dont_write_bytecode = False
    assert not place.exists()


def test_nothing_is_written_when_python_is_to_write_none(package, place):
    sys.dont_write_bytecode = True
    start(place)
    assert not place.parent.exists()


def test_a_place_that_cannot_be_written_stops_nobody(package, place):
    place.parent.write_text("a file where a folder is needed")
    assert start(place).number == 1


@pytest.mark.parametrize("damage", [0, 10, 40, -1])
def test_a_damaged_file_is_as_good_as_none(package, place, found, damage):
    start(place)
    place.write_bytes(place.read_bytes()[:damage])
    assert start(place).number == 1
    assert found == []


def test_what_is_imported_anew_in_the_same_start_has_its_code_again(package, place, found):
    start(place)
    forget()

    with kept_modules(place):
        first = importlib.import_module("kept_here.one")
        del sys.modules["kept_here.one"]
        second = importlib.import_module("kept_here.one")

    assert found == ["kept_here.one"] * 2
    assert first is not second
    assert first.number == second.number == 1


def test_a_third_start_keeps_the_code_of_what_it_has_found_and_of_what_is_new(
    package, place, found
):
    start(place)
    write(package / "two.py", "from kept_here.one import number; number += 1")
    os.utime(package, ns=(1, 1))
    for expected in (0, 2):
        found.clear()
        forget()
        with kept_modules(place):
            two = importlib.import_module("kept_here.two")
        assert two.number == 2
        assert len(found) == expected
