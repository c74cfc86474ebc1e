"""Every private name of Panel that we cannot do without, in one place.

Panel may change these without notice. `check` looks at the start whether they are there and
says what is not, so that nobody has to find out from a broken page.
"""

import functools
import os
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, Final

import panel as pn
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent
from panel.io import document as panel_document
from panel.io import location as panel_location
from panel.io import resources as panel_resources
from panel.io import server as panel_server
from panel.io.callbacks import PeriodicCallback
from panel.io.state import set_curdoc, state

KNOWN: Final = ((1, 9), (1, 10))
"""The versions of Panel that this was written for, and is tested with."""

# Whatever is not a public name of Panel's documentation; its module, then the path in it.
_NAMES: Final = (
    (panel_document, "extra_socket_handlers"),
    (panel_document, "_destroy_document"),
    (panel_document, "_drain_unconnected_events"),
    (panel_document, "_garbage_collect"),
    (panel_location, "Location._sync_pathname"),
    (panel_resources, "bundle_resources"),
    (panel_resources, "Resources.clone"),
    (panel_server, "RequestProxy"),
    (panel_server, "ComponentResourceHandler.parse_url_path"),
    (panel_server, "server_html_page_for_session"),
    *(
        (panel_server, f"state.{name}")
        for name in (
            *(
                "_busy_cleanup_scheduled",
                "_cleanup_busy_counter",
                "_current_thread",
                "_launching",
                "_on_session_created",
            ),
            *("_on_session_created_internal", "_scheduled", "_schedule_on_load"),
            *("_stylesheets", "_templates", "_thread_id_"),
        )
    ),
)

_FILES: Final = "static/extensions/panel/"

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


def knows_threads() -> bool:
    """Whether its plain functions may run in threads; of older ones some make asyncio tasks."""
    return version() >= (1, 10) and _has(panel_document, "_flush_events")


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


def tell_of_held_changes(tell: Callable[[Document, list[DocumentPatchedEvent]], None]) -> None:
    """Have ``tell(document, events)`` called for what Panel would drop.

    Until the page says that it is ready, Panel takes for granted that nobody has the document,
    and forgets what was changed within a hold.
    """
    original = panel_document._drain_unconnected_events  # noqa: SLF001

    @functools.wraps(original)
    def drain(document: Document, lock: Any) -> list[Any]:
        callbacks: Any = document.callbacks
        with lock:
            events = callbacks._held_events or []  # noqa: SLF001
            changes = [event for event in events if _is_change(event)]
            callbacks._held_events = [event for event in events if not _is_change(event)]  # noqa: SLF001
        rest: list[Any] = original(document, lock)
        tell(document, changes)
        return rest

    home: Any = panel_document
    home._drain_unconnected_events = drain  # noqa: SLF001


def send_from_threads(send: Callable[[object], None]) -> None:
    """Have ``send(session)`` called when changes are to be seen before their function is over.

    In a thread Panel leaves them to the end of the turn. Only for a Panel that `knows_threads`.
    """
    home: Any = panel_document
    original: Callable[[Document, object], None] = home._flush_events  # noqa: SLF001

    @functools.wraps(original)
    def flush(document: Document, session: object) -> None:
        original(document, session)
        send(session)

    home._flush_events = flush  # noqa: SLF001


def _is_change(event: object) -> bool:
    # What is said once, and is no part of the document, Panel keeps until the page is ready.
    return isinstance(event, DocumentPatchedEvent) and not isinstance(event, MessageSentEvent)


def forget_lost_events() -> None:
    """Let ``pn.state.busy`` be over for callbacks that have been under way for very long."""
    state._cleanup_busy_counter()  # noqa: SLF001


def leave_lost_events() -> None:
    """Keep Panel from making a task for `forget_lost_events`.

    It would belong to whichever session is the first to be busy, and end with it.
    """
    make: type[Any] = PeriodicCallback
    never = make(callback=forget_lost_events, session_scoped=False, period=10_000)
    type(state)._busy_cleanup_scheduled = never  # noqa: SLF001


def start_periodic_callbacks_when_loaded() -> None:
    """Let periodic callbacks begin when their page is there.

    Panel asks at every tick whether it is; for a page that never comes, such as a robot's, that
    is all that the server would do until the session ends.
    """
    original: Callable[[Any], None] = PeriodicCallback.start

    @functools.wraps(original)
    def start(callback: Any) -> None:
        document = state.curdoc
        scoped = callback.session_scoped and getattr(document, "session_context", None)
        if document is None or not scoped or state._connected.get(document):  # noqa: SLF001
            original(callback)
            return
        updating, callback._updating = callback._updating, True  # noqa: SLF001
        callback.running, callback._updating = True, updating  # noqa: SLF001
        state.onload(lambda: original(callback) if callback.running else None)

    PeriodicCallback.start = start  # type: ignore[method-assign]


def follow_moved_pages(way: Callable[[str, str], str]) -> None:
    """Let a page find its files after its application has given it another path.

    ``way(base, path)`` leads there from the page at *path*; Panel asks its own servers.
    """

    def follow(location: Any) -> None:
        document: Any = state.curdoc
        path = location.pathname
        if getattr(document, "session_context", None) is None or not path.startswith("/"):
            return
        if "://" in (state.rel_path or ""):  # a page of another site
            return
        state.rel_path = way(state.base_url, path)
        variables = document.template_variables
        if _FILES in variables.get("dist_url", ""):
            variables["dist_url"] = f"{state.rel_path}/{_FILES}" if state.rel_path else _FILES
        state._stylesheets.pop(document, None)  # noqa: SLF001 - they have the old addresses

    location_type: Any = panel_location.Location
    location_type._sync_pathname = follow  # noqa: SLF001


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
