"""A Django project and Bokeh's applications as one ASGI application, for a server on Trio.

It is for projects that list their applications in Python, in the manner of Bokeh's
django_embed. A site file can say the same; docs/embedding.md shows both.
"""

import os
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import attrs

from docsync_trio.applications.application import Application
from docsync_trio.base.events import Observer
from docsync_trio.config.load import load_tree
from docsync_trio.server.mountable import MountableSite
from docsync_trio.server.mounted.mounts import Mount
from docsync_trio.server.plain_log import log_event
from docsync_trio.server.site import LoadedApplications, Site, open_site

_PARAMETER: Final = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_KINDS: Final = {"int": ":int", "uuid": ":uuid", "path": ":path"}
_IN_PYTHON: Final = "python:application"
"""Stands in the settings where a function is given and not the name of one."""


@attrs.frozen
class Entry:
    """An application of a Django project; made by `document` and `autoload`."""

    route: str
    handler: Any
    has_page: bool

    @property
    def path(self) -> str:
        """The route as site files write it: ``/home/{title}`` for ``home/<str:title>``."""
        path = _PARAMETER.sub(lambda m: f"{{{m['name']}{_KINDS.get(m['kind'], '')}}}", self.route)
        return f"/{path.strip('/')}"


def document(route: str, handler: Any) -> Entry:
    """Serve the documents that *handler* fills at *route*, in a page of ours.

    *route* is written as in Django's ``path``; its parameters reach the application as
    arguments, and by `with_url_args`. *handler* is a function that gets the document, or
    whatever else an `Application` takes.
    """
    return Entry(route, handler, has_page=True)


def autoload(route: str, handler: Any) -> Entry:
    """Serve the documents that *handler* fills for a page of Django's at the same *route*.

    The view embeds them: ``docsync_trio.embed.server_document(request.path)``.
    """
    return Entry(route, handler, has_page=False)


def create_asgi(
    entries: Sequence[Entry],
    django: Callable[..., Any],
    *,
    settings: Mapping[str, Any] | None = None,
    threads: int = 10,
    observe: Observer = log_event,
) -> MountableSite:
    """Return *entries*, and for all other addresses *django*, as an ASGI 3 application.

    *django* is the project's WSGI application, which may occupy *threads* threads; *settings*
    are further tables of a site file (``{"server": {"prefix": "/plots"}}``). *observe* is
    told what happens; by default it goes to the logger ``docsync_trio``. The server has to
    run on Trio and to open lifespans; what is wrong fails its startup.
    """
    applications = [Application(entry.path, handlers=[entry.handler]) for entry in entries]
    named = [
        {
            "path": entry.path,
            "page": "built" if entry.has_page else "none",
            "handlers": [{"function": _IN_PYTHON}],
        }
        for entry in entries
    ]
    tree = {
        **(settings or {}),
        "applications": named,
        "routes": [{"path": "/", "wsgi": _IN_PYTHON}],
    }
    mount = Mount("/", "django", django, "wsgi", threads)
    loaded = LoadedApplications(tuple(applications), {}, (mount,))

    @asynccontextmanager
    async def open_it() -> AsyncIterator[Site]:
        site = load_tree(tree, Path("site.toml"), environ=os.environ)
        async with open_site(site, observe=observe, imported=loaded) as opened:
            yield opened

    return MountableSite(open_it)
