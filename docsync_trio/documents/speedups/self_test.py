"""A few small models, put through what the models of documents go through.

It runs at every start, once with Bokeh's functions and once with ours, so it has to be
quick; the tests do the same with every class of models there is.
"""

from typing import Any

import numpy as np
from bokeh.core import validation
from bokeh.core.serialization import Deserializer, Serializer
from bokeh.model import Model
from bokeh.models import ColumnDataSource, FactorRange, Line, Range1d
from bokeh.themes import Theme

_THEME = Theme(json={"attrs": {"Range1d": {"end": 5, "tags": ["themed"]}}})
_PLAIN = Theme(json={})
_ROWS = np.array([3.5, 4.5])


def sample() -> list[Any]:
    """What a few models look like to everybody who may look at them."""
    seen: list[Any] = []
    source, line = ColumnDataSource({"x": [1, None], "y": _ROWS}), Line(x="x", line_width=3)
    factors, ends = FactorRange(name="s"), Range1d(start=1, tags=[source, line])
    factors.on_change("factors", lambda _, old, new: seen.append([list(old), list(new)]))
    factors.factors.append("a")  # type: ignore[union-attr]
    factors.tags = [ends]
    source.on_change("data", lambda _, old, new: seen.append([_lists(old), _lists(new)]))
    source.stream({"x": [3, None], "y": _ROWS}, rollover=3)
    for theme in (_THEME, _PLAIN):
        for model in (factors, ends, line):
            theme.apply_to_model(model)
        seen.append(named(_written(factors)))
        del ends.tags, factors.factors
        factors.tags = [line, ends, source.clone()]
    again = Deserializer().deserialize(_written(factors))
    seen.append(named(_written(again)))
    seen.append(sorted(type(model).__name__ for model in again.references()))
    issues = validation.check_integrity(factors.references())
    seen.append(sorted(issue.code for issue in (*issues.error, *issues.warning)))
    seen.append(list(ends.properties_with_values()))
    return seen


def _lists(table: Any) -> dict[str, list[Any]]:
    return {name: list(column) for name, column in table.items()}


def _written(model: Model) -> Any:
    return Serializer(deferred=False).serialize(model).content


def named(value: Any, names: dict[str, str] | None = None) -> Any:
    """*value*, a JSON value, with the ids of models replaced by their order of appearance."""
    names = {} if names is None else names
    if isinstance(value, dict):
        return {
            key: names.setdefault(item, f"model {len(names)}")
            if key == "id" and isinstance(item, str)
            else named(item, names)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [named(item, names) for item in value]
    return value
