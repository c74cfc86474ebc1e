"""What an application says about itself, at ``/metadata`` below it, as Bokeh does."""

import json
from typing import Any

import attrs
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from docsync_trio.applications.hooks import takes_arguments
from docsync_trio.base.errors import ApplicationError, new_incident
from docsync_trio.base.events import RequestFailed
from docsync_trio.server.entrance.served_applications import ServedApplications, has_parameters
from docsync_trio.server.pages.application_page import matched_request
from docsync_trio.server.sockets.peer_name import peer_of_scope
from docsync_trio.server.visits.request import site_path
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request


@attrs.frozen(eq=False)
class Metadata:
    """An ASGI application: the metadata of *context*, as JSON.

    A function that needs an argument gets the values of the parameters in the path.
    """

    site: ServedApplications
    context: ApplicationContext

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises `ApplicationError` where the author's function fails."""
        application = self.context.application
        request = matched_request(scope, "/metadata")
        prefix = self.site.settings.server.prefix
        path = application.path
        url = path_in_site(request, prefix) if has_parameters(path) else path
        try:
            body = json.dumps({"url": url, "data": await self._data(request.path_params)})
        except Exception as error:
            incident = new_incident()
            self.site.observe(RequestFailed(scope["path"], peer_of_scope(scope), incident, error))
            raise ApplicationError(str(error), application=path, incident=incident) from error
        answer = Response(body, media_type="application/json")
        await answer(scope, receive, send)

    async def _data(self, path_params: dict[str, Any]) -> Any:
        metadata = self.context.application.metadata
        if callable(metadata):
            wanted = () if takes_arguments(metadata, 0) else (path_params,)
            metadata = await self.context.tasks.caller.call(metadata, *wanted)
        return {} if metadata is None else metadata


def path_in_site(request: Request, prefix: str) -> str:
    """Return the path of the application of *request* as the site file would have it, filled in."""
    return site_path(request.app_path or "/", request.root_path).removeprefix(prefix)
