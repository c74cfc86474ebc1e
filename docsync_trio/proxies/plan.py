"""What the configuration of a proxy has to say, before it is said in a proxy's language."""

import ipaddress
import pathlib
import re
from typing import Final, Self

import attrs

from docsync_trio.base.durations import format_duration
from docsync_trio.config.bind import Bind, TcpBind, UnixBind
from docsync_trio.config.schema import SiteSettings
from docsync_trio.proxies.timers import Timers

MOST_HEAD: Final = 2**16
"""Bytes of a request's head that the server takes; cookies and tokens ride in it."""

IDLE_CONNECTIONS: Final = 32
"""How many unused connections to the server a proxy keeps."""


class CannotPlan(ValueError):  # noqa: N818 - it says what is the case
    """There is no such configuration for this site: why, and what to do."""


@attrs.frozen
class StaticFolder:
    """The files below *url* (with the site's prefix) are in *folder*, or else the server's."""

    url: str
    folder: pathlib.Path


@attrs.frozen(kw_only=True)
class FrontSide:
    """What the proxy shows to browsers.

    *listen* is ``"port"`` or ``"host:port"``, empty for the usual port; *names* are those by
    which browsers know the site, none for all of them. *certificate* and *key* are files,
    both or none. *authority* is a file with whoever has issued the certificate of a server that
    speaks TLS itself; None stands for those that the proxy's system knows.
    """

    listen: str = ""
    names: tuple[str, ...] = ()
    certificate: pathlib.Path | None = None
    key: pathlib.Path | None = None
    authority: pathlib.Path | None = None
    static: tuple[StaticFolder, ...] = ()

    @property
    def is_secure(self) -> bool:
        """Whether the proxy ends TLS."""
        return self.certificate is not None

    @property
    def host(self) -> str:
        """The address to listen at, empty for all."""
        return self.listen.rpartition(":")[0]

    @property
    def port(self) -> str:
        """The port to listen at."""
        return self.listen.rpartition(":")[2] or ("443" if self.is_secure else "80")

    @property
    def leads_to_https(self) -> bool:
        """Whether whoever comes by http is sent to https: at the usual ports of all addresses."""
        return self.is_secure and self.port == "443" and not self.host


@attrs.frozen(kw_only=True)
class ProxyPlan:
    """A site and what is in front of it; *upstream* is where the proxy finds the server."""

    site: SiteSettings
    front: FrontSide
    upstream: TcpBind | UnixBind
    timers: Timers

    @classmethod
    def of(cls, site: SiteSettings, front: FrontSide) -> Self:
        """Return the plan for *site*. Raises `CannotPlan` where the server cannot be found."""
        return cls(site=site, front=front, upstream=_upstream(site), timers=Timers.of(site))

    @property
    def is_encrypted(self) -> bool:
        """Whether the server speaks TLS at `upstream`."""
        return self.site.server.tls.certificate is not None and isinstance(self.upstream, TcpBind)

    @property
    def certificate_name(self) -> str:
        """The name that the server's own certificate has to have. Raises `CannotPlan`."""
        host = self.upstream.host if isinstance(self.upstream, TcpBind) else ""
        name = next(filter(_is_name, (host, *self.front.names)), None)
        if self.site.server.tls.client_ca is not None:
            raise CannotPlan(
                "server.tls.client_ca is set, and of a certificate that the proxy could show "
                "nothing is known here; let the server listen at a unix socket, too, which asks "
                'for none: --set server.bind=["unix:/run/docsync.sock"]'
            )
        if name is None:
            raise CannotPlan(
                "server.tls is set, and a proxy has to know which name the server's certificate "
                'has: --server-name NAME, or --set server.bind="NAME:PORT". Or leave server.tls '
                "out and let the proxy end TLS (--tls CERT KEY), or let the server listen at a "
                'unix socket, too: --set server.bind=["unix:/run/docsync.sock"]'
            )
        return name

    @property
    def prefix(self) -> str:
        """What is before every path of the site."""
        return self.site.server.prefix

    @property
    def largest_body(self) -> int:
        """Bytes of the largest request body that the server takes."""
        return self.site.server.max_body_size

    @property
    def why_idle(self) -> str:
        """Why `Timers.idle` is what it is."""
        kept = format_duration(self.site.server.keep_alive.http)
        return f"less than server.keep_alive.http ({kept})"

    @property
    def why_silence(self) -> str:
        """Why `Timers.silence` is what it is."""
        ping = format_duration(self.site.server.keep_alive.ping)
        build = max((a.sessions.build_timeout for a in self.site.applications), default=0.0)
        text = f"server.keep_alive.ping ({ping})"
        return f"{text} and build_timeout ({format_duration(build)})" if build else text


def quoted(path: pathlib.Path | None) -> str:
    """Return *path* as all three languages take it: in quotes if there are spaces in it."""
    text = str(path)
    return f'"{text}"' if any(character.isspace() for character in text) else text


def _upstream(site: SiteSettings) -> TcpBind | UnixBind:
    server, binds = site.server, site.server.bind
    plain = next((bind for bind in binds if isinstance(bind, UnixBind)), None)
    if server.proxy_protocol:
        # Unix sockets do without its header.
        found = upstream_of(tuple(bind for bind in binds if not isinstance(bind, UnixBind)))
    elif server.tls.certificate is not None and plain is not None:
        found = plain
    else:
        found = upstream_of(binds)
    if isinstance(found, UnixBind) and not _PLAIN_PATH.fullmatch(str(found.path)):
        raise CannotPlan(f"no proxy's file can name {found}; choose a path without such signs")
    return found


_PLAIN_PATH: Final = re.compile(r"[\w/.+@:,=~-]+")


def _is_name(host: str) -> bool:
    """Say whether *host* is what a certificate could be for, and no address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host not in {"", "_", "localhost"} and "*" not in host
    return False


def upstream_of(binds: tuple[Bind, ...]) -> TcpBind | UnixBind:
    """Return the first address that a proxy on the same machine can connect to."""
    for bind in binds:
        if isinstance(bind, UnixBind):
            return bind
        if isinstance(bind, TcpBind) and bind.port:
            return attrs.evolve(bind, host=_ON_THIS_MACHINE.get(bind.host, bind.host))
    raise CannotPlan(
        "server.bind names no address that a proxy could be told (a port of 0, or a socket of "
        'somebody else); name it: --set server.bind="127.0.0.1:5006"'
    )


_ON_THIS_MACHINE: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
