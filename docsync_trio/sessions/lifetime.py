"""How long a session lives without connections, and why it ended.

No reaper looks at sessions: each waits inside a cancel scope whose deadline moves as
connections come and go, and ends by itself.
"""

import math

import attrs
import trio

from docsync_trio.config.schema import SessionSettings
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.sessions.wire import Ending

ENDED = Ending(CloseCode.SESSION_ENDED, "the session has ended")
"""How connections are closed when nobody gave another reason."""


@attrs.define(eq=False)
class Lifetime:
    """The time that one session still has."""

    _settings: SessionSettings
    ending: Ending = attrs.field(
        default=Ending(CloseCode.SESSION_ENDED, "the session has ended"), init=False
    )
    reason: str = attrs.field(default="", init=False)
    _seen: bool = attrs.field(default=False, init=False)
    _blocks: int = attrs.field(default=0, init=False)
    # Seconds that it has, as nobody is connected; None: somebody is.
    _idle: float | None = attrs.field(default=None, init=False)
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _clock: trio.abc.Clock = attrs.field(factory=trio.lowlevel.current_clock, init=False)

    def begin(self) -> None:
        """Nobody has opened the page's websocket yet."""
        self._leave_alone(self._settings.unclaimed_lifetime, "never opened in a browser")

    def hold(self, *, in_browser: bool) -> None:
        """Somebody is connected: a page, or a program, which may have made it for a page."""
        self._seen = self._seen or in_browser
        self._idle = None
        self._scope.deadline = math.inf

    def release(self, *, left: bool) -> None:
        """The last connection has gone: it *left* (the tab was closed), or it was lost."""
        if left and not self._seen:
            self.begin()
        elif left:
            self._leave_alone(self._settings.unused_lifetime, "no longer used")
        else:
            self._leave_alone(self._settings.lost_lifetime, "connection lost and not resumed")

    def block(self) -> None:
        """Let it go on, whoever is connected, until it is unblocked as often."""
        self._blocks += 1
        self._scope.deadline = math.inf

    def unblock(self) -> None:
        """Take one `block` back; the last one starts the clock, if nobody is connected."""
        self._blocks = max(self._blocks - 1, 0)
        if self._idle is not None:
            self._leave_alone(self._idle, self.reason)

    def end(self, ending: Ending, reason: str) -> None:
        """End the session now; the first reason given stands."""
        if not self._scope.cancel_called:
            self.ending, self.reason = ending, reason
            self._scope.cancel()

    async def over(self) -> None:
        """Wait until the session has to end."""
        with self._scope:
            await trio.sleep_forever()

    def is_over(self) -> bool:
        """Whether the session is about to end, so that nobody can join it any more."""
        return self._scope.cancel_called or trio.current_time() >= self._scope.deadline

    def remaining(self) -> float:
        """Return the seconds until it is over if nobody comes; any thread may ask.

        They are infinite while somebody is connected, and while it is blocked.
        """
        return max(0.0, self._scope.deadline - self._clock.current_time())

    def _leave_alone(self, seconds: float, reason: str) -> None:
        if self._scope.cancel_called:
            return  # it ends already, for the reason that was given
        self.reason, self._idle = reason, seconds
        if not self._blocks:
            self._scope.deadline = trio.current_time() + seconds
