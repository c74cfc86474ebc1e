"""What will break with a proxy's file as it is, for one site.

Each sentence has the place to change, what happens, and what instead. What is merely not as
good as it could be is an advice.
"""

import pathlib
import re
from collections.abc import Iterator
from typing import Final

from docsync_trio.base.durations import OFF, format_duration, format_size
from docsync_trio.config.bind import TcpBind, UnixBind
from docsync_trio.config.schema import ApplicationSettings, ServerSettings, SiteSettings
from docsync_trio.config.trusted import UNIX
from docsync_trio.proxies.finding import Finding
from docsync_trio.proxies.passage import Passage, ProxyFile
from docsync_trio.proxies.timers import NEVER, Timers
from docsync_trio.proxies.trust import advice_on_trust
from docsync_trio.proxies.upstreams import of_upstreams, ours

NEEDED_FIELD: Final = 8_000
"""Bytes of a header field that have to pass: a browser may bring 7 KB of cookies."""

_USUAL_PORTS: Final = {True: 443, False: 80}
_SAMPLES: Final = {"int": "1", "float": "1.5", "uuid": "00000000-0000-0000-0000-000000000000"}


def compare(file: ProxyFile, site: SiteSettings, *, name: str) -> list[Finding]:
    """Return what is wrong with *file*, called *name*, for *site*; each thing once."""
    found: dict[Finding, None] = {}
    for application in site.applications:
        page, websocket = paths_of(application, site.server.prefix)
        for path, is_websocket in ((page, False), (websocket, True)):
            for finding in _of_path(file, site, path, name, is_websocket=is_websocket):
                found.setdefault(finding)
    return sorted(found, key=lambda one: (not one.breaks, *_in_order(one.place)))


def _in_order(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return (file, int(line)) if line.isdecimal() else (place, 0)


def paths_of(application: ApplicationSettings, prefix: str) -> tuple[str, str]:
    """Return the paths of a page and of its websocket, with samples for parameters."""
    base = application.path.rstrip("/")
    named = application.websocket_path
    websocket = named if named.startswith("/") else f"{base}/{named}"
    return f"{prefix}{_sample(application.path)}", f"{prefix}{_sample(websocket)}"


def _sample(path: str) -> str:
    return re.sub(r"\{\w+(?::(\w+))?\}", lambda found: _SAMPLES.get(found[1], "x"), path)


def _of_path(
    file: ProxyFile, site: SiteSettings, path: str, name: str, *, is_websocket: bool
) -> Iterator[Finding]:
    bind = site.server.bind
    elsewhere: set[str] = set()
    # What visitors ask for may have more in front than what comes here.
    for visited in (path, *(f"{prefix}{path}" for prefix in file.stripped())):
        passages = file.passages(visited)
        here = [passage for passage in passages if ours(passage, bind) is not None]
        for passage in here:
            yield from _path(passage, visited, path)
            yield from _of_passage(passage, site, file.proxy)
            yield from (_of_websocket if is_websocket else _of_page)(passage, site, file.proxy)
        if here:
            return
        elsewhere.update(*(passage.upstreams for passage in passages))
    went = f"; it goes to {', '.join(sorted(elsewhere))}" if elsewhere else ""
    yield Finding(
        name, f"nothing passes {path} on to {', '.join(map(str, bind))} (server.bind){went}"
    )


def _path(passage: Passage, visited: str, path: str) -> Iterator[Finding]:
    if passage.path not in {None, path}:
        text = f"{visited} comes to the server as {passage.path}, and it serves {path}"
        yield Finding(passage.place, f"{text}; pass paths on as they are, or change server.prefix")
    elif visited != path and not passage.tells_prefix.value:
        prefix = visited.removesuffix(path)
        text = f"the proxy takes {prefix} off the path and does not say so: pages load their "
        text += f"scripts from elsewhere; set X-Forwarded-Prefix to {prefix}, or pass paths on as "
        yield Finding(passage.place, f'{text}they are and set server.prefix = "{prefix}"')


def _of_websocket(passage: Passage, site: SiteSettings, proxy: str) -> Iterator[Finding]:
    if passage.http_1_0.value:
        text = (
            f"{proxy} speaks HTTP/1.0 to the server ({passage.http_1_0.said}): no websocket opens"
        )
        yield Finding(passage.http_1_0.place, f"{text}; say proxy_http_version 1.1")
    if not passage.upgrades.value:
        text = f"no websocket opens, as {passage.upgrades.said}"
        yield Finding(passage.upgrades.place, text)
    ping = site.server.keep_alive.ping
    if passage.silence.value <= min(ping, NEVER - 1) and passage.silence.value != OFF:
        length = format_duration(passage.silence.value)
        late = (
            "there are no pings" if ping == OFF else f'ping = "{format_duration(ping)}" is too late'
        )
        text = f"{proxy} closes a silent websocket after {length} ({passage.silence.said}); {late}"
        yield Finding(passage.silence.place, text)


def _of_passage(passage: Passage, site: SiteSettings, proxy: str) -> Iterator[Finding]:
    yield from of_upstreams(passage, site.server, proxy)
    yield from _times(passage, site, proxy)
    yield from _heads(passage, proxy)
    yield from _names(passage, site.server, proxy)
    yield from _trust(passage, site.server)


def _of_page(passage: Passage, site: SiteSettings, proxy: str) -> Iterator[Finding]:
    """What concerns answers and bodies of the site's own routes: websockets have neither."""
    if not any(route.endpoint or route.asgi or route.wsgi for route in site.routes):
        return
    if passage.buffers.value:
        text = f"what [[routes]] send bit by bit arrives in lumps ({passage.buffers.said})"
        yield Finding(passage.buffers.place, text, breaks=False)
    most = site.server.max_body_size
    if passage.body.value < most:
        text = f"{proxy} refuses bodies of more than {_size(passage.body.value)} "
        text += f"({passage.body.said}); server.max_body_size is {format_size(most)}"
        yield Finding(passage.body.place, text)


def _times(passage: Passage, site: SiteSettings, proxy: str) -> Iterator[Finding]:
    http, idle = site.server.keep_alive.http, passage.idle
    if idle.value is not None and idle.value >= http:
        text = (
            f"{proxy} keeps unused connections to the server for {format_duration(idle.value)} "
            f'({idle.said}), and the server for http = "{format_duration(http)}": now and then a '
            "request meets a connection that is just being closed (502)"
        )
        better = format_duration(Timers.of(site).idle)
        yield Finding(idle.place, f"{text}; let the proxy keep them for {better}, or raise http")
    longest = max((a.sessions.build_timeout for a in site.applications), default=0.0)
    patience = passage.patience
    if patience.value <= longest and patience.value != OFF:
        text = (
            f"{proxy} gives up on an answer after {format_duration(patience.value)} "
            f"({patience.said}); a document may take {format_duration(longest)} to build "
            "(build_timeout), and its visitor would see the proxy's error"
        )
        yield Finding(patience.place, text, breaks=False)


def _heads(passage: Passage, proxy: str) -> Iterator[Finding]:
    if passage.field.value < NEEDED_FIELD:
        text = f"{proxy} refuses header fields of more than {_size(passage.field.value)}"
        text += f" ({passage.field.said}); cookies and tokens may have {_size(NEEDED_FIELD)}"
        yield Finding(passage.field.place, text)


def _size(size: float) -> str:
    return format_size(int(size))


def _names(passage: Passage, server: ServerSettings, proxy: str) -> Iterator[Finding]:
    host = passage.keeps_host
    if not host.value:
        text = f"{proxy} does not pass the Host header on ({host.said}): every page looks like "
        yield Finding(
            host.place, f"{text}one of another origin, and its websocket is refused (403)"
        )
    elif not passage.keeps_port.value and passage.port not in {None, _USUAL_PORTS[passage.secure]}:
        text = (
            f"the port {passage.port} is lost ({passage.keeps_port.said}): every page looks like "
        )
        text += "one of another origin, and its websocket is refused (403)"
        yield Finding(passage.keeps_port.place, text)
    if passage.introduces.value != server.proxy_protocol:
        there = "starts with" if passage.introduces.value else "comes without"
        text = f"a connection {there} a header of the PROXY protocol ({passage.introduces.said}), "
        on = str(server.proxy_protocol).lower()
        yield Finding(passage.introduces.place, f"{text}and server.proxy_protocol is {on}")


def _trust(passage: Passage, server: ServerSettings) -> Iterator[Finding]:
    advice = advice_on_trust(server, _as_bind(ours(passage, server.bind) or ""))
    if advice:
        yield Finding(passage.place, advice, breaks=passage.introduces.value)
        return
    if passage.introduces.value:
        return
    scheme, client, open_to = passage.tells_scheme, passage.tells_client, passage.unguarded
    if passage.secure and not scheme.value:
        text = "the server takes https for http, since X-Forwarded-Proto is not set: redirects, "
        yield Finding(scheme.place, f"{text}links and what applications see are http")
    if not client.value:
        text = "X-Forwarded-For is not set: every visitor seems to be the proxy"
        yield Finding(client.place, text, breaks=False)
    if open_to.value:
        names = ", ".join(open_to.value)
        text = f"visitors can write these themselves, and the server believes them: {names}"
        yield Finding(open_to.place, f"{text}; set them or remove them", breaks=False)


def _as_bind(upstream: str) -> TcpBind | UnixBind:
    if upstream.startswith(f"{UNIX}:"):
        return UnixBind(pathlib.Path(upstream.removeprefix(f"{UNIX}:")))
    host, _, port = upstream.rpartition(":")
    return TcpBind(host.strip("[]"), int(port) if port.isdecimal() else 0)
