"""A page that is sent before its document is built: a spinner, and where to knock.

Nothing is made for whoever merely looks, such as a robot: the session begins when the
page opens its websocket. So what the document would say of its page, its title and its
template, is not known here. `docsync_trio.server.own_pages.last_word` is for when there will be no
document.
"""

from typing import Final

import attrs
from bokeh.core.types import ID
from bokeh.document import DEFAULT_TITLE
from bokeh.embed.elements import html_page_for_render_items
from bokeh.embed.util import RenderItem
from starlette.types import Receive, Scope, Send

from docsync_trio.server.entrance.open_session import token_for
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.server.own_pages.html import template_named
from docsync_trio.server.pages.application_page import matched_request, send_page
from docsync_trio.server.pages.bokehjs import BokehJS, root_url
from docsync_trio.server.pages.page_script import with_page_script
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request

ELEMENT: Final = ID("docsync-document")
"""Where the document goes; the style of the template looks whether it is there yet."""


@attrs.frozen(eq=False)
class InstantPage:
    """An ASGI application: the page of *context*, without a document."""

    site: ServedApplications
    context: ApplicationContext
    bokehjs: BokehJS

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        head = scope["method"] == "HEAD"
        await send_page(send, None if head else self._html(matched_request(scope)).encode())

    def _html(self, request: Request) -> str:
        token = token_for(self.site, request, self.context)
        root = root_url(self.site.settings.server.prefix, request.root_path)
        application = self.context.application
        title = "" if application.title == application.path else application.title
        websocket = self.site.websocket_seen_from(self.context, request)
        return html_page_for_render_items(
            with_page_script(self.bokehjs.bundle(root), root, websocket=websocket),
            {},
            [RenderItem(token=token, elementid=ELEMENT, use_for_title=True)],
            # What the document will be called unless it says otherwise.
            title or DEFAULT_TITLE,
            template=template_named("instant.html"),
            template_variables={"awaited": title},
        )
