"""The line that tells every now and then how the server is."""

import math

import attrs
import pytest
import trio

from docsync_trio.base import events
from docsync_trio.base.traffic import Traffic
from docsync_trio.cli.log.summary import Rates, summary, tell_summaries
from docsync_trio.config.schema import MonitoringSettings
from docsync_trio.server.monitoring.census import Count
from docsync_trio.server.monitoring.open_monitoring import make_monitoring

LATE = ", loop up to {} ms late"
RATES = Rates(messages_in_rate=3.5, messages_out_rate=120.0, bytes_in_rate=0, bytes_out_rate=0)


@attrs.frozen
class HeardLogger:
    lines: list = attrs.field(factory=list)

    def info(self, text, **fields):
        self.lines.append((trio.current_time(), text, fields))


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (
            (Count(viewed=40, alone=2, connections=44), 412_300_000, 0.0123, RATES),
            "42 sessions (40 with viewers), 44 connections, 3.5 messages/s in, 120 out, 412 MB"
            + LATE.format(12),
        ),
        (
            (Count(viewed=1, connections=1), None, 4.0, Rates(0.0, 0.0, 0.0, 0.0)),
            "1 session (1 with viewers), 1 connection, 0 messages/s in, 0 out" + LATE.format(4000),
        ),
    ],
)
def test_a_line_says_it_all(told, line):
    assert summary(*told) == line


async def test_a_line_comes_every_now_and_then_with_the_delay_since_the_last(autojump_clock):
    logger = HeardLogger()
    monitoring = make_monitoring(MonitoringSettings(summary=60.0), trio.Event())
    traffic = Traffic(messages_in=1000)
    for event in (
        events.SessionOpened("/a", "s1", 0.1),
        events.ConnectionOpened("/a", "s1", "p", 1, traffic),
        events.ConnectionClosed("/a", "s1", "p", 0, 1001, "", traffic),
    ):
        monitoring.observing(lambda _: None)(event)
    another = Traffic()
    monitoring.observing(lambda _: None)(events.ConnectionOpened("/a", "s1", "p", 0, another))
    monitoring.pulse._worst = 0.25
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tell_summaries, monitoring, logger)
        await trio.sleep(90)
        another.messages_in, another.bytes_out = 30, 600
        await trio.sleep(60)
        nursery.cancel_scope.cancel()

    assert [at - began for at, _, _ in logger.lines] == pytest.approx([60, 120])
    first, second = (fields for _, _, fields in logger.lines)
    assert (first["sessions"], first["viewed"], first["connections"]) == (1, 0, 0)
    assert (first["loop_lag"], second["loop_lag"]) == (0.25, 0.0)
    assert first["memory"] > 10_000_000
    assert (first["messages_in_rate"], second["messages_in_rate"]) == (0.0, 0.5)
    assert (second["bytes_out_rate"], second["messages_out_rate"]) == (10.0, 0.0)


async def test_it_is_off_unless_it_is_asked_for():
    monitoring = make_monitoring(MonitoringSettings(), trio.Event())

    assert monitoring.settings.summary == math.inf
    await tell_summaries(monitoring, HeardLogger())
