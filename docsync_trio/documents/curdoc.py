"""``curdoc()`` for the code of one session, also after an await and after an exception.

Bokeh keeps one stack of current documents for the whole process and does not tidy
it when a callback raises. Ours is local to the task or thread, and the scope spans
the awaits of an ``async`` callback.
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from bokeh.document import Document
from bokeh.document.locking import UnlockedDocumentProxy

from docsync_trio.documents.bokeh_private import curdoc_stack


@contextmanager
def curdoc_scope(document: Document | UnlockedDocumentProxy) -> Iterator[None]:
    """Within the block ``curdoc()`` gives *document*."""
    stack = curdoc_stack()
    token = stack.set((*stack.get(), weakref.ref(document)))
    try:
        yield
    finally:
        stack.reset(token)
