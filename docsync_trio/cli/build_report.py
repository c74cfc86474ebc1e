"""What `docsync check` found, for people and for programs."""

import json

import attrs

from docsync_trio.applications.mistakes import hint_for
from docsync_trio.base.traceback_text import application_line, error_text, traceback_text


@attrs.frozen
class ApplicationReport:
    """One application: what was detected, and how building one document of it went.

    *seconds* is how long building took, None where it failed; *error* what it raised;
    *faults* what went wrong beside it, in a hook for instance.
    """

    path: str
    title: str
    handlers: str
    async_kind: str
    seconds: float | None
    error: BaseException | None = None
    faults: tuple[str, ...] = ()


@attrs.frozen
class SiteReport:
    """All applications of a site; *site* is what was checked."""

    site: str
    applications: tuple[ApplicationReport, ...]
    warnings: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether a visitor would meet an error."""
        return any(one.error or one.faults for one in self.applications)


def as_text(report: SiteReport) -> str:
    """Return the report as lines: all applications first, then the failures in full."""
    lines = [f"{report.site}: the file and all imports are good"]
    lines += [f"warning: {text}" for text in report.warnings]
    lines += map(_outcome, report.applications)
    for one in report.applications:
        lines += _failure(one)
    return "\n".join(lines)


def _outcome(one: ApplicationReport) -> str:
    title = "no title" if one.title in {"", one.path} else one.title
    detected = f"{one.path}: {title}; {one.handlers}; async {one.async_kind}"
    if one.seconds is None:
        return f"{detected}; FAILED"
    return f"{detected}; built in {one.seconds:.2f} s"


def _failure(one: ApplicationReport) -> list[str]:
    lines = [f"{one.path}: {fault}" for fault in one.faults]
    if one.error is not None:
        at = application_line(one.error)
        lines.append(f"\n{one.path}: {error_text(one.error)}" + (f" at {at}" if at else ""))
        lines += (f"  {line}" for line in traceback_text(one.error).splitlines())
        hint = hint_for(one.error, one.path)
        lines += [f"  hint: {hint}"] if hint else []
    return lines


def as_json(report: SiteReport) -> str:
    """Return the report as one JSON object, indented."""
    data = {
        "site": report.site,
        "failed": report.failed,
        "warnings": report.warnings,
        "applications": [_data(one) for one in report.applications],
    }
    return json.dumps(data, indent=2)


def _data(one: ApplicationReport) -> dict[str, object]:
    data: dict[str, object] = {
        "path": one.path,
        "title": one.title,
        "handlers": one.handlers,
        "async": one.async_kind,
        "seconds": one.seconds,
        "faults": one.faults,
    }
    if one.error is not None:
        data["error"] = error_text(one.error)
        data["at"] = application_line(one.error)
        data["traceback"] = traceback_text(one.error)
        data["hint"] = hint_for(one.error, one.path)
    return data
