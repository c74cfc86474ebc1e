"""Sending visitors elsewhere: the ``redirect`` of a route."""

from urllib.parse import quote

import attrs
from starlette.responses import RedirectResponse
from starlette.types import Receive, Scope, Send

from docsync_trio.config.redirects import filled
from docsync_trio.server.entrance.served_applications import PATH_CHARACTERS


@attrs.frozen(eq=False)
class Redirect:
    """An ASGI application: sends to *target*, with *status*.

    A path is one of this site, which is below *prefix*. The query of the request goes along,
    unless the target has one.
    """

    target: str
    status: int
    prefix: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        values = {
            name: quote(str(value), safe=PATH_CHARACTERS)
            for name, value in scope["path_params"].items()
        }
        url = filled(self.target, values)
        if self.target.startswith("/"):
            # Of several slashes in front a browser would make another server's name.
            url = f"{scope.get('root_path', '')}{self.prefix}/{url.lstrip('/')}"
        query = scope.get("query_string", b"").decode("latin-1")
        before, mark, fragment = url.partition("#")
        if query and "?" not in before:
            url = f"{before}?{query}{mark}{fragment}"
        await RedirectResponse(url, status_code=self.status)(scope, receive, send)
