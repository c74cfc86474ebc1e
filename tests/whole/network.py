"""A line between browser and server that a test can cut, silence and mend.

Cut: every connection is reset and new ones are, too, as where a server is down. Silent:
nothing gets through and nobody is told, as in a tunnel or with a laptop asleep.
"""

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import attrs

RESET = struct.pack("ii", 1, 0)
CHUNK = 65_536
HOST = re.compile(rb"(?i)Host: [^\r\n]*")
UPGRADE = re.compile(rb"(?i)(?:Upgrade: websocket|Connection: Upgrade)\r\n")


@attrs.define(eq=False)
class Line:
    """What leads from *url* to whatever server it was last connected `to`."""

    url: str = attrs.field(default="", init=False)
    drops_upgrades: bool = attrs.field(default=False, init=False)
    other_host: bytes = attrs.field(default=b"", init=False)
    bytes_until_cut: int | None = attrs.field(default=None, init=False)
    _server: str
    _loop: asyncio.AbstractEventLoop = attrs.field(factory=asyncio.new_event_loop, init=False)
    _is_cut: bool = attrs.field(default=False, init=False)
    _speaks: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)
    _writers: set[asyncio.StreamWriter] = attrs.field(factory=set, init=False)

    def to(self, url: str) -> None:
        """Lead new connections to the server at *url*."""
        self._server = url

    def cut(self) -> None:
        self._do(self._cut())

    def silence(self) -> None:
        self._do(self._silence())

    def mend(self) -> None:
        """Let everything through again; what was silent goes on where it stopped."""
        self._do(self._mend())

    def cut_after(self, size: int) -> None:
        """Cut when the server has sent *size* more bytes."""
        self.bytes_until_cut = size

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _cut(self) -> None:
        self._is_cut = True
        for writer in self._writers:
            reset(writer)

    async def _silence(self) -> None:
        self._speaks.clear()

    async def _mend(self) -> None:
        self._is_cut, self.bytes_until_cut = False, None
        self._speaks.set()

    async def _serve(self, started: threading.Event) -> None:
        self._speaks.set()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        started.set()
        async with server:
            with suppress(asyncio.CancelledError):
                await server.serve_forever()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await self._speaks.wait()
            if self._is_cut:
                reset(writer)
                return
            address = urlsplit(self._server)
            there, out = await asyncio.open_connection(address.hostname, address.port)
            self._writers |= {writer, out}
            try:
                await asyncio.gather(
                    self._carry(reader, out), self._carry(there, writer, back=True)
                )
            finally:
                self._writers -= {writer, out}
                reset(writer)
                reset(out)

    async def _carry(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, back: bool = False
    ) -> None:
        while data := await source.read(CHUNK):
            await self._speaks.wait()
            if not back:
                data = self._as_a_proxy(data)
            if back and self.bytes_until_cut is not None:
                data, rest = data[: self.bytes_until_cut], data[self.bytes_until_cut :]
                self.bytes_until_cut -= len(data)
                if rest:
                    to.write(data)
                    await to.drain()
                    await self._cut_gently()
                    return
            to.write(data)
            await to.drain()
        await self._speaks.wait()
        to.close()

    def _as_a_proxy(self, head: bytes) -> bytes:
        """What a proxy makes of *head* that nobody told of websockets, or of public names."""
        if self.drops_upgrades:
            head = UPGRADE.sub(b"", head)
        return HOST.sub(b"Host: " + self.other_host, head) if self.other_host else head

    async def _cut_gently(self) -> None:
        """As `cut`, once what was sent has arrived: a reset overtakes it."""
        self._is_cut = True
        for writer in list(self._writers):
            writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """A line to the server at *url*, until the block ends."""
    line = Line(url)
    started = threading.Event()
    loop = line._loop
    serving = loop.create_task(line._serve(started))
    thread = threading.Thread(target=loop.run_until_complete, args=(serving,), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield line
    finally:
        line.cut()
        loop.call_soon_threadsafe(serving.cancel)
        thread.join(10)
        loop.close()
