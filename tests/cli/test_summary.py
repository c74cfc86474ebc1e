"""The line that tells every now and then how the server is."""

import math

import attrs
import pytest
import trio

from docsync_trio.base import events
from docsync_trio.cli.summary import summary, tell_summaries
from docsync_trio.config.schema import MonitoringSettings
from docsync_trio.server.census import Count
from docsync_trio.server.monitoring import make_monitoring


@attrs.frozen
class HeardLogger:
    lines: list = attrs.field(factory=list)

    def info(self, text, **fields):
        self.lines.append((trio.current_time(), text, fields))


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (
            (Count(viewed=40, alone=2, connections=44), 412_300_000, 0.0123),
            "42 sessions (40 with viewers), 44 connections, 412 MB, loop up to 12 ms late",
        ),
        (
            (Count(viewed=1, connections=1), None, 4.0),
            "1 session (1 with viewers), 1 connection, loop up to 4000 ms late",
        ),
    ],
)
def test_a_line_says_it_all(told, line):
    assert summary(*told) == line


async def test_a_line_comes_every_now_and_then_with_the_delay_since_the_last(autojump_clock):
    logger = HeardLogger()
    monitoring = make_monitoring(MonitoringSettings(summary=60.0), trio.Event())
    monitoring.observing(lambda _: None)(events.SessionOpened("/a", "s1", 0.1))
    monitoring.pulse._worst = 0.25
    began = trio.current_time()
    with trio.move_on_after(150):
        await tell_summaries(monitoring, logger)

    assert [at - began for at, _, _ in logger.lines] == pytest.approx([60, 120])
    first, second = (fields for _, _, fields in logger.lines)
    assert (first["sessions"], first["viewed"], first["connections"]) == (1, 0, 0)
    assert (first["loop_lag"], second["loop_lag"]) == (0.25, 0.0)
    assert first["memory"] > 10_000_000


async def test_it_is_off_unless_it_is_asked_for():
    monitoring = make_monitoring(MonitoringSettings(), trio.Event())

    assert monitoring.settings.summary == math.inf
    await tell_summaries(monitoring, HeardLogger())
