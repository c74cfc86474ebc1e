"""Bokeh's palettes, thousands of names of colors, without copying them one by one.

They come with the first of Bokeh's modules, so nothing of Bokeh is imported here before.
"""

import copy
import sys
from typing import Any, Final

_deepcopy: Final = copy.deepcopy


def import_palettes() -> None:
    """Import `bokeh.palettes` in a hundredth of a second less, unless it is there already."""
    if "bokeh.palettes" in sys.modules:
        return
    copy.deepcopy = deep_copy  # type: ignore[assignment]
    try:
        import bokeh.palettes
    finally:
        copy.deepcopy = _deepcopy
    bokeh.palettes.deepcopy = _deepcopy  # type: ignore[attr-defined]


def deep_copy(value: Any) -> Any:
    """Return what `copy.deepcopy` makes of *value*, where that is a dictionary of palettes."""
    if type(value) is dict:
        return {name: deep_copy(each) for name, each in value.items()}
    if type(value) is tuple and all(type(each) is str for each in value):
        return value
    return _deepcopy(value)
