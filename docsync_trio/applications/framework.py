"""What a framework that is built on Bokeh wants to be different for its applications.

Plain Bokeh applications want nothing: `Framework` itself is theirs. Panel has its own ideas
of how a document is begun and finished, of what stands behind ``session_context.session``,
and of how a page looks. All of it is synchronous and knows no network: sessions and pages
ask here, and do what they are told.
"""

import pathlib
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, Protocol

from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.embed.bundle import Bundle
from bokeh.resources import Resources

from docsync_trio.applications.framework_name import FrameworkName
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.hooks import Hooks


class FrameworkSession(Protocol):
    """What a framework may ask of a session."""

    @property
    def document(self) -> Document:
        """Its document."""
        ...

    def tell(self, events: Iterable[DocumentPatchedEvent]) -> None:
        """Send what *events* changed to all who view the document, whoever has its turn."""
        ...

    def has_turn_taken(self, *, by_caller: bool = False) -> bool:
        """Whether somebody has the turn to change the document, or even the caller."""
        ...

    def flush(self) -> None:
        """Send what has changed so far; for who has the turn."""
        ...


class Framework:
    """Plain Bokeh, and what other frameworks may do in another way."""

    name: FrameworkName = "bokeh"

    hooks: Hooks = Hooks()
    """Functions that run before those of the application's handlers."""

    serves_components: bool = False
    """Whether `component` may find anything."""

    needs_asyncio: bool = False
    """Whether it makes asyncio tasks by itself, whatever the application's code does."""

    needs_loop: bool = False
    """Whether its applications' plain functions stay in the loop if nothing else is said."""

    refuses_threads: str = ""
    """Why they cannot run in threads; empty if they can."""

    steps_aside: bool = False
    """Whether ``async`` code of a session waits while a plain function of it runs in a thread."""

    def adopted(self, handler: Handler) -> Handler:
        """Return what fills documents in the place of *handler*; raises `LoadError`."""
        return handler

    def filling(self, document: Document) -> AbstractContextManager[object]:
        """Return the block in which handlers fill *document*."""
        return nullcontext()

    def session(self, session: Any) -> Any:
        """Return what application code finds as ``session_context.session``."""
        return session

    def request(self, request: Any, application_path: str) -> Any:
        """Return what application code finds as ``session_context.request``.

        *application_path* is the application's, as it was written down.
        """
        return request

    def may_see(self, document: Document, path: str) -> object:
        """Return whether the visitor of *document*, at *path*, may see it; or where to go."""
        return True

    def page(self, document: Document, token: str, resources: Resources, script: str) -> str | None:
        """Return the whole page of *document*; None for one as Bokeh makes it.

        *script* is the URL of a script that goes behind BokehJS.
        """
        return None

    def bundle(self, document: Document, resources: Resources, script: str) -> Bundle | None:
        """Return what a page that embeds *document* must load; None: what Bokeh says."""
        return None

    def component(self, path: str) -> pathlib.Path | None:
        """Return the file that a component of the framework brings along as *path*."""
        return None


PLAIN: Final = Framework()
