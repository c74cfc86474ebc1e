"""The results on paper: a table to read, the numbers for programs, a plot."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import attrs

from benchmarks.environments import NotInstalledError, environment
from benchmarks.kept import run_of
from benchmarks.sites import HERE
from benchmarks.tables import Line, numbers_table, ratios_table
from benchmarks.turns import Table, troubles


@attrs.frozen
class Report:
    """What a run has given. *left_out* says which servers are missing, and why.

    *kept* says of which earlier runs rows are, by their names.
    """

    found: Sequence[Line]
    table: Table
    names: Sequence[str]
    ours: list[str]
    revisions: list[str]
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    left_out: Mapping[str, str]
    kept: Mapping[str, str] = attrs.field(factory=dict)

    def text(self) -> str:
        """Return the report as Markdown."""
        parts = ["# Side by side", self._about(), "## Numbers"]
        parts += [numbers_table(self.found, self.names), self._rows()]
        others = [name for name in self.names if name not in self.ours + self.revisions]
        for name in self.ours if others + self.revisions else ():
            parts += [f"## {name} as a multiple of the others", _HOW]
            parts.append(ratios_table(self.found, name, peers=others, revisions=self.revisions))
        missing = [f"- {name}: {why}" for name, why in self.left_out.items()]
        missing += [f"- {row}, {name}: {why}" for row, name, why in troubles(self.table)]
        if missing:
            parts += ["## Left out", "\n".join(missing)]
        return "\n\n".join(parts) + "\n"

    def _about(self) -> str:
        told = [f"- {what}: {value}" for what, value in {**self.machine, **self.versions}.items()]
        return "\n".join(told)

    def _rows(self) -> str:
        """Say what the rows are."""
        said = {line.row.name: line.row.says for line in self.found}
        runs = {name: f" (of an earlier run: {run})" for name, run in self.kept.items()}
        return "\n".join(f"- {name}: {says}{runs.get(name, '')}" for name, says in said.items())

    def as_json(self) -> str:
        """Return all of it with every reading."""
        day = datetime.now(UTC).date().isoformat()
        rows = [
            {
                "row": line.row.name,
                "run": self.kept.get(line.row.name) or run_of(day, self.machine),
                "figure": line.figure.says,
                "unit": line.figure.unit,
                "statistic": line.figure.statistic,
                "more_is_better": line.figure.rate,
                "numbers": line.numbers,
                "readings": {
                    name: [round(value, 6) for value in cell.readings.get(line.figure.reads, ())]
                    for name, cell in self.table[line.row.name].items()
                },
            }
            for line in self.found
        ]
        about = {"machine": self.machine, "versions": self.versions, "left_out": self.left_out}
        return json.dumps({"day": day, **about, "rows": rows}, indent=1)

    def write(self, folder: Path) -> None:
        """Write `table.md`, `numbers.json` and `plot.svg`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "table.md").write_text(self.text(), encoding="utf-8")
        major, minor, *_ = sys.version_info
        numbers = folder / "numbers.json"
        numbers.write_text(self.as_json(), encoding="utf-8")
        try:
            python = environment("plot", f"{major}.{minor}", ("matplotlib",))
        except NotInstalledError as error:
            print(f"no plot: {error}")
            return
        script = HERE / "launchers" / "plot.py"
        subprocess.run((str(python), str(script), str(numbers), str(folder)), check=True)


_HOW = "Below 1 is less than theirs, which is better except for rates."
