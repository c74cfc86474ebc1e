"""A site while it is tested: what visitors do, what is observed, and what is wrong in the end."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlencode

import attrs
import trio

from docsync_trio.base.events import ApplicationTaskFailed, Event
from docsync_trio.server.entrance.served_applications import has_parameters
from docsync_trio.server.site import Site
from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.testing.failures import Expectation, Failures
from docsync_trio.testing.network import Network
from docsync_trio.testing.page import Page, open_page
from docsync_trio.testing.patience import SECONDS, News
from docsync_trio.testing.reply import Reply
from docsync_trio.testing.seen_session import SeenSession
from docsync_trio.testing.standstill import Standstill

E = TypeVar("E", bound=Event)


@attrs.define(eq=False)
class Observed:
    """All that happens in a site, from any thread; *events* in order."""

    events: list[Event] = attrs.field(factory=list, init=False)
    failures: Failures = attrs.field(factory=Failures, init=False)
    news: News = attrs.field(factory=News, init=False)
    _home: HomeThread = attrs.field(factory=HomeThread, init=False)

    def observe(self, event: Event) -> None:
        """Take note of *event*."""
        self._home.call(self._note, event)

    def _note(self, event: Event) -> None:
        self.events.append(event)
        self.failures.observe(event)
        self.news.tell()


@attrs.define(eq=False)
class SiteUnderTest:
    """A site that is open. Made by `open_site`."""

    _site: Site
    _network: Network
    _observed: Observed
    _nursery: trio.Nursery
    _standstill: Standstill

    @property
    def events(self) -> list[Event]:
        """All that was observed so far, in order: what a server's log would tell of."""
        return self._observed.events

    def observed(self, kind: type[E]) -> list[E]:
        """Return what was observed of one kind: ``site.observed(events.SessionEnded)``."""
        return [event for event in self.events if isinstance(event, kind)]

    def url(self, path: str | None = None) -> str:
        """Return the address of the application at *path*; see `open`.

        It leads somewhere if the site was opened with a port.
        """
        return f"{self._network.url}{self._target(path)}"

    async def get(self, target: str | None = None, *, headers: Mapping[str, str] = {}) -> Reply:
        """Ask for *target*, a path with or without a query, whatever the answer is.

        It is what a visitor would type behind the name of the host. By default it is the
        site's only application.
        """
        return await self.request("GET", target, headers=headers)

    async def request(
        self,
        method: str,
        target: str | None = None,
        *,
        headers: Mapping[str, str] = {},
        body: bytes = b"",
    ) -> Reply:
        """Send one HTTP request; see `get`."""
        return await self._network.request(method, self._target(target), headers, body)

    def open(
        self,
        target: str | None = None,
        *,
        arguments: Mapping[str, str] = {},
        headers: Mapping[str, str] = {},
        cookies: Mapping[str, str] = {},
    ) -> AbstractAsyncContextManager[Page]:
        """Open *target* in a tab of its own: ``async with site.open("/app") as page:``.

        *target* is as for `get`, *arguments* are added to its query. Raises `Refused` where
        there is no document to be had.
        """
        address = self._target(target)
        if arguments:
            address += ("&" if "?" in address else "?") + urlencode(arguments)
        sent = dict(headers)
        if cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        failed = self._failed_in_page
        page = Page(address, self._network, sent, self._nursery, self.settled, failed)
        return open_page(page)

    def signed_in(self, name: str, **info: object) -> dict[str, str]:
        """Return the cookies of a user of that name, for `open`: they have just signed in.

        *info* is what is known of them, as from the provider or beside that in the file of users.
        Raises ``LookupError`` where visitors do not sign in, or by a function that looks at
        their requests: then send what it looks for.
        """
        gate = self._site.gate
        if gate is None:
            raise LookupError("visitors of this site do not sign in")
        return gate.cookies_of(name, info)

    def pull_session(
        self, path: str | None = None, **options: Any
    ) -> AbstractAsyncContextManager[Any]:
        """Open a session with the Python client (`docsync_trio.client`), over the network.

        *options* are those of its ``pull_session``. Raises ``RuntimeError`` where the site
        was opened without a port.
        """
        if self._site_is_in_memory():
            raise RuntimeError("the client needs a network: open_site(..., port=0)")
        from docsync_trio.client.session import pull_session

        return pull_session(self.url(path), **options)

    def sessions(self, path: str | None = None) -> list[SeenSession]:
        """Return the sessions that are alive; those of the application at *path* if given."""
        return [
            SeenSession(session, context.url)
            for context in self._site.applications
            if path in {None, context.url}
            for session in context.sessions.values()
        ]

    def session(self, path: str | None = None) -> SeenSession:
        """Return the only session that is alive. Raises ``LookupError`` if it is not one."""
        found = self.sessions(path)
        if len(found) != 1:
            raise LookupError(f"there are {len(found)} sessions, not one: {found}")
        return found[0]

    async def settled(self) -> None:
        """Wait until nothing is left to do that takes no time; see `Page.settled`."""
        await self._standstill.settled()

    async def until(
        self, condition: Callable[[], object], what: str = "", *, within: float = SECONDS
    ) -> None:
        """Wait until *condition* is true; it is asked again whenever something is observed.

        Raises ``AssertionError`` if that takes longer than *within* seconds.
        """
        what = what or getattr(condition, "__qualname__", repr(condition))
        await self._observed.news.until(condition, what, within)

    @asynccontextmanager
    async def expect_error(
        self,
        error_type: type[BaseException] | tuple[type[BaseException], ...] = Exception,
        *,
        match: str = "",
    ) -> AsyncIterator[Expectation]:
        """Say that something raises in the site within the block, and is meant to.

        The test fails if nothing does, and for all that raises otherwise. *match* is a
        regular expression for the error's text. The block ends when the site has `settled`.
        """
        failures = self._observed.failures
        since, expectation = failures.count(), Expectation(error_type, match)
        yield expectation
        await self.settled()
        failures.take(expectation, since)

    @property
    def uses_asyncio(self) -> bool:
        """Whether an application of the site is written for asyncio."""
        kinds = {context.application.async_kind for context in self._site.applications}
        return "asyncio" in kinds

    def _target(self, target: str | None) -> str:
        if target is not None:
            return target
        paths = [each.url for each in self._site.applications if not has_parameters(each.url)]
        if len(paths) != 1:
            raise LookupError(f"say which application is meant: {', '.join(paths) or 'none'}")
        return f"{self._site.settings.server.prefix}{paths[0]}"

    def _site_is_in_memory(self) -> bool:
        from docsync_trio.testing.memory_network import MemoryNetwork

        return isinstance(self._network, MemoryNetwork)

    def _failed_in_page(self, error: BaseException) -> None:
        what = "in the page, over what the server said"
        self._observed.observe(ApplicationTaskFailed("", what, error))
