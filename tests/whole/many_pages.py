"""Hundreds of pages that do what a browser with our script does when its server restarts.

What `reconnect.js` does there is told here once more, without a browser: two hundred of those
need more than a machine has. The one that is real is in `test_restart`.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import attrs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

WAIT = (0.5, 1.0)
WAIT_AGAIN = (0.75, 1.5)
BEFORE_RELOAD = (1.5, 2.5)
RESTARTING, ENDED = 1012, 4000
PAUSE = 0.05


async def get(url: str, *, method: str = "GET", body: bytes = b"") -> tuple[int, bytes]:
    """Ask over a connection of its own; return the status and the body."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        head = f"{method} {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer, _, content = (await reader.read(-1)).partition(b"\r\n\r\n")
        return int(answer.split()[1]), content
    finally:
        writer.close()


@attrs.define(eq=False)
class FakePage:
    """A page at *url*; `seen` is what it was told, in order, with the time."""

    url: str
    seen: list[tuple[str, float]] = attrs.field(factory=list)
    value: int | None = None

    def note(self, what: str) -> None:
        self.seen.append((what, time.monotonic()))

    @property
    def story(self) -> tuple[str, ...]:
        return tuple(what for what, _ in self.seen)

    def when(self, what: str) -> float:
        return [at for noted, at in self.seen if noted == what][-1]

    async def live(self, is_open: Callable[[], None]) -> None:
        """Load, stay, and come back from a restart once; *is_open* is called each time."""
        token = await self.load()
        async with self.websocket(token, "new") as websocket:
            await self.pull(websocket)
            self.note("open")
            is_open()
            self.note(str(await closed_with(websocket)))
        await self.come_back(token)
        token = await self.load()
        async with self.websocket(token, "new") as websocket:
            await self.pull(websocket)
            self.note("back")
            is_open()
            await websocket.wait_closed()

    async def load(self) -> str:
        status, page = await get(self.url)
        found = re.search(rb'"token":"([^"]+)"', page)
        assert status == 200, page
        assert found is not None, page
        return found[1].decode()

    def websocket(self, token: str, mark: str) -> connect:
        place = urlsplit(self.url)
        return connect(
            f"ws://{place.netloc}{place.path}/ws?docsync-page={mark}",
            subprotocols=["bokeh", token],  # type: ignore[list-item]
            origin=f"http://{place.netloc}",  # type: ignore[arg-type]
            compression=None,
            open_timeout=60,
            close_timeout=1,
        )

    async def come_back(self, token: str) -> None:
        wait = WAIT
        while True:
            await asyncio.sleep(random.uniform(*wait))
            wait = WAIT_AGAIN
            try:
                async with self.websocket(token, "again") as websocket:
                    code = await closed_with(websocket)
            except (OSError, InvalidHandshake):
                self.note("refused")
                continue
            if code == ENDED:
                break
        self.note(str(code))
        await asyncio.sleep(random.uniform(*BEFORE_RELOAD))

    async def pull(self, websocket: ClientConnection) -> None:
        header = {"msgid": "1", "msgtype": "PULL-DOC-REQ"}
        for part in (header, {}, {}):
            await websocket.send(json.dumps(part))
        kind = ""
        while kind != "PULL-DOC-REPLY":
            header, _, content = [json.loads(await websocket.recv()) for _ in range(3)]
            kind = header["msgtype"]
        (self.value,) = (
            root["attributes"]["value"]
            for root in content["doc"]["roots"]
            if root["name"] == "Slider"
        )


async def closed_with(websocket: ClientConnection) -> int:
    """The code with which the server closes."""
    try:
        while True:
            await websocket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


@attrs.define(eq=False)
class Requests:
    """A steady stream of requests, each over a connection of its own."""

    url: str
    method: str = "GET"
    answered: int = 0
    failed: list[str] = attrs.field(factory=list)
    longest: float = 0.0

    async def run(self) -> None:
        while True:
            began = time.monotonic()
            try:
                status, body = await get(self.url, method=self.method, body=b"x")
            except (OSError, IndexError, ValueError) as error:
                self.failed.append(repr(error))
            else:
                self.answered += 1
                self.longest = max(self.longest, time.monotonic() - began)
                if status != 200:
                    self.failed.append(f"{status} {body[:100]!r}")
            await asyncio.sleep(PAUSE)
