"""What a configuration of HAProxy says about the requests that it passes on."""

import math
import re
from collections.abc import Iterator
from typing import Final, Self

import attrs

from docsync_trio.proxies.haproxy_acls import Acls
from docsync_trio.proxies.haproxy_sections import Line, Section, read_sections, seconds_of
from docsync_trio.proxies.passage import VISITORS_HEADERS, Fact, Passage, no, yes
from docsync_trio.proxies.timers import PURGES

_BUFFER: Final = 16_384
_RESERVED: Final = 1024
_PURGED_AFTER: Final = 5.0
_CLOSING: Final = (
    ("option", "http-server-close"),
    ("option", "httpclose"),
    ("http-reuse", "never"),
)
_STICKING: Final = (("cookie",), ("stick", "on"), ("stick", "match"), ("stick", "store-request"))
_STRIPPED: Final = re.compile(r"\^?(/[\w/.-]*[\w.-])/?(?:\(|,|$|\[)")


@attrs.frozen
class HaproxyFile:
    """A `ProxyFile` of HAProxy."""

    sections: list[Section]
    proxy: str = "HAProxy"

    @classmethod
    def read(cls, text: str, name: str) -> Self:
        """Read *text*. Raises `NotReadable`."""
        return cls(read_sections(text, name))

    def passages(self, path: str) -> list[Passage]:
        """See `ProxyFile`."""
        return [
            _Reading(self._tuning(), front, back, tuple(_in_use(servers))).passage(path)
            for front in self._of("frontend", "listen")
            for back in self._backends(front, path)
            if (servers := [line for line in back.lines if line.starts("server")])
        ]

    def stripped(self) -> list[str]:
        """See `ProxyFile`."""
        sections = self._of("frontend", "backend", "listen")
        return [off for one in sections for line in one.lines if (off := _taken_off(line))]

    def _of(self, *kinds: str) -> Iterator[Section]:
        return (section for section in self.sections if section.kind in kinds)

    def _backends(self, front: Section, path: str) -> Iterator[Section]:
        """Yield where requests for *path* may go: up to the first where they surely do."""
        if front.kind == "listen":
            yield front
            return
        acls = Acls(front, path)
        for line in front.lines:
            if not line.starts("use_backend"):
                continue
            met = acls.decide(line.words[2:])
            if met is not False:
                yield from self._meant(line.word(1))
            if met:
                return
        default = front.find("default_backend")
        yield from self._meant(default.word(1)) if default else ()

    def _meant(self, name: str) -> Iterator[Section]:
        """Yield the sections that *name* may stand for: all, where requests decide."""
        if "%[" in name:
            yield from self._of("backend")
        elif (there := self._named(name)) is not None:
            yield there

    def _named(self, name: str) -> Section | None:
        return next((one for one in self._of("backend", "listen") if one.name == name), None)

    def _tuning(self) -> list[Line]:
        return [line for section in self._of("global") for line in section.lines]


@attrs.frozen
class _Reading:
    tuning: list[Line]
    front: Section
    back: Section
    servers: tuple[Line, ...]

    @property
    def server(self) -> Line:
        return self.servers[0]

    def passage(self, path: str) -> Passage:
        place = self.server.place
        tcp = self._mode() == "tcp"
        sends = next((word for word in self.server.words if word.startswith("send-proxy")), None)
        by_default = yes(place, "HAProxy does so by itself")
        return Passage(
            place=place,
            upstreams=tuple(_upstream(one.word(2)) for one in self.servers),
            sticks=self._sticks(),
            encrypts=self._encrypts(),
            upgrades=by_default if tcp else self._upgrades(by_default),
            http_1_0=no(place, "HTTP/1.1"),
            silence=self._silence(),
            patience=self._timeout(self.back, "server"),
            idle=Fact(None, place, "connections are passed on") if tcp else self._idle(),
            body=Fact(math.inf, place, "no limit"),
            field=Fact(math.inf, place, "no limit") if tcp else self._field(),
            keeps_host=by_default if tcp else self._keeps_host(by_default),
            keeps_port=by_default,
            tells_scheme=self._told("X-Forwarded-Proto"),
            tells_prefix=self._told("X-Forwarded-Prefix"),
            tells_client=self._tells_client(),
            unguarded=Fact(() if tcp else tuple(self._unguarded()), place, "not set"),
            buffers=no(place, "HAProxy sends what comes"),
            path=self._path(path),
            port=self._port(),
            secure=self._is_secure(),
            introduces=Fact(sends is not None, place, sends or "no send-proxy"),
        )

    def _mode(self) -> str:
        line = self.back.find("mode")
        return line.word(1) if line else "tcp"

    def _sticks(self) -> Fact[bool]:
        for words in _STICKING:
            if (line := self.back.find(*words)) is not None:
                return yes(line.place, line.said)
        balance = self.back.find("balance")
        if balance is None:
            return no(self.server.place, "no balance source and no cookie")
        by_visitor = balance.word(1).partition("(")[0] in {"source", "hdr", "hash", "rdp-cookie"}
        return Fact(by_visitor, balance.place, balance.said)

    def _encrypts(self) -> Fact[bool | None]:
        place = self.server.place
        if "ssl" in self.server.words:
            return Fact(value=True, place=place, said=self.server.said)
        passes_on = self._mode() == "tcp" and not self._is_secure()
        return Fact(None if passes_on else False, place, "no ssl in the line of the server")

    def _is_secure(self) -> bool:
        return any("ssl" in line.words for line in self._binds())

    def _timeout(self, section: Section, kind: str) -> Fact[float]:
        line = section.find("timeout", kind)
        seconds = seconds_of(line.word(2)) if line else None
        if line is None or seconds is None:
            return Fact(math.inf, self.server.place, f"no timeout {kind}")
        return Fact(seconds, line.place, line.said)

    def _silence(self) -> Fact[float]:
        tunnel = self._timeout(self.back, "tunnel")
        if tunnel.value != math.inf:
            return tunnel
        both = [self._timeout(self.front, "client"), self._timeout(self.back, "server")]
        least = min(both, key=lambda one: one.value)
        return attrs.evolve(least, said=f"{least.said}; there is no timeout tunnel")

    def _rules(self) -> Iterator[Line]:
        for section in dict.fromkeys((self.front, self.back)):
            yield from section.lines

    def _rule(self, name: str, *actions: str) -> Line | None:
        for line in self._rules():
            is_one = line.starts("http-request") and line.word(1) in actions
            if is_one and line.word(2).lower() == name.lower():
                return line
        return None

    def _upgrades(self, otherwise: Fact[bool]) -> Fact[bool]:
        line = self._rule("Upgrade", "del-header", "set-header")
        if line is None:
            return otherwise
        return no(line.place, f"the header Upgrade is not passed on ({line.said})")

    def _idle(self) -> Fact[float | None]:
        for section in (self.back, self.front):
            for closing in _CLOSING:
                if (line := section.find(*closing)) is not None:
                    return Fact(None, line.place, line.said)
        words = self.server.words
        delay, said = _PURGED_AFTER, "pool-purge-delay default"
        if "pool-purge-delay" in words[:-1]:
            text = words[words.index("pool-purge-delay") + 1]
            delay, said = seconds_of(text) or _PURGED_AFTER, f"pool-purge-delay {text}"
        said += ", at which half of them are closed"
        return Fact(PURGES * delay, self.server.place, said)

    def _field(self) -> Fact[float]:
        sizes = {"tune.bufsize": _BUFFER, "tune.maxrewrite": _RESERVED}
        place, said = self.server.place, "tune.bufsize default"
        for line in self.tuning:
            if line.words[0] in sizes and line.word(1).isdecimal():
                sizes[line.words[0]] = int(line.word(1))
                place, said = line.place, line.said
        return Fact(float(sizes["tune.bufsize"] - sizes["tune.maxrewrite"]), place, said)

    def _keeps_host(self, otherwise: Fact[bool]) -> Fact[bool]:
        line = self._rule("Host", "set-header", "replace-header", "del-header")
        return otherwise if line is None else no(line.place, line.said)

    def _told(self, name: str) -> Fact[bool]:
        line = self._rule(name, "set-header", "add-header")
        if line is None:
            return no(self.server.place, f"no http-request set-header {name}")
        return yes(line.place, line.said)

    def _tells_client(self) -> Fact[bool]:
        for section in (self.front, self.back):
            line = section.find("option", "forwardfor")
            if line is not None:
                return yes(line.place, line.said)
        return attrs.evolve(self._told("X-Forwarded-For"), said="no option forwardfor")

    def _unguarded(self) -> Iterator[str]:
        for name in VISITORS_HEADERS:
            known = name == "X-Forwarded-For" and self._tells_client().value
            if not known and self._rule(name, "set-header", "del-header") is None:
                yield name

    def _path(self, path: str) -> str | None:
        for line in self._rules():
            if line.starts("http-request") and line.word(1) in {"set-path", "replace-path"}:
                off = _taken_off(line)
                return path.removeprefix(off) if off else None
        return path

    def _binds(self) -> list[Line]:
        return [line for line in self.front.lines if line.starts("bind")]

    def _port(self) -> int | None:
        for line in self._binds():
            port = line.word(1).rpartition(":")[2]
            if port.isdecimal():
                return int(port)
        return None


def _in_use(servers: list[Line]) -> list[Line]:
    """Return those of *servers* that get requests on an ordinary day."""
    usual = [one for one in servers if not {"backup", "disabled"} & set(one.words)]
    return usual or servers


def _upstream(address: str) -> str:
    address = address.removeprefix("ipv4@").removeprefix("ipv6@")
    if address.startswith(("unix@", "/")):
        return f"unix:{address.removeprefix('unix@')}"
    return address


def _taken_off(line: Line) -> str:
    """Return what a line takes off the beginning of paths: "/desk", or ""."""
    if line.starts("http-request", "replace-path"):
        found = _STRIPPED.match(line.word(2))
        return found[1] if found and line.word(3).startswith(("\\1", "/\\1")) else ""
    if line.starts("http-request", "set-path"):
        found = re.match(r"%\[path,regsub\(\^?(/[\w/.-]*[\w.-])/?,", line.word(2))
        return found[1] if found else ""
    return ""
