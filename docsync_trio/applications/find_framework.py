"""From the name of a framework to what it wants; Panel is imported only where it is named."""

import importlib
from collections.abc import Callable

from docsync_trio.applications.framework import PLAIN, Framework
from docsync_trio.applications.framework_name import FrameworkName
from docsync_trio.applications.load_error import LoadError


def framework_named(name: FrameworkName) -> Framework:
    """Return the framework of that name. Raises `LoadError` where it cannot be had."""
    if name == "bokeh":
        return PLAIN
    # Only now, and only for those who use it: its import takes a second.
    try:
        home = importlib.import_module("docsync_trio.applications.panel.framework")
    except ModuleNotFoundError as error:
        raise LoadError(
            f'panel cannot be imported ({error}); run: pip install "docsync-trio[panel]"'
        ) from error
    except (ImportError, AttributeError) as error:
        raise LoadError(
            f"panel differs from the versions this docsync-trio knows ({error}); install the "
            "newest docsync-trio, or an older panel"
        ) from error
    make: Callable[[], Framework] = home.panel_framework
    return make()
