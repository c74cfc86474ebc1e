"""A site whose applications are exchanged while it is served.

Whoever serves it keeps hold of this; each request and each websocket is answered by the
site as it is at that moment.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs
import trio

from docsync_trio.config.schema import SiteSettings
from docsync_trio.server.entrance.join import Admission
from docsync_trio.server.site import Site
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request

_COME_BACK_LATER: Final = 503


@attrs.frozen(eq=False)
class ReloadRequest:
    """Somebody has noticed a change; *everything*: or wants all applications anew.

    *because* is why, in words; nothing where it shows in the files. *looked* is set when all
    that followed is done.
    """

    everything: bool = False
    because: str = ""
    looked: trio.Event = attrs.field(factory=trio.Event, init=False)


@attrs.define(eq=False)
class _Answer:
    """Goes on to *send*, unless it says to come back later and *is_outdated*.

    So a visitor whose document was being built when its application was exchanged gets a page
    of the new one.
    """

    _send: Any
    is_outdated: Callable[[], bool]
    is_dropped: bool = attrs.field(default=False, init=False)

    async def send(self, message: Any) -> None:
        """Send *message*, or keep quiet."""
        is_start = message["type"] == "http.response.start"
        if is_start and message["status"] == _COME_BACK_LATER and self.is_outdated():
            self.is_dropped = True
        if not self.is_dropped:
            await self._send(message)


@attrs.define(eq=False)
class RunningSite:
    """The site as it is: *current*. It is what `serve_site` asks for."""

    current: Site
    _requests: trio.MemorySendChannel[ReloadRequest]

    @property
    def settings(self) -> SiteSettings:
        """The whole site's settings, as they are in force."""
        return self.current.settings

    @property
    def applications(self) -> Sequence[ApplicationContext]:
        """The applications, in the order of the site file."""
        return self.current.applications

    @property
    def warnings(self) -> tuple[str, ...]:
        """Lines for the operator, as for `Site`."""
        return self.current.warnings

    def look(self) -> None:
        """Let somebody look soon what has changed; does not wait for it."""
        self._requests.send_nowait(ReloadRequest())

    async def reload(self, *, everything: bool = False, because: str = "") -> None:
        """Take over what has changed, and wait until that is done or has failed.

        *everything* loads all applications anew, whatever has changed; *because* is why, in
        words. Observers are told how it goes.
        """
        request = ReloadRequest(everything, because)
        self._requests.send_nowait(request)
        await request.looked.wait()

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as an ASGI 3 application."""
        answering = self.current
        answer = _Answer(send, lambda: self.current is not answering)
        can_be_asked_again = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        await answering.asgi(scope, receive, answer.send if can_be_asked_again else send)
        if answer.is_dropped:
            await self.asgi(scope, receive, send)

    def admit(self, request: Request, subprotocols: Sequence[str], now: float) -> Admission:
        """Say whether a websocket may come in; see `admit_websocket`."""
        return self.current.admit(request, subprotocols, now)

    def passes_on(self, path: str) -> bool:
        """Say whether the websocket at *path* belongs to a mounted web application."""
        return self.current.passes_on(path)

    def is_ours(self, path: str) -> bool:
        """Say whether at *path* the answer is ours alone; see `ServedApplications.is_ours`."""
        return self.current.is_ours(path)

    async def drain(self, code: int, reason: str, *, within: float) -> None:
        """End all sessions, and the websockets of mounted web applications."""
        await self.current.drain(code, reason, within=within)


def request_channel() -> tuple[
    trio.MemorySendChannel[ReloadRequest], trio.MemoryReceiveChannel[ReloadRequest]
]:
    """Return the two ends of the way on which reloads are asked for."""
    return trio.open_memory_channel(float("inf"))
