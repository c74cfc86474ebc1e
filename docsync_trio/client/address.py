"""Where a session is: one address from the user, a page's and a websocket's from us.

People write the address of a page, or of its websocket, or either with a query; and
arguments as Bokeh's client takes them, or as they see them on the server.
"""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode, urlsplit, urlunsplit

import attrs

Arguments = Mapping[str, str | Sequence[bytes]]
"""``{"N": "10"}``, or as an application sees them: ``{"N": [b"10"]}``."""

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_PAGE_SCHEMES = {"ws": "http", "wss": "https"}


@attrs.frozen
class Address:
    """An application on a server. *path* has no slash at its end; it is empty at the root."""

    scheme: str
    netloc: str
    path: str
    query: str = ""

    @property
    def page(self) -> str:
        """The address of the page."""
        return urlunsplit(
            (_PAGE_SCHEMES[self.scheme], self.netloc, self.path or "/", self.query, "")
        )

    @property
    def websocket(self) -> str:
        """The address of the websocket."""
        return urlunsplit((self.scheme, self.netloc, f"{self.path}/ws", self.query, ""))

    @property
    def name(self) -> str:
        """The page's address without its query, for messages."""
        return urlunsplit((_PAGE_SCHEMES[self.scheme], self.netloc, self.path or "/", "", ""))


def address_of(url: str, arguments: Arguments | None = None) -> Address:
    """Return what *url* means, with *arguments* added to its query.

    Raises ``ValueError`` for what is no address of an application, ``TypeError`` for
    arguments of a wrong shape.
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError(
            f"{url!r} is no address of an application; write http://host:port/path, "
            "or ws://host:port/path/ws"
        )
    path = parts.path.rstrip("/")
    if parts.scheme in _PAGE_SCHEMES:
        if not path.endswith("/ws"):
            raise ValueError(f"{url!r} is no address of a websocket; its path ends with /ws")
        path = path.removesuffix("/ws")
    query = "&".join(filter(None, [parts.query, urlencode(list(pairs_of(arguments or {})))]))
    return Address(_SCHEMES[parts.scheme], parts.netloc, path, query)


def pairs_of(arguments: Arguments) -> Iterator[tuple[str, str | bytes]]:
    """Give each argument as name and value. Raises ``TypeError`` for a wrong shape."""
    if not isinstance(arguments, Mapping):
        raise TypeError(f'arguments must be a mapping like {{"N": "10"}}, not {arguments!r}')
    for name, value in arguments.items():
        if not isinstance(name, str):
            raise TypeError(f"the name of an argument must be text; {name!r} is not")
        if isinstance(value, str):
            yield name, value
        elif _is_list_of_bytes(value):
            yield from ((name, each) for each in value)
        else:
            raise TypeError(
                f"arguments[{name!r}] must be text, or a list of bytes as applications see it, "
                f'like "10" or [b"10"]; it is {value!r}'
            )


def _is_list_of_bytes(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, bytes) for each in value)
