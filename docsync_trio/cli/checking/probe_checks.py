"""What `docsync probe` tries, one thing after the other, as a browser would meet them.

What needs something that failed before is not tried. Every step has a time limit, as a
proxy that is set up wrongly often says nothing at all.
"""

import json
import ssl
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import attrs
import h11
import trio

from docsync_trio.base.durations import format_duration, format_size
from docsync_trio.base.errors import ProtocolError
from docsync_trio.cli.checking.probe_report import BAD, GOOD, UNKNOWN, Finding
from docsync_trio.client.errors import (
    CertificateUntrusted,
    ClientError,
    ServerFault,
    ServerUnreachable,
)
from docsync_trio.client.options import MAX_MESSAGE_SIZE, Plan
from docsync_trio.client.page_request import PageAnswer, get_page, open_stream
from docsync_trio.client.single_error import single_error
from docsync_trio.client.transport import ClientWire, HandshakeRefused, open_wire
from docsync_trio.client.way_in import WayIn
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.message import Message, Outgoing
from docsync_trio.protocol.outgoing import outgoing, pull_request
from docsync_trio.sessions.wire import WireClosed

STEP_SECONDS: Final = 20.0
"""How long one step may take; a document may have to be built in it."""

HEADS: Final = (4_000, 8_000, 16_000, 32_000, 60_000)
"""Sizes of request heads that are tried. Cookies and tokens are in them: 8 kB is what most
proxies take and little enough to be needed."""

_USUAL_HEAD: Final = 8_000

_DOCS: Final = "see docs/probe.md"


@attrs.define(eq=False)
class Probe:
    """One look at the application at *url*, as a page of *origin* sees it.

    *message* is the size of a message to be sent, in bytes; *idle* how long to say nothing,
    in seconds; 0 leaves either out. *tls* knows whose certificates are good.
    """

    url: str
    origin: str
    headers: dict[str, str]
    message: int
    idle: float
    tls: ssl.SSLContext | None = None
    _way_in: WayIn = attrs.field(init=False)
    _socket: str = attrs.field(default="", init=False)

    def __attrs_post_init__(self) -> None:
        self._way_in = Plan(url=self.url, headers=self.headers, tls=self.tls).way_in()
        self.origin = self.origin or origin_of(self._way_in.address.page)

    async def run(self) -> AsyncIterator[Finding]:
        """Yield what is found, as it is found."""
        reached = await self._reach()
        yield reached
        if reached.verdict == BAD:
            return
        page = await self._page()
        yield page
        if page.verdict == BAD:
            return
        for finding in await self._preflight():
            yield finding
        yield await self._head()
        for finding in await self._websocket():
            yield finding

    async def _reach(self) -> Finding:
        url = self._way_in.address.page
        try:
            with trio.fail_after(STEP_SECONDS):
                stream = await open_stream(url, self.tls)
                await stream.aclose()
        except (ServerUnreachable, trio.TooSlowError) as error:
            says = str(error) or f"no answer within {format_duration(STEP_SECONDS)}"
            advice = "check name and port, and firewalls between"
            if isinstance(error, CertificateUntrusted):
                advice = "--ca FILE names the authority that issued it"
            return Finding("connection", BAD, says, advice)
        secure = urlsplit(url).scheme == "https"
        return Finding("connection", GOOD, "TCP and TLS" if secure else "TCP")

    async def _page(self) -> Finding:
        begun = trio.current_time()
        try:
            with trio.fail_after(STEP_SECONDS):
                await self._way_in.fetch_token()
        except trio.TooSlowError:
            text = f"no answer within {format_duration(STEP_SECONDS)}"
            return Finding("page", BAD, text, "the application takes long: docsync check")
        except ClientError as error:
            return Finding("page", BAD, str(error))  # it says what to do
        except ValueError as error:
            return Finding("page", BAD, str(error), "write --header 'Name: value'")
        return Finding("page", GOOD, f"answers in {trio.current_time() - begun:.1f} s")

    async def _preflight(self) -> list[Finding]:
        base = self._way_in.address.name.rstrip("/")
        self._socket = self._way_in.address.websocket
        fields = [*self.headers.items(), ("Bokeh-Token", self._way_in.token)]
        try:
            answer = await self._get(f"{base}/preflight?origin={quote(self.origin)}", fields)
            told: dict[str, Any] = json.loads(answer.body)
            self._socket = urljoin(self._socket, told["websocket"])
            checks = [_of_preflight(one) for one in told["checks"]]
        except (ClientError, trio.TooSlowError, ValueError, LookupError, TypeError):
            text = "there is none here: Bokeh's own server has none, or a proxy keeps it"
            return [Finding("preflight", UNKNOWN, text)]
        return [one for one in checks if one.verdict != UNKNOWN]

    async def _get(self, url: str, fields: list[tuple[str, str]]) -> PageAnswer:
        with trio.fail_after(STEP_SECONDS):
            try:
                return await get_page(url, fields, self.tls)
            except h11.ProtocolError as error:
                raise ServerFault(str(error)) from error

    async def _head(self) -> Finding:
        url = f"{self._way_in.address.name.rstrip('/')}/metadata"
        passed = 0
        for size in HEADS:
            fields = [*self.headers.items(), ("X-Docsync-Probe", "x" * (size - 500))]
            try:
                answer = await self._get(url, fields)
            except (ClientError, trio.TooSlowError):
                break
            if answer.status >= HTTPStatus.BAD_REQUEST:
                break
            passed = size
        if passed < _USUAL_HEAD:
            advice = "raise the proxy's limit; nginx: large_client_header_buffers"
            return Finding("head", BAD, f"no more than {format_size(passed)} passes", advice)
        return Finding("head", GOOD, f"{format_size(passed)} pass")

    async def _websocket(self) -> list[Finding]:
        found: list[Finding] = []
        address = urlsplit(self._socket)._replace(query=self._way_in.address.query).geturl()
        fields = [*self.headers.items(), ("Origin", self.origin)]
        try:
            with single_error():
                async with open_wire(
                    address,
                    self._way_in.token,
                    fields,
                    tls=self.tls,
                    max_message_size=MAX_MESSAGE_SIZE,
                    beats=False,
                ) as wire:
                    await self._converse(Conversing(wire), found)
        except HandshakeRefused as refused:
            found.append(_refused(refused))
        except (ClientError, trio.TooSlowError) as error:
            found.append(Finding("websocket", BAD, str(error) or "no answer", _DOCS))
        return found

    async def _converse(self, talk: "Conversing", found: list[Finding]) -> None:
        step = "websocket"
        try:
            with trio.fail_after(STEP_SECONDS):
                await talk.hear("ACK")
            found.append(Finding(step, GOOD, f"open, {urlsplit(self._socket).path}"))
            step = "ping"
            with trio.fail_after(STEP_SECONDS):
                await talk.ping()
            found.append(Finding(step, GOOD, "answered"))
            step = "content"
            size = (await talk.ask(pull_request(), "PULL-DOC-REPLY")).size
            found.append(Finding(step, GOOD, f"{format_size(size)} came"))
            step = "message"
            if self.message:
                padding = json.dumps({"at_once": True, "padding": "x" * self.message})
                await talk.ask(outgoing("SERVER-INFO-REQ", padding), "SERVER-INFO-REPLY")
                found.append(Finding(step, GOOD, f"{format_size(self.message)} went through"))
            step = "idle"
            if self.idle:
                found.append(await self._idle(talk))
        except WireClosed as closed:
            found.append(Finding(step, BAD, f"the connection ended: {closed}", _ADVICE[step]))
        except (trio.TooSlowError, ProtocolError) as error:
            found.append(Finding(step, BAD, str(error) or "no answer", _ADVICE[step]))

    async def _idle(self, talk: "Conversing") -> Finding:
        begun = trio.current_time()
        try:
            with trio.move_on_after(self.idle):
                await talk.hear("nothing of this kind")
        except WireClosed as closed:
            text = f"cut after {format_duration(round(trio.current_time() - begun))}: {closed}"
            return Finding("idle", BAD, text, _ADVICE["idle"])
        await talk.ask(outgoing("SERVER-INFO-REQ", "{}"), "SERVER-INFO-REPLY")
        return Finding("idle", GOOD, f"still there after {format_duration(self.idle)}")


_ADVICE: Final = {
    "websocket": _DOCS,
    "ping": "a proxy must pass websocket frames as they are; " + _DOCS,
    "content": "the server's log has the reason",
    "message": "raise server.max_message_size, or the proxy's limit",
    "idle": "let the proxy wait longer than server.keep_alive.ping; nginx: proxy_read_timeout",
}


@attrs.define(eq=False)
class Conversing:
    """Bokeh's messages over an open websocket, one question at a time."""

    _wire: ClientWire
    _assembler: Assembler = attrs.field(
        factory=lambda: Assembler(Limits(message_size=MAX_MESSAGE_SIZE)), init=False
    )

    async def hear(self, kind: str) -> Message:
        """Return the next message of that kind."""
        while True:
            message = self._assembler.feed(await self._wire.receive())
            if message is not None and message.kind == kind:
                return message

    async def ask(self, question: Outgoing, kind: str) -> Message:
        """Send *question* and return the answer."""
        with trio.fail_after(STEP_SECONDS):
            await self._wire.send(question.frames)
            return await self.hear(kind)

    async def ping(self) -> None:
        """Wait for the answer to a ping."""
        await self._wire.ping()


def _of_preflight(told: dict[str, Any]) -> Finding:
    verdict = {True: GOOD, False: BAD}.get(told["good"], UNKNOWN)
    advice = ""
    if verdict == BAD:
        advice = str(told["instead"]) or _PREFLIGHT_ADVICE.get(told["check"], "")
    return Finding(str(told["check"]), verdict, str(told["says"]), advice)


_PREFLIGHT_ADVICE: Final = {
    "origin": "name the page's host in server.allow_origins, or let the proxy pass the Host header",
    "token": "sessions.secret_key must be the same in all processes; clocks must agree",
    "room": "raise sessions.max_sessions or server.max_sessions",
    "proxy": "pass the headers Upgrade and Connection, over HTTP/1.1; " + _DOCS,
}


def _refused(refused: HandshakeRefused) -> Finding:
    said = " ".join(refused.text.split())[:200]
    text = f"refused with status {refused.status}" + (f": {said}" if said else "")
    match refused.status:
        case HTTPStatus.FORBIDDEN:
            advice = _PREFLIGHT_ADVICE["origin"]
        case HTTPStatus.SERVICE_UNAVAILABLE:
            advice = _PREFLIGHT_ADVICE["room"]
        case _:
            advice = _PREFLIGHT_ADVICE["proxy"]
    return Finding("websocket", BAD, text, advice)


def origin_of(url: str) -> str:
    """Return the origin of a page at *url*, as browsers write it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
