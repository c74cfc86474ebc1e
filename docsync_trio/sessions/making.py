"""A session that is being made, for all who wait for it."""

from collections.abc import Callable
from contextvars import Context

import attrs
import trio

from docsync_trio.base.errors import DocsyncError
from docsync_trio.base.request_in_hand import RequestInHand, request_in_hand
from docsync_trio.sessions.session import Session


@attrs.define(eq=False)
class Making:
    """Becomes a session, or an error for everyone who waits.

    Whoever cancels *scope* while it is made ends the attempt; *buried* is set when
    nothing is left of what was made. What is logged until it is done is of the request that
    is in hand when it begins.
    """

    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    buried: trio.Event = attrs.field(factory=trio.Event, init=False)
    _done: trio.Event = attrs.field(factory=trio.Event, init=False)
    _session: Session | None = attrs.field(default=None, init=False)
    _make_error: Callable[[], DocsyncError] | None = attrs.field(default=None, init=False)
    _cause: BaseException | None = attrs.field(default=None, init=False)

    _request: RequestInHand | None = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        request = request_in_hand()
        # Of its own: a websocket that has a session made is in hand for hours.
        self._request = None if request is None else attrs.evolve(request)

    def begin(self, context: Context, start: Callable[[], object]) -> None:
        """Call *start* in *context*."""
        if self._request is None:
            context.run(start)
        else:
            context.run(self._request.taken_in_hand)
            context.run(start)

    def succeed(self, session: Session) -> None:
        """Give *session* to all who wait."""
        self._session = session
        self._is_done()

    def fail(self, make_error: Callable[[], DocsyncError], cause: BaseException | None) -> None:
        """Raise an error, made for each of them, to all who wait; *cause* is behind it.

        One exception object would collect the tracebacks of all of them.
        """
        self._make_error, self._cause = make_error, cause
        self._is_done()

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

    def _is_done(self) -> None:
        self._done.set()
        if self._request is not None:
            self._request.over = True
