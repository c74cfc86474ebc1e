"""The report of `docsync check` for people: what to mend, one line each, then the details.

The last line sums up, as it is what a terminal shows.
"""

from collections.abc import Iterator

from docsync_trio.applications.mistakes import hint_for
from docsync_trio.base.traceback_text import application_line, error_text, traceback_text
from docsync_trio.cli.checking.report import ApplicationReport, Fault, SiteReport


def as_text(report: SiteReport) -> str:
    """Return the report as lines."""
    lines = [*map(str, report.problems)]
    lines += (f"warning: {doubt}" for doubt in report.doubts)
    lines += map(_outcome, report.applications)
    for path, fault in report.all_faults():
        lines += _fault(path, fault)
    return "\n".join([*lines, f"{report.site}: {summary(report)}"])


def summary(report: SiteReport) -> str:
    """Return how it went in a few words, such as ``2 problems, 1 of 3 applications built``."""
    applications = _count(len(report.applications), "application")
    built = sum(one.outcome == "built" for one in report.applications)
    of = "" if built == len(report.applications) else f"{built} of "
    parts = [
        _count(len(report.problems), "problem"),
        _count(len(report.doubts), "warning"),
        _count(len(report.faults), "failure"),
        f"{of}{applications} built" if applications else "",
        "" if report.status else "all is well",
    ]
    return ", ".join(filter(None, parts))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}" if number else ""


def outcome_words(one: ApplicationReport) -> str:
    """Return how building went, such as ``built in 0.31 s``."""
    if one.outcome == "built":
        return f"built in {one.seconds:.2f} s"
    return "FAILED" if one.outcome == "failed" else "not built, see its problems"


def _outcome(one: ApplicationReport) -> str:
    parts = [f"{one.path}: {one.title or 'no title'}", ", ".join(one.handlers)]
    if one.detected is not None:
        functions = {"thread": "threads", "loop": "the loop"}[one.detected.functions_in]
        parts += [one.detected.framework] if one.detected.framework != "bokeh" else []
        parts += [f"async {one.detected.async_kind}", f"functions in {functions}"]
    return "; ".join([*parts, outcome_words(one)])


def _fault(path: str, fault: Fault) -> Iterator[str]:
    yield f"\n{head(path, fault)}"
    yield from (f"  {line}" for line in traceback_text(fault.error).splitlines())
    if hint := hint_for(fault.error, path):
        yield f"  hint: {hint}"


def head(path: str, fault: Fault) -> str:
    """Return what went wrong, and where in the application's code, on one line."""
    at = application_line(fault.error)
    text = f"{fault.what}: {error_text(fault.error)}" + (f" at {at}" if at else "")
    return f"{path}: {text}" if path else text
