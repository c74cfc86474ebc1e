"""Every error of ours, sorted by whose fault it is and how to answer it.

Code that handles an error asks two things: who has to do something about it (the
operator, the application's author, the peer, or we ourselves), and what to tell
the other side. The class answers the first, its attributes the second.
"""

import secrets
from collections.abc import Iterable

import attrs

Path = tuple[str | int, ...]
"""Where a value stands in a site file: ``("applications", 0, "path")``."""


class DocsyncError(Exception):
    """The root of every error that docsync-trio raises on purpose."""


@attrs.frozen
class Problem:
    """One thing that is wrong with a site: where, what, and what instead.

    *path* is the key's place in the site file; *text* reads
    ``"what is wrong; what instead"``; *on_key* is true where the key itself is at
    fault (unknown, duplicate) rather than its value. *cause* is what an author's code
    raised, where that is what is wrong.
    """

    path: Path
    text: str
    on_key: bool = False
    cause: BaseException | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen
class PlacedProblem:
    """A problem as the operator meets it, with where to look.

    *source* is the site file as they called it, or ``"--set"``, or
    ``"environment DOCSYNC_TITLE"``; *line* and *column* count from 1 and are 0 where
    there are none. *key* is spelled ``applications[0].path``, and empty where the whole
    is meant. *text* and *cause* are those of the `Problem`.
    """

    source: str
    key: str
    text: str
    line: int = 0
    column: int = 0
    cause: BaseException | None = attrs.field(default=None, eq=False, repr=False)

    def __str__(self) -> str:
        """Return the one line: ``file:line:column: key: what is wrong; what instead``."""
        place = f"{self.source}:{self.line}:{self.column}" if self.line else self.source
        return ": ".join(part for part in (place, self.key, self.text) if part)


class ConfigError(DocsyncError):
    """The operator's: the site as described cannot be served.

    *problems* are in the order of the file.
    """

    def __init__(self, problems: Iterable[PlacedProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """One finished line for each problem."""
        return tuple(map(str, self.problems))


def new_incident() -> str:
    """Return a number for a failure: short enough to be read out over the telephone."""
    return secrets.token_hex(4)


class ApplicationError(DocsyncError):
    """The application author's: their code raised, or did what it must not.

    The cause (``__cause__``) is the author's own exception where there is one.
    *application* is the path it is served at, *incident* the short id under which
    the log has the whole traceback.
    """

    def __init__(self, text: str, *, application: str, incident: str) -> None:
        super().__init__(text)
        self.application = application
        self.incident = incident


class ProtocolError(DocsyncError):
    """The peer's: what it sent breaks Bokeh's protocol or a limit of ours.

    Its websocket is closed with *close_code* (RFC 6455 section 7.4; 4000-4999 are
    ours) and the text as the reason. *hint* is for the operator's log and names the key
    to change, if there is one.
    """

    def __init__(self, text: str, *, close_code: int = 1002, hint: str = "") -> None:
        super().__init__(text)
        self.close_code = close_code
        self.hint = hint


class Refusal(DocsyncError):  # noqa: N818 - an answer, and nobody's mistake
    """The peer's: a request that is understood and not granted.

    *status* is the HTTP status; the text is for the peer and gives nothing away;
    *hint* is for the operator's log and names the key to change, if there is one.
    *retry_after* (seconds) is sent as the header of that name.
    """

    def __init__(
        self, status: int, text: str, *, hint: str = "", retry_after: int | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.hint = hint
        self.retry_after = retry_after


class ServerError(DocsyncError):
    """The operator's: the server cannot start (exit status *status*), with what to do."""

    def __init__(self, text: str, *, status: int) -> None:
        super().__init__(text)
        self.status = status
