"""Where the server listens: TCP addresses, Unix sockets, inherited sockets."""

import pathlib
import re
from collections.abc import Mapping
from typing import Any, Final

import attrs

from docsync_trio.config.kind import Kind, KindError, Surroundings, shown

_TCP: Final = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\s:/\[\]]*)):(?P<port>[0-9]{1,5})"
)
_LAST_PORT: Final = 65535
_FD: Final = re.compile(r"fd://([0-9]{1,9})")
_SYSTEMD: Final = re.compile(r"systemd(?::(?P<name>[^:\s]{1,255}))?")
_MODE: Final = re.compile(r"0?[0-7]{3}")
_OPTIONS: Final = ("mode", "owner", "group")

EVERYWHERE: Final = frozenset({"", "::"})
"""Hosts that stand for all addresses of this machine, of both kinds."""

ALL_IPV4: Final = "0.0.0.0"  # noqa: S104 - only compared
"""The host that stands for those of one kind."""


@attrs.frozen
class TcpBind:
    """A TCP port. *host* is a name or an address; *port* 0 picks one.

    ``""`` and ``"::"`` are all addresses of the machine, ``"0.0.0.0"`` its IPv4 addresses.
    """

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as the site file has it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@attrs.frozen
class UnixBind:
    """A Unix socket at an absolute *path*.

    *mode* is what ``chmod`` would be given; None leaves it to the umask. *owner* and *group*
    are names or numbers as text, ``""`` for those of the process.
    """

    path: pathlib.Path
    mode: int | None = None
    owner: str = ""
    group: str = ""

    def __str__(self) -> str:
        """Return it as the site file has it where nothing but the path is given."""
        return f"unix:{self.path}"


@attrs.frozen
class FdBind:
    """A listening socket that the parent process opened, by its file descriptor."""

    number: int

    def __str__(self) -> str:
        """Return it as the site file has it."""
        return f"fd://{self.number}"


@attrs.frozen
class SystemdBind:
    """The listening sockets that systemd passes on, all or those called *name*."""

    name: str = ""

    def __str__(self) -> str:
        """Return it as the site file has it."""
        return f"systemd:{self.name}" if self.name else "systemd"


Bind = TcpBind | UnixBind | FdBind | SystemdBind


@attrs.frozen
class BindAddress(Kind):
    """A place to listen at."""

    words = (
        'an address such as "127.0.0.1:5006", "[::1]:5006", "unix:/run/site.sock", "fd://3" or '
        '"systemd"'
    )

    def read(self, value: object, around: Surroundings, /) -> Bind:
        """Return the address; a relative socket path becomes absolute."""
        if isinstance(value, dict):
            return self._unix_table(value, around)
        if not isinstance(value, str):
            raise self.refuse(value)
        if value.startswith("unix:"):
            return _unix(value.removeprefix("unix:"), around, self.refuse(value))
        if descriptor := _FD.fullmatch(value):
            return FdBind(int(descriptor[1]))
        if systemd := _SYSTEMD.fullmatch(value):
            return SystemdBind(systemd["name"] or "")
        if tcp := _TCP.fullmatch(value):
            port = int(tcp["port"])
            if port > _LAST_PORT:
                raise KindError(
                    f"there is no port {port}; ports go from 0 (pick one) to {_LAST_PORT}"
                )
            return TcpBind(tcp["six"] or tcp["host"], port)
        raise self.refuse(value, _meant(value))

    def _unix_table(self, value: Mapping[str, object], around: Surroundings) -> UnixBind:
        for name in value:
            if name not in {"unix", *_OPTIONS}:
                known = f"unix, {', '.join(_OPTIONS)}"
                raise KindError(f"no such key; a socket has {known}", (name,))
        path = value.get("unix")
        text = f'expected a path, such as "/run/site.sock", not {shown(path)}'
        wrong = KindError(text, ("unix",)) if "unix" in value else self.refuse(value)
        if not isinstance(path, str):
            raise wrong
        return attrs.evolve(
            _unix(path, around, wrong),
            mode=_mode(value.get("mode")),
            owner=_account(value, "owner"),
            group=_account(value, "group"),
        )

    def json_schema(self) -> dict[str, Any]:
        """Return the schema of a string of one of the forms, or of a table with a path."""
        strings = "^(?:.*:[0-9]{1,5}|unix:.+|fd://[0-9]+|systemd(?::[^:\\s]+)?)$"
        text = {"type": "string", "minLength": 1}
        table = {
            "type": "object",
            "properties": {
                "unix": text,
                "mode": {"type": "string", "pattern": "^0?[0-7]{3}$"},
                "owner": text,
                "group": text,
            },
            "required": ["unix"],
            "additionalProperties": False,
        }
        return {"anyOf": [{"type": "string", "pattern": strings}, table]}

    def plain(self, value: Bind) -> Any:
        """Return the text of the address, or the table of a socket with more than a path."""
        if not isinstance(value, UnixBind) or value == UnixBind(value.path):
            return str(value)
        mode = None if value.mode is None else f"{value.mode:03o}"
        table = {"unix": str(value.path), "mode": mode, "owner": value.owner, "group": value.group}
        return {name: given for name, given in table.items() if given}


def _unix(name: str, around: Surroundings, wrong: KindError) -> UnixBind:
    if name in {"", "/"} or "\0" in name:
        raise wrong
    return UnixBind(around.folder / name)


def _mode(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _MODE.fullmatch(value):
        # A number would be read as a decimal one, and 660 is not 0o660.
        raise KindError(
            f'expected octal digits in quotes, such as "660", not {shown(value)}', ("mode",)
        )
    return int(value, 8)


def _account(value: Mapping[str, object], name: str) -> str:
    account = value.get(name, "")
    if not isinstance(account, str) or (name in value and not account):
        text = 'expected a name such as "www-data", or a number in quotes'
        raise KindError(f"{text}, not {shown(account)}", (name,))
    return account


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
    if value.startswith("systemd"):
        return 'write "systemd", or "systemd:NAME" for what FileDescriptorName= calls so'
    return "an IPv6 address stands in brackets" if value.count(":") > 1 else ""
