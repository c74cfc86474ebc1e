"""Settings become an application: imported, compiled, and everything that is wrong told.

Nothing here raises: a site with five mistakes in three applications is told of all five,
each at its key, before anything listens.
"""

import pathlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs
import bokeh.application.handlers.handler as bokeh_handler

from docsync_trio.applications.application import Application, Metadata
from docsync_trio.applications.bokeh_handler import BokehHandler
from docsync_trio.applications.directory import DirectoryHandler
from docsync_trio.applications.file import FileHandler
from docsync_trio.applications.function import FunctionHandler
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.hooks import HOOK_NAMES, Hooks, hooks_in, takes_arguments
from docsync_trio.applications.json_document import JsonHandler
from docsync_trio.applications.load_error import LoadError, blame, did_you_mean
from docsync_trio.applications.markdown import MarkdownHandler
from docsync_trio.applications.notebook import NotebookHandler
from docsync_trio.applications.reference import load_function, load_module, load_object
from docsync_trio.base.errors import Path, Problem
from docsync_trio.config.schema import ApplicationSettings, HandlerSettings, MetadataFunction

S = TypeVar("S")
T = TypeVar("T")


def load_application(
    settings: ApplicationSettings,
    at: Path,
    problems: list[Problem],
    *,
    base: pathlib.Path | None = None,
) -> Application | None:
    """Make the application that *settings* describe.

    *at* is where they stand in the site file, and *base* the folder that modules are imported
    from (the site file's; by default the working directory). Whatever is wrong is appended
    to *problems*; then there is no application.
    """
    load = _Loading(at, problems, base or pathlib.Path.cwd())
    known = len(problems)
    handlers = [
        load.attempt(("handlers", i, handler.kind), load.handler, handler)
        for i, handler in enumerate(settings.handlers)
    ]
    metadata = load.attempt(("metadata",), load.metadata, settings.metadata)
    hooks = load.attempt(("hooks",), load.hooks, settings.hooks)
    authorize = load.attempt(("authorize",), load.authorize, settings.authorize)
    if len(problems) > known or hooks is None:
        return None
    further: dict[str, Any] = {"title": settings.title} if settings.title else {}
    if settings.framework != "auto":
        further["framework"] = settings.framework
    if settings.async_ != "auto":
        further["async_kind"] = settings.async_
    further |= {"run_callbacks_in": settings.run_callbacks_in, "authorize": authorize}
    return load.attempt(
        ("handlers",),
        lambda made: Application(settings.path, made, metadata=metadata, hooks=hooks, **further),
        [handler for handler in handlers if handler is not None],
    )


def function_that_lets_in(name: str, base: pathlib.Path) -> Callable[..., Any]:
    """Return the function *name* that says who may enter. Raises `LoadError`."""
    function = load_function(name, base)
    if not (takes_arguments(function, 1) or takes_arguments(function, 2)):
        raise LoadError(
            f"{name} is called with what is known of a visitor, or with that and the path; let it "
            "need one argument or two"
        )
    return function


@attrs.frozen
class _Loading:
    at: Path
    problems: list[Problem]
    base: pathlib.Path

    def attempt(self, key: Path, make: Callable[[S], T], settings: S) -> T | None:
        try:
            return make(settings)
        except LoadError as error:
            self.problems.append(Problem((*self.at, *key), str(error), cause=error.__cause__))
            return None

    def handler(self, settings: HandlerSettings) -> Handler:
        match settings:
            case HandlerSettings(file=pathlib.Path() as path):
                of_kind = MarkdownHandler if path.suffix == ".md" else FileHandler
                return of_kind(path, argv=settings.argv)
            case HandlerSettings(notebook=pathlib.Path() as path):
                return NotebookHandler(path, argv=settings.argv)
            case HandlerSettings(directory=pathlib.Path() as path):
                return DirectoryHandler(path, argv=settings.argv)
            case HandlerSettings(json=pathlib.Path() as path):
                return JsonHandler(path)
            case HandlerSettings(function=str() as reference):
                return FunctionHandler(load_function(reference, self.base))
            case _:
                return self.bokeh_handler(str(settings.bokeh), dict(settings.arguments))

    def bokeh_handler(self, reference: str, arguments: dict[str, Any]) -> Handler:
        made_by = load_object(reference, self.base)
        if not (isinstance(made_by, type) and issubclass(made_by, bokeh_handler.Handler)):
            raise LoadError(
                f"{reference} is no handler class; name a subclass of "
                "bokeh.application.handlers.Handler"
            )
        try:
            handler = made_by(**arguments)
        except (Exception, SystemExit) as error:
            raise LoadError(f"making {reference} failed: {blame(error)}") from error
        return BokehHandler(handler)

    def metadata(self, settings: Mapping[str, Any] | MetadataFunction | None) -> Metadata:
        if not isinstance(settings, MetadataFunction):
            return settings
        function = load_function(settings.function, self.base)
        if not (takes_arguments(function, 0) or takes_arguments(function, 1)):
            raise LoadError(
                f"{settings.function} is called with the parameters in the path, a dict, or with "
                "nothing; let it need one argument at most"
            )
        return function

    def authorize(self, name: str | None) -> Callable[..., Any] | None:
        return None if name is None else function_that_lets_in(name, self.base)

    def hooks(self, name: str | None) -> Hooks:
        if name is None:
            return Hooks()
        namespace = vars(load_module(name, self.base))
        hooks = hooks_in(namespace)
        if not hooks.all():
            near = (did_you_mean(n, HOOK_NAMES) for n in namespace if not n.startswith("__"))
            hint = next(filter(None, near), f"; it may define {', '.join(HOOK_NAMES)}")
            raise LoadError(f"module {name!r} defines no hook{hint}")
        return hooks
