"""The one thing an application consists of: something that fills a document.

Handlers are made once, while the site is loaded, and find then whatever can be wrong
with them. Later they are only asked to fill one document after the other, so nothing
of a session is ever kept in one.
"""

import abc
import pathlib
from collections.abc import Awaitable

from bokeh.document import Document

from docsync_trio.applications.async_kind import AsyncKind
from docsync_trio.applications.framework_name import FrameworkName
from docsync_trio.applications.hooks import Hooks


class Handler(abc.ABC):
    """Fills documents; shared by all sessions of its application.

    A subclass overrides `modify_document` and those of the attributes below that it has
    something to say about. A constructor raises `LoadError` when it can see that no
    document will ever be filled.
    """

    hooks: Hooks = Hooks()
    """Functions that this handler brings along for the life of server and sessions."""

    static_path: pathlib.Path | None = None
    """A folder of files served below the application's ``static/``; none by default."""

    title: str | None = None
    """A title for the application, where the handler has one."""

    async_kind: AsyncKind | None = None
    """What the handler's ``async`` code is written for; None when it does not show."""

    framework: FrameworkName | None = None
    """The framework that the handler's code is made with; None when it does not show."""

    needs_loop: bool = False
    """Whether its plain functions must not run in a thread; see `loop_needs`."""

    exclusive: bool = True
    """Whether filling a document changes what belongs to the process (``sys.argv``, the
    working directory): then only one such document is filled at a time."""

    files: frozenset[pathlib.Path] = frozenset()
    """The files that were read to make this handler: when one changes, it is out of date."""

    @abc.abstractmethod
    def modify_document(self, document: Document) -> Awaitable[None] | None:
        """Fill *document*, which the caller has made what ``curdoc()`` returns.

        A handler whose code is asynchronous returns what is to be awaited. Whatever the
        application raises, ``SystemExit`` included, is raised unchanged.
        """
