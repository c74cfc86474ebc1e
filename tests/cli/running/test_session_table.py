import pytest

from docsync_trio.base import events
from docsync_trio.cli.running.session_table import session_table
from docsync_trio.server.monitoring.roll import Roll

ONE, TWO = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def roll():
    roll = Roll()
    roll.observe(events.SessionOpened("/sliders", ONE, 0.1), 0)
    roll.observe(events.SessionOpened("/tides", TWO, 0.1), 60)
    return roll


def cells(roll, now):
    return [line.split() for line in session_table(roll.living(), now).splitlines()]


def test_without_sessions_it_says_so():
    assert session_table([], 0) == "no sessions"


def test_a_session_has_its_age_its_viewers_and_its_errors(roll):
    roll.observe(events.ConnectionOpened("/sliders", ONE, "127.0.0.1", 1), 1)
    roll.observe(events.ConnectionOpened("/sliders", ONE, "127.0.0.1", 2), 2)
    roll.observe(events.CallbackFailed("/sliders", ONE, "callback update", ValueError()), 3)

    assert cells(roll, 100) == [
        ["application", "session", "age", "viewers", "errors"],
        ["/sliders", "01234567", "100s", "2", "1"],
        ["/tides", "fedcba98", "40s", "none", "for", "40s"],
    ]


def test_how_long_nobody_has_been_there_counts_from_the_last_who_left(roll):
    roll.observe(events.ConnectionOpened("/tides", TWO, "127.0.0.1", 1), 70)
    roll.observe(events.ConnectionClosed("/tides", TWO, "127.0.0.1", 0, 1001, ""), 7000)

    assert cells(roll, 100_000)[2] == ["/tides", "fedcba98", "28h", "none", "for", "26h"]


def test_what_has_ended_is_gone_and_strangers_are_nobody(roll):
    roll.observe(events.SessionEnded("/sliders", ONE, "no longer used"), 5)
    roll.observe(events.SessionEnded("/sliders", ONE, "no longer used"), 5)
    roll.observe(events.ConnectionOpened("/sliders", ONE, "127.0.0.1", 1), 6)
    roll.observe(events.CallbackFailed("/sliders", ONE, "x", ValueError()), 7)

    assert [line[0] for line in cells(roll, 100)] == ["application", "/tides"]


def test_of_very_many_the_newest_are_shown(roll):
    for number in range(100):
        roll.observe(events.SessionOpened("/many", f"{number:08}", 0.1), 100 + number)

    lines = session_table(roll.living(), 300).splitlines()

    assert len(lines) == 32
    assert lines[-1] == "and 72 older ones"
    assert "00000099" in lines[-2]
