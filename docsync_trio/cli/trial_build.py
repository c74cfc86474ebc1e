"""Building each application's document once, with nobody looking.

The site is opened just as for serving, server hooks included, only that nothing
listens; then every application is asked for one session, one after the other, so
that the times can be compared.
"""

import contextlib
import re
import sys
from collections.abc import Sequence

import attrs
import trio

from docsync_trio.base import events
from docsync_trio.base.errors import ApplicationError
from docsync_trio.base.traceback_text import error_text
from docsync_trio.cli.build_report import ApplicationReport, SiteReport
from docsync_trio.cli.site_summary import handlers_texts, site_name, site_warnings
from docsync_trio.config.load import LoadedSite
from docsync_trio.server.site import Site, open_site
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request

_SESSION = "docsync-check"
_EXAMPLES = {
    "int": "1",
    "float": "1.0",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
"""Values for path parameters that are not plain text; those get their own name."""


def build_all(loaded: LoadedSite) -> SiteReport:
    """Build every application of *loaded* once and say how it went.

    What applications print goes to standard error. Raises `ConfigError` for what
    cannot even be imported.
    """
    with contextlib.redirect_stdout(sys.stderr):
        reports = trio.run(_build_all, loaded)
    return SiteReport(site_name(loaded), tuple(reports), site_warnings(loaded))


async def _build_all(loaded: LoadedSite) -> Sequence[ApplicationReport]:
    faults: dict[str, list[str]] = {}

    def observe(event: events.Event) -> None:
        if isinstance(event, events.CallbackFailed | events.ApplicationTaskFailed):
            text = f"{event.what} raised {error_text(event.error)}"
            faults.setdefault(event.application, []).append(text)

    async with open_site(loaded, observe=observe) as site:
        reports = [
            await _build(site, context, handlers)
            for context, handlers in zip(site.applications, handlers_texts(loaded), strict=True)
        ]
    return [attrs.evolve(one, faults=tuple(faults.get(one.path, ()))) for one in reports]


async def _build(site: Site, context: ApplicationContext, handlers: str) -> ApplicationReport:
    application = context.application
    error: BaseException | None = None
    begun = trio.current_time()
    try:
        await context.session(_SESSION, example_request(site, application.path))
    except ApplicationError as failure:
        error = failure.__cause__ or failure
    return ApplicationReport(
        path=application.path,
        title=application.title,
        handlers=handlers,
        async_kind=application.async_kind,
        seconds=trio.current_time() - begun if error is None else None,
        error=error,
    )


def example_request(site: Site, path: str) -> Request:
    """Return the request of somebody who visits *path*, its parameters filled in."""
    filled = re.sub(r"\{(\w+)(?::(\w+))?\}", lambda found: _EXAMPLES.get(found[2], found[1]), path)
    url = f"{site.settings.server.prefix}{filled}"
    request = Request(path=url, host="localhost")
    found = site.find_websocket(f"{url.rstrip('/')}/ws")
    request.matched(url, found[1] if found else {})
    return request
