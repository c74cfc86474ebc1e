"""What a new table of 100,000 rows costs, in bytes for each page and in the server's time.

`python benchmarks/column_data.py`: each row is one way to change a table of four columns,
sent whole as Bokeh sends it, and as the difference that pages are sent here.
"""

import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
from bokeh.document import Document
from bokeh.models import ColumnDataSource

from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.outgoing import pull_request

ROWS = 100_000
TURNS = 8

rng = np.random.default_rng(1)
base = {name: rng.random(ROWS) for name in "abcd"}
words = [f"word {i}" for i in range(ROWS)]


Table = dict[str, Any]


def lists(table: Table) -> Table:
    """The same table without arrays."""
    return {name: column.tolist() for name, column in table.items()}


def one_row(turn: int) -> Table:
    """One value is another."""
    column = base["a"].copy()
    column[turn] = turn
    return {**base, "a": column}


def more_rows(turn: int) -> Table:
    """Each time 100 rows more."""
    return {name: np.append(column, np.ones(100 * turn)) for name, column in base.items()}


CASES: dict[str, Callable[[int], Table]] = {
    "arrays, equal": lambda _: {name: column.copy() for name, column in base.items()},
    "arrays, one column": lambda turn: {**base, "a": base["a"] + turn},
    "arrays, one row": one_row,
    "arrays, 100 rows more": more_rows,
    "arrays, all differ": lambda turn: {name: base[name] + turn for name in base},
    "lists, equal": lambda _: lists(base),
    "lists, one row": lambda turn: lists(one_row(turn)),
    "lists, all differ": lambda turn: {
        "a": (base["a"] + turn).tolist(),
        "b": words[turn:] + words[:turn],
    },
    "20 values, equal": lambda _: {"a": list(range(20))},
    "20 values, differ": lambda turn: {"a": list(range(turn, turn + 20))},
}


def measure(make: Callable[[int], Table], *, keeps_columns: bool) -> tuple[int, float]:
    """Bytes and milliseconds of a table, the best of some."""
    shared = SharedDocument(Document(), held=True)
    source = ColumnDataSource(data=make(0))
    shared.document.add_root(source)
    assembler = Assembler(Limits())
    *_, request = map(assembler.feed, pull_request().frames)
    assert request is not None
    shared.pull("a page", request, keeps_columns=keeps_columns)
    size, best = 0, float("inf")
    for turn in range(TURNS):
        source.data = make(turn)
        start = perf_counter()
        posts = shared.drain(0.0, print)
        if turn > 1:  # by then it is known what the page has
            best = min(best, perf_counter() - start)
            size = max(size, sum(post.message.size for post in posts))
    return size, best * 1000


if __name__ == "__main__":
    sys.stdout.write(f"{'':24}{'whole: bytes':>14}{'ms':>9}{'here: bytes':>14}{'ms':>9}\n")
    for name, make in CASES.items():
        whole, here = (measure(make, keeps_columns=keeps) for keeps in (False, True))
        sys.stdout.write(f"{name:24}{whole[0]:14,}{whole[1]:9.2f}{here[0]:14,}{here[1]:9.2f}\n")
