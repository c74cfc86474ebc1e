"""A browser's tab without a browser: it gets a page and keeps its document in step.

It does what the page of ours does in a browser as far as the server can tell: the request
for the page, the token in it, the websocket with its marks, the pull, the patches. It draws
nothing and runs no JavaScript.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

import attrs
import trio
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.events import ButtonClick, Event
from bokeh.models.widgets.buttons import AbstractButton

from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.message import Message, Outgoing
from docsync_trio.protocol.outgoing import pull_request
from docsync_trio.server.entrance.page_mark import MARK, Mark
from docsync_trio.sessions.wire import WireClosed
from docsync_trio.testing.conversing import Conversing
from docsync_trio.testing.network import Network, split_target
from docsync_trio.testing.patience import SECONDS, News
from docsync_trio.testing.reply import Refused, Reply
from docsync_trio.testing.viewed_document import Unsent, ViewedDocument, values_of

LEFT: Final = 1001
"""The close code of a browser's tab that is closed or goes elsewhere."""

_TOKEN: Final = re.compile(r'"token":"([^"]+)"')
_OK: Final = 200

Return = Literal["rejoined", "renewed", "reloaded"]
"""What came of a page that came back: to its session; to a new one in its place; or it had to
reload itself, as its session had ended."""


@attrs.define(eq=False)
class Page:
    """One tab with one application in it. Made by `SiteUnderTest.open`.

    *target* is its address below the site's; *reply* is the page as it was sent.
    """

    target: str
    _network: Network
    _headers: Mapping[str, str]
    _nursery: trio.Nursery
    _settled: "Callable[[], Any]"
    _failed: Callable[[BaseException], object]
    reply: Reply = attrs.field(init=False)
    _token: str = attrs.field(default="", init=False)
    _viewed: ViewedDocument | None = attrs.field(default=None, init=False)
    _line: Conversing | None = attrs.field(default=None, init=False)
    _session: str = attrs.field(default="", init=False)
    _unsent: Unsent = attrs.field(factory=Unsent, init=False)
    _synced: dict[str, dict[str, Any]] = attrs.field(factory=dict, init=False)
    _news: News = attrs.field(factory=News, init=False)
    _changes: int = attrs.field(default=0, init=False)

    @property
    def html(self) -> str:
        """The page as it was sent."""
        return self.reply.text

    @property
    def document(self) -> Document:
        """The page's own document. What is changed in it is sent to the server at once.

        After `come_back` and `reload` it is another one: ask for its models again.
        """
        assert self._viewed is not None  # noqa: S101 - it is there once the page is open
        return self._viewed.document

    @property
    def closed(self) -> WireClosed | None:
        """How the websocket ended (its `code` and `reason`); None while it is open."""
        return None if self._line is None else self._line.closed

    def model(self, name: str) -> Any:
        """Return the model whose ``name`` is *name*. Raises ``LookupError``."""
        found = self.document.get_model_by_name(name)
        if found is None:
            names = sorted({model.name for model in self.document.models if model.name})
            raise LookupError(f"no model is named {name!r}; names are: {', '.join(names)}")
        return found

    def send(self, event: Event) -> None:
        """Send an event of Bokeh's: ``page.send(Tap(plot, x=1, y=2, sx=0, sy=0))``."""
        assert self._viewed is not None  # noqa: S101
        self._viewed.send(event)

    def click(self, button: str | AbstractButton) -> None:
        """Click a button; a name stands for the model of that name."""
        self.send(ButtonClick(self.model(button) if isinstance(button, str) else button))

    async def settled(self) -> None:
        """Wait until the server has dealt with all that was sent, and the answers are here.

        Callbacks have run then, also in threads, and those that they added for the next
        tick. It does not wait for time to pass: not for timeouts and periods.
        """
        await self._settled()

    async def changed(self, *, within: float = SECONDS) -> None:
        """Wait until the server changes the document.

        Raises ``AssertionError`` if it does not *within* that many seconds.
        """
        before = self._changes
        await self.until(lambda: self._changes != before, "a change comes", within=within)

    async def until(
        self, condition: Callable[[], object], what: str = "", *, within: float = SECONDS
    ) -> None:
        """Wait until *condition* is true; it is asked again whenever something arrives.

        Raises ``AssertionError``, with *what* was waited for, if that takes longer than
        *within* seconds.
        """
        what = what or getattr(condition, "__qualname__", repr(condition))
        await self._news.until(condition, f"{what} ({self.target})", within)

    async def lose_line(self) -> None:
        """Lose the connection as a laptop does that goes to sleep: nobody says goodbye.

        What is changed in the document from now on is sent when the page comes back.
        """
        self._synced = values_of(self.document)
        if self._line is not None:
            await self._line.cut()

    async def come_back(self) -> Return:
        """Connect again with the same token, as a page does when it has a network again."""
        before, viewed = self._session, self._viewed
        try:
            await self._connect("again")
        except Refused:
            if self.closed is None or self.closed.code != CloseCode.SESSION_ENDED:
                raise
            await self._load()
            return "reloaded"
        if viewed is not None:
            viewed.let_go()
        self._unsent.make_again(self.document)
        return "rejoined" if self._session == before else "renewed"

    async def reload(self) -> None:
        """Get the page again, and with it a session of its own; the old one is left."""
        await self._load()

    async def close(self) -> None:
        """Close the tab. Nothing happens if it is closed already."""
        if self._line is not None:
            await self._line.close(LEFT)
        if self._viewed is not None:
            self._viewed.let_go()

    async def _load(self) -> None:
        old = self._line
        self.reply = await self._network.request("GET", self.target, self._headers, b"")
        if old is not None:
            await self.close()
        self._unsent = Unsent()
        if self.reply.status != _OK:
            raise Refused(f"GET {self.target}", self.reply.status, self.reply.text)
        token = _TOKEN.search(self.html)
        if token is None:
            raise Refused(f"GET {self.target}", self.reply.status, "there is no document in it")
        self._token = token[1]
        await self._connect("new")

    async def _connect(self, mark: Mark) -> None:
        path, query = split_target(self.target)
        asked = f"{query}&{MARK}={mark}" if query else f"{MARK}={mark}"
        line = await self._network.websocket(
            f"{path.rstrip('/')}/ws?{asked}",
            {"Origin": self._network.url, **self._headers},
            ("bokeh", self._token),
        )
        self._line = Conversing(line, self._received, self._failed, self._news)
        self._nursery.start_soon(self._line.run)
        self._session = await self._line.greeting(self.target)
        before = self._viewed
        self._line.ask(pull_request())
        await self.until(lambda: self._viewed is not before or self.closed, "the document comes")
        if self._viewed is before:
            raise Refused(f"the page at {self.target}", 0, str(self.closed))

    def _received(self, message: Message) -> None:
        if message.kind == "PULL-DOC-REPLY":
            self._viewed = ViewedDocument.of_reply(message, self._say)
        elif message.kind == "PATCH-DOC" and self._viewed is not None:
            self._viewed.apply(message)
            self._changes += 1

    def _say(self, message: Outgoing, event: DocumentPatchedEvent) -> None:
        if self.closed is None and self._line is not None:
            self._line.ask(message)
        else:
            self._unsent.remember(self._synced, event)


@asynccontextmanager
async def open_page(page: Page) -> AsyncIterator[Page]:
    """Open *page* for the length of the block; its tab is closed at the end."""
    try:
        await page._load()  # noqa: SLF001 - the way in, which tests have no use for
        yield page
    finally:
        with trio.CancelScope(shield=True):
            await page.close()
