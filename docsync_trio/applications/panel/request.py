"""The request that made a session, as Panel's code wants to see it."""

import re
from typing import Any, Final

from docsync_trio.applications.panel.addresses import Addresses
from docsync_trio.applications.panel.private import RequestProxy

_REST: Final = re.compile(r"\{(\w+):path\}")


class PlainHeaders(dict[str, str]):
    """Headers as Panel's applications know them: a dict, which can be shown as JSON.

    A name is found in any spelling.
    """

    def __missing__(self, name: str) -> str:
        """Return the value of *name* in another spelling; raises ``KeyError``."""
        for known, value in self.items():
            if known.lower() == name.lower():
                return value
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Whether there is a header *name*."""
        return isinstance(name, str) and self.get(name) is not None

    def get(self, name: str, default: Any = None, /) -> Any:
        """Return the value of *name*, or *default*."""
        try:
            return self[name]
        except KeyError:
            return default


def seen_request(request: Any, application_path: str) -> Any:
    """Return *request* in the class that Panel looks for; *application_path* as it was written."""
    # A parameter stands for one part of the path; one that takes the rest, for several.
    named = _REST.sub(lambda found: str(request.path_params[found[1]]), application_path)
    addresses = Addresses.of(request.app_path or request.path, named, request.arguments)
    proxy = RequestProxy(
        request,
        arguments=dict(request.arguments),
        cookies=request.cookies,
        headers=PlainHeaders(request.headers),
        route_params={name: str(value) for name, value in request.path_params.items()},
        app_path=addresses.app_path,
    )
    proxy.addresses = addresses
    # The class takes what is None for what is not there.
    proxy.user, proxy.guest = getattr(request, "user", None), getattr(request, "guest", False)
    return proxy
