"""A site, open: its applications running, its addresses answering.

Everything is loaded before anything is opened, so that a mistake anywhere is told
before any application has run a hook.
"""

import ipaddress
import pathlib
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial

import attrs
import trio
from starlette.types import ASGIApp

from docsync_trio.applications.application import Application
from docsync_trio.applications.load import load_application
from docsync_trio.base.errors import ConfigError, PlacedProblem, Problem
from docsync_trio.base.events import ModelsNotFaster, Observer
from docsync_trio.config.load import LoadedSite
from docsync_trio.config.origins import path_text
from docsync_trio.config.schema import (
    ApplicationSettings,
    Bind,
    SessionSettings,
    SiteSettings,
    TcpBind,
)
from docsync_trio.documents.bokeh_private import check as check_bokeh
from docsync_trio.documents.speedups.switch import speed_up
from docsync_trio.protocol.frames import Limits
from docsync_trio.protocol.token import TokenSettings
from docsync_trio.server.entrance.access import admit_websocket
from docsync_trio.server.entrance.gate import Gate
from docsync_trio.server.entrance.join import Admit
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.server.extra_routes import Endpoint, load_endpoints
from docsync_trio.server.load_gate import load_gate
from docsync_trio.server.monitoring.open_monitoring import missing_library
from docsync_trio.server.mounted.mounts import Mount, load_mounts, need_asyncio
from docsync_trio.server.mounted.open_mounts import OpenMounts, open_mounts
from docsync_trio.server.own_pages.index import check_template
from docsync_trio.server.routes import Stock, build_asgi
from docsync_trio.server.tls.security import security_problems
from docsync_trio.server.trial import example_request, try_out
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.facilities import Facilities, open_facilities
from docsync_trio.sessions.open_application import open_application


@attrs.frozen(eq=False)
class Site(ServedApplications):
    """An open site: its applications, and the ASGI 3 application that answers for them.

    *warnings* are lines for the operator about what is allowed and yet doubtful.
    """

    asgi: ASGIApp
    mounts: OpenMounts = attrs.field(factory=OpenMounts)
    warnings: tuple[str, ...] = ()

    @property
    def admit(self) -> Admit:
        """Whether a websocket may come in; see `admit_websocket`."""
        return partial(admit_websocket, self)

    def passes_on(self, path: str) -> bool:
        """Say whether the websocket at *path* belongs to a mounted web application."""
        return self.mounts.at_websocket(self, path) is not None

    async def drain(self, code: int, reason: str, *, within: float) -> None:
        """End all sessions, and the websockets of mounted web applications."""
        self.mounts.open_websockets.end(code, reason)
        await super().drain(code, reason, within=within)


@attrs.frozen(eq=False)
class LoadedApplications:
    """What a site's settings name, imported: nothing of it runs yet."""

    applications: tuple[Application, ...]
    endpoints: dict[str, Endpoint]
    mounts: tuple[Mount, ...] = ()
    gate: Gate | None = None


def load_applications(site: LoadedSite | SiteSettings) -> LoadedApplications:
    """Import everything that *site* names. Raises `ConfigError` with all that is wrong."""
    loaded, problems = load_good_applications(site)
    if problems:
        raise site.explain(problems) if isinstance(site, LoadedSite) else _explain(problems)
    return loaded


def load_good_applications(
    site: LoadedSite | SiteSettings,
) -> tuple[LoadedApplications, list[Problem]]:
    """Import everything that *site* names; return what is good, and all that is wrong."""
    settings = site.settings if isinstance(site, LoadedSite) else site
    source = site.source if isinstance(site, LoadedSite) else None
    base = pathlib.Path.cwd() if source is None else source.absolute().parent
    problems: list[Problem] = []
    applications = [
        load_application(application, ("applications", index), problems, base=base)
        for index, application in enumerate(settings.applications)
    ]
    endpoints = load_endpoints(settings.routes, base, problems)
    mounts = load_mounts(settings.routes, base, problems)
    check_template(settings.index, problems)
    problems += missing_library(settings.monitoring)
    problems += security_problems(settings.server)
    gate = load_gate(settings, base, problems)
    good = tuple(a for a in applications if a is not None)
    return LoadedApplications(good, endpoints, mounts, gate), problems


def _explain(problems: Iterable[Problem]) -> ConfigError:
    return ConfigError(PlacedProblem("", path_text(p.path), p.text) for p in problems)


@asynccontextmanager
async def open_site(
    site: LoadedSite | SiteSettings,
    *,
    observe: Observer,
    imported: LoadedApplications | None = None,
    warm: bool = True,
) -> AsyncIterator[Site]:
    """Serve the applications of *site* for the length of the block.

    *observe* is told what happens. *imported* is what `load_applications` made of *site*,
    for those who have something to do between the imports and the first hook. *warm* says
    whether applications that ask for it build a document before anybody visits them. Nothing
    listens yet: give `Site.asgi` to a server, or the site to
    `docsync_trio.server.connections.serve`. Raises `ConfigError`, and `ServerError` for a Bokeh
    that differs from those we know.
    """
    settings = site.settings if isinstance(site, LoadedSite) else site
    prepare_bokeh(settings, observe)
    loaded = imported or load_applications(site)
    async with AsyncExitStack() as stack:
        facilities = await stack.enter_async_context(
            open_facilities(
                loaded.applications,
                observe,
                max_sessions=settings.server.max_sessions,
                more_asyncio=need_asyncio(loaded.mounts),
            )
        )
        contexts = [
            await stack.enter_async_context(opening_of(one, settings, facilities, observe))
            for one in loaded.applications
        ]
        prefix = settings.server.prefix
        mounts = await stack.enter_async_context(
            open_mounts(loaded.mounts, prefix, facilities, observe=observe)
        )
        served = ServedApplications(
            settings=settings,
            applications=contexts,
            tokens=tokens_of(settings, secrets.token_bytes(32)),
            observe=observe,
            show_errors=shows_errors(settings),
            gate=loaded.gate,
        )
        warnings = site.warnings if isinstance(site, LoadedSite) else ()
        try:
            for context in contexts if warm else ():
                await _warm(context, settings)
            yield with_answers(served, loaded.endpoints, mounts, warnings=warnings)
        finally:
            with trio.CancelScope(shield=True):
                await served.close()


async def _warm(context: ApplicationContext, settings: SiteSettings) -> None:
    if own_settings(settings, context.application).warm:
        await try_out(context, example_request(settings, context.application.path))


def prepare_bokeh(settings: SiteSettings, observe: Observer) -> None:
    """See that this Bokeh is one that we know, and make it faster if *settings* want that.

    Raises `ServerError`.
    """
    check_bokeh()
    if settings.server.speedups and (reason := speed_up().reason):
        observe(ModelsNotFaster(reason))


def opening_of(
    application: Application, settings: SiteSettings, facilities: Facilities, observe: Observer
) -> AbstractAsyncContextManager[ApplicationContext]:
    """Return what opens *application* as *settings* say."""
    limits = Limits(
        message_size=settings.server.max_message_size,
        buffers=settings.server.max_message_buffers,
        depth=settings.server.max_message_depth,
        values=settings.server.max_message_values,
    )
    own = own_settings(settings, application)
    return open_application(
        application,
        own.sessions,
        observe=observe,
        facilities=facilities,
        threads=own.threads,
        limits=limits,
        timed=bool(settings.monitoring.metrics),
    )


def own_settings(settings: SiteSettings, application: Application) -> ApplicationSettings:
    """Return what *settings* say of *application*."""
    return next(one for one in settings.applications if one.path == application.path)


def with_answers(
    served: ServedApplications,
    endpoints: Mapping[str, Endpoint],
    mounts: OpenMounts,
    *,
    stock: Stock | None = None,
    warnings: tuple[str, ...] = (),
) -> Site:
    """Return *served* with the ASGI application that answers for it; see `build_asgi`."""
    asgi = build_asgi(served, endpoints, mounts, stock)
    return Site(**attrs.asdict(served, recurse=False), asgi=asgi, mounts=mounts, warnings=warnings)


def shows_errors(settings: SiteSettings) -> bool:
    """Say whether visitors may see why an application failed: nobody else can be one."""
    return all(map(is_private, settings.server.bind)) and not settings.server.trusted_proxies


def tokens_of(settings: SiteSettings, made: bytes) -> dict[str, TokenSettings]:
    """Return how to sign, by the path of the application; *made* is as for `token_settings`."""
    return {a.path: token_settings(a.sessions, made) for a in settings.applications}


def token_settings(sessions: SessionSettings, made: bytes) -> TokenSettings:
    """Return how to sign; with the key *made* for this run where the operator gave none."""
    key = made if sessions.secret_key is None else sessions.secret_key.encode()
    return TokenSettings(key if sessions.sign else None, sessions.sign, sessions.token_expiration)


def is_private(bind: Bind) -> bool:
    """Say whether only people on this machine can reach *bind*.

    A Unix socket has a proxy in front, and an inherited socket may be bound anywhere.
    """
    if not isinstance(bind, TcpBind):
        return False
    if bind.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(bind.host).is_loopback
    except ValueError:
        return False
