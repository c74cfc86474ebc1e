"""What a client asks of a file: all of it or a part, compressed, only if it changed.

RFC 9110 sections 12.5.3, 13 and 14, for files that are known by content: decided here
without sending anything.
"""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import attrs
from starlette.types import Scope

from docsync_trio.server.files.packing import TAGS, best_coding
from docsync_trio.server.files.static_files import StaticFile

NAMES = frozenset(
    {b"accept-encoding", b"if-modified-since", b"if-none-match", b"if-range", b"range"}
)
NOTHING = (0, 0)
"""The part of a file that a client gets who asks for bytes behind its end."""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@attrs.frozen
class Conditions:
    """The request's header fields that say what of a file is wanted."""

    fields: Mapping[bytes, str]

    @classmethod
    def of(cls, scope: Scope) -> "Conditions":
        """Return those of an ASGI ``http`` scope."""
        return cls({n: v.decode("latin-1") for n, v in scope["headers"] if n in NAMES})

    def has(self, file: StaticFile) -> bool:
        """Say whether the client has the file as it is now (a 304 is the answer)."""
        tags = self.fields.get(b"if-none-match")
        if tags is not None:
            listed = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            known = {"*", tag_of(file, None), *(tag_of(file, coding) for coding in TAGS)}
            return bool(listed & known)
        since = self.fields.get(b"if-modified-since")
        return since is not None and _seconds(since) >= file.modified

    def part(self, file: StaticFile) -> tuple[int, int] | None:
        """Return first byte and the one after the last; None for the whole file.

        Of several ranges none is honoured, as the RFC allows; `NOTHING` stands for a
        range that begins behind the end (a 416).
        """
        match = _RANGE.fullmatch(self.fields.get(b"range", "").strip())
        condition = self.fields.get(b"if-range")
        if match is None or condition not in (None, tag_of(file, None), file.last_modified):
            return None
        first, last = match.groups()
        if not first and not last:
            return None
        if not first:
            start, stop = max(0, file.size - int(last)), file.size
        else:
            start, stop = int(first), int(last) + 1 if last else file.size
            if last and stop <= start:
                return None
        return (start, min(stop, file.size)) if start < min(stop, file.size) else NOTHING

    def coding(self, file: StaticFile) -> str | None:
        """Return the coding of *file* to send; None to send it as it is."""
        return best_coding(self.fields.get(b"accept-encoding", ""), file.packed)


def tag_of(file: StaticFile, coding: str | None) -> str:
    """Return the entity tag of *file* as it is, or as it is sent in *coding*."""
    return f'"{file.version}"' if coding is None else f'"{file.version}-{TAGS[coding]}"'


def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError, OSError):
        return -1.0
