"""Handlers together, with what belongs to all sessions: an application.

Settings become one through `docsync_trio.applications.load`; in Python it can be made
directly: ``Application("/sliders", handlers=[modify_document])``.
"""

import functools
import pathlib
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any, Literal

import attrs
import bokeh.application.handlers.handler as bokeh_handler

from docsync_trio.applications.async_kind import AsyncKind, common_kind, kind_of_function
from docsync_trio.applications.bokeh_handler import BokehHandler
from docsync_trio.applications.directory import DirectoryHandler
from docsync_trio.applications.file import FileHandler
from docsync_trio.applications.find_framework import framework_named
from docsync_trio.applications.framework import Framework
from docsync_trio.applications.framework_name import FrameworkName, common_framework
from docsync_trio.applications.function import FunctionHandler
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.hooks import Hooks, hooks_in, joined
from docsync_trio.applications.json_document import JsonHandler
from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.markdown import MarkdownHandler
from docsync_trio.applications.notebook import NotebookHandler

RunIn = Literal["thread", "loop", "auto"]
"""Where plain functions run; ``"auto"`` is threads unless the code needs the event loop."""

Metadata = Mapping[str, Any] | Callable[..., Any] | None
"""What ``<path>/metadata`` answers: a table, or a function that returns one when asked.

The function may need an argument: the parameters in the path, a dict."""


def as_handler(value: object) -> Handler:
    """Make a handler of what people write for one.

    A handler of ours is taken as it is, one of Bokeh's is wrapped, a `pathlib.Path` is a
    script, Markdown file, notebook, saved document or directory, and anything callable is a
    function that gets the document. Raises ``TypeError`` for anything else, `LoadError` as
    handlers do.
    """
    if isinstance(value, Handler):
        return value
    if isinstance(value, bokeh_handler.Handler):
        return BokehHandler(value)
    if isinstance(value, pathlib.Path):
        return _handler_of_path(value)
    if callable(value):
        return FunctionHandler(value)
    raise TypeError(f"a handler, a function or a pathlib.Path is needed, not {value!r}")


def _handler_of_path(path: pathlib.Path) -> Handler:
    if path.is_dir():
        return DirectoryHandler(path)
    if path.suffix == ".ipynb":
        return NotebookHandler(path)
    if path.suffix == ".md":
        return MarkdownHandler(path)
    return JsonHandler(path) if path.suffix == ".json" else FileHandler(path)


def _as_handlers(value: object) -> tuple[Handler, ...]:
    many = value if isinstance(value, Iterable) else [value]
    return tuple(as_handler(one) for one in many)


def _as_framework(value: Framework | FrameworkName) -> Framework:
    return value if isinstance(value, Framework) else framework_named(value)


def _as_hooks(value: Hooks | ModuleType) -> Hooks:
    return hooks_in(vars(value)) if isinstance(value, ModuleType) else value


@attrs.frozen(eq=False)
class Application:
    """A recipe for the documents of all sessions at one path.

    *path* is where it is served (``"/sliders"``). *handlers* fill each document in this
    order; what may stand for one, `as_handler` says. *title* is for the index of applications;
    by default the first that a handler has, else the path. *metadata* is served as it is, or
    is called for each request. *hooks* (`Hooks`, or a module that defines some) run after
    those that the handlers bring along. *framework* is what it is made with (``"bokeh"`` or
    ``"panel"``), *async_kind* what its ``async`` code is written for; by default both are read
    from the imports. *run_callbacks_in* says where its plain functions run. *authorize* says
    which of the site's users may see it; see ``authorize`` in the site file. *recipe* is the
    handlers as the framework has them run. Raises `LoadError` when these do not fit.
    """

    path: str = attrs.field()
    handlers: tuple[Handler, ...] = attrs.field(converter=_as_handlers)
    title: str = attrs.field(kw_only=True)
    metadata: Metadata = attrs.field(default=None, kw_only=True)
    _further_hooks: Hooks = attrs.field(
        factory=Hooks, converter=_as_hooks, alias="hooks", kw_only=True
    )
    framework: Framework = attrs.field(kw_only=True, converter=_as_framework)
    recipe: tuple[Handler, ...] = attrs.field(init=False)
    async_kind: AsyncKind = attrs.field(kw_only=True)
    run_callbacks_in: RunIn = attrs.field(default="auto", kw_only=True)
    authorize: Callable[..., Any] | None = attrs.field(default=None, kw_only=True)

    @path.validator
    def _check_path(self, _: Any, path: str) -> None:
        if not path.startswith("/"):
            raise LoadError(f"an application's path begins with a slash: '/{path}', not {path!r}")

    @handlers.validator
    def _check_handlers(self, _: Any, handlers: tuple[Handler, ...]) -> None:
        if not handlers:
            raise LoadError("an application needs a handler; give a function or a path")
        static = {h.static_path for h in handlers if h.static_path is not None}
        if len(static) > 1:
            raise LoadError(
                f"handlers bring several static folders ({', '.join(sorted(map(str, static)))}); "
                "an application can serve one"
            )

    @title.default
    def _title_of_handler(self) -> str:
        return next((h.title for h in self.handlers if h.title), self.path)

    @framework.default
    def _framework_of_handlers(self) -> FrameworkName:
        return common_framework(handler.framework for handler in self.handlers)

    @framework.validator
    def _check_framework(self, _: Any, framework: Framework) -> None:
        if framework.refuses_threads and self.run_callbacks_in == "thread":
            raise LoadError(
                f"plain functions of {framework.name} applications cannot run in threads of ours: "
                f'{framework.refuses_threads}; leave run_callbacks_in at "auto"'
            )

    @recipe.default
    def _as_the_framework_has_them_run(self) -> tuple[Handler, ...]:
        return tuple(map(self.framework.adopted, self.handlers))

    @async_kind.default
    def _kind_of_parts(self) -> AsyncKind:
        if self.framework.needs_asyncio:
            return "asyncio"
        parts = [handler.async_kind for handler in self.handlers]
        return common_kind([*parts, *map(kind_of_function, self._further_hooks.all())])

    @async_kind.validator
    def _check_async_kind(self, _: Any, kind: AsyncKind) -> None:
        if self.framework.needs_asyncio and kind != "asyncio":
            raise LoadError(
                f'{self.framework.name} applications need async = "asyncio"; single functions that '
                "are written for Trio can be marked with docsync_trio.for_trio"
            )

    @functools.cached_property
    def hooks(self) -> Hooks:
        """The framework's hooks, the handlers' in their order, then the application's own."""
        of_handlers = (handler.hooks for handler in self.handlers)
        return joined([self.framework.hooks, *of_handlers, self._further_hooks])

    @property
    def in_threads(self) -> bool:
        """Whether its plain functions run in threads, so that other sessions stay quick."""
        if self.run_callbacks_in != "auto":
            return self.run_callbacks_in == "thread"
        return not (
            self.framework.needs_loop or any(handler.needs_loop for handler in self.handlers)
        )

    @property
    def static_path(self) -> pathlib.Path | None:
        """The folder served below ``<path>/static/``, if a handler brings one."""
        return next((h.static_path for h in self.handlers if h.static_path is not None), None)

    @property
    def files(self) -> frozenset[pathlib.Path]:
        """Every file that the handlers were made of."""
        return frozenset().union(*(handler.files for handler in self.handlers))


def checked_payload(hook: Callable[..., Any], value: object) -> dict[str, Any]:
    """Return what a ``process_request`` hook returned; raises ``TypeError`` for no mapping."""
    if not isinstance(value, Mapping):
        name = getattr(hook, "__qualname__", repr(hook))
        raise TypeError(f"{name} returned {value!r}; process_request returns a dict")
    return dict(value)
