"""What a site serves besides applications: ``[[routes]]``, and files of frameworks."""

import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from starlette.routing import Route

from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.reference import load_function
from docsync_trio.base.errors import Problem
from docsync_trio.config.schema import RouteSettings
from docsync_trio.server.endpoint_site import WithSite
from docsync_trio.server.entrance.gate import Rule, behind
from docsync_trio.server.entrance.path_numbers import with_short_numbers
from docsync_trio.server.entrance.served_applications import ServedApplications, below, url_below
from docsync_trio.server.files.component_files import ComponentFiles
from docsync_trio.server.files.static import Folder, StaticFiles
from docsync_trio.server.files.static_files import FileCache
from docsync_trio.server.redirect import Redirect

Endpoint = Callable[..., Any]


def load_endpoints(
    routes: Sequence[RouteSettings], base: pathlib.Path, problems: list[Problem]
) -> dict[str, Endpoint]:
    """Import the endpoints of *routes*, by path; *base* is the site file's folder.

    Whatever is wrong is appended to *problems*.
    """
    endpoints = {}
    for index, route in enumerate(routes):
        if route.endpoint is None:
            continue
        try:
            endpoints[route.path] = load_function(route.endpoint, base)
        except LoadError as error:
            problems.append(
                Problem(("routes", index, "endpoint"), str(error), cause=error.__cause__)
            )
    return endpoints


def extra_routes(
    site: ServedApplications, endpoints: Mapping[str, Endpoint], cache: FileCache
) -> Iterator[Route]:
    """Yield the routes of *site* that its settings describe, and those of its frameworks.

    *endpoints* has the functions, by path; they find the site's applications.
    """
    frameworks = {context.application.framework for context in site.applications}
    if serving := [framework for framework in frameworks if framework.serves_components]:
        url = url_below(site.settings.server.prefix, "/components/{file:path}")
        components = behind(site.gate, ComponentFiles(serving, cache), Rule(_any_public(site)))
        yield Route(url, components, methods=["GET"])
    for route in site.settings.routes:
        url = with_short_numbers(url_below(site.settings.server.prefix, route.path))
        rule = Rule(route.public)
        if route.static is not None:
            folder = StaticFiles((Folder(route.static),), cache, index=True)
            files = behind(site.gate, folder, rule)
            yield Route(below(url, "/{file:path}"), files, methods=["GET"])
        elif route.redirect is not None:
            prefix = site.settings.server.prefix
            redirect = Redirect(route.redirect, route.status, prefix)
            yield Route(url, behind(site.gate, redirect, rule))
        elif route.path in endpoints:
            answering = Route(url, endpoints[route.path], methods=list(route.methods))
            with_site = WithSite.around(answering.app, site.applications)
            answering.app = behind(site.gate, with_site, rule)
            yield answering


def _any_public(site: ServedApplications) -> bool:
    """Say whether an application is there for everybody, and so what its pages load."""
    return any(one.public for one in site.settings.applications)
