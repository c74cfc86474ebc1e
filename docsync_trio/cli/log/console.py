"""A log line as people read it: time, level, where, what; then what belongs to it.

    21:03:11 error   /sliders 4f3a2b1c  callback update raised ZeroDivisionError: ...
        File "apps/sliders.py", line 14, in update
    hint: ...

What a peer sent may stand in a line (a path, a close reason), so control characters
are escaped, and whatever follows a newline is indented: nobody outside can forge a
line or steer a terminal.
"""

from collections.abc import Mapping
from typing import Any

from docsync_trio.cli.log.links import with_links

SHORT_ID = 8
"""How many characters of a session's id people get to see; enough to tell two apart."""

OURS = "docsync_trio"
"""The logger of our own lines, which goes without saying."""

ACCESS = f"{OURS}.access"
"""The logger of lines about requests, which go without saying as well."""

_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "1;31"}
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_CONTROLS_BUT_NEWLINES = {code: text for code, text in _CONTROLS.items() if chr(code) not in "\n\t"}


def console_text(entry: Mapping[str, Any], *, colour: bool) -> str:
    """Return the lines for *entry*: ``timestamp``, ``level``, ``event`` and what else it has.

    Optional are ``application``, ``session``, ``logger``, ``hint``, ``stack`` and
    ``exception`` (a finished traceback each). Other fields are for machines and not shown.
    *colour* says that a terminal shows it, which also opens the files that a traceback names.
    """
    head = f"{entry.get('timestamp', '')} {_level(str(entry.get('level', 'info')), colour=colour)}"
    where = _where(entry)
    event, *more = _plain(str(entry.get("event", ""))).rstrip().split("\n")
    lines = [" ".join(part for part in (head, f"{where} " if where else "", event) if part)]
    lines += (f"    {line}" for line in more)
    for part in ("stack", "exception"):
        lines += (f"    {line}" for line in _plain(str(entry.get(part) or "")).splitlines())
    if entry.get("hint"):
        lines.append(f"    hint: {_one_line(str(entry['hint']))}")
    text = "\n".join(lines)
    return with_links(text) if colour and entry.get("exception") else text


def _level(level: str, *, colour: bool) -> str:
    padded = f"{level:<7}"
    return f"\x1b[{_COLOURS.get(level, '0')}m{padded}\x1b[0m" if colour else padded


def _where(entry: Mapping[str, Any]) -> str:
    logger = str(entry.get("logger", ""))
    session = str(entry.get("session", ""))[:SHORT_ID] if "application" in entry else ""
    parts = (entry.get("application", ""), session, "" if logger in {OURS, ACCESS} else logger)
    return _one_line(" ".join(str(part) for part in parts if part))


def _one_line(text: str) -> str:
    return text.translate(_CONTROLS)


def _plain(text: str) -> str:
    return text.translate(_CONTROLS_BUT_NEWLINES)
