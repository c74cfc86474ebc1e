"""How a client comes to a session: a token first, then a websocket with it."""

import re
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html import unescape
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import attrs

from docsync_trio.base.errors import Refusal
from docsync_trio.client.address import Address, address_of
from docsync_trio.client.errors import NoSuchApplication, ServerUnreachable, TokenExpired, refusal
from docsync_trio.client.page_request import PageAnswer, get_page, with_cookies
from docsync_trio.client.transport import ClientWire, HandshakeRefused, open_wire, seconds_of
from docsync_trio.protocol.token import Claims, TokenSettings, is_expired, read_token

SESSION_ID = "Bokeh-Session-Id"
"""The header by which a session is named; the id is in no address and in no log."""

MARK = "docsync-page=again"
"""Tells our server that we come back: a session that is gone is then not made again unless
the site says so. The server takes it out of the arguments."""

_TOKEN = re.compile(r'"token"\s*:\s*"([\w.\-]+)"')
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTIONS = 5
_LONGEST_REASON = 500


@attrs.define(eq=False)
class WayIn:
    """The way to one session. *token* is empty until one has been fetched."""

    address: Address
    token: str
    session_id: str
    _headers: Mapping[str, str]
    _cookies: dict[str, str]
    _tls: ssl.SSLContext | None
    _max_message_size: int

    def __attrs_post_init__(self) -> None:
        if self.token:
            self._learn(self.token)

    async def fetch_token(self) -> None:
        """Ask for the page, which makes the session, and take the token out of it.

        Raises the errors of `docsync_trio.client.errors`.
        """
        answer = await self._page()
        found = _TOKEN.search(answer.body)
        if found is None:
            raise NoSuchApplication(
                f"the page at {self.address.name} has no Bokeh document in it; check its path",
                status=answer.status,
            )
        self._cookies.update(answer.cookies)
        self._learn(found[1])

    @asynccontextmanager
    async def open(self, *, again: bool, marked: bool) -> AsyncIterator[ClientWire]:
        """Open a websocket; *again* to come back, *marked* to a server that knows the mark.

        Raises the errors of `docsync_trio.client.errors`, and `WireClosed`.
        """
        if not self.token or (again and not marked and self._is_expired()):
            await self.fetch_token()
        address = self.address
        if again and marked:
            query = "&".join(filter(None, [address.query, MARK]))
            address = attrs.evolve(address, query=query)
        fields = with_cookies(self._headers, self._cookies)
        try:
            async with open_wire(
                address.websocket,
                self.token,
                fields,
                tls=self._tls,
                max_message_size=self._max_message_size,
            ) as wire:
                yield wire
        except HandshakeRefused as refused:
            raise self._refusal(refused.status, refused.text, refused.retry_after) from None

    def expired(self, reason: str) -> TokenExpired | None:
        """The error for a server that hangs up instead of saying that the token is too old."""
        if not self._is_expired():
            return None
        text = "the token is too old to make a session; get a new one"
        return TokenExpired(text, status=HTTPStatus.FORBIDDEN, reason=reason)

    async def _page(self) -> PageAnswer:
        fields = with_cookies(self._headers, self._cookies)
        if self.session_id:
            fields.append((SESSION_ID, self.session_id))
        answer = await get_page(self.address.page, fields, self._tls)
        for _ in range(_MOST_REDIRECTIONS):
            if answer.status not in _REDIRECTIONS:
                break
            self.address = address_of(_followed(self.address.page, answer.header("location")))
            answer = await get_page(self.address.page, fields, self._tls)
        if answer.status != HTTPStatus.OK:
            wait = seconds_of(answer.header("retry-after"))
            raise self._refusal(answer.status, answer.body, wait)
        return answer

    def _refusal(self, status: int, text: str, retry_after: float) -> Exception:
        return refusal(
            status,
            _plain(text),
            url=self.address.name,
            sent_origin=any(name.lower() == "origin" for name in self._headers),
            is_expired=self._is_expired(),
            retry_after=retry_after,
        )

    def _learn(self, token: str) -> None:
        self.token = token
        self.session_id = claims_of(token).session_id

    def _is_expired(self) -> bool:
        return bool(self.token) and is_expired(claims_of(self.token), time.time())


def claims_of(token: str) -> Claims:
    """Return what *token* says, without asking whether it is genuine: that is the server's part.

    Raises ``ValueError`` for what is no token.
    """
    try:
        return read_token(token, TokenSettings(None, signed=False, expiration=0.0))
    except Refusal:
        raise ValueError("this is no token of a Bokeh session") from None


def _followed(url: str, location: str) -> str:
    there = urljoin(url, location)
    if not location or urlsplit(there).hostname != urlsplit(url).hostname:
        raise ServerUnreachable(
            f"{url} leads to {there}, another server; name that one if you trust it: "
            "headers and cookies would go there"
        )
    return there


def _plain(text: str) -> str:
    """Return the one line that matters of an error page, which may be HTML."""
    title = _TITLE.search(text)
    line = unescape(title[1]) if title else text.partition("Traceback (")[0]
    return " ".join(line.split())[:_LONGEST_REASON]
