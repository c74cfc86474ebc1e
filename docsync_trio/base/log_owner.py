"""Whose code is running, so that what it logs can say so.

An application logs through whatever library it likes and does not know which of its
sessions it serves. The tasks that run it know; all that they start, asyncio's tasks and
worker threads included, inherits it.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

import attrs


@attrs.frozen
class LogOwner:
    """The application served at *application*; its session *session* (the id), or ``""``."""

    application: str
    session: str = ""


_owner: ContextVar[LogOwner | None] = ContextVar("docsync_log_owner", default=None)


def log_owner() -> LogOwner | None:
    """Return whose code is running, None where it is the server's own."""
    return _owner.get()


@contextlib.contextmanager
def logs_owned_by(owner: LogOwner) -> Iterator[None]:
    """What is logged in the block, and in tasks and threads that start in it, is *owner*'s."""
    token = _owner.set(owner)
    try:
        yield
    finally:
        _owner.reset(token)
