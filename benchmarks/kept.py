"""Rows of earlier runs that stay in the results beside those of this one.

A whole run takes half an hour of a machine that has nothing else to do. A row is always of one
run, as all its servers have their turns side by side; two rows need not be of the same.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from benchmarks.measures import Row
from benchmarks.turns import Cell, Table

CHANGES = "load"
"""What of a machine may be another each time."""


class OtherResultsError(ValueError):
    """What is to be kept was measured with something else."""


@attrs.frozen
class Kept:
    """Rows of earlier runs: *runs* says of which, by the name of the row."""

    table: Table = attrs.field(factory=dict)
    versions: Mapping[str, str] = attrs.field(factory=dict)
    runs: Mapping[str, str] = attrs.field(factory=dict)


def kept_rows(
    folder: Path,
    rows: Sequence[Row],
    measured: Sequence[str],
    *,
    machine: Mapping[str, str],
    versions: Mapping[str, str],
) -> Kept:
    """Return those of *rows* in the results in *folder* that are not among *measured*.

    Raises `OtherResultsError` if they are of another *machine*, or of other *versions*.
    """
    file = folder / "numbers.json"
    if not file.exists():
        return Kept()
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    _check_same("machine", found["machine"], machine)
    _check_same("versions", found["versions"], versions)
    known = {(row.name, figure.says): figure for row in rows for figure in row.figures}
    table: Table = {}
    runs: dict[str, str] = {}
    for one in found["rows"]:
        name = one["row"]
        figure = known.get((name, one["figure"]))
        if figure is None or name in measured:
            continue
        runs[name] = one.get("run") or run_of(found["day"], found["machine"])
        cells = table.setdefault(name, {})
        for server, readings in one["readings"].items():
            cells.setdefault(server, Cell()).readings[figure.reads] = readings
    return Kept(table, found["versions"], runs)


def run_of(day: str, machine: Mapping[str, str]) -> str:
    """Return what is said of the run of a row."""
    return f"{day}, load {machine[CHANGES]}"


def _check_same(what: str, then: Mapping[str, str], now: Mapping[str, str]) -> None:
    for name in sorted(then.keys() & now.keys() - {CHANGES}):
        if then[name] != now[name]:
            raise OtherResultsError(
                f"the results have other {what}, {name}: {then[name]!r}, not {now[name]!r}; "
                "measure them anew, without --keep"
            )
