"""Events that a log's level leaves out are not put into words."""

import contextlib
import io
import logging

import pytest

from docsync_trio.base import events, tls_events
from docsync_trio.cli.log import events as event_log
from docsync_trio.cli.log.line import log_line
from docsync_trio.cli.log.quiet import LOUDEST
from docsync_trio.cli.log.stream import open_log
from docsync_trio.config.schema import LoggingSettings

WHOSE = {"application": "/sliders", "session": "4f3a2b1c9d8e7f"}
OPENED = events.SessionOpened(**WHOSE, seconds=0.1)


def closed(code):
    return events.ConnectionClosed(
        **WHOSE, peer="1.2.3.4:5", connections=0, code=code, reason="it is over"
    )


QUIET = [
    OPENED,
    events.SessionEnded(**WHOSE, reason="nobody came back"),
    events.ConnectionOpened(**WHOSE, peer="1.2.3.4:5", connections=1),
    closed(1000),
    closed(4001),
    events.SignedIn(user="ann", peer="1.2.3.4:5"),
    events.SignedOut(user="ann", peer="1.2.3.4:5"),
    tls_events.HandshakeFailed(peer="1.2.3.4:5", reason="wrong version"),
]


@pytest.mark.parametrize("event", QUIET, ids=lambda event: type(event).__name__)
def test_no_line_about_a_quiet_event_is_louder_than_it_says(event):
    assert logging.getLevelNamesMapping()[log_line(event).level.upper()] <= LOUDEST[type(event)]


def test_every_kind_of_quiet_event_has_been_tried():
    assert {type(event) for event in QUIET} == LOUDEST.keys()


@pytest.fixture
def worded(monkeypatch):
    """The events that were put into words."""
    seen = []

    def counted(event):
        seen.append(event)
        return log_line(event)

    monkeypatch.setattr(event_log, "log_line", counted)
    return seen


@contextlib.contextmanager
def a_log(level):
    stream = io.StringIO()
    with open_log(LoggingSettings(level=level), stream) as log:
        yield log, stream


def test_what_the_level_leaves_out_is_not_worded(worded):
    with a_log("warning") as (log, stream):
        for event in QUIET:
            log.observe(event)
        log.observe(events.NothingToShow(application="/sliders"))

    assert [type(event) for event in worded] == [events.NothingToShow]
    assert stream.getvalue().count("\n") == 1 + stream.getvalue().count("hint")


def test_it_is_worded_as_soon_as_the_level_is_another_one(worded):
    with a_log("warning") as (log, stream):
        log.observe(OPENED)
        log.switch_level()
        log.observe(OPENED)
        log.switch_level()
        log.observe(OPENED)

    assert worded == [OPENED]
    assert stream.getvalue().count("session opened") == 1
