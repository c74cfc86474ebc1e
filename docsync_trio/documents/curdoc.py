"""``curdoc()`` for the code of one session, also after an await and after an exception.

Bokeh keeps one stack of current documents for the whole process and does not tidy
it when a callback raises. Ours is local to the task or thread, and the scope spans
the awaits of an ``async`` callback.
"""

import weakref
from contextvars import Token
from typing import Any, Self

import attrs
from bokeh.document import Document
from bokeh.document.locking import UnlockedDocumentProxy

from docsync_trio.documents.bokeh_private import curdoc_stack


def make_current(document: Document | UnlockedDocumentProxy) -> Token[Any]:
    """From here on ``curdoc()`` gives *document*, until what is returned resets its variable."""
    stack = curdoc_stack()
    return stack.set((*stack.get(), weakref.ref(document)))


def curdoc_scope(document: Document | UnlockedDocumentProxy) -> "CurdocScope":
    """Within the block ``curdoc()`` gives *document*."""
    return CurdocScope(document)


@attrs.define(eq=False)
class CurdocScope:
    """The block for `document`; to be entered once."""

    document: Document | UnlockedDocumentProxy
    _token: Token[Any] | None = attrs.field(default=None, init=False)

    def __enter__(self) -> Self:
        self._token = make_current(self.document)
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._token is not None:
            self._token.var.reset(self._token)
