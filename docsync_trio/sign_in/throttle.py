"""How often passwords may be tried, by name and by address.

A few mistakes are free; then each one more doubles the wait. For a name the wait stays short,
or anybody could keep somebody else out.
"""

import ipaddress
from collections import OrderedDict
from typing import Final, Literal

import attrs

FREE: Final = 5
"""Failures of a name without a wait."""

FREE_FOR_ADDRESS: Final = 30
"""And of an address: a whole office may share one, and come in the morning."""

FORGOTTEN: Final = 900.0
"""Seconds after which failures count no more."""

LONGEST_FOR_NAME: Final = 30.0
LONGEST_FOR_ADDRESS: Final = 300.0
_MOST: Final = 10_000

Key = tuple[Literal["name", "address"], str]

_LIMITS: Final = {
    "name": (FREE, LONGEST_FOR_NAME),
    "address": (FREE_FOR_ADDRESS, LONGEST_FOR_ADDRESS),
}


@attrs.define
class _Failures:
    count: int
    last: float

    def wait(self, free: int, longest: float) -> float:
        more = self.count - free
        return 0.0 if more < 0 else min(longest, 2.0 ** min(more, 10))


class Throttle:
    """Counts failures; of the least recent ones it forgets when there are too many."""

    def __init__(self) -> None:
        self._failures: OrderedDict[Key, _Failures] = OrderedDict()

    def wait(self, name: str, address: str | None, now: float) -> float:
        """Return for how many seconds nothing may be tried; 0 for now."""
        return max(self._wait(key, now) for key in _keys(name, address))

    def failed(self, name: str, address: str | None, now: float) -> None:
        """Count a failure."""
        for key in _keys(name, address):
            before = self._failures.pop(key, None)
            fresh = before is None or now - before.last > FORGOTTEN
            count = 1 if fresh or before is None else before.count + 1
            self._failures[key] = _Failures(count, now)
        while len(self._failures) > _MOST:
            self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str | None) -> None:
        """Forget the failures of a name, and of an address the last one, which was none."""
        for key in _keys(name, address):
            failures = self._failures.get(key)
            if failures is not None and key[0] == "address":
                failures.count -= 1
            else:
                self._failures.pop(key, None)

    def _wait(self, key: Key, now: float) -> float:
        failures = self._failures.get(key)
        if failures is None or now - failures.last > FORGOTTEN:
            return 0.0
        wait = failures.wait(*_LIMITS[key[0]])
        return max(0.0, failures.last + wait - now)


def _keys(name: str, address: str | None) -> list[Key]:
    keys: list[Key] = [("name", name.casefold()[:200])]
    if address:  # there is none behind a Unix socket, and all who come by it are not one visitor
        keys.append(("address", _network(address)))
    return keys


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    # Of IPv6 everybody has that many.
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version != 4 else str(ip)  # noqa: PLR2004
