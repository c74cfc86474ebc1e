"""Whether a widget can still have a value that an earlier one of its kind had.

BokehJS draws a slider beyond its end, and a choice that is none of its options, without a
word. Whoever mends the code of an application has to be told instead.
"""

from collections.abc import Iterable
from numbers import Real
from typing import Any

from bokeh.model import Model


def misfit(model: Model, attr: str, value: Any) -> str:
    """Return why *value* cannot be the property *attr* of *model*, in words; empty if it can."""
    if attr not in model.properties() or not model.lookup(attr).property.is_valid(value):
        return f"{_shown(value)} does not fit any more"
    if "value" in attr:
        return _beyond_ends(model, value) or _no_option(model, value)
    return _nothing_there(model, value) if attr == "active" else ""


def _beyond_ends(model: Model, value: Any) -> str:
    ends = [getattr(model, name, None) for name in ("start", "end")]
    numbers = value if isinstance(value, tuple) else (value,)
    if not all(_is_number(one) for one in (*ends, *numbers)):
        return ""
    start, end = ends
    if all(start <= one <= end for one in numbers):
        return ""
    return f"{_shown(value)} is not between {_shown(start)} and {_shown(end)}"


def _no_option(model: Model, value: Any) -> str:
    options = getattr(model, "options", None)
    if not options or getattr(model, "restrict", True) is False:
        return ""
    there = set(_values_of(options))
    wanted = value if isinstance(value, list) else [value]
    gone = [one for one in wanted if one not in there]
    return f"{_shown(gone[0])} is no option any more" if gone else ""


def _values_of(options: Any) -> Iterable[Any]:
    if isinstance(options, dict):
        for group in options.values():
            yield from _values_of(group)
        return
    for option in options:
        yield option[0] if isinstance(option, tuple) else option


def _nothing_there(model: Model, value: Any) -> str:
    """For the number of a tab or of a button of a group, or several of them."""
    parts = getattr(model, "labels", None) or getattr(model, "tabs", None)
    numbers = value if isinstance(value, list) else [value]
    if parts is None or all(one is None or one < len(parts) for one in numbers):
        return ""
    return "there are fewer to choose from"


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 - as much as one reads
