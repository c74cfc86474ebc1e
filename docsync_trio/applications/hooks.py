"""Functions of an application that run beside its documents.

Their names are Bokeh's, so that `app_hooks.py` of any Bokeh application works; unlike
in Bokeh each may be ``async``. They are only collected here: who calls them, when, and
what becomes of their errors is decided on the floor of the sessions.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from docsync_trio.applications.load_error import LoadError, shown

Hook = Callable[[Any], Any]
"""A hook takes one argument and may return an awaitable."""


@attrs.frozen
class Hooks:
    """The hooks of an application, each kind in the order in which they run.

    ``on_server_*`` get the server context, ``on_session_*`` the session context, and
    ``process_request`` gets the request and returns a mapping that becomes part of the
    session's token payload.
    """

    on_server_loaded: tuple[Hook, ...] = ()
    on_server_unloaded: tuple[Hook, ...] = ()
    on_session_created: tuple[Hook, ...] = ()
    on_session_destroyed: tuple[Hook, ...] = ()
    process_request: tuple[Hook, ...] = ()

    def all(self) -> tuple[Hook, ...]:
        """Every hook of every kind."""
        return tuple(hook for name in HOOK_NAMES for hook in getattr(self, name))


HOOK_NAMES: tuple[str, ...] = tuple(field.name for field in attrs.fields(Hooks))
"""The names that make a function a hook."""


def joined(many: Iterable[Hooks]) -> Hooks:
    """All hooks of *many* in their order."""
    several = tuple(many)
    return Hooks(**{name: sum((getattr(h, name) for h in several), ()) for name in HOOK_NAMES})


def hooks_in(namespace: Mapping[str, Any]) -> Hooks:
    """Collect the functions with a hook's name.

    Raises `LoadError` for something of that name that cannot be called with one argument.
    """
    found = {name: namespace[name] for name in HOOK_NAMES if name in namespace}
    for name, hook in found.items():
        _check(name, hook)
    return Hooks(**{name: (hook,) for name, hook in found.items()})


def _check(name: str, hook: object) -> None:
    if not callable(hook):
        raise LoadError(f"{name} is {hook!r}; a hook is a function of one argument")
    if not takes_arguments(hook, 1):
        code = getattr(hook, "__code__", None)
        place = f"{shown(code.co_filename)}:{code.co_firstlineno}: " if code else ""
        argument = {"on_server": "server_context", "on_sessio": "session_context"}
        wanted = argument.get(name[:9], "request")
        raise LoadError(f"{place}{name} is called with one argument; write {name}({wanted})")


def takes_arguments(function: Callable[..., Any], count: int) -> bool:
    """Whether *function* can be called with *count* positional arguments."""
    try:
        inspect.signature(function).bind(*[None] * count)
    except TypeError:
        return False
    except ValueError:  # builtins that do not tell their signature
        return True
    return True
