"""How Panel's documents are begun and finished; the application's handlers run in between.

It is what Panel's own ``Application`` does with a document, but that an exception in the
application's code goes on to whoever asked for the document.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from bokeh.document import Document

from docsync_trio.applications.panel import private
from docsync_trio.applications.panel.addresses import Addresses
from docsync_trio.applications.panel.private import set_curdoc, state


@contextmanager
def filling(document: Document) -> Iterator[None]:
    """Within the block the application's code fills *document*."""
    with set_curdoc(document):
        _say_where_it_is(document)
        private.begin(document)
        try:
            yield
        finally:
            private.filled(document)
        _finish(document)


def _say_where_it_is(document: Document) -> None:
    context = document.session_context
    request = getattr(context, "request", None)
    if request is None:
        return
    addresses = Addresses.of_request(request)
    state.base_url = addresses.base_url
    state.rel_path = addresses.rel_path


def _finish(document: Document) -> None:
    template = private.template_to_add(document)
    if template is not None:
        template.server_doc(title=template.title, location=True, doc=document)
    # Panel has its own notices; of a lost connection our page's script tells.
    document.config.notifications = None
    document.destroy = partial(_destroy, document)  # type: ignore[method-assign]
    document.on_event("document_ready", partial(private.on_load, document))


def _destroy(document: Document, session: object) -> None:
    private.collect_no_garbage()
    private.destroy_document(document, session)
