"""Serve Bokeh applications with structured concurrency.

Most people need nothing of this in Python: they write a site file and run `docsync`. For those
who do, the names in ``__all__`` are what stays; whatever else can be imported may change.
"""

import importlib
from typing import Any

__all__ = ["Application", "create_asgi", "for_trio"]

_HOMES = {
    "Application": "docsync_trio.applications.application",
    "create_asgi": "docsync_trio.server.mountable",
    "for_trio": "docsync_trio.sessions.for_trio",
}


_DOORS = ("blocking", "client", "embed")
"""Modules with names of their own for programs: ``docsync_trio.blocking.pull_session``."""


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only that: `docsync --help` has to be quick."""
    if name in _DOORS:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
