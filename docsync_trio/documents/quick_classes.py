"""Bokeh's classes of models, made faster while they are imported.

For each of 450 classes Bokeh goes through all properties, also the inherited ones, to find out
which may refer to models, and copies each property that is mixed in by way of pickling. Here
what is known of a base is not asked again, and a copy is a copy. The classes are the same. So
are the palettes, thousands of names of colors, which Bokeh copies one by one.
"""

import copy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from bokeh.core import has_props
from bokeh.core.property.bases import Property

from docsync_trio.documents.speedups.own_text import is_known

_deepcopy: Final = copy.deepcopy


@contextmanager
def quick_classes() -> Iterator[None]:
    """Within the block classes of models are made faster, where Bokeh is as we know it."""
    home: Any = getattr(has_props, "_PropertyInfo", None)  # since Bokeh 3.10
    stock = vars(home).get("_initialize") if home else None
    known = is_known(stock)
    if known:
        home._initialize = initialize  # noqa: SLF001 - replaced, and given back
    Property.__copy__ = twin  # type: ignore[attr-defined]
    _import_palettes()
    try:
        yield
    finally:
        del Property.__copy__  # type: ignore[attr-defined]
        if known:
            home._initialize = stock  # noqa: SLF001


def _import_palettes() -> None:
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


def twin(prop: Any) -> Any:
    """Return what `copy.copy` makes of the property *prop*."""
    made = object.__new__(type(prop))
    vars(made).update(vars(prop))
    return made


def initialize(self: Any, cls: Any) -> None:
    """`_PropertyInfo._initialize`, with what is known of the bases."""
    if hasattr(self, "_properties"):
        return
    properties: dict[str, Any] = {}
    overridden: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        properties.update(getattr(base, "__properties__", {}))
        overridden.update(getattr(base, "__overridden_defaults__", {}))
    self._properties = properties
    self._property_names = set(properties)
    self._overridden_defaults = overridden
    bases = [_initialized(base) for base in cls.__bases__ if "__property_info__" in vars(base)]
    self._properties_with_refs = {
        name: prop for name, prop in properties.items() if _has_ref(name, prop, bases)
    }
    inherited: dict[str, Any] = {}
    if len(cls.__bases__) == len(bases) == 1:
        (only,) = bases
        inherited = dict(zip(only._properties, only._descriptors, strict=True))  # noqa: SLF001
    own = vars(cls)
    self._descriptors = [
        inherited[name] if name in inherited and name not in own else getattr(cls, name)
        for name in properties
    ]


def _initialized(base: Any) -> Any:
    base.__property_info__._initialize(base)  # noqa: SLF001
    return base.__property_info__


def _has_ref(name: str, prop: Any, bases: list[Any]) -> bool:
    for info in bases:
        if info._properties.get(name) is prop:  # noqa: SLF001
            return name in info._properties_with_refs  # noqa: SLF001
    return bool(prop.has_ref)
