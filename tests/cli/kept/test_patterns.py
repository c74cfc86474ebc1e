"""Patterns that were kept are those that `re` would have made."""

import re
import sys

import pytest

from docsync_trio.cli.kept.code import KeptCode, kept_code
from docsync_trio.cli.kept.patterns import kept_patterns

PATTERNS = [
    (r"a(?P<first>b+)(c)?(?P=first)", 0, "xabbcbby"),
    (r"[^\W\d_]+", re.IGNORECASE | re.ASCII, "12 Straße"),
    (rb"\A[\x80-\xff]+", re.DOTALL, b"\x80\xff"),
    ("(?i)straße|(?#comment)x", re.VERBOSE, "STRASSE x"),
    ("[\U00010000-\U0010ffff]|\udc80", 0, "\U00012345"),
]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "code.kept"


@pytest.fixture
def parsed(monkeypatch):
    """The texts that were really translated."""
    texts = []
    stock = re._parser.parse

    def counted(text, *more):
        texts.append(text)
        return stock(text, *more)

    monkeypatch.setattr(re._parser, "parse", counted)
    return texts


def make(place):
    re.purge()
    with kept_code(place) as code, kept_patterns(code):
        return [re.compile(text, flags) for text, flags, _ in PATTERNS]


def test_patterns_are_translated_once_and_do_the_same_afterwards(place, parsed):
    re.purge()
    stock = [re.compile(text, flags) for text, flags, _ in PATTERNS]
    parsed.clear()
    first, second = make(place), make(place)

    assert parsed == [text for text, _, _ in PATTERNS]
    for ours in (first, second):
        assert ours == stock
        for one, theirs, (_, _, subject) in zip(ours, stock, PATTERNS, strict=True):
            assert (one.flags, one.groups) == (theirs.flags, theirs.groups)
            assert one.groupindex == theirs.groupindex
            found, expected = one.search(subject), theirs.search(subject)
            assert repr(found) == repr(expected)
            assert (found and found.groupdict()) == (expected and expected.groupdict())


def test_a_wrong_pattern_is_wrong_each_time(place):
    for _ in range(2):
        with kept_code(place) as code, kept_patterns(code), pytest.raises(re.error, match="unterm"):
            re.compile("(a")


def test_python_translates_for_itself_again_afterwards():
    stock = re._compiler.compile
    with kept_patterns(KeptCode({})):
        assert re._compiler.compile is not stock
    assert re._compiler.compile is stock
