"""What the operator's own endpoints find of the site: ``request.app.state.docsync``.

It shows applications as their own hooks see them, so that there is one way to reach
sessions, wherever one comes from.
"""

from collections.abc import Iterable, Mapping

import attrs
from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.contexts import ServerContext


@attrs.frozen(eq=False)
class EndpointSite:
    """The site that an endpoint belongs to.

    *applications* has the server context of every application by its path, as the site file
    spells it: ``applications["/feed"].sessions``, ``.update_sessions(fn)``, ``.groups``.
    """

    applications: Mapping[str, ServerContext]


@attrs.frozen(eq=False)
class _App:
    """Stands where endpoints made for Starlette look for theirs."""

    state: State


@attrs.frozen(eq=False)
class WithSite:
    """An ASGI application: *app*, which finds the site as ``request.app.state.docsync``."""

    app: ASGIApp
    found: _App

    @classmethod
    def around(cls, app: ASGIApp, contexts: Iterable[ApplicationContext]) -> "WithSite":
        """Let *app* find the applications of *contexts*."""
        site = EndpointSite({c.application.path: c.server_context for c in contexts})
        return cls(app, _App(State({"docsync": site})))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.app({**scope, "app": self.found}, receive, send)
