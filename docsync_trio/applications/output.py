"""Make ``show``, ``save`` and ``output_*`` harmless in applications.

Scripts are often written for both: run by hand they show a plot, served they fill a
document. Served, those functions would open a browser on the server or write files.
They are replaced while an application's code is imported and put back afterwards. What
the code keeps of them does nothing for the application only: a library that happened to
be imported meanwhile holds a function that still works for everybody else.
"""

import contextlib
import functools
import inspect
import logging
import pathlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import bokeh.io

from docsync_trio.applications.load_error import shown

NAMES = ("show", "save", "output_file", "output_notebook", "reset_output")
MODULE_PREFIX = "bokeh_app_"
"""How the modules of applications are called, in Bokeh and here."""

_log = logging.getLogger(__name__)
_running: ContextVar[pathlib.Path | None] = ContextVar("docsync_running_script", default=None)


@contextlib.contextmanager
def output_ignored(path: pathlib.Path) -> Iterator[None]:
    """While the block runs, calls of the output functions only leave a line in the log."""
    # As late as this, because its import costs less when Bokeh's models are fast already.
    from bokeh import plotting

    # It holds its own references; scripts import from either.
    places = [(m, name) for m in (bokeh.io, plotting) for name in NAMES if hasattr(m, name)]
    originals = [getattr(module, name) for module, name in places]
    token = _running.set(path)
    try:
        for (module, name), original in zip(places, originals, strict=True):
            setattr(module, name, _stand_in(original))
        yield
    finally:
        _running.reset(token)
        for (module, name), original in zip(places, originals, strict=True):
            setattr(module, name, original)


@functools.cache
def _stand_in(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def unless_served(*args: Any, **kwargs: Any) -> Any:
        path = _running.get() or _calling_application()
        if path is None:
            return original(*args, **kwargs)
        _log.info(
            "%s: %s() does nothing in a served application; curdoc().add_root() shows a plot",
            shown(path),
            original.__name__,
        )
        return None

    return unless_served


def _calling_application() -> str | None:
    frame = inspect.currentframe()
    caller = frame and frame.f_back and frame.f_back.f_back
    if caller and str(caller.f_globals.get("__name__")).startswith(MODULE_PREFIX):
        return str(caller.f_globals.get("__file__"))
    return None
