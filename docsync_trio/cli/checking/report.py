"""What `docsync check` found, as data; `check_text`, `check_json` and `check_github` write it."""

from collections.abc import Iterator
from typing import Literal

import attrs

from docsync_trio.base.errors import PlacedProblem
from docsync_trio.cli.failure import BUILD_FAILED, CONFIGURATION

Outcome = Literal["built", "failed", "not tried"]
RunsIn = Literal["thread", "loop"]


@attrs.frozen
class Fault:
    """What went wrong while a document was built: *what* did not work, and the *error*."""

    what: str
    error: BaseException


@attrs.frozen
class Detected:
    """What was found out about an application, in the words of the site file.

    *framework* and *async_kind* are what ``framework`` and ``async`` say, *functions_in* what
    ``run_callbacks_in`` does.
    """

    framework: str
    async_kind: str
    functions_in: RunsIn


@attrs.frozen
class ApplicationReport:
    """One application: what it is, and how building one document of it went.

    *title* is empty where it has none, *detected* None where it could not be loaded.
    *seconds* is how long building took, None where there is no document. *faults* are what
    went wrong, in its hooks as well. One that has problems of its own in the file may not
    have been tried.
    """

    path: str
    title: str
    handlers: tuple[str, ...]
    detected: Detected | None = None
    seconds: float | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """How it went: a document that was built counts for nothing if a hook failed."""
        if self.faults:
            return "failed"
        return "not tried" if self.seconds is None else "built"


@attrs.frozen
class SiteReport:
    """Everything about a site; *site* is what was checked.

    *problems* are those of the file and of what it imports, *doubts* what is allowed and yet
    probably not meant, *faults* what went wrong outside of applications.
    """

    site: str
    problems: tuple[PlacedProblem, ...] = ()
    doubts: tuple[PlacedProblem, ...] = ()
    applications: tuple[ApplicationReport, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def status(self) -> int:
        """The exit status: of several the one for what has to be mended first."""
        if any(one.cause is None for one in self.problems):
            return CONFIGURATION
        return BUILD_FAILED if self.problems or any(self.all_faults()) else 0

    def all_faults(self) -> Iterator[tuple[str, Fault]]:
        """Yield every fault with the path of its application, ``""`` for the site's own."""
        yield from (("", fault) for fault in self.faults)
        for one in self.applications:
            yield from ((one.path, fault) for fault in one.faults)
