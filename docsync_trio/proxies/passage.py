"""How a proxy passes requests on, whatever the language of its file.

A reader finds these facts in a file, each with the place where it is said, or where the
requests are passed on if it is a default.
"""

from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

import attrs

T = TypeVar("T")

Opener = Callable[[str], list[tuple[str, str]]]
"""Gives the names and texts of the files that an include (a name, a pattern) stands for."""


@attrs.frozen
class Fact(Generic[T]):
    """A *value*, the *place* ("nginx.conf:12") it is from, and how it is *said* there."""

    value: T
    place: str
    said: str


def yes(place: str, said: str) -> Fact[bool]:
    """Return the fact that something is so."""
    return Fact(value=True, place=place, said=said)


def no(place: str, said: str) -> Fact[bool]:
    """Return the fact that something is not so."""
    return Fact(value=False, place=place, said=said)


VISITORS_HEADERS: Final = (
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "Forwarded",
)
"""What a trusted proxy has to write or to remove, as visitors can write it too."""


@attrs.frozen(kw_only=True)
class Passage:
    """How the requests for one path come to the server. Times in seconds, sizes in bytes.

    *upstreams* are where they go, as ``server.bind`` would have it, *sticks* says whether a
    visitor is always sent to the same one of several. *encrypts* says that the proxy speaks TLS
    to them, None that it passes on whatever comes. *upgrades* says whether
    websockets get through, *silence* how long a quiet one may be, *patience* how long an answer
    may take. *idle* is how long an unused connection to the server is kept, None if none is.
    *port* is where browsers connect, None if that is not known; *keeps_host* and *keeps_port*
    say whether the server learns by which name and port; what it `tells` are X-Forwarded-Proto,
    -Prefix and -For. *unguarded* are headers that pass as
    the visitor wrote them. *path* is the path as the server gets it, None if that cannot be
    told. *secure* says that TLS ends here, *introduces* that the PROXY protocol is spoken.
    """

    place: str
    upstreams: tuple[str, ...]
    sticks: Fact[bool]
    encrypts: Fact[bool | None]
    upgrades: Fact[bool]
    http_1_0: Fact[bool]
    silence: Fact[float]
    patience: Fact[float]
    idle: Fact[float | None]
    body: Fact[float]
    field: Fact[float]
    keeps_host: Fact[bool]
    keeps_port: Fact[bool]
    tells_scheme: Fact[bool]
    tells_prefix: Fact[bool]
    tells_client: Fact[bool]
    unguarded: Fact[tuple[str, ...]]
    buffers: Fact[bool]
    path: str | None
    port: int | None
    secure: bool
    introduces: Fact[bool]


class ProxyFile(Protocol):
    """The file of a proxy, read."""

    @property
    def proxy(self) -> str:
        """What the proxy is called."""
        ...

    def passages(self, path: str) -> list[Passage]:
        """Return how requests for *path* are passed on, once for each of the proxy's servers.

        A server that does not pass them on has none.
        """
        ...

    def stripped(self) -> list[str]:
        """Return what the proxy takes off the beginning of some paths: "/desk"."""
        ...
