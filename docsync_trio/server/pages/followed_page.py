"""The page of an application that its author is working on.

The page carries a sign of all that its document cannot bring: the template, the title, what
is loaded, the places of the roots, static files. When the application has been exchanged, a
page with another sign is loaded anew, and all others only get the new document. A page that
cannot be made at all watches for the application's next state.
"""

import contextlib
import hashlib
import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import attrs
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docsync_trio.base.errors import ApplicationError
from docsync_trio.server.development.following import FollowedApplication
from docsync_trio.server.own_pages.error_page import ExplainedError, of_failure
from docsync_trio.server.own_pages.html import with_scripts
from docsync_trio.server.pages.bokehjs import root_url
from docsync_trio.server.pages.page_script import NAME, page_script

MOST_FILES: Final = 2000
"""Static files that are looked at; a change of one beyond them is seen when one reloads."""

_SCRIPT: Final = f"{NAME}?".encode()

# What is different in each session: its token, the ids of models, those of elements.
_OWN: Final = re.compile(
    rb'"token":\s*"[^"]*"|\bp\d{4,}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b'
)


@attrs.frozen(eq=False)
class FollowedPage:
    """An ASGI application: the page that *page* answers with.

    *static* is the folder of files that the application brings along, *prefix* the site's.
    """

    page: ASGIApp
    application: FollowedApplication
    static: Path | None
    prefix: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        start, body = await self._answered(scope, receive)
        sign = urlencode(self._sign(body)).encode()
        body = body.replace(_SCRIPT, _SCRIPT + sign + b"&", 1)
        if scope["method"] != "HEAD":
            start["headers"] = [
                (name, b"%d" % len(body) if name == b"content-length" else value)
                for name, value in start["headers"]
            ]
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def sign(self, scope: Scope, receive: Receive) -> Mapping[str, str]:
        """Return the sign of the page that would be the answer now; raises as the page does.

        It is ``page``, and ``styles``: that of the stylesheets, which can be exchanged alone.
        """
        _, body = await self._answered(scope, receive)
        return self._sign(body)

    def _sign(self, body: bytes) -> Mapping[str, str]:
        styles, others = _signs_below(self.static)
        return {"page": _digest(_OWN.sub(b"", body) + others), "styles": _digest(styles)}

    async def _answered(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        try:
            await self.page(scope, receive, keep)
        except ApplicationError as error:
            raise self._explained(error, scope) from error.__cause__
        return messages[0], b"".join(message.get("body", b"") for message in messages[1:])

    def _explained(self, error: ApplicationError, scope: Scope) -> ExplainedError:
        told = of_failure(error, show=self.application.following.show_errors)
        query = {"v": page_script().version, "failed": self.application.version}
        root = root_url(self.prefix, scope.get("root_path", ""))
        script = f"{root}static/{NAME}?{urlencode(query)}"
        headers: Mapping[str, str] = {**told.headers, **with_scripts()}
        return ExplainedError(error, attrs.evolve(told, script=script, headers=headers))


def _signs_below(folder: Path | None) -> tuple[bytes, bytes]:
    """What tells whether stylesheets in *folder* have changed, and whether other files have."""
    files = [] if folder is None else sorted(islice(folder.rglob("*.*"), MOST_FILES))
    styles: list[str] = []
    others: list[str] = []
    for file in files:
        with contextlib.suppress(OSError):  # it went away meanwhile
            state = file.stat()
            one = f"{file} {state.st_mtime_ns} {state.st_size}\n"
            (styles if file.suffix == ".css" else others).append(one)
    return "".join(styles).encode(), "".join(others).encode()


def _digest(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=9).hexdigest()
