"""Kept code is the code that would have been compiled, and is kept only where that is wanted."""

import subprocess
import sys

import attr
import attrs
import pytest

from docsync_trio.cli.kept.code import KeptCode, digest, kept_code, usual_place


def make_class():
    @attrs.frozen
    class Place:
        x: int
        y: str = "a"

    return Place


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "new" / "code.kept"


@pytest.fixture
def compiled(monkeypatch):
    """What was really compiled, by file name."""
    names = []

    def counted(source, filename, mode):
        names.append(filename)
        return compile(source, filename, mode)

    monkeypatch.setitem(vars(sys.modules["docsync_trio.cli.kept.code"]), "_compile", counted)
    return names


def test_methods_are_compiled_once_and_found_the_next_time(place, compiled):
    for _ in range(2):
        with kept_code(place):
            place_class = make_class()
        assert place_class(1) == place_class(1) != place_class(2)
        assert repr(place_class(1)).endswith("Place(x=1, y='a')")
        assert hash(place_class(1)) == hash(place_class(1))
        assert place_class(3).x == 3

    assert len(compiled) == 1


def test_code_of_another_source_is_compiled(place, compiled):
    with kept_code(place) as code:
        assert eval(code.compile("1 + 1", "a", "eval")) == 2
    with kept_code(place) as code:
        assert eval(code.compile("1 + 2", "a", "eval")) == 3
        assert eval(code.compile("1 + 1", "b", "eval")) == 2

    assert compiled == ["a", "a", "b"]


def test_what_is_no_longer_asked_for_is_no_longer_kept(place):
    for source in ("1 + 1", "1 + 2"):
        with kept_code(place) as code:
            code.compile(source, "a", "eval")

    assert KeptCode.read(place).find(digest("eval", "a", "1 + 1")) is None
    assert KeptCode.read(place).find(digest("eval", "a", "1 + 2")) is not None


@pytest.mark.parametrize("damage", [b"", b"docsync", b"docsync kept code 1\n", b"\0" * 100])
def test_a_damaged_file_is_as_good_as_none(place, damage):
    place.parent.mkdir()
    place.write_bytes(damage)
    with kept_code(place):
        assert make_class()(1).y == "a"
    with kept_code(place):
        assert make_class()(1).y == "a"


def test_a_file_that_was_cut_off_is_as_good_as_none(place):
    with kept_code(place):
        make_class()
    place.write_bytes(place.read_bytes()[:-100])
    with kept_code(place):
        assert make_class()(1).x == 1


def test_nothing_is_written_when_python_is_to_write_none(place, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with kept_code(place):
        make_class()

    assert not place.parent.exists()


def test_a_place_that_cannot_be_written_stops_nobody(place):
    place.parent.write_text("a file where a folder is needed")
    with kept_code(place):
        assert make_class()(1).x == 1


def test_attrs_compiles_for_itself_again_afterwards(place):
    with kept_code(place):
        pass

    assert "compile" not in vars(attr._make)


def test_modules_compile_for_themselves_again_after_their_block():
    import cattrs.gen

    code = KeptCode({})
    with code.compiling("cattrs.gen"):
        assert cattrs.gen.compile == code.compile
    assert "compile" not in vars(cattrs.gen)


def test_code_is_kept_beside_the_bytecode_of_this_python():
    assert usual_place().parent.name == "__pycache__"
    assert sys.implementation.cache_tag in usual_place().name


START = """
import sys
from docsync_trio.cli.kept.quick_imports import quick_imports
with quick_imports():
    import docsync_trio.cli.running.serving
from bokeh.core.templates import get_env
template = get_env().get_template("script_tag.html.jinja")
assert get_env().bytecode_cache is None
print(template.render(js_code="1"))
"""


def test_a_second_start_finds_all_that_the_first_has_compiled(tmp_path):
    counted = f"""
import docsync_trio.cli.kept.code as here
here.usual_place = lambda: here.Path({str(tmp_path / "x")!r})
added = here.KeptCode.add
here.KeptCode.add = lambda *args: (print("added"), added(*args))
{START}"""
    runs = [
        subprocess.run(
            [sys.executable, "-c", counted], capture_output=True, text=True, check=True, env={}
        ).stdout
        for _ in range(2)
    ]

    assert runs[0].count("added") > 200
    assert runs[1] == runs[0].replace("added\n", "")
