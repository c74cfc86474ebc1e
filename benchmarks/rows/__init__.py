"""The rows of the table: each is something that visitors do to a server."""

from benchmarks.measures import Row
from benchmarks.rows import (
    fan_out,
    files,
    lifetimes,
    memory,
    pages,
    patches,
    start,
    streams,
)

ROWS: tuple[Row, ...] = (
    *start.ROWS,
    *pages.ROWS,
    *patches.ROWS,
    *fan_out.ROWS,
    *streams.ROWS,
    *files.ROWS,
    *lifetimes.ROWS,
    *memory.ROWS,
)
