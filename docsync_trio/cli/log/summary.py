"""One line of the log, every now and then: how the server is."""

import math

import attrs
import structlog
import trio

from docsync_trio.base.traffic import Traffic
from docsync_trio.server.monitoring.census import Count
from docsync_trio.server.monitoring.open_monitoring import Monitoring
from docsync_trio.server.process.memory import resident


async def tell_summaries(monitoring: Monitoring, logger: structlog.stdlib.BoundLogger) -> None:
    """Log a summary through *logger* whenever it is time, for ever."""
    every = monitoring.settings.summary
    if every == math.inf:
        return
    since, before = trio.current_time(), monitoring.census.carried()
    while True:
        await trio.sleep(every)
        count, memory = monitoring.census.total(), resident()
        lag = monitoring.pulse.take_worst()
        now, carried = trio.current_time(), monitoring.census.carried()
        rates = Rates.between(before, carried, now - since)
        since, before = now, carried
        logger.info(
            summary(count, memory, lag, rates),
            sessions=count.viewed + count.alone,
            viewed=count.viewed,
            connections=count.connections,
            memory=memory,
            loop_lag=round(lag, 4),
            **attrs.asdict(rates),
        )


@attrs.frozen
class Rates:
    """What all websockets have carried per second since the line before."""

    messages_in_rate: float
    messages_out_rate: float
    bytes_in_rate: float
    bytes_out_rate: float

    @classmethod
    def between(cls, before: Traffic, now: Traffic, seconds: float) -> "Rates":
        """Return the rates at which *before* has become *now* within *seconds*."""
        return cls(
            round((now.messages_in - before.messages_in) / seconds, 1),
            round((now.messages_out - before.messages_out) / seconds, 1),
            round((now.bytes_in - before.bytes_in) / seconds, 1),
            round((now.bytes_out - before.bytes_out) / seconds, 1),
        )


def summary(count: Count, memory: int | None, lag: float, rates: Rates) -> str:
    """Return the line: *memory* in bytes, None where it is not known, *lag* in seconds."""
    sessions = count.viewed + count.alone
    parts = [
        f"{_many(sessions, 'session')} ({count.viewed} with viewers)",
        _many(count.connections, "connection"),
        f"{rates.messages_in_rate:g} messages/s in, {rates.messages_out_rate:g} out",
        *([] if memory is None else [f"{memory / 1e6:.0f} MB"]),
        f"loop up to {lag * 1000:.0f} ms late",
    ]
    return ", ".join(parts)


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
