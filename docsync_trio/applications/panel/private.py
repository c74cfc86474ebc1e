"""Every private name of Panel that we cannot do without, in one place.

Panel may change these without notice. `check` looks at the start whether they are there and
says what is not, so that nobody has to find out from a broken page.
"""

import os
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, Final

import panel as pn
from bokeh.document import Document
from panel.io import document as panel_document
from panel.io import resources as panel_resources
from panel.io import server as panel_server
from panel.io.state import set_curdoc, state

KNOWN: Final = ((1, 9), (1, 10))
"""The versions of Panel that this was written for, and is tested with."""

# Whatever is not a public name of Panel's documentation; its module, then the path in it.
_NAMES: Final = (
    (panel_document, "extra_socket_handlers"),
    (panel_document, "_destroy_document"),
    (panel_document, "_garbage_collect"),
    (panel_resources, "bundle_resources"),
    (panel_resources, "Resources.clone"),
    (panel_server, "RequestProxy"),
    (panel_server, "ComponentResourceHandler.parse_url_path"),
    (panel_server, "server_html_page_for_session"),
    *(
        (panel_server, f"state.{name}")
        for name in (
            *("_connected", "_current_thread", "_launching", "_on_session_created"),
            *("_on_session_created_internal", "_scheduled", "_schedule_on_load"),
            *("_templates", "_thread_id_"),
        )
    ),
)

destroy_document: Callable[[Document, object], None] = panel_document._destroy_document  # noqa: SLF001
"""Panel's way to take a document apart."""

bundle_resources: Callable[..., Any] = panel_resources.bundle_resources
html_page: Callable[..., str] = panel_server.server_html_page_for_session
RequestProxy: type[Any] = panel_server.RequestProxy
Resources: type[Any] = panel_resources.Resources


def missing(names: Iterable[tuple[ModuleType, str]] = _NAMES) -> list[str]:
    """Return those of *names* that are not there, as they are spelled in Panel."""
    return [f"{module.__name__}.{path}" for module, path in names if not _has(module, path)]


def version() -> tuple[int, ...]:
    """Return major and minor number of the Panel that is installed."""
    numbers = pn.__version__.split(".")
    return tuple(int(number) for number in numbers[:2] if number.isdigit())


def is_known() -> bool:
    """Whether it is one of the versions that this was written for."""
    return version() in KNOWN


def _has(thing: Any, path: str) -> bool:
    for name in path.split("."):
        if not hasattr(thing, name):
            return False
        thing = getattr(thing, name)
    return True


def write_through(socket: type, write: Callable[..., list[Any]]) -> None:
    """Have Panel call ``write(connection, events=..., msg=...)`` for connections with *socket*.

    It is what Panel writes with when it does not wait for its turn to change the document.
    """
    handlers: dict[type, Any] = panel_document.extra_socket_handlers
    handlers[socket] = write


def collect_no_garbage() -> None:
    """Keep Panel from collecting all of Python's garbage after each document that ends.

    It stops every session of the process meanwhile; the server has its own way.
    """
    collect = panel_document._garbage_collect  # noqa: SLF001
    state._scheduled.setdefault(f"{os.getpid()}_gc.collect", (None, collect))  # noqa: SLF001


def begin(document: Document) -> None:
    """Tell Panel that *document* is being filled, in this thread."""
    state._launching.add(document)  # noqa: SLF001
    thread: Any = state._current_thread  # noqa: SLF001
    state._thread_id_[document] = thread


def filled(document: Document) -> None:
    """Tell Panel that *document* is not being filled any more."""
    state._launching.discard(document)  # noqa: SLF001


def template_to_add(document: Document) -> Any | None:
    """Return the template that the application has set up and has not put anywhere yet."""
    template = state._templates.get(document)  # noqa: SLF001
    if template is None or document in template._documents:  # noqa: SLF001
        return None
    return template


def on_load(document: Document, event: Any) -> None:
    """Let Panel run what the application wants to be run when its page is there."""
    state._schedule_on_load(document, event)  # noqa: SLF001


def viewed(document: Document) -> None:
    """Tell Panel that there may be viewers: changes of *document* are not to be dropped."""
    state._connected[document] = True  # noqa: SLF001


def session_created_callbacks() -> list[Callable[[Any], object]]:
    """Return what Panel and ``pn.state.on_session_created`` want to be called."""
    return [*state._on_session_created_internal, *state._on_session_created]  # noqa: SLF001


def component_path(path: str) -> str:
    """Return the file for an address below ``/components/``; raises what Panel raises."""
    handler: Any = panel_server.ComponentResourceHandler
    module = path.partition("/")[0]
    if module not in sys.modules:  # Panel would import whatever is asked for
        raise LookupError(module)
    found: str = handler.parse_url_path(handler, path)
    return found


__all__ = ["set_curdoc", "state"]
