"""How often passwords may be tried, by name and by address.

A few mistakes are free; then each one more doubles the wait. For a name the wait stays short,
or anybody could keep somebody else out.
"""

import ipaddress
from collections import OrderedDict
from typing import Final

import attrs

FREE: Final = 5
"""Failures without a wait."""

FORGOTTEN: Final = 900.0
"""Seconds after which failures count no more."""

LONGEST_FOR_NAME: Final = 30.0
LONGEST_FOR_ADDRESS: Final = 300.0
_MOST: Final = 10_000


@attrs.define
class _Failures:
    count: int
    last: float

    def wait(self, longest: float) -> float:
        more = self.count - FREE
        return 0.0 if more < 0 else min(longest, 2.0 ** min(more, 10))


class Throttle:
    """Counts failures; of the least recent ones it forgets when there are too many."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def wait(self, name: str, address: str | None, now: float) -> float:
        """Return for how many seconds nothing may be tried; 0 for now."""
        waits = [self._wait(key, longest, now) for key, longest in _keys(name, address)]
        return max(waits)

    def failed(self, name: str, address: str | None, now: float) -> None:
        """Count a failure."""
        for key, _ in _keys(name, address):
            before = self._failures.pop(key, None)
            fresh = before is None or now - before.last > FORGOTTEN
            count = 1 if fresh or before is None else before.count + 1
            self._failures[key] = _Failures(count, now)
        while len(self._failures) > _MOST:
            self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str | None) -> None:
        """Forget the failures of a name, and of an address the last one, which was none."""
        for key, _ in _keys(name, address):
            failures = self._failures.get(key)
            if failures is not None and key[0] == "address":
                failures.count -= 1
            else:
                self._failures.pop(key, None)

    def _wait(self, key: tuple[str, str], longest: float, now: float) -> float:
        failures = self._failures.get(key)
        if failures is None or now - failures.last > FORGOTTEN:
            return 0.0
        return max(0.0, failures.last + failures.wait(longest) - now)


def _keys(name: str, address: str | None) -> list[tuple[tuple[str, str], float]]:
    keys = [(("name", name.casefold()[:200]), LONGEST_FOR_NAME)]
    if address:  # there is none behind a Unix socket, and all who come by it are not one visitor
        keys.append((("address", _network(address)), LONGEST_FOR_ADDRESS))
    return keys


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    # Of IPv6 everybody has that many.
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version != 4 else str(ip)  # noqa: PLR2004
