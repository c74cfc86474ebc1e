"""What a Caddyfile says about the requests that it passes on.

Caddy does by itself most of what others have to be told: websockets, Host, and the headers
that name the visitor. What can go wrong are times, sizes, and headers that are overwritten.
"""

import fnmatch
import math
import re
from collections.abc import Iterator
from typing import Final, Self

import attrs

from docsync_trio.proxies.caddy_words import bytes_of, read_caddyfile, seconds_of
from docsync_trio.proxies.directives import Directive
from docsync_trio.proxies.passage import Fact, Opener, Passage, no, yes

_IDLE: Final = 120.0
_FIELD: Final = 1_000_000.0
_GROUPS: Final = {"handle", "handle_path", "route"}
_STICKING: Final = {"ip_hash", "client_ip_hash", "cookie", "header", "first"}
_OF_VISITORS: Final = ("X-Forwarded-Port", "X-Forwarded-Prefix", "Forwarded")
_ADDRESS: Final = re.compile(r"(?:(https?)://)?([^:/,]*)(?::(\d+))?")


@attrs.frozen
class CaddyFile:
    """A `ProxyFile` of Caddy: the blocks of its sites."""

    sites: tuple[Directive, ...]
    proxy: str = "Caddy"

    @classmethod
    def read(cls, text: str, name: str, include: Opener) -> Self:
        """Read *text*. Raises `NotReadable`."""
        found = read_caddyfile(text, name, include)
        # A block without a name holds the global options.
        return cls(tuple(one for one in found if one.name and one.inside is not None))

    def passages(self, path: str) -> list[Passage]:
        """See `ProxyFile`."""
        return [passage for site in self.sites for passage in _Site(site).passages(path)]

    def stripped(self) -> list[str]:
        """See `ProxyFile`."""
        return [off for site in self.sites for off in _Site(site).stripped(site) if off]


@attrs.frozen
class _Site:
    block: Directive

    def passages(self, path: str) -> Iterator[Passage]:
        for passing, seen in self._find(self.block, path, path):
            if passing.words or passing.inside:
                yield _Reading(self.block, passing, seen).passage()

    def stripped(self, block: Directive) -> Iterator[str]:
        if block.all("rewrite"):
            return  # it may have put back what it took off
        for one in block.inside or ():
            if one.name == "handle_path":
                yield one.word(0).rstrip("*").rstrip("/")
            if one.name == "uri" and one.word(0) == "strip_prefix":
                yield one.word(1).rstrip("/")
            yield from self.stripped(one)

    def _find(self, block: Directive, path: str, seen: str) -> list[tuple[Directive, str]]:
        """Return what may answer for *path*, each with the path as it stands there.

        That is each ``reverse_proxy`` up to the first that surely does.
        """
        for one in block.all("uri"):
            if one.word(0) == "strip_prefix":
                seen = seen.removeprefix(one.word(1).rstrip("/"))
        groups = [one for one in block.inside or () if one.name in _GROUPS]
        found: list[tuple[Directive, str]] = []
        # The longest path goes first.
        for one in sorted(groups, key=lambda group: -len(group.word(0))):
            met = self._matches(one, path)
            if met is not False:
                off = one.word(0).rstrip("*").rstrip("/") if one.name == "handle_path" else ""
                there = self._find(one, path, seen.removeprefix(off))
                found += there
                if there and met:
                    return found
        for one in block.all("reverse_proxy"):
            met = self._matches(one, path)
            if met is not False:
                found.append((one, seen))
            if met:
                break
        return found

    def _matches(self, directive: Directive, path: str) -> bool | None:
        """Say whether *directive* is for *path*; None where more than the path decides."""
        matcher = directive.word(0)
        if matcher.startswith("@"):
            verdicts = {_paths_match(one, path) for one in self.block.all(matcher)}
            # One that is not here is inside of a block.
            return True if True in verdicts else False if verdicts == {False} else None
        return not matcher.startswith("/") or fnmatch.fnmatchcase(path, matcher)


def _paths_match(matcher: Directive, path: str) -> bool | None:
    """Decide what looks at the path; None where anything else has a say."""
    tests = [(matcher.word(0), matcher.words[1:])] if matcher.words else []
    tests += [(one.name, one.words) for one in matcher.inside or ()]
    of_path = [patterns for name, patterns in tests if name == "path"]
    if not all(any(fnmatch.fnmatchcase(path, one) for one in some) for some in of_path):
        return False
    return True if len(of_path) == len(tests) else None


@attrs.frozen
class _Reading:
    site: Directive
    passing: Directive
    path: str

    def passage(self) -> Passage:
        place = self.passing.place
        by_default = yes(place, "Caddy does so by itself")
        reads = self._transport("read_timeout", math.inf)
        waits = self._transport("response_header_timeout", math.inf)
        scheme, port = self._address()
        return Passage(
            place=place,
            upstreams=tuple(map(_upstream, self._targets())),
            sticks=self._sticks(),
            encrypts=self._encrypts(),
            upgrades=self._header("Upgrade", by_default),
            http_1_0=no(place, "HTTP/1.1"),
            silence=reads,
            patience=min(reads, waits, key=lambda one: one.value),
            idle=self._idle(),
            body=self._body(),
            field=Fact(_FIELD, place, "max_header_size default"),
            keeps_host=self._host(by_default),
            keeps_port=by_default,
            tells_scheme=self._header("X-Forwarded-Proto", by_default),
            tells_prefix=self._header("X-Forwarded-Prefix", no(place, "no header_up")),
            tells_client=self._header("X-Forwarded-For", by_default),
            unguarded=Fact(tuple(self._unguarded()), place, "no header_up"),
            buffers=no(place, "Caddy sends what comes"),
            path=None if self.site.all("rewrite") else self.path,
            port=port,
            secure=scheme == "https",
            introduces=self._introduces(),
        )

    def _targets(self) -> list[str]:
        words = [word for word in self.passing.words if word[:1] not in {"/", "@", "*"}]
        words += [word for one in self.passing.all("to") for word in one.words]
        return words or [""]

    def _sticks(self) -> Fact[bool]:
        for one in self.passing.all("lb_policy"):
            return Fact(one.word(0) in _STICKING, one.place, one.said)
        return no(self.passing.place, "no lb_policy: at random")

    def _encrypts(self) -> Fact[bool | None]:
        tls = [one for block in self._transport_blocks() for one in block.inside or ()]
        for one in tls:
            if one.name.startswith("tls"):
                return Fact(value=True, place=one.place, said=one.said)
        is_https = self._targets()[0].startswith("https:")
        return Fact(is_https, self.passing.place, self.passing.said)

    def _address(self) -> tuple[str, int | None]:
        found = _ADDRESS.match(self.site.name)
        scheme, name, port = found.groups() if found else (None, "", None)
        if scheme is None:
            # A name gets a certificate, a bare port does not.
            plain = port == "80" or (not name and not self.site.all("tls"))
            scheme = "http" if plain else "https"
        return scheme, int(port) if port else {"http": 80, "https": 443}[scheme]

    def _transport_blocks(self) -> Iterator[Directive]:
        return (one for one in self.passing.all("transport"))

    def _transport(self, name: str, default: float) -> Fact[float]:
        for block in self._transport_blocks():
            for one in block.all(name):
                seconds = seconds_of(one.word(0))
                return Fact(default if seconds is None else seconds, one.place, one.said)
        return Fact(default, self.passing.place, f"{name} default")

    def _idle(self) -> Fact[float | None]:
        for block in self._transport_blocks():
            for one in block.all("keepalive"):
                if one.word(0) == "off":
                    return Fact(None, one.place, one.said)
        kept = self._transport("keepalive", _IDLE)
        return Fact(kept.value, kept.place, kept.said)

    def _body(self) -> Fact[float]:
        for block in self.site.all("request_body"):
            for one in block.all("max_size"):
                size = bytes_of(one.word(0))
                return Fact(math.inf if size is None else float(size), one.place, one.said)
        return Fact(math.inf, self.passing.place, "no limit")

    def _ups(self, name: str) -> Iterator[Directive]:
        for one in self.passing.all("header_up"):
            if one.word(0).lstrip("+-").lower() == name.lower():
                yield one

    def _header(self, name: str, otherwise: Fact[bool]) -> Fact[bool]:
        for one in self._ups(name):
            is_set = one.word(1) != "" and not one.word(0).startswith("-")
            said = f"the header {name} is not passed on ({one.said})"
            return yes(one.place, one.said) if is_set else no(one.place, said)
        return otherwise

    def _host(self, otherwise: Fact[bool]) -> Fact[bool]:
        for one in self._ups("Host"):
            kept = one.word(1) in {"{host}", "{hostport}", "{http.request.hostport}"}
            return yes(one.place, one.said) if kept else no(one.place, one.said)
        return otherwise

    def _unguarded(self) -> Iterator[str]:
        return (name for name in _OF_VISITORS if not list(self._ups(name)))

    def _introduces(self) -> Fact[bool]:
        for block in self._transport_blocks():
            for one in block.all("proxy_protocol"):
                return yes(one.place, one.said)
        return no(self.passing.place, "no proxy_protocol")


def _upstream(target: str) -> str:
    where = re.sub(r"^(?:https?|h2c)://", "", target)
    if where.startswith("unix/"):
        return f"unix:{where.removeprefix('unix/')}"
    port = 443 if target.startswith("https:") else 80
    return where if re.search(r":\d+$", where) else f"{where}:{port}"
