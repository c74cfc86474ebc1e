"""Bokeh's classes of models, made faster while they are imported.

For each of 450 classes Bokeh goes through all properties, also the inherited ones, to find out
which may refer to models, and copies each property that is mixed in by way of pickling. Here
what is known of a base is not asked again, what only models need is found out when a class gets
its first one, and a copy is a copy. The classes are the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bokeh.core import has_props
from bokeh.core.property.bases import Property

from docsync_trio.documents.speedups.own_text import is_known


@contextmanager
def quick_classes() -> Iterator[None]:
    """Within the block classes of models are made faster, where Bokeh is as we know it."""
    home: Any = getattr(has_props, "_PropertyInfo", None)  # since Bokeh 3.10
    stock = vars(home).get("properties") if home else None
    known = bool(home) and is_known(stock) and is_known(vars(home).get("_initialize"))
    if known:
        home.properties = properties
        # For good: classes that are made within the block are completed after it.
        home._initialize = initialize  # noqa: SLF001
    Property.__copy__ = twin  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del Property.__copy__  # type: ignore[attr-defined]
        if known:
            home.properties = stock


def twin(prop: Any) -> Any:
    """Return what `copy.copy` makes of the property *prop*."""
    made = object.__new__(type(prop))
    vars(made).update(vars(prop))
    return made


def properties(self: Any, cls: Any) -> dict[str, Any]:
    """`_PropertyInfo.properties`; the rest is worked out when somebody asks for it."""
    found: dict[str, Any] | None = vars(self).get("_properties")
    if found is None:
        found = self._properties = _all_properties(cls)
    return found


def initialize(self: Any, cls: Any) -> None:
    """`_PropertyInfo._initialize`, with what is known of the bases, and in any thread."""
    if "_descriptors" in vars(self):
        return
    found = properties(self, cls)
    overridden: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        overridden.update(getattr(base, "__overridden_defaults__", {}))
    bases = [_initialized(base) for base in cls.__bases__ if "__property_info__" in vars(base)]
    inherited: dict[str, Any] = {}
    if len(cls.__bases__) == len(bases) == 1:
        (only,) = bases
        inherited = dict(zip(only._properties, only._descriptors, strict=True))  # noqa: SLF001
    own = vars(cls)
    rest = {
        "_property_names": set(found),
        "_overridden_defaults": overridden,
        "_properties_with_refs": {
            name: prop for name, prop in found.items() if _has_ref(name, prop, bases)
        },
        "_descriptors": [
            inherited[name] if name in inherited and name not in own else getattr(cls, name)
            for name in found
        ],
    }
    # In one step: another thread sees all of it or nothing.
    vars(self).update(rest)


def _all_properties(cls: Any) -> dict[str, Any]:
    """Return the properties of *cls* and of all that it is made from, in Bokeh's order."""
    first, *more = cls.__bases__
    found: dict[str, Any] = {}
    if not more and "__property_info__" in vars(first):
        found |= properties(first.__property_info__, first)
        found |= vars(cls)["__properties__"]
        return found
    for base in reversed(cls.__mro__):
        found.update(getattr(base, "__properties__", {}))
    return found


def _initialized(base: Any) -> Any:
    base.__property_info__._initialize(base)  # noqa: SLF001
    return base.__property_info__


def _has_ref(name: str, prop: Any, bases: list[Any]) -> bool:
    for info in bases:
        if info._properties.get(name) is prop:  # noqa: SLF001
            return name in info._properties_with_refs  # noqa: SLF001
    return bool(prop.has_ref)
