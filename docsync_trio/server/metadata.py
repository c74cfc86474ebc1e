"""What an application says about itself, at ``/metadata`` below it, as Bokeh does."""

import json
from typing import Any

import attrs
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from docsync_trio.base.errors import ApplicationError, new_incident
from docsync_trio.base.events import RequestFailed
from docsync_trio.server.peer_name import peer_of_scope
from docsync_trio.server.served_applications import ServedApplications
from docsync_trio.sessions.application_context import ApplicationContext


@attrs.frozen(eq=False)
class Metadata:
    """An ASGI application: the metadata of *context*, as JSON."""

    site: ServedApplications
    context: ApplicationContext

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises `ApplicationError` where the author's function fails."""
        path = self.context.application.path
        try:
            body = json.dumps({"url": path, "data": await self._data()})
        except Exception as error:
            incident = new_incident()
            self.site.observe(RequestFailed(scope["path"], peer_of_scope(scope), incident, error))
            raise ApplicationError(str(error), application=path, incident=incident) from error
        answer = Response(body, media_type="application/json")
        await answer(scope, receive, send)

    async def _data(self) -> Any:
        metadata = self.context.application.metadata
        if callable(metadata):
            metadata = await self.context.tasks.caller.call(metadata)
        return {} if metadata is None else metadata
