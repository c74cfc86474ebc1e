"""One line of the log, every now and then: how the server is."""

import math

import structlog
import trio

from docsync_trio.server.census import Count
from docsync_trio.server.memory import resident
from docsync_trio.server.monitoring import Monitoring


async def tell_summaries(monitoring: Monitoring, logger: structlog.stdlib.BoundLogger) -> None:
    """Log a summary through *logger* whenever it is time, for ever."""
    every = monitoring.settings.summary
    if every == math.inf:
        return
    while True:
        await trio.sleep(every)
        count, memory = monitoring.census.total(), resident()
        lag = monitoring.pulse.take_worst()
        logger.info(
            summary(count, memory, lag),
            sessions=count.viewed + count.alone,
            viewed=count.viewed,
            connections=count.connections,
            memory=memory,
            loop_lag=round(lag, 4),
        )


def summary(count: Count, memory: int | None, lag: float) -> str:
    """Return the line: *memory* in bytes, None where it is not known, *lag* in seconds."""
    sessions = count.viewed + count.alone
    parts = [
        f"{_many(sessions, 'session')} ({count.viewed} with viewers)",
        _many(count.connections, "connection"),
        *([] if memory is None else [f"{memory / 1e6:.0f} MB"]),
        f"loop up to {lag * 1000:.0f} ms late",
    ]
    return ", ".join(parts)


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
