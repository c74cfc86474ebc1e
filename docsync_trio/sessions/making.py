"""A session that is being made, for all who wait for it."""

from collections.abc import Callable

import attrs
import trio

from docsync_trio.base.errors import DocsyncError
from docsync_trio.sessions.session import Session


@attrs.define(eq=False)
class Making:
    """Becomes a session, or an error for everyone who waits.

    Whoever cancels *scope* while it is made ends the attempt; *buried* is set when
    nothing is left of what was made.
    """

    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    buried: trio.Event = attrs.field(factory=trio.Event, init=False)
    _done: trio.Event = attrs.field(factory=trio.Event, init=False)
    _session: Session | None = attrs.field(default=None, init=False)
    _make_error: Callable[[], DocsyncError] | None = attrs.field(default=None, init=False)
    _cause: BaseException | None = attrs.field(default=None, init=False)

    def succeed(self, session: Session) -> None:
        """Give *session* to all who wait."""
        self._session = session
        self._done.set()

    def fail(self, make_error: Callable[[], DocsyncError], cause: BaseException | None) -> None:
        """Raise an error, made for each of them, to all who wait; *cause* is behind it.

        One exception object would collect the tracebacks of all of them.
        """
        self._make_error, self._cause = make_error, cause
        self._done.set()

    def is_done(self) -> bool:
        """Whether it has become something."""
        return self._done.is_set()

    async def wait(self) -> Session:
        """The session; raises the error if there is none."""
        await self._done.wait()
        if self._make_error is not None:
            raise self._make_error() from self._cause
        assert self._session is not None  # noqa: S101 - done means one of the two
        return self._session
