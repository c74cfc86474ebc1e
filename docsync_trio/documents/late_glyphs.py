"""Bokeh's glyph functions (`figure.line` ...) without help texts, until somebody calls or asks.

When `bokeh.plotting` is imported, Bokeh describes the 66 functions: for each it collects the
parameters with defaults and types, and writes a docstring. It is half of that import. So each
function is a stand-in that has Bokeh's own made when it is first called, or when its signature
is looked at. A docstring cannot come late, but it can come from where it was kept.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final, cast

from docsync_trio.documents.speedups.own_text import is_known

_HOME: Final = "bokeh.plotting._decorators"
_REPLACED: Final = ("glyph_method", "marker_method")

Remember = Callable[[tuple[str, ...], Callable[[], str]], str]
"""Returns the text that is kept under the words given, or what the function makes, and keeps it."""


class LateSignature(inspect.Signature):
    """The signature of a glyph function, which is worked out by *make* when it is asked for."""

    __slots__ = ("_make",)

    _make: Callable[[], Any]

    @classmethod
    def of(cls, make: Callable[[], Any]) -> "LateSignature":
        """Return the signature of the function that *make* makes."""
        signature = cls.__new__(cls)
        signature._make = make
        return signature

    def __getattr__(self, name: str) -> Any:
        """Work it out: Python asks here for what the base class has not got yet."""
        if name not in inspect.Signature.__slots__:
            raise AttributeError(name)
        found = self._make().__signature__
        parameters = list(found.parameters.values())
        inspect.Signature.__init__(self, parameters, return_annotation=found.return_annotation)
        return getattr(self, name)


@contextmanager
def late_glyphs(remember: Remember) -> Iterator[None]:
    """Within the block, `bokeh.plotting` is imported with glyph functions that come late.

    *remember* keeps their docstrings. If this Bokeh does it in a way that we do not know, its
    own functions are there.
    """
    if _HOME in sys.modules:
        yield
        return
    changing = _Changing(functools.partial(_replace, remember=remember))
    sys.meta_path.insert(0, changing)
    try:
        yield
    finally:
        sys.meta_path.remove(changing)
        changing.change_back()


def _replace(home: ModuleType, remember: Remember) -> dict[str, Any]:
    """Put our decorators into *home*, and return Bokeh's."""
    stock = {name: vars(home).get(name) for name in _REPLACED}
    if all(map(is_known, stock.values())):
        for name, decorator in stock.items():
            setattr(home, name, functools.partial(_decorator, decorator, remember))
        return stock
    return {}


def _decorator(stock: Any, remember: Remember, *glyph: Any) -> Callable[[Any], Any]:
    """Return what decorates late as *stock* does at once, for the class *glyph* if it needs one."""

    def decorate(plain: Any) -> Any:
        @functools.cache
        def made() -> Any:
            return stock(*glyph)(plain)

        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            return made()(self, *args, **kwargs)

        # Bokeh blames its warnings on the first caller that is not in its own folder.
        call.__code__ = call.__code__.replace(co_filename=stock.__code__.co_filename)
        late: Any = functools.update_wrapper(call, plain)
        words = (*(each.__qualname__ for each in glyph), plain.__qualname__, plain.__doc__ or "")
        late.__doc__ = remember(words, lambda: str(made().__doc__))
        late.__signature__ = LateSignature.of(made)
        return late

    return decorate


class _Changing:
    """Finds the module as Python does, and changes it when it has been loaded."""

    def __init__(self, change: Callable[[ModuleType], dict[str, Any]]) -> None:
        self._change = change
        self._loader: Any = None
        self._before: dict[str, Any] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find `_HOME` only."""
        if name != _HOME:
            return None
        for finder in sys.meta_path:
            spec: Any = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                self._loader, spec.loader = spec.loader, self
                return cast("ModuleSpec", spec)
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python."""

    def exec_module(self, module: Any) -> None:
        """Load *module* with its own loader, and change it."""
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._before = self._change(module)

    def change_back(self) -> None:
        """Give the module its own functions back."""
        for name, stock in self._before.items():
            setattr(sys.modules[_HOME], name, stock)
