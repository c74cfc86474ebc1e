"""Where the server listens: TCP addresses, Unix sockets, inherited sockets."""

import pathlib
import re
from typing import Any, Final

import attrs

from docsync_trio.config.kind import Kind, KindError, Surroundings, shown

_TCP: Final = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\s:/\[\]]*)):(?P<port>[0-9]{1,5})"
)
_LAST_PORT: Final = 65535
_FD: Final = re.compile(r"fd://([0-9]{1,9})")


@attrs.frozen
class TcpBind:
    """A TCP port. *host* is a name or an address, ``""`` for all; *port* 0 picks one."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as the site file has it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@attrs.frozen
class UnixBind:
    """A Unix socket at an absolute *path*."""

    path: pathlib.Path

    def __str__(self) -> str:
        """Return it as the site file has it."""
        return f"unix:{self.path}"


@attrs.frozen
class FdBind:
    """A listening socket that the parent process opened, by its file descriptor."""

    number: int

    def __str__(self) -> str:
        """Return it as the site file has it."""
        return f"fd://{self.number}"


Bind = TcpBind | UnixBind | FdBind


@attrs.frozen
class BindAddress(Kind):
    """A place to listen at."""

    words = 'an address such as "127.0.0.1:5006", "[::1]:5006", "unix:/run/site.sock" or "fd://3"'

    def read(self, value: object, around: Surroundings, /) -> Bind:
        """Return the address; a relative socket path becomes absolute."""
        if not isinstance(value, str):
            raise self.refuse(value)
        if value.startswith("unix:"):
            return self._unix(value, around)
        if descriptor := _FD.fullmatch(value):
            return FdBind(int(descriptor[1]))
        if tcp := _TCP.fullmatch(value):
            port = int(tcp["port"])
            if port > _LAST_PORT:
                raise KindError(
                    f"there is no port {port}; ports go from 0 (pick one) to {_LAST_PORT}"
                )
            return TcpBind(tcp["six"] or tcp["host"], port)
        raise self.refuse(value, _meant(value))

    def _unix(self, value: str, around: Surroundings) -> UnixBind:
        name = value.removeprefix("unix:")
        if name in {"", "/"} or "\0" in name:
            raise self.refuse(value)
        return UnixBind(around.folder / name)

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string of one of the three forms."""
        return {"type": "string", "pattern": "^(?:.*:[0-9]{1,5}|unix:.+|fd://[0-9]+)$"}

    def plain(self, value: Bind) -> str:
        """Return the text of the address."""
        return str(value)


def _meant(value: str) -> str:
    """Say how a nearly right address was probably meant."""
    if re.fullmatch(r"[0-9]{1,5}", value):
        return f'write "127.0.0.1:{value}", or ":{value}" for all interfaces'
    if without := re.fullmatch(r"https?://([^/]+:[0-9]+)/?", value):
        return f"write {shown(without[1])}"
    if re.fullmatch(r"[\w.-]+", value):
        return f"add a port: {shown(value + ':5006')}"
    if value.startswith("/"):
        return f"write {shown('unix:' + value)}"
    return "an IPv6 address stands in brackets" if value.count(":") > 1 else ""
