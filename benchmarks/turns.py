"""Every server has its turn, again and again: A B C A B C.

A peer that cannot be run, or fails at a row, costs its own cells of the table only.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import attrs

from benchmarks.measures import Readings, Row
from benchmarks.processes import LOAD, on_processor
from benchmarks.servers import Installed, NotRunningError, Server, end_of_log, running
from benchmarks.sites import SITES

FAILURES = (OSError, NotRunningError, ValueError, KeyError)
"""What a server that does not do its part looks like from here."""


@attrs.define
class Cell:
    """What one server has given in one row; *trouble* says why it gave no more."""

    readings: dict[str, list[float]] = attrs.field(factory=dict)
    trouble: str = ""

    def add(self, readings: Readings) -> None:
        """Add what a turn has read."""
        for key, values in readings.items():
            self.readings.setdefault(key, []).extend(values)


Table = dict[str, dict[str, Cell]]
"""By the name of the row, then by that of the server."""


@attrs.define
class Run:
    """One run of *rows* against *servers*."""

    servers: Sequence[Installed]
    rows: Sequence[Row]
    quick: bool
    table: Table = attrs.field(factory=dict)

    def measure(self) -> Table:
        """Measure everything; returns the table, or what there is of it after Ctrl-C."""
        with (
            suppress(KeyboardInterrupt),
            tempfile.TemporaryDirectory() as folder,
            on_processor(LOAD),
        ):
            for site, fresh in dict.fromkeys((row.site, row.fresh) for row in self.rows):
                rows = [row for row in self.rows if (row.site, row.fresh) == (site, fresh)]
                self._site(site, rows, Path(folder), fresh=fresh)
        return self.table

    def _site(self, site: str, rows: list[Row], folder: Path, *, fresh: bool) -> None:
        for row in rows:
            self.table[row.name] = {one.peer.name: Cell() for one in self._able(site)}
        if fresh:
            self._start_once(site, folder)
            for row in rows:
                self._row(row, folder, None)
            return
        with ExitStack() as stack:
            living: dict[str, Server] = {}
            for one in self._able(site):
                try:
                    living[one.peer.name] = stack.enter_context(running(one, site, folder))
                except FAILURES as error:
                    for row in rows:
                        self._failed(row, one, folder, error)
            for row in rows:
                self._row(row, folder, living)

    def _start_once(self, site: str, folder: Path) -> None:
        """Start every server before any is measured: what is installed has its bytecode."""
        for one in self._able(site):
            with suppress(*FAILURES), running(one, site, folder):  # its turn will tell
                pass

    def _able(self, site: str) -> list[Installed]:
        return [one for one in self.servers if SITES[site].kind in one.peer.serves]

    def _row(self, row: Row, folder: Path, living: Mapping[str, Server] | None) -> None:
        times, turns = row.effort(quick=self.quick)
        begun = time.perf_counter()
        for _ in range(turns):
            for one in self._able(row.site):
                name = one.peer.name
                cell = self.table[row.name][name]
                if cell.trouble:
                    continue
                try:
                    cell.add(self._turn(row, times, one, folder, living))
                except FAILURES as error:
                    self._failed(row, one, folder, error)
        print(f"{row.name}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)

    def _turn(
        self,
        row: Row,
        times: int,
        one: Installed,
        folder: Path,
        living: Mapping[str, Server] | None,
    ) -> Readings:
        gc.collect()  # what we have left from the turns before is nobody's wait
        if living is not None:
            return row.measure(living[one.peer.name], times)
        with running(one, row.site, folder) as server:
            return row.measure(server, times)

    def _failed(self, row: Row, one: Installed, folder: Path, error: Exception) -> None:
        said = str(error).strip() or type(error).__name__
        self.table[row.name][one.peer.name].trouble = said
        print(f"{row.name}, {one.peer.name}: {said}", file=sys.stderr)
        print(end_of_log(one, row.site, folder), file=sys.stderr, flush=True)


def troubles(table: Table) -> Iterator[tuple[str, str, str]]:
    """Yield row, server and the last line of what went wrong."""
    for row, cells in table.items():
        for name, cell in cells.items():
            if cell.trouble:
                yield row, name, cell.trouble.splitlines()[-1]
