"""Making models, reading their defaults and setting their values.

Each function here stands in for the one of Bokeh that it names, does the same, and says
what it saves. Where anything is out of the ordinary it asks Bokeh's own.
"""

import logging
from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import Property, validation_on
from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.core.property.singletons import Intrinsic, Undefined
from bokeh.util.logconfig import TRACE

from docsync_trio.documents.speedups.changing import is_plain_table
from docsync_trio.documents.speedups.class_facts import facts_of

# Bokeh's own functions, as they are before anything is replaced.
_get_default = PropertyDescriptor._get_default  # noqa: SLF001
_prepare_value = Property.prepare_value
_setattr = HasProps.__setattr__
_set_from_json = HasProps.set_from_json
_apply_theme = HasProps.apply_theme

_log = logging.getLogger(HasProps.__module__)


def init(self: Any, **properties: Any) -> None:
    """`HasProps.__init__`, asking only for the defaults that are needed at once.

    Bokeh asks every property of every model whether its default may change, and makes
    all containers that a model might ever want: most of the memory of a document.
    """
    super(HasProps, self).__init__()
    self._property_values = {}
    self._unstable_default_values = {}
    self._unstable_themed_values = {}
    for name, value in properties.items():
        if value is not Undefined and value is not Intrinsic:
            setattr(self, name, value)
    for name, descriptor in facts_of(type(self)).at_once():
        if name not in properties:
            descriptor._get(self)  # noqa: SLF001
    self._initialized = True


def set_attribute(self: Any, name: str, value: Any) -> None:
    """`HasProps.__setattr__`, without a call to find out which properties there are."""
    if name[:1] == "_" or name in facts_of(type(self)).properties:
        super(HasProps, self).__setattr__(name, value)
    else:
        _setattr(self, name, value)


def apply_theme(self: Any, property_values: dict[str, Any]) -> None:
    """`HasProps.apply_theme`, done at once where no theme takes the place of none."""
    if property_values or self.themed_values() is not None:
        _apply_theme(self, property_values)


def get_default(self: Any, obj: Any) -> Any:
    """`PropertyDescriptor._get_default`, copying and checking an immutable default once."""
    name = self.name
    if name in obj._property_values:  # noqa: SLF001
        return _get_default(self, obj)
    themed = obj.themed_values()
    if themed is not None and name in themed:
        return _get_default(self, obj)
    unstable = obj._unstable_default_values  # noqa: SLF001
    if name in unstable:
        return unstable[name]
    facts = facts_of(type(obj))
    value = facts.fixed.get(self, facts)
    if value is facts:
        if self not in facts.loose:
            facts.learn_default(self)
        return _get_default(self, obj)
    return value


def overridden_defaults(cls: Any) -> dict[str, Any]:
    """`HasProps._overridden_defaults` of Bokeh 3.9, gathered once per class as in 3.10."""
    return facts_of(cls).overridden()


def kept_on_class(name: str) -> Any:
    """The class method *name* of `HasProps` that Bokeh 3.9 keeps in an `lru_cache`.

    That cache keeps every class alive for ever, also those that a session's script defines.
    """
    stock: Any = vars(HasProps)[name].__func__.__wrapped__

    def of_class(cls: Any, /, **how: bool) -> Any:
        remembered = facts_of(cls).remembered
        key = (name, *how.items())
        if key not in remembered:
            remembered[key] = stock(cls, **how)
        return remembered[key]

    return classmethod(of_class)


def prepare_value(self: Any, owner: Any, name: str, value: Any, *, hint: Any = None) -> Any:
    """`Property.prepare_value`, without an import statement in the ordinary case."""
    if value is Undefined:
        return value
    if value is Intrinsic:
        return _prepare_value(self, owner, name, value, hint=hint)
    if hint is not None or type(value) is not dict or not is_plain_table(self, value):
        try:
            if validation_on():
                self.validate(self._hinted_value(value, hint))
        except ValueError:
            return _prepare_value(self, owner, name, value, hint=hint)
    value = self.transform(value)
    if self.assertions and isinstance(owner, HasProps):
        check_assertions(self, owner, name, value)
    return self.wrap(value)


def check_assertions(self: Any, owner: Any, name: str, value: Any) -> None:
    """What `Property.prepare_value` does with the assertions of the property *self*."""
    for test, complaint in self.assertions:
        holds = test if isinstance(test, bool) else test(owner, value)
        if not isinstance(holds, bool):
            raise AssertionError  # noqa: TRY004 - as Bokeh
        if not holds:
            if isinstance(complaint, str):
                raise ValueError(complaint)
            complaint(owner, name, value)


def set_from_json(self: Any, name: str, value: Any, *, setter: Any = None) -> None:
    """`HasProps.set_from_json`, without writing all of an array for a log that nobody keeps."""
    if _log.isEnabledFor(TRACE) or name not in self.properties(_with_props=True):
        _set_from_json(self, name, value, setter=setter)
    else:
        self.lookup(name).set_from_json(self, value, setter=setter)
