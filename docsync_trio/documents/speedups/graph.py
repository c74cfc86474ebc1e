"""Walking over the models of a document: which there are, and whether they are sound.

Bokeh reads all properties that might refer to a model, which makes their defaults, and
lists all attributes of every model in search of validators.
"""

from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.core.validation import check as validation
from bokeh.model import util
from bokeh.model.model import Model

from docsync_trio.documents.speedups.class_facts import facts_of

# Bokeh's own functions, as they are before anything is replaced.
_check_integrity = validation.check_integrity
_visit = util.visit_value_and_its_immediate_references
_visit_references = util.visit_immediate_value_references


def visit_references(value: Any, visitor: Any) -> None:
    """`visit_immediate_value_references`, passing over defaults that hold no models."""
    if not isinstance(value, HasProps):
        _visit(value, visitor)
        return
    own, unstable = value._property_values, value._unstable_default_values  # noqa: SLF001
    themed = value.themed_values() or ()
    for name, silent in facts_of(type(value)).referring():
        if not silent or name in own or name in unstable or name in themed:
            visit_value(getattr(value, name), visitor)


def visit_value(obj: Any, visitor: Any) -> None:
    """`visit_value_and_its_immediate_references`, without an import statement per value."""
    kind = type(obj)
    if kind is str or kind is float or kind is int or obj is None:
        return
    if issubclass(kind, Model):
        visitor(obj)
    elif issubclass(kind, (list, tuple)):
        for item in obj:
            visit_value(item, visitor)
    elif issubclass(kind, dict):
        for key, value in obj.items():
            visit_value(key, visitor)
            visit_value(value, visitor)
    elif issubclass(kind, HasProps):
        visit_references(obj, visitor)
    else:
        _visit(obj, visitor)


def check_integrity(models: Any) -> Any:
    """`check_integrity`, looking for validators once per class and not in each model."""
    issues = validation.ValidationIssues()
    for model in models:
        cls: Any = type(model)
        if cls.__dir__ is not object.__dir__:
            found = _check_integrity([model])
            issues.error.extend(found.error)
            issues.warning.extend(found.warning)
            continue
        own = [name for name in vars(model) if name.startswith("_check")]
        names = facts_of(cls).checks()
        checks = [getattr(model, name) for name in (sorted({*own, *names}) if own else names)]
        for check in [check for check in checks if getattr(check, "validator_type", None)]:
            of_kind = issues.error if check.validator_type == "error" else issues.warning
            of_kind.extend(check())
    return issues
