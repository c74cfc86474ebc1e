"""``[[routes]] wsgi`` and ``asgi``, imported: which web application, and how it is to be run.

A WSGI application runs in threads, an ASGI application on Trio or, if it is written for
asyncio, on the one asyncio loop that applications of that kind share.
"""

import inspect
import pathlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import attrs

from docsync_trio.applications.async_kind import AsyncKind, kind_of_module
from docsync_trio.applications.hooks import takes_arguments
from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.reference import load_function
from docsync_trio.base.errors import Problem
from docsync_trio.config.schema import RouteSettings

Kind = Literal["wsgi", "trio", "asyncio"]

_ON_TRIO = {"quart_trio"}
_ON_EITHER = {"starlette"}


@attrs.frozen(eq=False)
class Mount:
    """A web application that was imported: *name* in the site file, served at *path*.

    *kind* says how it is to be run, *threads* by how many if that is ``"wsgi"``; *public*
    whether it is for who has not signed in.
    """

    path: str
    name: str
    app: Any
    kind: Kind
    threads: int
    public: bool = False


def load_mounts(
    routes: Sequence[RouteSettings], base: pathlib.Path, problems: list[Problem]
) -> tuple[Mount, ...]:
    """Import the web applications of *routes*; *base* is the site file's folder.

    Whatever is wrong is appended to *problems*.
    """
    mounts = []
    for index, route in enumerate(routes):
        key = "wsgi" if route.wsgi is not None else "asgi"
        name = route.wsgi or route.asgi
        if name is None:
            continue
        try:
            app = load_function(name, base)
            kind = _checked_wsgi(app, name) if key == "wsgi" else _kind_of_asgi(app, route, name)
            mounts.append(Mount(route.path, name, app, kind, route.threads, route.public))
        except LoadError as error:
            problems.append(Problem(("routes", index, key), str(error), cause=error.__cause__))
    return tuple(mounts)


def _checked_wsgi(app: Callable[..., Any], name: str) -> Kind:
    if _is_async(app) and takes_arguments(app, 3):
        raise LoadError(f'{name} is an ASGI application; write asgi = "{name}"')
    if not takes_arguments(app, 2):
        raise LoadError(
            f"{name} is no WSGI application: it cannot be called with an environment and "
            "start_response; name the application itself, not what makes it"
        )
    return "wsgi"


def _kind_of_asgi(app: Callable[..., Any], route: RouteSettings, name: str) -> Kind:
    if not takes_arguments(app, 3):
        if takes_arguments(app, 2) and not _is_async(app):
            raise LoadError(f'{name} is a WSGI application; write wsgi = "{name}"')
        raise LoadError(
            f"{name} is no ASGI application: it cannot be called with scope, receive and send; "
            "name the application itself, not what makes it"
        )
    return route.async_ if route.async_ != "auto" else _guessed_kind(app, name)


def _is_async(app: Callable[..., Any]) -> bool:
    call = type(app).__call__
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(call)


def _guessed_kind(app: Callable[..., Any], name: str) -> AsyncKind:
    """Tell by the framework, else by the imports of the module that is named."""
    frameworks = {one.__module__.partition(".")[0] for one in type(app).__mro__}
    if frameworks & _ON_TRIO:
        return "trio"
    told = kind_of_module(name.partition(":")[0])
    if told is None and frameworks & _ON_EITHER and "fastapi" not in frameworks:
        return "trio"
    return told or "asyncio"


def need_asyncio(mounts: Iterable[Mount]) -> bool:
    """Say whether one of *mounts* is written for asyncio."""
    return any(mount.kind == "asyncio" for mount in mounts)
