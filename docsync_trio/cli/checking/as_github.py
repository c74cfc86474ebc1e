"""The report of `docsync check` as workflow commands, which GitHub shows beside the lines.

What an author's code raised is shown at their line, everything else at its key in the
site file. Sources: "Workflow commands for GitHub Actions" in GitHub's documentation, and
`command.ts` of its toolkit for what has to be escaped.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from docsync_trio.applications.mistakes import hint_for
from docsync_trio.base.author_frames import authors_line
from docsync_trio.base.errors import PlacedProblem
from docsync_trio.base.traceback_text import traceback_text
from docsync_trio.cli.checking.as_text import head, outcome_words, summary
from docsync_trio.cli.checking.report import Fault, SiteReport

_ESCAPED = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_DATA = str.maketrans(_ESCAPED)
_PROPERTY = str.maketrans(_ESCAPED | {":": "%3A", ",": "%2C"})


def as_github(report: SiteReport, environ: Mapping[str, str] = os.environ) -> str:
    """Return the report as lines: a command for each thing to mend, plain ones for the rest.

    Files are named from ``GITHUB_WORKSPACE`` in *environ*, as GitHub wants them.
    """
    root = Path(environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    lines = [_problem("error", one, root) for one in report.problems]
    lines += (_problem("warning", one, root) for one in report.doubts)
    lines += (_fault(path, fault, root) for path, fault in report.all_faults())
    lines += (_plain(f"{one.path}: {outcome_words(one)}") for one in report.applications)
    return "\n".join([*lines, _plain(f"{report.site}: {summary(report)}")])


def _problem(command: str, one: PlacedProblem, root: Path) -> str:
    place = authors_line(one.cause) if one.cause is not None else None
    if place is not None:
        return _command(command, str(one), _place(place.file, place.line, 0, root))
    if one.line:
        text = f"{one.key}: {one.text}" if one.key else one.text
        return _command(command, text, _place(one.source, one.line, one.column, root))
    return _command(command, str(one), {})


def _fault(path: str, fault: Fault, root: Path) -> str:
    place = authors_line(fault.error)
    hint = hint_for(fault.error, path)
    parts = (head(path, fault), traceback_text(fault.error), hint and f"hint: {hint}")
    where = _place(place.file, place.line, 0, root) if place is not None else {}
    return _command("error", "\n".join(filter(None, parts)), where)


def _place(file: str, line: int, column: int, root: Path) -> Mapping[str, str]:
    path = Path(file).resolve()
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    numbers = {"line": line, "col": column}
    return {"file": name} | {key: str(number) for key, number in numbers.items() if number}


def _command(command: str, text: str, properties: Mapping[str, str]) -> str:
    named = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{f'{command} {named}'.rstrip()}::{text.translate(_DATA)}"


def _plain(text: str) -> str:
    # No title or path may become a command, nor an older one, which may stand anywhere.
    return f"docsync check: {text.translate(_DATA)}".replace("##[", "# #[")
