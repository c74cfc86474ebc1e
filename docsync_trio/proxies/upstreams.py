"""Where a proxy's requests go: whether that is our server, and what else has to be true of it.

A session lives in one process. A proxy that has several of them to choose from has to choose
the same one for a page and for its websocket.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from docsync_trio.config.bind import Bind, FdBind, SystemdBind, TcpBind, UnixBind
from docsync_trio.config.schema import ServerSettings
from docsync_trio.config.trusted import UNIX
from docsync_trio.proxies.finding import Finding
from docsync_trio.proxies.passage import Passage

_ALL: Final = {"", "0.0.0.0", "::"}  # noqa: S104 - only compared
_LOOPBACK: Final = {"", "localhost", "127.0.0.1", "::1"}


def ours(passage: Passage, binds: Iterable[Bind]) -> str | None:
    """Return which of the upstreams of *passage* listens at one of *binds*, None if none does."""
    binds = tuple(binds)
    there = (one for one in passage.upstreams if any(_answers_at(one, bind) for bind in binds))
    return next(there, None)


def of_upstreams(passage: Passage, server: ServerSettings, proxy: str) -> Iterator[Finding]:
    """Yield what is wrong with the way of *passage* to the site's server, and to others."""
    if len(passage.upstreams) > 1 and not passage.sticks.value:
        text = f"{proxy} chooses one of {len(passage.upstreams)} servers for each request "
        text += f"({passage.sticks.said}): a session lives in one of them, and a page's websocket "
        yield Finding(passage.sticks.place, f"{text}meets another; {_HOW_TO_STICK[proxy]}")
    yield from _tls(passage, server, proxy)


_HOW_TO_STICK: Final = {
    "nginx": "say ip_hash, or hash of what tells visitors apart",
    "HAProxy": "say balance source, or cookie NAME insert",
    "Caddy": "say lb_policy cookie, or lb_policy ip_hash",
}


def _tls(passage: Passage, server: ServerSettings, proxy: str) -> Iterator[Finding]:
    speaks = server.tls.certificate is not None
    encrypts, where = passage.encrypts, ours(passage, server.bind)
    if where is None or where.startswith(f"{UNIX}:"):
        speaks = False
    if encrypts.value is None or encrypts.value == speaks:
        return
    if speaks:
        text = f"{proxy} speaks plain HTTP to the server ({encrypts.said}), and server.tls is set: "
        text += "every request is refused (400)"
    else:
        text = f"{proxy} speaks TLS to the server ({encrypts.said}), which speaks none there: "
        text += "every request fails (502)"
    yield Finding(encrypts.place, text)


def _answers_at(upstream: str, bind: Bind) -> bool:
    match bind:
        case FdBind() | SystemdBind():
            return True  # only who opened it knows where
        case UnixBind():
            return upstream == str(bind)
        case TcpBind(host, port):
            name, _, number = upstream.rpartition(":")
            name = name.strip("[]")
            same = name == host or host in _ALL or {name, host} <= _LOOPBACK
            return same and (number == str(port) or port == 0)
