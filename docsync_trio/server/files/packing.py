"""The codings in which a file is kept ready, and which of them a client is sent.

gzip is read by all browsers. Brotli makes BokehJS a tenth smaller for the same work; it is
offered if its package is installed (``pip install "docsync-trio[brotli]"``). Browsers
ask for it over TLS, and of this machine.
"""

import gzip
from collections.abc import Callable, Container, Mapping
from functools import cache
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final

TAGS: Final = MappingProxyType({"br": "br", "gzip": "gz"})
"""What the entity tag of a file ends with, by coding; the better coding first (RFC 9110, 8.8.3)."""

NOTHING_PACKED: Final[Mapping[str, bytes]] = MappingProxyType({})

_WORTH_IT: Final = 0.9
"""Of a file's size; what shrinks less is sent as it is."""

_BROTLI_QUALITY: Final = 5
"""Takes as long as gzip; 11 would save another tenth, and take seconds for BokehJS."""


def packed(content: bytes) -> Mapping[str, bytes]:
    """Return *content* in each coding that is there and makes it smaller, the better first."""
    made = {coding: pack(content) for coding, pack in packers().items()}
    most = len(content) * _WORTH_IT
    return MappingProxyType({coding: data for coding, data in made.items() if len(data) < most})


def best_coding(accept_encoding: str, there: Container[str]) -> str | None:
    """Return which of the codings *there* suits a client that sent *accept_encoding*.

    None stands for the file as it is. Weights say what is refused (0) and which is wanted
    more; of equals the smaller is sent (RFC 9110, 12.5.3).
    """
    weights = _weights(accept_encoding)
    others = weights.get("*", 0.0)
    liked = [(weights.get(coding, others), coding) for coding in TAGS if coding in there]
    weight, coding = max(liked, key=lambda each: each[0], default=(0.0, None))
    return coding if weight > 0 else None


@cache
def packers() -> Mapping[str, Callable[[bytes], bytes]]:
    """Return what compresses, by coding, the better first."""
    packers = {"gzip": _gzip}
    return {"br": _brotli, **packers} if find_spec("brotli") else packers


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=6, mtime=0)


def _brotli(content: bytes) -> bytes:
    # Optional, and only for those who are sent files.
    import brotli  # type: ignore[import-untyped,unused-ignore]

    return bytes(brotli.compress(content, quality=_BROTLI_QUALITY))


def _weights(accept_encoding: str) -> dict[str, float]:
    weights = {}
    for item in accept_encoding.lower().split(","):
        coding, _, parameter = item.partition(";")
        name, _, value = parameter.replace(" ", "").partition("=")
        weights[coding.strip()] = _number(value) if name == "q" else 1.0
    return weights


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
