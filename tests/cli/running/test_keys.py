import attrs
import pytest

from docsync_trio.cli.running.keys import (
    HINT,
    KEYS,
    MEANINGS,
    Circumstances,
    actions,
    help_text,
    listens,
)

HERE = Circumstances(
    input_is_terminal=True, output_is_terminal=True, terminal="xterm", log_format="console"
)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (b"r", ["reload"]),
        (b"R", ["reload"]),
        (b"o", ["open"]),
        (b"s", ["sessions"]),
        (b"q", ["quit"]),
        (b"h", ["help"]),
        (b"?", ["help"]),
        (b"\n", ["gap"]),
        (b"sr", ["sessions", "reload"]),
        (b"x", []),
        (b"", []),
        (b"\x00\xff\xc3\xa4", []),
        (b"\x1b[A", []),
        (b"\x1bOs", []),
        (b"\x1bq", []),
    ],
)
def test_a_key_asks_for_one_thing_and_others_for_nothing(typed, asked):
    assert list(actions(typed)) == asked


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("input_is_terminal", False),
        ("output_is_terminal", False),
        ("terminal", "dumb"),
        ("log_format", "json"),
    ],
)
def test_keys_are_read_where_a_person_types_and_reads(what, value):
    assert listens(HERE)
    assert not listens(attrs.evolve(HERE, **{what: value}))


def test_the_help_has_every_key_and_the_hint_names_the_key_for_it():
    assert {line.split()[0] for line in help_text().splitlines()} == set(MEANINGS)
    assert {KEYS[key] for key in MEANINGS} == set(KEYS.values()) - {"gap"}
    assert "h" in HINT.split()
