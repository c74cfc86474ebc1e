"""Panel, as the rest of the server sees it."""

import functools
import logging
import pathlib
from contextlib import AbstractContextManager
from typing import Any

import panel as pn
from bokeh.core.validation import silence
from bokeh.core.validation.warnings import EMPTY_LAYOUT
from bokeh.document import Document
from bokeh.embed.bundle import Bundle
from bokeh.resources import Resources

from docsync_trio.applications.framework import Framework, FrameworkSession
from docsync_trio.applications.framework_name import FrameworkName
from docsync_trio.applications.function import FunctionHandler
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.hooks import Hooks
from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.notebook import NotebookHandler
from docsync_trio.applications.panel import pages, private, users
from docsync_trio.applications.panel.addresses import way_to
from docsync_trio.applications.panel.filling import filling
from docsync_trio.applications.panel.function import PanelFunction
from docsync_trio.applications.panel.notebook import PanelNotebook
from docsync_trio.applications.panel.private import set_curdoc
from docsync_trio.applications.panel.request import seen_request
from docsync_trio.applications.panel.session import PanelSession, write_through

log = logging.getLogger("docsync_trio.panel")


class PanelFramework(Framework):
    """What applications made with Panel need, beside what they say themselves."""

    name: FrameworkName = "panel"
    serves_components = True
    needs_asyncio = True
    needs_loop = True
    steps_aside = True

    def __init__(self) -> None:
        if not private.knows_threads():
            self.refuses_threads = "that needs Panel 1.10"
        self.hooks = Hooks(
            on_server_loaded=(_server_loaded,), on_session_created=(_session_created,)
        )

    def adopted(self, handler: Handler) -> Handler:
        """Return *handler*; for notebooks and functions without arguments what Panel has."""
        if isinstance(handler, FunctionHandler) and handler.returns_content:
            return PanelFunction(handler)
        return PanelNotebook(handler) if isinstance(handler, NotebookHandler) else handler

    def filling(self, document: Document) -> AbstractContextManager[object]:
        """Begin and finish *document* as Panel does."""
        return filling(document)

    def session(self, session: FrameworkSession) -> Any:
        """Return *session* with what Panel looks for in it."""
        return PanelSession(session)

    def request(self, request: Any, application_path: str) -> Any:
        """Return *request* as Panel knows requests."""
        return seen_request(request, application_path)

    def page(self, document: Document, token: str, resources: Resources, script: str) -> str | None:
        """Return the page that Panel makes."""
        return pages.page(document, token, resources, script)

    def bundle(self, document: Document, resources: Resources, script: str) -> Bundle | None:
        """Return what Panel says that must be loaded."""
        return pages.bundle(document, resources, script)

    def may_see(self, document: Document, path: str) -> object:
        """Return what ``pn.config.authorize_callback`` says of the visitor of *document*."""
        return users.may_see(document, path)

    def component(self, path: str) -> pathlib.Path | None:
        """Return the file; None for what no component lists as its own."""
        try:
            return pathlib.Path(private.component_path(path))
        except Exception:  # noqa: BLE001 - Panel raises errors of Tornado, and what a module raises
            return None


@functools.cache
def panel_framework() -> Framework:
    """Return Panel; raises `LoadError` for one that is not as we know it."""
    lost = private.missing()
    if lost:
        raise LoadError(
            f"panel {pn.__version__} differs from the versions this docsync-trio knows (it has "
            f"no {', '.join(lost)}); install the newest docsync-trio, or an older panel"
        )
    write_through()
    users.show_users()
    private.follow_moved_pages(way_to)
    private.leave_lost_events()
    private.start_periodic_callbacks_when_loaded()
    silence(EMPTY_LAYOUT)  # Panel fills layouts when it has something for them
    return PanelFramework()


@functools.cache
def _tell_of_unknown_version() -> None:
    if not private.is_known():
        log.warning(
            "panel %s is not one of those this docsync-trio is tested with (%s); all that it needs "
            "of Panel is there, so it is served as they are",
            pn.__version__,
            " and ".join(".".join(map(str, numbers)) for numbers in private.KNOWN),
        )


def _server_loaded(context: Any) -> None:
    _tell_of_unknown_version()
    context.add_periodic_callback(private.forget_lost_events, 10_000)


def _session_created(context: Any) -> None:
    with set_curdoc(context.document):
        for callback in private.session_created_callbacks():
            callback(context)
