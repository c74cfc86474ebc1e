"""The report of `docsync check` for programs: one object, described in docs/check.md."""

import json
from typing import Final

from docsync_trio.applications.mistakes import hint_for
from docsync_trio.base.author_frames import CodeLine, authors_line
from docsync_trio.base.errors import PlacedProblem
from docsync_trio.base.traceback_text import error_text, traceback_text
from docsync_trio.cli.checking.report import ApplicationReport, Fault, SiteReport

VERSION: Final = 1
"""Rises when what is there today changes its meaning or goes; more keys may come without."""


def as_json(report: SiteReport) -> str:
    """Return the report as one JSON object, indented."""
    data = {
        "version": VERSION,
        "site": report.site,
        "status": report.status,
        "problems": [_problem(one) for one in report.problems],
        "warnings": [_problem(one) for one in report.doubts],
        "applications": [_application(one) for one in report.applications],
        "failures": [_fault("", one) for one in report.faults],
    }
    return json.dumps(data, indent=2)


def _problem(one: PlacedProblem) -> dict[str, object]:
    return {
        "source": one.source,
        "line": one.line or None,
        "column": one.column or None,
        "key": one.key,
        "message": one.text,
        "code": _code(one.cause),
    }


def _application(one: ApplicationReport) -> dict[str, object]:
    detected = one.detected
    return {
        "path": one.path,
        "title": one.title,
        "handlers": one.handlers,
        "outcome": one.outcome,
        "seconds": None if one.seconds is None else round(one.seconds, 4),
        "framework": detected.framework if detected else None,
        "async": detected.async_kind if detected else None,
        "run_callbacks_in": detected.functions_in if detected else None,
        "failures": [_fault(one.path, fault) for fault in one.faults],
    }


def _fault(path: str, fault: Fault) -> dict[str, object]:
    return {
        "what": fault.what,
        "message": error_text(fault.error),
        "code": _code(fault.error),
        "traceback": traceback_text(fault.error),
        "hint": hint_for(fault.error, path) or None,
    }


def _code(error: BaseException | None) -> dict[str, object] | None:
    """Return the author's line that raised *error*."""
    place: CodeLine | None = None if error is None else authors_line(error)
    return None if place is None else {"file": place.file, "line": place.line or None}
