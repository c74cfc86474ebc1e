"""A request that was answered, as a line: for people, for programs, and as Apache writes it."""

import json
import time
from typing import Any, Final

from docsync_trio.base.log_owner import short_session
from docsync_trio.server.visits.answered import Answered

_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_OPTIONAL: Final = ("user", "referer", "agent", "request", "trace", "application")


def access_fields(answered: Answered) -> dict[str, Any]:
    """Return what a program may want to filter by; what there is nothing of is left out."""
    fields: dict[str, Any] = {
        "peer": answered.peer,
        "method": answered.method,
        "target": answered.target,
        "version": f"HTTP/{answered.version}",
        "status": answered.status,
        "size": answered.size,
        "seconds": round(answered.seconds, 6),
    }
    fields |= {name: value for name in _OPTIONAL if (value := getattr(answered, name))}
    if answered.session:
        fields["session"] = short_session(answered.session)
    if not answered.whole:
        fields["whole"] = False
    if (traffic := answered.traffic) is not None:
        fields |= {
            "code": answered.close_code,
            "messages_in": traffic.messages_in,
            "bytes_in": traffic.bytes_in,
            "messages_out": traffic.messages_out,
            "bytes_out": traffic.bytes_out,
        }
    return fields


def access_text(answered: Answered) -> str:
    """Return the sentence: ``203.0.113.7 GET /sliders: 200, 5.1 kB in 12 ms``."""
    asked = f"{answered.method} {answered.target}" if answered.method else "no request"
    parts = [str(answered.status or "no answer")]
    if (traffic := answered.traffic) is not None:
        parts.append(f"{traffic.messages_in} messages ({_size(traffic.bytes_in)}) in")
        parts.append(f"{traffic.messages_out} ({_size(traffic.bytes_out)}) out")
        parts.append(f"closed with {answered.close_code} after {answered.seconds:.1f} s")
    else:
        cut = "" if answered.whole else " and no more"
        parts.append(f"{_size(answered.size)}{cut} in {answered.seconds * 1000:.0f} ms")
    whom = f"{answered.peer} {answered.user}".strip()
    return f"{whom} {asked}: {', '.join(parts)}"


def combined_line(answered: Answered) -> str:
    """Return the line in Apache's "combined" format.

    ``%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"``, with what is missing as ``-``.
    https://httpd.apache.org/docs/2.4/mod/mod_log_config.html
    """
    asked = f"{answered.method} {answered.target} HTTP/{answered.version}"
    size = answered.size if answered.traffic is None else answered.traffic.bytes_out
    return " ".join(
        [
            _bare(answered.peer),
            "-",
            _bare(answered.user),
            _clock(answered.at),
            _quoted(asked if answered.method else ""),
            str(answered.status or 499),  # as nginx has it for who left without an answer
            str(size or "-"),
            _quoted(answered.referer),
            _quoted(answered.agent),
        ]
    )


def json_line(answered: Answered) -> str:
    """Return the line as an object of its own, for a file that has nothing else."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(answered.at))
    moment = f"{stamp}.{int(answered.at % 1 * 1_000_000):06d}Z"
    return json.dumps({"timestamp": moment, **access_fields(answered)}, ensure_ascii=True)


def _clock(at: float) -> str:
    # Names of months are English there, whatever the locale is.
    local = time.localtime(at)
    month = _MONTHS[local.tm_mon - 1]
    return time.strftime(f"[%d/{month}/%Y:%H:%M:%S %z]", local)


def _bare(text: str) -> str:
    return _escaped(text).replace(" ", "\\x20") or "-"


def _quoted(text: str) -> str:
    return f'"{_escaped(text) or "-"}"'


def _escaped(text: str) -> str:
    """Return *text* so that it can neither end its quotes nor its line."""
    plain = text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
    return text if plain else "".join(map(_escape, text))


def _escape(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if " " <= character <= "~":
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))


def _size(size: int) -> str:
    if size < 1000:  # noqa: PLR2004
        return f"{size} B"
    return f"{size / 1e3:.1f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"  # noqa: PLR2004
