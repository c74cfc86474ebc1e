"""Times and sizes as people write them: "15s", "20MB".

A bare number hides its unit, and the unit people guess is wrong half of the time
(Bokeh's own options are partly in seconds, partly in milliseconds). So the site
file and every message of ours spell the unit out, and all of it is read and written
here.
"""

import re
from decimal import Decimal
from typing import Final

OFF: Final = float("inf")
"""What a duration of ``"off"`` means: it never passes."""

# Longest first: a time is written in the largest unit that divides it.
_SECONDS: Final = {
    "d": Decimal(86400),
    "h": Decimal(3600),
    "m": Decimal(60),
    "s": Decimal(1),
    "ms": Decimal("0.001"),
}
# Decimal units as disks and networks are sold; binary ones for those who mean them.
_BYTES: Final = {
    "GiB": 1024**3,
    "MiB": 1024**2,
    "KiB": 1024,
    "GB": 10**9,
    "MB": 10**6,
    "kB": 10**3,
    "B": 1,
}
# Bounded, so that no number of digits overflows a float or takes time to convert.
_NUMBER: Final = r"[0-9]{1,15}(?:\.[0-9]{1,9})?"

DURATION_PATTERN: Final = rf"^(?:off|{_NUMBER}(?:ms|s|m|h|d))$"
"""A regular expression (of the common dialect, for JSON Schema) for every duration."""

SIZE_PATTERN: Final = rf"^{_NUMBER}(?:GiB|MiB|KiB|GB|MB|kB|B)$"
"""A regular expression (of the common dialect, for JSON Schema) for every size."""

_DURATION: Final = re.compile(rf"({_NUMBER})(ms|s|m|h|d)")
_SIZE: Final = re.compile(rf"({_NUMBER})(GiB|MiB|KiB|GB|MB|kB|B)")


def parse_duration(text: str) -> float:
    """Return the seconds that *text* ("250ms", "15s", "5m", "1.5h", "2d", "off") means.

    ``"off"`` is `OFF`. Raises ValueError where *text* is no such time.
    """
    if text == "off":
        return OFF
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f'no time such as "15s", "5m" or "off": {text!r}')
    return float(Decimal(match[1]) * _SECONDS[match[2]])


def format_duration(seconds: float) -> str:
    """Return *seconds* (0 or more) in the largest unit that divides it: ``90.0`` is "90s".

    `parse_duration` reads it back; what is finer than a nanosecond is rounded away.
    """
    if seconds == OFF:
        return "off"
    exact = round(Decimal(repr(seconds)), 9)
    for unit, length in _SECONDS.items():
        if exact % length == 0 and exact >= length:
            return f"{exact / length:.0f}{unit}"
    return f"{exact.normalize():f}s"


def parse_size(text: str) -> int:
    """Return the bytes that *text* ("512B", "64kB", "20MB", "1.5GiB") means.

    Raises ValueError where *text* is no such size or no whole number of bytes.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f'no size such as "64kB" or "20MB": {text!r}')
    size = Decimal(match[1]) * _BYTES[match[2]]
    if size != int(size):
        raise ValueError(f"no whole number of bytes: {text!r}")
    return int(size)


def format_size(size: int) -> str:
    """Return *size* (in bytes, 0 or more) in the unit that makes the shortest text.

    `parse_size` reads it back.
    """
    whole = [f"{size // length}{unit}" for unit, length in _BYTES.items() if size % length == 0]
    return min(reversed(whole), key=len) if size else "0B"
