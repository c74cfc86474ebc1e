"""A site whose addresses answer machines as well, before anybody else is asked."""

from typing import Any

import attrs

from docsync_trio.base.request_in_hand import leave_unlogged
from docsync_trio.config.schema import SiteSettings
from docsync_trio.server.health import Answer
from docsync_trio.server.join import Admit
from docsync_trio.server.monitoring import Monitoring
from docsync_trio.server.request import path_of
from docsync_trio.server.serve import ServedSite
from docsync_trio.server.served_applications import url_below

_METHODS = {"GET", "HEAD"}


@attrs.frozen(eq=False)
class MonitoredSite:
    """The site *site*, with the answers of *monitoring* where nobody else has that path."""

    site: ServedSite
    monitoring: Monitoring

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
            answer = None if own is None else self.monitoring.answer_at(own)
            if answer is not None:
                leave_unlogged()
                await _send(answer, send, bare=scope["method"] == "HEAD")
                return
        await self.site.asgi(scope, receive, send)

    def _own_path(self, path: str) -> str | None:
        """Return *path* as the settings have it, if it is one of ours and nobody else's."""
        wanted = self.monitoring.settings
        settings = self.site.settings
        if wanted.bind is not None:
            return None
        for own in (wanted.livez, wanted.readyz, wanted.metrics):
            if own and path == url_below(settings.server.prefix, own):
                taken = {one.path for one in settings.applications}
                taken |= {one.path for one in settings.routes}
                return None if own in taken else own
        return None


async def _send(answer: Answer, send: Any, *, bare: bool) -> None:
    fields = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", b"%d" % len(answer.body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if bare else answer.body})
