"""What Bokeh works out for every single model although it is a fact of the model's class.

Two thirds of the time that a page costs goes there. The facts are kept on the class
itself, so that a class which a session's script has defined ends with its session, and
they are found out when they are first needed. Threads may find out the same fact twice;
the answers are equal and the last one stays. While Bokeh's validation is off nothing is
kept: defaults that are wrong would pass for right.
"""

from typing import Any, Final

from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import Property, validation_on
from bokeh.core.property.descriptors import (
    ColumnDataPropertyDescriptor,
    DataSpecPropertyDescriptor,
    PropertyDescriptor,
    UnitsSpecPropertyDescriptor,
)
from bokeh.core.property.singletons import Intrinsic, Undefined
from bokeh.core.property.wrappers import PropertyValueContainer
from bokeh.model.util import visit_value_and_its_immediate_references

PLACE: Final = "_docsync_facts"
"""The attribute of a class at which its facts are kept."""

_SCALARS: Final = frozenset({bool, int, float, str, bytes, type(None)})
_KNOWN_DESCRIPTORS: Final = frozenset(
    {
        PropertyDescriptor,
        ColumnDataPropertyDescriptor,
        DataSpecPropertyDescriptor,
        UnitsSpecPropertyDescriptor,
    }
)

Descriptor = Any
"""A `PropertyDescriptor`, or an alias of one, which is of another class."""


class ClassFacts:
    """The facts of *owner*, a class of models.

    *properties* are those of `HasProps.properties`; *fixed* holds the default of each
    property whose default is immutable and the same for all models, *loose* those of which
    it is known that theirs is not; *order* the place of each; *remembered* what Bokeh itself
    would remember of the class.
    """

    __slots__ = (
        *("_asked", "_checks", "_overridden", "_referring", "_at_once"),
        *("fixed", "loose", "order", "owner", "properties", "remembered"),
    )

    def __init__(self, owner: type[HasProps]) -> None:
        self.owner = owner
        self.properties: dict[str, Property[Any]] = {}
        for base in reversed(owner.__mro__):
            self.properties.update(getattr(base, "__properties__", {}))
        self.remembered: dict[Any, Any] = {}
        self.order = {name: index for index, name in enumerate(self.properties)}
        self.fixed: dict[Descriptor, Any] = {}
        self.loose: set[Descriptor] = set()
        self._at_once: tuple[tuple[str, Descriptor], ...] | None = None
        self._asked: frozenset[str] | None = None
        self._referring: tuple[tuple[str, bool], ...] | None = None
        self._checks: tuple[str, ...] | None = None
        self._overridden: dict[str, Any] | None = None

    def at_once(self) -> tuple[tuple[str, Descriptor], ...]:
        """The properties whose default every new model needs, in order of definition.

        Bokeh makes all defaults that can be changed when the model is made. Those that are
        containers made from plain values can wait: nothing tells whether they are there.
        """
        found = self._at_once
        if found is None:
            found = tuple(
                (name, descriptor)
                for name, descriptor in self._descriptors()
                if descriptor.has_unstable_default(self.owner)
                and not (self._is_settled(descriptor) and self._is_container(descriptor))
            )
            if validation_on():
                self._at_once = found
        return found

    def asked(self) -> frozenset[str]:
        """The properties that have to be asked for their value though it is the default.

        Asking them has an effect or may fail.
        """
        found = self._asked
        if found is None:
            at_once = {name for name, _ in self.at_once()}
            found = frozenset(
                name
                for name, descriptor in self._descriptors()
                if name in at_once or not self._is_settled(descriptor)
            )
            if validation_on():
                self._asked = found
        return found

    def referring(self) -> tuple[tuple[str, bool], ...]:
        """The properties that may hold models, with whether their default holds none."""
        found = self._referring
        if found is None:
            asked = self.asked()
            found = tuple(
                (name, name not in asked and not _models_in(self._default(name)))
                for name, prop in self.properties.items()
                if prop.has_ref
            )
            if validation_on():
                self._referring = found
        return found

    def checks(self) -> tuple[str, ...]:
        """The names of what may be a validator of the class, sorted."""
        if self._checks is None:
            self._checks = tuple(name for name in dir(self.owner) if name.startswith("_check"))
        return self._checks

    def overridden(self) -> dict[str, Any]:
        """The defaults that the class and those it is made from have overridden."""
        if self._overridden is None:
            defaults: dict[str, Any] = {}
            for base in reversed(self.owner.__mro__):
                defaults.update(getattr(base, "__overridden_defaults__", {}))
            self._overridden = defaults
        return self._overridden

    def learn_default(self, descriptor: Descriptor) -> None:
        """Find out whether the default of *descriptor* is a *fixed* one."""
        if self._is_settled(descriptor) and not descriptor.has_unstable_default(self.owner):
            value = descriptor.class_default(self.owner)
            if _is_immutable(value):
                self.fixed[descriptor] = value
                return
        if validation_on():
            self.loose.add(descriptor)

    def _descriptors(self) -> list[tuple[str, Descriptor]]:
        return [(name, self.owner.lookup(name)) for name in self.properties]

    def _default(self, name: str) -> Any:
        return self.owner.lookup(name).class_default(self.owner)

    def _is_container(self, descriptor: Descriptor) -> bool:
        value = descriptor.class_default(self.owner)
        return isinstance(value, PropertyValueContainer) and not _models_in(value)

    def _is_settled(self, descriptor: Descriptor) -> bool:
        """Whether asking for the default has no effect, cannot fail and is always the same.

        Properties and descriptors of others than Bokeh may do as they like.
        """
        if type(descriptor) not in _KNOWN_DESCRIPTORS:
            return False
        if not _is_bokehs(descriptor.property) or not validation_on():
            return False
        raw = self._raw_default(descriptor)
        if raw is Undefined or raw is Intrinsic or callable(raw):
            return False
        try:
            descriptor.property.validate(raw)
            return descriptor.class_default(self.owner) is not Undefined
        except Exception:  # noqa: BLE001 - then Bokeh shall say so each time, as it does
            return False

    def _raw_default(self, descriptor: Descriptor) -> Any:
        return self.overridden().get(descriptor.name, descriptor.property._default)  # noqa: SLF001


def facts_of(owner: Any) -> ClassFacts:
    """Return the facts of the class *owner*."""
    facts: ClassFacts = owner._docsync_facts  # noqa: SLF001
    if facts.owner is not owner:
        facts = ClassFacts(owner)
        setattr(owner, PLACE, facts)
    return facts


def forget_all(owner: type = HasProps) -> None:
    """Take the facts off *owner* and all classes made from it."""
    if PLACE in vars(owner):
        delattr(owner, PLACE)
    children: list[type] = owner.__subclasses__()
    for child in children:
        forget_all(child)


def _is_bokehs(prop: Any) -> bool:
    if not type(prop).__module__.startswith("bokeh."):
        return False
    return all(map(_is_bokehs, getattr(prop, "type_params", ())))


def _is_immutable(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_immutable, value))
    return type(value) in _SCALARS


def _models_in(value: Any) -> list[HasProps]:
    found: list[HasProps] = []
    visit_value_and_its_immediate_references(value, found.append)
    return found
