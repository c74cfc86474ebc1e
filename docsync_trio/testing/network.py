"""What a fake browser needs of a network, whether there is one or not."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from docsync_trio.protocol.message import Frame
from docsync_trio.testing.reply import Reply

Fields = Mapping[str, str]
"""The headers of a request."""


class Line(Protocol):
    """A websocket that the site has accepted, seen from the browser."""

    async def send(self, frames: Sequence[Frame]) -> None:
        """Send the frames of one message; those of a line that is over are lost."""
        ...

    async def receive(self) -> Frame:
        """Return the next frame. Raises `WireClosed` when there will be no more."""
        ...

    def cut(self) -> None:
        """End it without a close frame, as a network does that is gone."""
        ...

    async def close(self, code: int) -> None:
        """End it with a close frame, as a browser does."""
        ...


class Network(Protocol):
    """The way to a site."""

    @property
    def url(self) -> str:
        """The site's address, without a path: ``"http://127.0.0.1:43210"``."""
        ...

    async def request(self, method: str, target: str, headers: Fields, body: bytes) -> Reply:
        """Return the answer to one request; *target* is a path, and a query if there is one."""
        ...

    async def websocket(self, target: str, headers: Fields, subprotocols: Sequence[str]) -> Line:
        """Open a websocket. Raises `Refused`."""
        ...


def split_target(target: str) -> tuple[str, str]:
    """Return the path and the query of *target*."""
    path, _, query = target.partition("?")
    return path, query
