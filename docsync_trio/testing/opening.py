"""Opening a site for the length of a test, and judging it when it is closed."""

import gc
import logging
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Literal

import attrs
import trio

from docsync_trio.base import events
from docsync_trio.config.bind import TcpBind
from docsync_trio.server.connections.serve import GOODBYE, serve_site
from docsync_trio.server.site import Site
from docsync_trio.server.site import open_site as open_served_site
from docsync_trio.server.sockets.binds import bind_sockets
from docsync_trio.testing.failures import describe, forget_places
from docsync_trio.testing.leftovers import Leftovers
from docsync_trio.testing.memory_network import MemoryNetwork
from docsync_trio.testing.network import Network
from docsync_trio.testing.site_under_test import Observed, SiteUnderTest
from docsync_trio.testing.socket_network import SocketNetwork
from docsync_trio.testing.sources import Options, load
from docsync_trio.testing.standstill import counting_threads

HOST: Final = "127.0.0.1"
_RESTARTING: Final = 1012
_ASYNCIO: Final = "docsync_trio.asyncio"
"""The logger that hears of errors in tasks of asyncio."""


@asynccontextmanager
async def open_site(
    *what: object,
    port: int | None = None,
    allow_errors: bool = False,
    allow_leaks: bool = False,
    folder: str | os.PathLike[str] = ".",
    profile: str | None = None,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[SiteUnderTest]:
    """Open a site for the length of the block, and judge it at the end.

    *what* is a site file, its text (with line breaks), its tables as a ``dict`` or its
    `SiteSettings` with full paths; or one or several applications: an `Application`, a
    function that fills a document, the path of a script, notebook or directory,
    ``{"/path": function}``. A function and a script are served at their own names.

    Nothing listens, unless *port* is given: 0 takes a free one. Relative paths are looked for
    in *folder*; *profile*, *overrides* (``"sessions.unused_lifetime=1s"``) and *environ* are
    as on the command line. The clock is the one that the test runs on.

    At the end the site is closed as a server is. Then `UnexpectedError` is raised if
    something raised in it that was not expected, unless *allow_errors*; and `Leaked` if it
    leaves a thread, a session or a document behind, unless *allow_leaks*. Raises
    `ConfigError` for what is wrong with *what*.
    """
    around = os.environ if environ is None else environ
    options = Options(Path(folder), profile, overrides, around)
    observed, leftovers, body = Observed(), Leftovers(), _Body()
    with _asyncio_errors(observed):
        async with _opened(what, options, port, observed) as site:
            with body:
                yield site
        if site.uses_asyncio:
            gc.collect()  # only then asyncio tells of errors that nobody waited for
    failures = observed.failures
    if body.error is not None:
        for event in failures.unexpected:
            body.error.add_note(f"Meanwhile in the site: {describe(event)}")
        raise body.error
    if not allow_errors:
        failures.check()
    if not allow_leaks:
        forget_places(observed.events)
        leftovers.check(observed.events)


@asynccontextmanager
async def _opened(
    what: Sequence[object], options: Options, port: int | None, observed: Observed
) -> AsyncIterator[SiteUnderTest]:
    loaded, imported = load(what, options)
    async with open_served_site(loaded, observe=observed.observe, imported=imported) as site:
        count = partial(_threads_at_work, site)
        with counting_threads(count) as standstill:
            async with trio.open_nursery() as nursery, _network(site, port, observed) as network:
                yield SiteUnderTest(site, network, observed, nursery, standstill)


def _threads_at_work(site: Site) -> int:
    return sum(context.threads_at_work for context in site.applications)


@asynccontextmanager
async def _network(site: Site, port: int | None, observed: Observed) -> AsyncIterator[Network]:
    """The way to *site*; at the end all its sessions have ended, as when a server ends."""
    if port is None:
        async with trio.open_nursery() as websockets:
            try:
                yield MemoryNetwork(site.asgi, websockets)
            finally:
                within = site.settings.server.keep_alive.shutdown
                with trio.CancelScope(shield=True):
                    await site.drain(_RESTARTING, GOODBYE, within=within)
        return
    sockets = bind_sockets([TcpBind(HOST, port)])
    stop = trio.Event()
    serve = partial(serve_site, site, sockets, observe=observed.observe, stop=stop)
    async with trio.open_nursery() as serving:
        await serving.start(serve)
        try:
            yield SocketNetwork(f"http://{HOST}:{sockets[0].getsockname()[1]}")
        finally:
            stop.set()


@contextmanager
def _asyncio_errors(observed: Observed) -> Iterator[None]:
    """Within the block, what asyncio logs as an error counts as one of the site."""
    handler = _ErrorHandler(observed)
    logger = logging.getLogger(_ASYNCIO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _ErrorHandler(logging.Handler):
    def __init__(self, observed: Observed) -> None:
        super().__init__(logging.ERROR)
        self._observed = observed

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        text = record.getMessage()
        fault = error or RuntimeError(text)
        self._observed.observe(events.ApplicationTaskFailed("", text, fault))


@attrs.define(eq=False)
class _Body:
    """Keeps what the test raised, so that it comes out as it was and in no group."""

    error: BaseException | None = attrs.field(default=None, init=False)

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        _type: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> Literal[True] | None:
        if error is None or isinstance(error, GeneratorExit) or _is_cancellation(error):
            return None
        self.error = error
        return True


def _is_cancellation(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(trio.Cancelled) is not None
    return isinstance(error, trio.Cancelled)
