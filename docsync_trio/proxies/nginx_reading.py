"""What a configuration of nginx says about the requests that it passes on."""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, Self

import attrs

from docsync_trio.proxies.directives import Directive
from docsync_trio.proxies.nginx_locations import Chain, find_location, find_named, prefix_of
from docsync_trio.proxies.nginx_words import bytes_of, read_directives, seconds_of
from docsync_trio.proxies.passage import VISITORS_HEADERS, Fact, Opener, Passage, no, yes

_PASS: Final = re.compile(r"https?://(unix:[^:]+|[^/]+)(?::?(/.*)?)$")
_STICKING: Final = ("ip_hash", "hash", "sticky")
_REWRITE: Final = re.compile(r"\^?(/[\w/.-]*[\w.-])/?\(")


@attrs.frozen
class NginxFile:
    """A `ProxyFile` of nginx: the level of ``http``, whose text may be a part of it only."""

    http: Directive
    proxy: str = "nginx"

    @classmethod
    def read(cls, text: str, name: str, include: Opener) -> Self:
        """Read *text*. Raises `NotReadable`."""
        found = read_directives(text, name, include)
        https = [one for one in found if one.name == "http"]
        if https:
            return cls(https[0])
        if not any(one.name == "server" for one in found):
            # A part that others include into their server.
            found = (Directive("server", (), f"{name}:1", found),)
        return cls(Directive("http", (), f"{name}:1", found))

    def passages(self, path: str) -> list[Passage]:
        """See `ProxyFile`."""
        found = (self._passage(server, path) for server in self.http.all("server"))
        return [passage for passage in found if passage is not None]

    def _passage(self, server: Directive, path: str) -> Passage | None:
        chain = find_location((self.http, server), path)
        passing = chain[-1].all("proxy_pass")
        if not passing:
            # The usual "a file, or else the application".
            tried = chain[-1].all("try_files")
            named = find_named(server, tried[-1].said.split()[-1]) if tried else None
            chain = (self.http, server, named) if named else chain
            passing = chain[-1].all("proxy_pass")
        if not passing:
            return None
        return _Reading(self, chain, passing[0]).passage(path)

    def stripped(self) -> list[str]:
        """See `ProxyFile`."""
        locations = [one for server in self.http.all("server") for one in _locations(server)]
        return [prefix for one in locations if (prefix := _taken_off(one))]

    def upstream(self, name: str) -> Directive | None:
        """Return the block ``upstream`` of that name."""
        return next((one for one in self.http.all("upstream") if one.words == (name,)), None)

    def mapped(self, variable: str) -> dict[str, str] | None:
        """Return the table of the ``map`` that makes *variable*."""
        for one in self.http.all("map"):
            if one.word(1) == variable:
                return {line.name: (line.words or ("",))[0] for line in one.inside or ()}
        return None


@attrs.frozen
class _Reading:
    file: NginxFile
    chain: Chain
    passing: Directive

    def passage(self, path: str) -> Passage:
        upstreams, rest = self._target()
        headers = self._headers()
        return Passage(
            place=self.passing.place,
            upstreams=upstreams,
            sticks=self._sticks(),
            encrypts=self._encrypts(),
            upgrades=self._upgrades(headers),
            http_1_0=self._version(),
            silence=self._fact("proxy_read_timeout", "60s", _time),
            patience=self._fact("proxy_read_timeout", "60s", _time),
            idle=self._idle(),
            body=self._fact("client_max_body_size", "1m", _size_or_any),
            field=self._field(),
            keeps_host=self._told(headers, "Host", _is_name),
            keeps_port=self._told(headers, "Host", lambda value: value != "$host"),
            tells_scheme=self._told(headers, "X-Forwarded-Proto", bool),
            tells_prefix=self._told(headers, "X-Forwarded-Prefix", bool),
            tells_client=self._told(headers, "X-Forwarded-For", bool),
            unguarded=self._unguarded(headers),
            buffers=self._fact("proxy_buffering", "on", lambda word: word == "on"),
            path=self._path(path, rest),
            port=self._port(),
            secure=any("ssl" in one.words for one in self.chain[1].all("listen")),
            introduces=no(self.passing.place, "nginx sends none"),
        )

    def _target(self) -> tuple[tuple[str, ...], str | None]:
        """Return where it may go, and the path that stands behind that."""
        found = _PASS.match(self.passing.word(0))
        if found is None:
            return (self.passing.word(0),), None
        block = self._block()
        servers = [one for one in block.all("server") if "down" not in one.words] if block else []
        first = [one for one in servers if "backup" not in one.words] or servers
        if first:
            return tuple(_with_port(one.word(0), 80) for one in first), found[2]
        port = 443 if self.passing.word(0).startswith("https:") else 80
        return (_with_port(found[1], port),), found[2]

    def _block(self) -> Directive | None:
        """Return the block ``upstream`` that is meant."""
        found = _PASS.match(self.passing.word(0))
        return self.file.upstream(found[1]) if found else None

    def _sticks(self) -> Fact[bool]:
        block = self._block()
        for one in block.inside or () if block else ():
            if one.name in _STICKING:
                return yes(one.place, one.said)
        place = block.place if block else self.passing.place
        return no(place, f"no {', '.join(_STICKING[:-1])} or {_STICKING[-1]}")

    def _encrypts(self) -> Fact[bool | None]:
        is_https = self.passing.word(0).startswith("https:")
        return Fact(is_https, self.passing.place, self.passing.said)

    def _find(self, name: str) -> Directive | None:
        """Return the directive that holds here: the innermost one."""
        for block in reversed(self.chain):
            if there := block.all(name):
                return there[-1]
        return None

    def _fact(self, name: str, default: str, read: Callable[[str], Any]) -> Fact[Any]:
        there = self._find(name)
        if there is None:
            return Fact(read(default), self.passing.place, f"{name} default")
        return Fact(read(there.word(0)), there.place, there.said)

    def _version(self) -> Fact[bool]:
        if self._find("proxy_http_version") is None:
            return yes(self.passing.place, "proxy_http_version default before nginx 1.29.7")
        return self._fact("proxy_http_version", "", lambda word: word == "1.0")

    def _headers(self) -> dict[str, Directive]:
        """Return what is set; a level that sets any header inherits none."""
        for block in reversed(self.chain):
            if there := block.all("proxy_set_header"):
                return {one.word(0).lower(): one for one in there}
        return {}

    def _told(
        self, headers: dict[str, Directive], name: str, good: Callable[[str], bool]
    ) -> Fact[bool]:
        there = headers.get(name.lower())
        if there is not None:
            return Fact(good(there.word(1)), there.place, there.said)
        text = f"no proxy_set_header {name}"
        if name != "Host" and self._has_outside(name):
            text += "; those of outer levels do not hold where an inner one sets any"
        return no(self.passing.place, text)

    def _has_outside(self, name: str) -> bool:
        return any(
            one.word(0).lower() == name.lower()
            for block in self.chain
            for one in block.all("proxy_set_header")
        )

    def _upgrades(self, headers: dict[str, Directive]) -> Fact[bool]:
        for name, good in (("Upgrade", _passes_upgrade), ("Connection", self._asks_upgrade)):
            told = self._told(headers, name, good)
            if not told.value:
                how = "$http_upgrade" if name == "Upgrade" else '"upgrade"'
                said = f"the header {name} is not passed on ({told.said}); say "
                return attrs.evolve(told, said=f"{said}proxy_set_header {name} {how}")
        return self._told(headers, "Upgrade", _passes_upgrade)

    def _asks_upgrade(self, value: str) -> bool:
        if value.lower() in {"upgrade", "$http_connection"}:
            return True
        table = self.file.mapped(value)
        if table is None:
            return value.startswith("$") and "upgrade" in value
        return table.get("websocket", table.get("default", "")).lower() == "upgrade"

    def _idle(self) -> Fact[float | None]:
        block = self._block()
        kept = block.all("keepalive") if block else []
        if not kept or block is None:
            return Fact(None, self.passing.place, "none is kept")
        times = block.all("keepalive_timeout")
        if not times:
            return Fact(60.0, kept[-1].place, "keepalive_timeout default")
        return Fact(_time(times[-1].word(0)), times[-1].place, times[-1].said)

    def _field(self) -> Fact[float]:
        there = self._find("large_client_header_buffers")
        if there is None:
            return Fact(8192.0, self.passing.place, "large_client_header_buffers default")
        return Fact(float(bytes_of(there.word(1)) or 8192), there.place, there.said)

    def _unguarded(self, headers: dict[str, Directive]) -> Fact[tuple[str, ...]]:
        names = tuple(name for name in VISITORS_HEADERS if name.lower() not in headers)
        return Fact(names, self.passing.place, "no proxy_set_header")

    def _path(self, path: str, rest: str | None) -> str | None:
        location = self.chain[-1]
        if location.all("rewrite"):
            off = _taken_off(location)
            return path.removeprefix(off) if off else None
        if rest is None:
            return path
        prefix = prefix_of(location) or (path if location.word(0) == "=" else None)
        return None if prefix is None or "$" in rest else rest + path[len(prefix) :]

    def _port(self) -> int | None:
        for one in self.chain[1].all("listen"):
            port = one.word(0).rpartition(":")[2]
            if port.isdecimal():
                return int(port)
        return None


def _with_port(where: str, port: int) -> str:
    has_one = where.startswith("unix:") or re.search(r":\d+$", where)
    return where if has_one else f"{where}:{port}"


def _time(word: str) -> float:
    seconds = seconds_of(word)
    return math.inf if seconds is None else seconds


def _size_or_any(word: str) -> float:
    return float(bytes_of(word) or math.inf)


def _is_name(value: str) -> bool:
    return value.startswith(("$http_host", "$host"))


def _passes_upgrade(value: str) -> bool:
    return value.lower() in {"$http_upgrade", "websocket"}


def _locations(block: Directive) -> Iterator[Directive]:
    for one in block.all("location"):
        yield one
        yield from _locations(one)


def _taken_off(location: Directive) -> str:
    """Return what a location takes off the beginning of paths: "/desk", or ""."""
    for one in location.all("rewrite"):
        if found := _REWRITE.match(one.word(0)):
            return found[1] if one.word(1) in {"/$1", "$1"} else ""
    passing = location.all("proxy_pass")
    found = _PASS.match(passing[0].word(0)) if passing else None
    return (prefix_of(location) or "").rstrip("/") if found and found[2] == "/" else ""
