"""Places in files that a terminal opens when they are clicked.

Terminals know them by an escape sequence (OSC 8) with a URL; that the line stands in its
fragment is what rich writes as well. Whoever reads the text without a terminal must not be
given any of it.
"""

import re
from typing import Final
from urllib.parse import quote

_LINK: Final = "\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"
_IN_TRACEBACK: Final = re.compile(r'File "(?P<path>/[^"]+)", line (?P<line>\d+)')
_IN_SENTENCE: Final = re.compile(r"(?<= at )(?P<path>/[^\s:]+):(?P<line>\d+)\b")


def with_links(text: str) -> str:
    """Return *text*, in which control characters were escaped before, with links."""
    return _IN_SENTENCE.sub(_linked, _IN_TRACEBACK.sub(_linked, text))


def _linked(place: re.Match[str]) -> str:
    return _LINK.format(url=f"file://{quote(place['path'])}#{place['line']}", text=place[0])
