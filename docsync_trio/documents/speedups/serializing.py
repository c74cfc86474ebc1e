"""Writing models as JSON: only what goes into the message is asked for.

Bokeh works out every default of every model, checks it, and drops it afterwards.
"""

from typing import Any

from bokeh.core import has_props
from bokeh.core.has_props import HasProps, _default_resolver
from bokeh.core.property.descriptors import UnsetValueError
from bokeh.core.property.singletons import Undefined
from bokeh.core.property.wrappers import PropertyValueContainer
from bokeh.core.serialization import Deserializer
from bokeh.model.model import Model

from docsync_trio.documents.speedups.class_facts import facts_of

# Bokeh's own functions, as they are before anything is replaced.
_properties_with_values = HasProps.properties_with_values
_query = HasProps.query_properties_with_values
_is_data_model = has_props.is_DataModel
_resolver: Any = _default_resolver  # its stub leaves half of it out
_resolve_type = Deserializer._resolve_type  # noqa: SLF001


def properties_with_values(
    self: Any,
    *,
    include_defaults: bool = True,
    include_undefined: bool = False,
) -> dict[str, Any]:
    """`HasProps.properties_with_values`, passing over defaults that would be dropped."""
    cls = type(self)
    if include_defaults or cls.query_properties_with_values is not _query:
        return _properties_with_values(
            self, include_defaults=include_defaults, include_undefined=include_undefined
        )
    facts = facts_of(cls)
    own, unstable, themed = self._property_values, self._unstable_default_values, ()
    chosen = {*own, *unstable}
    if self.themed_values():
        themed = self.themed_values().keys() & facts.order.keys()
        chosen |= themed
    result: dict[str, Any] = {}
    for name in sorted(chosen | facts.asked(), key=facts.order.__getitem__):
        descriptor = cls.lookup(name)
        if not descriptor.serialized:
            continue
        try:
            value = descriptor.get_value(self)
        except UnsetValueError:
            if not include_undefined:
                raise
            value = Undefined
        else:
            untouched = isinstance(value, PropertyValueContainer) and name in unstable
            if name not in chosen or (untouched and name not in themed):
                continue
        result[name] = value
    return result


def is_data_model(cls: Any) -> bool:
    """`is_DataModel`, answered at once for all classes that say nothing of it."""
    return getattr(cls, "__data_model__", False) and _is_data_model(cls)


def resolve_type(self: Any, type: str) -> Any:  # noqa: A002
    """`Deserializer._resolve_type`, without a copy of the table of all classes per model."""
    found = _resolver._known_models.get(type)  # noqa: SLF001
    if found is not None and issubclass(found, Model):
        return found
    return _resolve_type(self, type)
