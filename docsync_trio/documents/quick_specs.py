"""Bokeh's properties for values or columns, made faster while Bokeh is imported.

Each of them (`DataSpec`) is made of some twenty other properties, all the same wherever the type
of the value is the same, and glyphs and annotations have 200. Here what is the same is made once;
what is a property's own (default, help, alternatives, assertions) is not shared.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bokeh.core.property.bases import ParameterizedProperty, Property
from bokeh.core.property.dataspec import DataSpec
from bokeh.core.property.either import Either
from bokeh.core.property.singletons import Intrinsic, Undefined

from docsync_trio.documents.speedups.own_text import is_known


@contextmanager
def quick_specs() -> Iterator[None]:
    """Within the block the parts of properties are shared, where Bokeh is as we know it."""
    home: Any = DataSpec
    stock = vars(home)["__init__"]
    if not all(
        is_known(vars(kind)["__init__"])
        for kind in (DataSpec, Either, ParameterizedProperty, Property)
    ):
        yield
        return
    home.__init__ = sharing(stock)
    try:
        yield
    finally:
        home.__init__ = stock


def sharing(stock: Callable[..., None]) -> Callable[..., None]:
    """Return what does as *stock*, `DataSpec.__init__`, with parts that were made before."""
    patterns: dict[type, dict[str, Any]] = {}

    def begin(self: Any, value_type: Any, default: Any, *, help: str | None = None) -> None:  # noqa: A002 - Bokeh's
        if not isinstance(value_type, type) or default is Intrinsic:
            stock(self, value_type, default, help=help)
            return
        pattern = patterns.get(value_type)
        if pattern is None:
            made = object.__new__(DataSpec)
            stock(made, value_type, Undefined)
            pattern = patterns[value_type] = vars(made)
        self._type_params = list(pattern["_type_params"])
        Property.__init__(self, default=default, help=help)
        self.alternatives = list(pattern["alternatives"])
        self.value_type = pattern["value_type"]

    return begin
