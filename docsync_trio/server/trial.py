"""One document of an application, built with nobody looking.

An application that can be imported may still raise whenever a document is to be filled, and
what is slow about a first document is then behind it: imports, caches, templates.
"""

import re
from typing import Final

from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.config.schema import SiteSettings
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.server.entrance.served_applications import url_below
from docsync_trio.server.entrance.websocket_paths import PathPattern
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.wire import Ending
from docsync_trio.sign_in.user import User

SESSION: Final = "docsync-trial"
"""The id of the session of the document that is built on trial."""

SOMEBODY: Final = User("trial", {"user": "trial", "username": "trial"})
"""Who looks at documents that are built on trial; of whom nothing else is known."""

_OVER: Final = Ending(CloseCode.SESSION_ENDED, "the trial is over")
_EXAMPLES: Final = {
    "int": "1",
    "float": "1.0",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
"""Values for path parameters that are not plain text; those get their own name."""


async def try_out(context: ApplicationContext, request: Request) -> BaseException | None:
    """Build a document of *context* for *request*; return what kept it from being built."""
    try:
        session = await context.session(SESSION, request)
    except ApplicationError as error:
        return error.__cause__ or error
    except Refusal as refusal:
        # Too slow, with a cause; or too many sessions, which says nothing of the application.
        return refusal.__cause__
    session.end(_OVER, _OVER.reason)
    return None


def example_request(settings: SiteSettings, path: str) -> Request:
    """Return the request of somebody who visits *path*, its parameters filled in.

    Where nobody sees the application without signing in, it is that of the user `SOMEBODY`.
    """
    pattern = PathPattern.of(url_below(settings.server.prefix, path))
    kinds = dict(re.findall(r"\{(\w+)(?::(\w+))?\}", path))
    texts = {name: _EXAMPLES.get(kinds.get(name, ""), name) for name in pattern.convertors}
    url = pattern.form.format(**texts)
    request = Request(path=url, host="localhost")
    if settings.sign_in.is_on:
        public = any(one.path == path and one.public for one in settings.applications)
        request.guest = public or settings.sign_in.optional
        request.user = None if request.guest else SOMEBODY
    request.matched(url, pattern.converted(texts))
    return request
