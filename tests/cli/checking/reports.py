"""What `docsync check` may have found, for the tests of how it is told."""

from docsync_trio.base.errors import PlacedProblem
from docsync_trio.cli.checking.report import ApplicationReport, Detected, Fault, SiteReport


def an_error(file="/srv/app.py", message="division by zero"):
    try:
        raising = f"\nraise ZeroDivisionError({message!r})"
        exec(compile(raising, file, "exec"), {"__name__": "app"})
    except ZeroDivisionError as error:
        return error


GOOD = ApplicationReport(
    "/good", "Good", ("file good.py",), Detected("bokeh", "trio", "thread"), 0.5
)
BAD = ApplicationReport(
    "/bad",
    "Bad",
    ("file bad.py", "json b.json"),
    Detected("panel", "asyncio", "loop"),
    faults=(Fault("the document cannot be built", an_error()),),
)
LOUD = ApplicationReport(
    "/loud",
    "",
    ("file loud.py",),
    Detected("bokeh", "asyncio", "thread"),
    seconds=0.1,
    faults=(Fault("hook on_server_loaded", KeyError("x")),),
)
UNTRIED = ApplicationReport("/gone", "", ("function gone:x",))
TYPO = PlacedProblem("site.toml", "applications[0].titel", "no such key", 3, 1)
OPTION = PlacedProblem("--set", "server.bnd", "no such key")
BROKEN = PlacedProblem("site.toml", "applications[1].hooks", "1:2 broken", 7, 9, cause=an_error())
DOUBT = PlacedProblem("site.toml", "sessions.secret_key", "in plain sight", 2, 5)
WORST = SiteReport("site.toml", (TYPO, BROKEN, OPTION), (DOUBT,), (GOOD, BAD, LOUD, UNTRIED))
BEST = SiteReport("site.toml", applications=(GOOD,))
