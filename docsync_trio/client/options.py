"""How a session is asked for: the keywords that all four ways to open one share."""

import ssl
from collections.abc import Mapping
from typing import TypedDict

import attrs

from docsync_trio.client.address import Arguments, address_of
from docsync_trio.client.news import OnNews, log_news
from docsync_trio.client.patience import Patience
from docsync_trio.client.way_in import WayIn, claims_of

MAX_MESSAGE_SIZE = 20_000_000
"""Bytes of one message from the server; what servers take from us by default, too."""


class Options(TypedDict, total=False):
    """The keywords of `pull_session` and `push_session`; `Plan` says what each means."""

    arguments: Arguments | None
    headers: Mapping[str, str] | None
    cookies: Mapping[str, str] | None
    session_id: str | None
    token: str | None
    patience: Patience
    on_news: OnNews
    tls: ssl.SSLContext | None
    max_message_size: int


@attrs.frozen(kw_only=True)
class Plan:
    """A session to be opened.

    *url* is the address of the page (``http://host:5006/sliders``) or of its websocket
    (``ws://host:5006/sliders/ws``). *arguments* reach ``session_context.request.arguments``
    of the session that is made; *headers* and *cookies* go with every request.
    *session_id* joins that session, or makes it where the server lets clients choose ids.
    With a *token* only the websocket is opened; without one the page is asked for it.
    *on_news* is told what becomes of the connection. *tls* is for servers with a
    certificate of their own. *max_message_size* is in bytes, for what the server sends.
    """

    url: str
    arguments: Arguments | None = None
    headers: Mapping[str, str] | None = None
    cookies: Mapping[str, str] | None = None
    session_id: str | None = None
    token: str | None = attrs.field(default=None, repr=False)
    patience: Patience = attrs.field(factory=Patience)
    on_news: OnNews = log_news
    tls: ssl.SSLContext | None = None
    max_message_size: int = MAX_MESSAGE_SIZE

    def way_in(self) -> WayIn:
        """Return the way to it. Raises ``TypeError`` and ``ValueError`` for what makes no sense."""
        if self.session_id and self.token:
            raise TypeError("a token names its session: give session_id or token, not both")
        return WayIn(
            address_of(self.url, self.arguments),
            self.token or "",
            claims_of(self.token).session_id if self.token else self.session_id or "",
            self.headers or {},
            dict(self.cookies or {}),
            self.tls,
            self.max_message_size,
        )
