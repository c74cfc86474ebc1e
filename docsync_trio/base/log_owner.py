"""Whose code is running, so that what it logs can say so.

An application logs through whatever library it likes and does not know which of its
sessions it serves. The tasks that run it know; all that they start, asyncio's tasks and
worker threads included, inherits it.
"""

import hashlib
from contextvars import ContextVar, Token

import attrs

_BEGINNING = 8
_DIGITS = 8


def short_session(session: str) -> str:
    """Return a name for the session of the id *session*, by which nobody can join it.

    It begins as the id does, and no two sessions have the same.
    """
    digest = hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{session[:_BEGINNING]}-{digest[:_DIGITS]}"


@attrs.frozen
class LogOwner:
    """The application served at *application*; its session *session* (the id), or ``""``."""

    application: str
    session: str = ""


owning: ContextVar[LogOwner | None] = ContextVar("docsync_log_owner", default=None)
"""What `log_owner` gives; to be set for a moment where `logs_owned_by` takes too long."""


def log_owner() -> LogOwner | None:
    """Return whose code is running, None where it is the server's own."""
    return owning.get()


@attrs.define(eq=False)
class logs_owned_by:  # noqa: N801 - it is used like a function
    """What is logged in the block, and in tasks and threads that start in it, is *owner*'s."""

    owner: LogOwner
    _token: Token[LogOwner | None] | None = attrs.field(default=None, init=False)

    def __enter__(self) -> None:
        self._token = owning.set(self.owner)

    def __exit__(self, *_exception: object) -> None:
        if self._token is not None:
            owning.reset(self._token)
