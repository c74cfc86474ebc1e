"""The files that components of a framework bring along: scripts and styles beside their code.

Which file an address stands for, and whether it may be had at all, is for the framework to say.
"""

from collections.abc import Collection
from http import HTTPStatus

import attrs
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from docsync_trio.applications.framework import Framework
from docsync_trio.server.files.static import Folder, send_from
from docsync_trio.server.files.static_files import FileCache


@attrs.frozen(eq=False)
class ComponentFiles:
    """An ASGI application: the path parameter ``file``, of the first framework that has it."""

    frameworks: Collection[Framework]
    cache: FileCache

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        for framework in self.frameworks:
            path = framework.component(scope["path_params"]["file"])
            if path is not None:
                folder = Folder(path.parent, public=True)
                return await send_from((folder,), path.name, self.cache, scope, send)
        raise HTTPException(HTTPStatus.NOT_FOUND)
