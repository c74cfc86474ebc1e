"""Bokeh's models without the signatures that hardly anybody looks at, until somebody does.

Bokeh gives each of its 450 model classes a signature, for people who ask for help on it:
every property with its default and a text for its type. That is a quarter of the time that
`import bokeh.models` takes, and a server that starts has no reader for it. So it is put
off: a signature works itself out when something of it is asked for, by the same code.

Whoever imports Bokeh before us, or in a version that we do not know, gets Bokeh's own way.
"""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

_KNOWN: Final = {
    "super",
    "__init_subclass__",
    "__module__",
    "startswith",
    "__dict__",
    "str",
    "parameters",
    "__init__",
    "Signature",
    "__signature__",
    "process_example",
}
"""The names in the method that is replaced meanwhile, where it does what we do instead."""


class LateSignature(inspect.Signature):
    """The signature of a model class: what Bokeh would have computed at its import."""

    __slots__ = ("_model",)

    _model: Any

    @classmethod
    def of(cls, model: Any) -> Self:
        """Return the signature of the class *model*, not yet computed."""
        signature = cls.__new__(cls)
        signature._model = model  # noqa: SLF001 - it is ours
        return signature

    def __getattr__(self, name: str) -> Any:
        """Compute it: Python asks here for what the base class has not got yet."""
        if name not in inspect.Signature.__slots__:
            raise AttributeError(name)
        parameters = [parameter for parameter, _, _ in self._model.parameters()]
        inspect.Signature.__init__(self, parameters)
        return getattr(self, name)


@contextmanager
def late_signatures() -> Iterator[bool]:
    """Bokeh's models that are imported within the block get their signatures late.

    Gives whether that is so.
    """
    import bokeh.model.model as home

    stock: Any = vars(home.Model)["__init_subclass__"]
    if "bokeh.models" in sys.modules or not _is_known(stock):
        yield False
        return

    def begin_class(cls: Any) -> None:
        super(home.Model, cls).__init_subclass__()
        if cls.__module__.startswith("bokeh.models"):
            cls.__init__.__signature__ = LateSignature.of(cls)
            home.process_example(cls)  # type: ignore[attr-defined]

    home.Model.__init_subclass__ = classmethod(begin_class)  # type: ignore[method-assign, assignment]
    try:
        yield True
    finally:
        home.Model.__init_subclass__ = stock  # type: ignore[method-assign]


def _is_known(method: Any) -> bool:
    names: set[str] = set(method.__func__.__code__.co_names)
    return names | {"super"} == _KNOWN
