"""The request that made a session, as Panel's code wants to see it."""

import re
from typing import Any, Final

from docsync_trio.applications.panel.addresses import Addresses
from docsync_trio.applications.panel.private import RequestProxy

_REST: Final = re.compile(r"\{(\w+):path\}")


def seen_request(request: Any, application_path: str) -> Any:
    """Return *request* in the class that Panel looks for; *application_path* as it was written."""
    # A parameter stands for one part of the path; one that takes the rest, for several.
    named = _REST.sub(lambda found: str(request.path_params[found[1]]), application_path)
    addresses = Addresses.of(request.app_path or request.path, named, request.arguments)
    proxy = RequestProxy(
        request,
        arguments=dict(request.arguments),
        cookies=request.cookies,
        # As they are: a plain dict would ask for names in one spelling.
        headers=request.headers,
        route_params={name: str(value) for name, value in request.path_params.items()},
        app_path=addresses.app_path,
    )
    proxy.addresses = addresses
    # The class takes what is None for what is not there.
    proxy.user, proxy.guest = getattr(request, "user", None), getattr(request, "guest", False)
    return proxy
