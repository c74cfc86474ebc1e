"""How long it takes from the command to the first page."""

from benchmarks.measures import Figure, Readings, Row
from benchmarks.servers import Server


def start(server: Server, times: int) -> Readings:  # noqa: ARG001 - a server starts once
    """Read what the server's start has taken; it has done nothing else yet."""
    return {
        "started": [server.started],
        "cpu": [server.cpu],
        "resident": [server.resident / 1e6],
    }


ROWS = (
    Row(
        "start",
        "the command until the first page",
        (
            Figure("time", "started", "s"),
            Figure("server CPU", "cpu", "s"),
            Figure("memory then", "resident", "MB"),
        ),
        start,
        site="one",
        times=1,
        turns=9,
        quick=(1, 2),
        fresh=True,
    ),
)
