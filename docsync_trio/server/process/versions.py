"""Which versions run here, as those who watch over a server are told."""

import importlib.metadata
import platform
from functools import cache


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """Return the versions of this package, of Bokeh and of Python, each with its name."""
    packages = ("docsync-trio", "bokeh")
    found = [(name, importlib.metadata.version(name)) for name in packages]
    return (*found, ("python", platform.python_version()))
