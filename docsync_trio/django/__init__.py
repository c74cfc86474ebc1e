"""Floor 6: Bokeh's applications in the project of a Django site.

It knows what Django calls things: routes, view arguments, requests with a user. It hands
all serving on to the server's floor. Django itself is imported when it is needed, as it is
an extra (``docsync-trio[django]``). Start with `site`.

Projects import what they need from here; docs/embedding.md shows how.
"""

from docsync_trio.django.handlers import with_request, with_url_args
from docsync_trio.django.site import Entry, autoload, create_asgi, document

__all__ = ["Entry", "autoload", "create_asgi", "document", "with_request", "with_url_args"]
