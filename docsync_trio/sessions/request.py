"""The request that made a session, as application code sees it.

Bokeh's applications were written against Tornado's request: `arguments` are lists of
bytes, `headers` know no case, a cookie has a `value`. This is that part of it which
means something to an application; it knows nothing of ASGI or of sockets, so it can
be kept as long as the session lives.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote

import attrs

from docsync_trio.sign_in.user import User


class Headers(Mapping[str, str]):
    """HTTP headers: names in any case, fields of one name joined as RFC 9110 says.

    Iterating gives the names as ``Title-Case``, the spelling Bokeh's applications
    know.
    """

    __slots__ = ("_names", "_values")

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, list[str]] = {}
        for name, value in fields:
            key = name.lower()
            if key in self._values:
                self._values[key].append(value)
            else:
                self._names[key] = "-".join(part.capitalize() for part in key.split("-"))
                self._values[key] = [value]

    def __getitem__(self, name: str) -> str:
        key = name.lower()
        return ("; " if key == "cookie" else ", ").join(self._values[key])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.values())

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"

    def get_list(self, name: str) -> list[str]:
        """Every field of that name, in the order they came; empty if there is none."""
        return list(self._values.get(name.lower(), ()))


class Cookie(str):
    """A cookie's value; also has it as `value`, where code expects Python's morsels."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """The same text."""
        return str(self)


def parse_cookies(header: str) -> dict[str, Cookie]:
    """Return the cookies of a ``Cookie`` header; what is malformed is skipped.

    Python's own parser drops every cookie after the first that it dislikes, and some
    other site on the same host can set such a one.
    """
    decode = SimpleCookie().value_decode
    cookies: dict[str, Cookie] = {}
    for part in header.split(";"):
        name, equals, value = part.partition("=")
        if equals and name.strip():
            cookies[name.strip()] = Cookie(decode(value.strip())[0])
    return cookies


def parse_arguments(query: str) -> dict[str, list[bytes]]:
    """Return a query string's arguments; values are the bytes that were sent."""
    arguments: dict[str, list[bytes]] = {}
    # Latin-1 keeps every byte as it is; what the bytes mean is the application's business.
    for name, value in parse_qsl(query, keep_blank_values=True, encoding="latin-1"):
        key = name.encode("latin-1", "replace").decode("utf-8", "replace")
        arguments.setdefault(key, []).append(value.encode("latin-1", "replace"))
    return arguments


def _uri(request: "Request") -> str:
    path = quote(request.path, safe="/:@!$&'()*+,;=~-._")
    return f"{path}?{request.query}" if request.query else path


@attrs.define(eq=False, kw_only=True)
class Request:
    """One HTTP request, or the request that opened a websocket.

    *path* is decoded, *uri* is path and query as they were sent; both begin with
    *root_path* where the site is mounted below some other path. *protocol* is
    ``"http"`` or ``"https"``, for websockets as well. *app_path* (the URL path of the
    application, parameters filled in) and *path_params* (converted values, by name)
    are known once the application is found; see `matched`. *token_payload* is what a token
    that Bokeh made brings along; ours carry nothing. *user* is who has signed in; None where
    nobody has, of whom *guest* says that they could have.
    """

    path: str
    method: str = "GET"
    query: str = ""
    uri: str = attrs.field(default=attrs.Factory(_uri, takes_self=True))
    host: str = ""
    protocol: str = "http"
    headers: Headers = attrs.field(factory=Headers)
    remote_ip: str | None = None
    version: str = "HTTP/1.1"
    body: bytes = b""
    root_path: str = ""
    app_path: str | None = None
    path_params: dict[str, Any] = attrs.field(factory=dict)
    token_payload: Mapping[str, Any] = attrs.field(factory=dict)
    user: User | None = None
    guest: bool = False

    @cached_property
    def arguments(self) -> dict[str, list[bytes]]:
        """The query's arguments, each a list of bytes; path parameters among them."""
        return parse_arguments(self.query)

    @cached_property
    def cookies(self) -> dict[str, Cookie]:
        """The cookies, by name."""
        return parse_cookies(self.headers.get("Cookie", ""))

    def first_payload(self) -> dict[str, Any]:
        """Return what the token payload of a session that it makes begins with."""
        return {"headers": dict(self.headers), "cookies": self.cookies, **self.token_payload}

    def full_url(self) -> str:
        """Return the address as the visitor's browser wrote it."""
        return f"{self.protocol}://{self.host}{self.uri}"

    def matched(self, app_path: str, path_params: Mapping[str, Any]) -> None:
        """Note which application's path matched, and the parameters in it.

        A path parameter also becomes an argument, in place of one of that name in the
        query: what the path says must not be overruled behind a question mark.
        """
        self.app_path = app_path
        self.path_params = dict(path_params)
        for name, value in path_params.items():
            self.arguments[name] = [str(value).encode()]
