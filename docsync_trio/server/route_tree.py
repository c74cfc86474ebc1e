"""Many routes, found by the first part of the path.

Starlette tries one pattern after the other. A site with sixty applications has
hundreds, and a page asks for five scripts.
"""

from collections.abc import Iterable
from typing import Self

import attrs
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Scope

from docsync_trio.server.visits.request import site_path


@attrs.frozen(eq=False)
class RouteTree:
    """Routes of a site below *prefix*, in the order in which they are to be tried."""

    prefix: str
    by_first_part: dict[str, Router]
    others: Router

    @classmethod
    def of(cls, prefix: str, routes: Iterable[Route], default: ASGIApp) -> Self:
        """Make the tree; *default* answers where there is no route."""
        found = [(_first_part(prefix, route.path), route) for route in routes]
        # A first part with a parameter may be anything, so it belongs everywhere.
        routers = {
            part: _router([r for p, r in found if p == part or "{" in p], default)
            for part in {part for part, _ in found if "{" not in part}
        }
        return cls(prefix, routers, _router([r for p, r in found if "{" in p], default))

    def router_for(self, scope: Scope) -> Router:
        """Return the router that knows all routes which could match."""
        path = site_path(scope["path"], scope.get("root_path", ""))
        return self.by_first_part.get(_first_part(self.prefix, path), self.others)


def _router(routes: list[Route], default: ASGIApp) -> Router:
    return Router(routes, redirect_slashes=False, default=default)


def _first_part(prefix: str, path: str) -> str:
    return path.removeprefix(prefix).removeprefix("/").partition("/")[0]
