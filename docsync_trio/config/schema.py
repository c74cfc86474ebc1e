"""Every key of a site file: its type, constraint, default and documentation.

This is the one truth. Reading, error messages, the reference page, the JSON Schema
and the template all look here (through `keys`) and repeat nothing. A table is a class, an
array of tables is a tuple of classes, and everything else says its `Kind` in its
annotation. A key is spelled as its attribute; ``async_`` is ``async``.
"""

# ruff: noqa: RUF009 - `key` makes attributes, and the defaults it gets cannot be changed.

import pathlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

import attrs

from docsync_trio.config.application_schema import (
    HANDLER_KINDS,
    ApplicationSettings,
    AsyncWord,
    HandlerSettings,
)
from docsync_trio.config.bind import Bind, BindAddress, FdBind, SystemdBind, TcpBind, UnixBind
from docsync_trio.config.keys import key
from docsync_trio.config.lists import ListOf, OneOrMore
from docsync_trio.config.logging_schema import LoggingSettings
from docsync_trio.config.monitoring_schema import MonitoringSettings
from docsync_trio.config.names import FunctionName, MetadataFunction
from docsync_trio.config.places import ExistingPath, OriginPattern, UrlPath, UrlPrefix
from docsync_trio.config.redirects import RedirectStatus, RedirectTarget
from docsync_trio.config.reload_schema import ReloadSettings
from docsync_trio.config.scalars import Choice, Duration, Flag, Size, Text, Whole
from docsync_trio.config.session_schema import SessionSettings
from docsync_trio.config.sign_in_schema import SignInSettings
from docsync_trio.config.tls_schema import TlsSettings
from docsync_trio.config.trusted import TrustedPeer, TrustedProxy

__all__ = [
    "ApplicationSettings",
    "Bind",
    "FdBind",
    "HandlerSettings",
    "KeepAliveSettings",
    "LoggingSettings",
    "MetadataFunction",
    "MonitoringSettings",
    "ReloadSettings",
    "RouteSettings",
    "ServerSettings",
    "SessionSettings",
    "SignInSettings",
    "SiteSettings",
    "SystemdBind",
    "TcpBind",
    "TlsSettings",
    "UnixBind",
]

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@attrs.frozen(kw_only=True)
class KeepAliveSettings:
    """How long quiet connections are kept, and how the server goes down."""

    http: Annotated[float, Duration(1.0)] = key(
        75.0,
        doc="How long an idle HTTP connection is kept. Must exceed the idle time of a proxy in "
        "front, or the proxy meets closed connections.",
    )
    ping: Annotated[float, Duration(0.1)] = key(
        25.0,
        doc='How often a quiet websocket is pinged, so that proxies keep it open; "off": never.',
    )
    pong: Annotated[float, Duration(0.1)] = key(
        25.0,
        doc="How long to wait for the answer to a ping before the connection counts as lost; "
        '"off": for ever.',
    )
    shutdown: Annotated[float, Duration()] = key(
        30.0,
        doc="How long the server may take to end when it is told to stop, whatever happens. "
        "Requests that are under way get three fifths of it, the rest is for tasks and hooks.",
    )


@attrs.frozen(kw_only=True)
class ServerSettings:
    """Where the server listens and whom it lets in."""

    bind: Annotated[tuple[Bind, ...], OneOrMore(BindAddress())] = key(
        (TcpBind("127.0.0.1", 5006),),
        doc='Where to listen, one address or several: "host:port" (port 0 picks one and prints '
        'it; ":port" is all addresses, of IPv4 and of IPv6), "unix:/path", "systemd" for all the '
        'sockets that systemd passes ("systemd:name" for those of a name), or "fd://3" for one '
        "that somebody else opened. A unix socket may be a table, with `mode`, `owner` and "
        "`group` of its file.",
        example='["127.0.0.1:5006", { unix = "/run/docsync.sock", mode = "660", '
        'group = "www-data" }]',
    )
    prefix: Annotated[str, UrlPrefix()] = key(
        "",
        doc="What a reverse proxy puts before every path. Every route, websocket and static file "
        "is then served below it.",
        example='"/desk"',
    )
    allow_origins: Annotated[tuple[str, ...], ListOf(OriginPattern())] = key(
        (),
        doc="Further hosts whose pages may open websockets here. The server's own host always may.",
        example='["intranet.example.org", "*.example.org"]',
    )
    trusted_proxies: Annotated[tuple[TrustedPeer, ...], ListOf(TrustedProxy())] = key(
        (),
        doc="The proxies that are believed when they say who a visitor is and what their browser "
        'asked for (X-Forwarded-..., Forwarded); "unix" is whoever comes through a unix socket.',
        example='["127.0.0.1", "10.0.0.0/8", "unix"]',
    )
    proxy_protocol: Annotated[bool, Flag()] = key(
        default=False,
        doc="Whether every TCP connection begins with a header of the PROXY protocol (version 1 or "
        "2), which names the visitor. It is taken from `trusted_proxies` alone, and any other "
        "connection is refused. Unix sockets do without it.",
        only_with=("trusted_proxies",),
    )
    max_message_size: Annotated[int, Size(1000)] = key(
        20_000_000,
        doc="The largest message a browser may send; one that sends more is disconnected (close "
        "code 1009).",
    )
    max_message_values: Annotated[int, Whole(1000)] = key(
        2_000_000,
        doc="How many values (numbers, texts, lists...) such a message may hold as JSON; data in "
        "binary buffers does not count. One that holds more is disconnected (1009), as its "
        "reading would keep everybody waiting.",
    )
    max_message_depth: Annotated[int, Whole(20, most=300)] = key(
        200,
        doc="How deeply lists and objects may be nested in it; more is disconnected (1009).",
    )
    max_message_buffers: Annotated[int, Whole()] = key(
        10_000,
        doc="How many binary buffers may come with it: about one per array. One that announces "
        "more is disconnected (1009).",
    )
    max_body_size: Annotated[int, Size()] = key(
        20_000_000,
        doc="The largest request body that an endpoint of yours is given; a larger one is refused "
        "(413).",
    )
    max_sessions: Annotated[int, Whole()] = key(
        10_000,
        doc="How many sessions all applications together may have at once; further visitors are "
        "asked to come back later (503). 0: no limit.",
    )
    max_open_sockets: Annotated[int, Whole()] = key(
        0,
        doc="How many connections of all kinds may be open at once; further ones are asked to come "
        "back later (503). 0: as many as the process's limit of open files leaves.",
    )
    speedups: Annotated[bool, Flag()] = key(
        default=True,
        doc="Whether Bokeh's models are made faster and smaller where this Bokeh is one that we "
        "know; documents are the same either way.",
    )
    http2: Annotated[bool, Flag()] = key(
        default=True,
        doc="Whether browsers that come by TLS may speak HTTP/2: a page and its scripts through "
        "one connection. Off: HTTP/1.1 alone.",
        only_with=("tls",),
    )
    http2_websockets: Annotated[bool, Flag()] = key(
        default=False,
        doc="Whether websockets may go through that connection, too: a page that is far away is "
        "there a moment earlier, and each message costs the server three times as much.",
        only_with=("tls",),
    )
    keep_alive: KeepAliveSettings = key(KeepAliveSettings(), doc="Quiet connections and shutdown.")
    tls: TlsSettings = key(TlsSettings(), doc="Encrypted connections: https and wss.")


@attrs.frozen(kw_only=True)
class RouteSettings:
    """A URL that is no application: an endpoint, files, a web application, a redirect."""

    path: Annotated[str, UrlPath(rest=True)] = key(
        doc="Where it is served.", example='"/api/health"'
    )
    endpoint: Annotated[str | None, FunctionName()] = key(
        None,
        doc="A Starlette endpoint: `async def health(request) -> Response`; a plain function runs "
        "in a thread.",
        example='"apps.routes:health"',
    )
    methods: Annotated[tuple[str, ...], ListOf(Choice(_METHODS))] = key(
        ("GET",),
        doc="The methods that the endpoint answers; GET brings HEAD along.",
        only_with=("endpoint",),
    )
    static: Annotated[pathlib.Path | None, ExistingPath(folder=True)] = key(
        None,
        doc="A folder whose files are served below the path; of a folder in it, its index.html.",
        example='"public/"',
    )
    wsgi: Annotated[str | None, FunctionName("app")] = key(
        None,
        doc="A WSGI application (Flask, Django), served below the path in threads. At "
        '"/" it answers wherever nothing else of the site does.',
        example='"intranet:app"',
    )
    threads: Annotated[int, Whole(1)] = key(
        10,
        doc="How many requests the WSGI application may answer at once; further ones wait.",
        only_with=("wsgi",),
    )
    asgi: Annotated[str | None, FunctionName("app")] = key(
        None,
        doc="An ASGI application (Starlette, Quart-Trio, FastAPI), served below the path, "
        "websockets and lifespan included.",
        example='"intranet:app"',
    )
    async_: Annotated[AsyncWord, Choice(("auto", "trio", "asyncio"))] = key(
        "auto",
        doc='Which library the ASGI application is written for; "auto" tells by the framework '
        "and by the imports of the module that is named.",
        only_with=("asgi",),
    )
    public: Annotated[bool, Flag()] = key(
        default=False,
        doc="Whether it is there for who has not signed in; see `[sign_in]`.",
    )
    redirect: Annotated[str | None, RedirectTarget()] = key(
        None,
        doc="Where visitors are sent instead: a path of this site, or a URL. {name} repeats a "
        "parameter of the path; the query goes along.",
        example='"/sliders"',
    )
    status: Annotated[int, RedirectStatus()] = key(
        307,
        doc="The status of the redirect: 301 or 308 if browsers may remember it for good.",
        only_with=("redirect",),
    )


@attrs.frozen(kw_only=True)
class SiteSettings:
    """A whole site."""

    title: Annotated[str, Text()] = key(
        "", doc="What the index of applications is called.", example='"Ocean desk"'
    )
    index: Annotated[pathlib.Path | None, ExistingPath(suffixes=(".html",))] = key(
        None,
        doc="A template of Jinja for the index, in place of ours. It is given `title`, and `links` "
        "and `named`, whose members have a `title` and a `url`; `named` are applications whose "
        "paths have parameters.",
        example='"templates/index.html"',
    )
    icon: Annotated[
        pathlib.Path | None, ExistingPath(suffixes=(".ico", ".png", ".svg", ".gif", ".jpg"))
    ] = key(
        None,
        doc="The icon that browsers show beside the site's name, served as /favicon.ico; by "
        "default Bokeh's.",
        example='"favicon.ico"',
    )
    server: ServerSettings = key(ServerSettings(), doc="The server.")
    sessions: SessionSettings = key(
        SessionSettings(), doc="Defaults for all sessions; every application may override any."
    )
    applications: tuple[ApplicationSettings, ...] = key((), doc="The applications.")
    routes: tuple[RouteSettings, ...] = key((), doc="Further URLs.")
    sign_in: SignInSettings = key(
        SignInSettings(), doc="Who may see the site; without this table everybody may."
    )
    logging: LoggingSettings = key(LoggingSettings(), doc="The log.")
    monitoring: MonitoringSettings = key(
        MonitoringSettings(), doc="What machines are told about the server."
    )
    reload: ReloadSettings = key(ReloadSettings(), doc="Working on a site while it runs.")


ONE_OF: Final[Mapping[type, tuple[str, ...]]] = MappingProxyType(
    {
        HandlerSettings: HANDLER_KINDS,
        RouteSettings: ("endpoint", "static", "wsgi", "asgi", "redirect"),
    }
)
"""The classes of which each table has exactly one of these keys."""
