"""Sessions one by one, as a terminal and a page show them."""

import pytest

from docsync_trio.base import events
from docsync_trio.base.log_owner import short_session
from docsync_trio.base.traffic import Traffic
from docsync_trio.server.monitoring.roll import KEPT, Roll, in_words

ONE = "0123456789abcdef"


def opened(application="/app", session=ONE, **more):
    return events.SessionOpened(application, session, 0.1, **more)


def test_a_session_has_the_name_that_the_log_has_and_never_its_id():
    roll = Roll()
    roll.observe(opened(user="ada", remaining=lambda: 12.5), 100)
    (one,) = roll.living()

    assert (one.application, one.session, one.user) == ("/app", short_session(ONE), "ada")
    assert (one.since, one.remaining()) == (100, 12.5)
    assert ONE not in repr(one)


def test_what_connections_carry_stays_with_the_session_when_they_leave():
    roll = Roll()
    early, late = Traffic(messages_in=2, bytes_out=7, queued=5), Traffic(messages_in=1)
    roll.observe(opened(), 0)
    roll.observe(events.ConnectionOpened("/app", ONE, "p", 1, early), 1)
    roll.observe(events.ConnectionOpened("/app", ONE, "p", 2, late), 2)
    late.messages_in, late.queued = 10, 40
    (one,) = roll.living()

    assert one.viewers(50) == "2"
    carried = one.carried()
    assert (carried.messages_in, carried.bytes_out, carried.queued) == (12, 7, 45)
    roll.observe(events.ConnectionClosed("/app", ONE, "p", 1, 1001, "", early), 3)
    carried = one.carried()
    assert (carried.messages_in, carried.bytes_out, carried.queued) == (12, 7, 40)
    roll.observe(events.ConnectionClosed("/app", ONE, "p", 0, 1001, "", late), 4)
    assert one.carried().messages_in == 12
    assert one.viewers(64) == "none for 60s"


def test_a_session_that_has_ended_is_remembered_with_its_reason():
    roll = Roll()
    roll.observe(opened(), 10)
    roll.observe(events.SessionEnded("/app", ONE, "no longer used"), 75)
    roll.observe(events.SessionEnded("/app", ONE, "told twice"), 76)

    assert roll.living() == []
    (one,) = roll.ended()
    assert (one.session, one.lived, one.ended) == (short_session(ONE), 65, 75)
    assert one.reason == "no longer used"


def test_of_those_that_have_ended_the_last_are_remembered():
    roll = Roll()
    for number in range(KEPT + 5):
        roll.observe(opened(session=f"{number:08}"), number)
        roll.observe(events.SessionEnded("/app", f"{number:08}", "x"), number)

    assert [one.ended for one in roll.ended()] == list(range(KEPT + 4, 4, -1))


def test_strangers_are_nobody():
    roll = Roll()
    roll.observe(events.ConnectionOpened("/app", ONE, "p", 1), 0)
    roll.observe(events.CallbackFailed("/app", ONE, "x", ValueError()), 1)
    roll.observe(events.SessionEnded("/app", ONE, "x"), 2)

    assert roll.living() == []
    assert roll.ended() == ()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0s"), (119, "119s"), (150, "2m"), (7300, "2h"), (200_000, "2d")]
)
def test_an_age_has_the_unit_that_people_would_say(seconds, words):
    assert in_words(seconds) == words
