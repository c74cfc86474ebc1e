"""One document of an application, built before anybody sees it.

An application that can be imported may still raise whenever a document is to be filled. So
it has to fill one before it takes the place of another that works.
"""

import copy
import re
from typing import Final

from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.base.events import BuildFailed, Event, Observer, SessionEnded, SessionOpened
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.server.served_applications import url_below
from docsync_trio.server.websocket_paths import PathPattern
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.wire import Ending

SESSION: Final = "docsync-trial"
"""The id of the session of the document that is built on trial."""

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


def without_trials(observe: Observer) -> Observer:
    """Return *observe*, but for trials: how they go is told in other words."""

    def observe_others(event: Event) -> None:
        match event:
            case SessionOpened() | SessionEnded() | BuildFailed() if event.session == SESSION:
                pass
            case _:
                observe(event)

    return observe_others


def trial_request(before: ApplicationContext | None, prefix: str, path: str) -> Request:
    """Return the request for which to build: that of the last visitor of *before*, if any.

    Applications may need arguments or cookies that only their visitors know of. *path* is
    that of the application below *prefix*.
    """
    sessions = [] if before is None else list(before.sessions.values())
    if sessions:
        return copy.copy(sessions[-1].request)
    return example_request(prefix, path)


def example_request(prefix: str, path: str) -> Request:
    """Return the request of somebody who visits *path*, its parameters filled in."""
    pattern = PathPattern.of(url_below(prefix, path))
    kinds = dict(re.findall(r"\{(\w+)(?::(\w+))?\}", path))
    texts = {name: _EXAMPLES.get(kinds.get(name, ""), name) for name in pattern.convertors}
    url = pattern.form.format(**texts)
    request = Request(path=url, host="localhost")
    request.matched(url, pattern.converted(texts))
    return request
