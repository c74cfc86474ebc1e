"""A site whose addresses answer machines as well, before anybody else is asked."""

from typing import Any

import attrs
import trio

from docsync_trio.base.request_in_hand import leave_unlogged
from docsync_trio.config.schema import SiteSettings
from docsync_trio.server.connections.serve import ServedSite
from docsync_trio.server.entrance.join import Admit
from docsync_trio.server.entrance.served_applications import url_below
from docsync_trio.server.monitoring.health import Answer, Question
from docsync_trio.server.monitoring.open_monitoring import Monitoring
from docsync_trio.server.visits.request import path_of

_METHODS = {"GET", "HEAD"}


@attrs.frozen(eq=False)
class MonitoredSite:
    """The site *site*, with the answers of *monitoring* where nobody else has that path."""

    site: ServedSite
    monitoring: Monitoring
    _one_look: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(1), init=False
    )

    @property
    def settings(self) -> SiteSettings:
        """The whole site's settings."""
        return self.site.settings

    @property
    def admit(self) -> Admit:
        """The access rules for websockets."""
        return self.site.admit

    def passes_on(self, path: str) -> bool:
        """Say whether the websocket at *path* is for `asgi`."""
        return self.site.passes_on(path)

    def is_ours(self, path: str) -> bool:
        """Say whether at *path* no request needs more than a head."""
        return self._own_path(path) is not None or self.site.is_ours(path)

    async def drain(self, code: int, reason: str, *, within: float) -> None:
        """End all sessions."""
        await self.site.drain(code, reason, within=within)

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as an ASGI 3 application."""
        if scope["type"] == "http" and scope["method"] in _METHODS:
            own = self._own_path(path_of(scope))
            if own is not None and (answer := await self._answer(own, _question(scope))):
                leave_unlogged()
                await _send(answer, send, bare=scope["method"] == "HEAD")
                return
        await self.site.asgi(scope, receive, send)

    async def _answer(self, own: str, question: Question) -> Answer | None:
        if own != self.monitoring.settings.sessions:
            return self.monitoring.answer_at(own, question)
        # Of very many sessions it takes a while to tell; the loop goes on meanwhile.
        ask = self.monitoring.answer_at
        return await trio.to_thread.run_sync(ask, own, question, limiter=self._one_look)

    def _own_path(self, path: str) -> str | None:
        """Return *path* as the settings have it, if it is one of ours and nobody else's."""
        wanted = self.monitoring.settings
        settings = self.site.settings
        if wanted.bind is not None:
            return None
        for own in (wanted.livez, wanted.readyz, wanted.metrics, wanted.sessions):
            if own and path == url_below(settings.server.prefix, own):
                taken = {one.path for one in settings.applications}
                taken |= {one.path for one in settings.routes}
                return None if own in taken else own
        return None


def _question(scope: Any) -> Question:
    accept = b", ".join(value for name, value in scope["headers"] if name == b"accept")
    return Question(scope.get("query_string", b"").decode("latin-1"), accept.decode("latin-1"))


async def _send(answer: Answer, send: Any, *, bare: bool) -> None:
    fields = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", b"%d" % len(answer.body)),
        (b"cache-control", b"no-store"),
        *((name.encode(), value.encode()) for name, value in answer.headers.items()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if bare else answer.body})
