"""The table for people: a line for each figure, and what ours is as a share of theirs."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from benchmarks.measures import Figure, Row
from benchmarks.turns import Table

Numbers = Mapping[str, float | None]


@attrs.frozen
class Line:
    """One figure of one row, with its number for every server."""

    row: Row
    figure: Figure
    numbers: Numbers

    @property
    def label(self) -> str:
        """What the line is about."""
        return f"{self.row.name}: {self.figure.says}, {self.figure.unit}"


def lines(rows: Sequence[Row], table: Table) -> list[Line]:
    """Return a line for each figure that somebody has given."""
    found = []
    for row in (row for row in rows if row.name in table):
        for figure in row.figures:
            numbers = {
                name: figure.of(cell.readings.get(figure.reads, ()))
                for name, cell in table[row.name].items()
            }
            found.append(Line(row, figure, numbers))
    return [line for line in found if any(number is not None for number in line.numbers.values())]


def short(number: float | None) -> str:
    """Return *number* with the digits that mean something."""
    if number is None:
        return "–"
    if abs(number) >= 1000:  # noqa: PLR2004 - no decimals there
        return f"{number:,.0f}"
    return f"{number:.3g}"


def markdown(header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return a table whose columns are lined up."""
    cells = [list(header), *map(list, body)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(header))]
    rule = ["-" * (width - 1) + (":" if n else "-") for n, width in enumerate(widths)]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in (cells[0], rule, *cells[1:])
    )


def numbers_table(found: Sequence[Line], names: Sequence[str]) -> str:
    """Return all numbers."""
    body = [[line.label, *(short(line.numbers.get(name)) for name in names)] for line in found]
    return markdown(["", *names], body)


def ratios_table(
    found: Sequence[Line], ours: str, *, peers: Sequence[str], revisions: Sequence[str] = ()
) -> str:
    """Return *ours* as a multiple of each of *peers*, of the best of them, and of *revisions*."""
    own = [line for line in found if line.numbers.get(ours) is not None]
    body = [[line.label, *_shares(line, ours, peers, revisions)] for line in own]
    best = ["best peer"] if len(peers) > 1 else []
    return markdown([f"{ours} / ...", *peers, *best, *revisions], body)


def _shares(line: Line, ours: str, peers: Sequence[str], revisions: Sequence[str]) -> Iterator[str]:
    own, figure = line.numbers.get(ours), line.figure
    for name in peers:
        yield _times(figure.ratio(own, line.numbers.get(name)))
    if len(peers) > 1:
        best = figure.best({name: line.numbers.get(name) for name in peers})
        yield f"{_times(figure.ratio(own, line.numbers[best]))} ({best})" if best else "–"
    for name in revisions:
        yield _times(figure.ratio(own, line.numbers.get(name)))


def _times(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f}"
