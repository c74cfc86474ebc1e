"""Parse the JSON of a peer: bounded in depth, and an object or nothing.

orjson never recurses beyond a depth of its own (1024), so no text can exhaust the
stack here; the tighter bound is for what walks the value later and does recurse:
Bokeh's ``Deserializer``.
"""

import re
from typing import Any

import orjson

from docsync_trio.base.errors import ProtocolError
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.json_values import has_more_values

_ESCAPE = re.compile(
    r"""\\(?:
        u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}
      | (?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})
      | .
    )""",
    re.VERBOSE | re.DOTALL,
)


def parse_object(text: str, what: str, depth: int, *, values: int) -> dict[str, Any]:
    """Return the JSON object that *text* is.

    *what* names it in the errors; *depth* is how far arrays and objects may be nested
    (1 is a flat object; more than 1024 is never possible), *values* how many commas and
    opening brackets there may be outside of strings.

    Raises `ProtocolError`: 1007 where it is not JSON, 1009 where it is too deep or has too
    many values, 1002 where it is not an object.
    """
    length = len(text)
    if length > values and has_more_values(text, values):
        raise ProtocolError(
            f"the {what} has too many values",
            close_code=CloseCode.TOO_BIG,
            hint=f"server.max_message_values allows {values} in the {what}",
        )
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        value = _second_try(text, what, depth, error)
    if type(value) is not dict:
        raise ProtocolError(f"the {what} is not a JSON object")
    if length > 2 * depth and _may_be_deeper(text, depth) and _is_deeper(value, depth):
        raise _too_deep(what, depth)
    return value


def _second_try(text: str, what: str, depth: int, error: orjson.JSONDecodeError) -> Any:
    if "depth" in error.msg or "ecursion" in error.msg:
        raise _too_deep(what, depth)
    mended = _with_whole_characters(text)
    if mended != text:
        try:
            return orjson.loads(mended)
        except orjson.JSONDecodeError:
            pass
    raise ProtocolError(f"the {what} is not JSON", close_code=CloseCode.INVALID_DATA)


def _with_whole_characters(text: str) -> str:
    r"""Return *text* with U+FFFD for each half of a surrogate pair (``\ud83d`` alone).

    JavaScript's strings may hold such halves (an emoji cut in two while it is typed)
    and ``JSON.stringify`` passes them on; orjson refuses them. Browsers put U+FFFD for
    them wherever a string becomes UTF-8, and so do we: it is no reason to lose a page.
    """
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda found: "\ufffd" if found["half"] else found[0], text)


def _too_deep(what: str, depth: int) -> ProtocolError:
    return ProtocolError(
        f"the {what} is nested too deeply",
        close_code=CloseCode.TOO_BIG,
        hint=f"server.max_message_depth allows {depth} levels",
    )


def _may_be_deeper(text: str, depth: int) -> bool:
    """Tell whether there are brackets enough, which is cheap and for most texts says no."""
    return text.count("{") + text.count("[") > depth


def _is_deeper(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [
            child
            for container in level
            for child in (container.values() if type(container) is dict else container)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True
