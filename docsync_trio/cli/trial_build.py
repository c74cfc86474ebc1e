"""Building each application's document once, with nobody looking.

The site is opened just as for serving, server hooks included, only that nothing
listens; then every application is asked for one session, one after the other, so
that the times can be compared.
"""

import contextlib
import re
import sys
from collections.abc import Sequence

import trio

from docsync_trio.base import events
from docsync_trio.base.errors import ApplicationError
from docsync_trio.cli.build_report import ApplicationReport, SiteReport
from docsync_trio.cli.site_summary import handlers_text, site_warnings
from docsync_trio.cli.traceback_text import error_text
from docsync_trio.config.load import LoadedSite
from docsync_trio.config.schema import ApplicationSettings
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

_Fault = events.CallbackFailed | events.ApplicationTaskFailed


def build_all(loaded: LoadedSite) -> SiteReport:
    """Build every application of *loaded* once and say how it went.

    What applications print goes to standard error. Raises `ConfigError` for what
    cannot even be imported.
    """
    with contextlib.redirect_stdout(sys.stderr):
        reports = trio.run(_build_all, loaded)
    name = str(loaded.source or loaded.settings.applications[0].path)
    warnings = (*loaded.warnings, *site_warnings(loaded.settings))
    return SiteReport(name, tuple(reports), warnings)


async def _build_all(loaded: LoadedSite) -> Sequence[ApplicationReport]:
    faults: list[_Fault] = []

    def observe(event: events.Event) -> None:
        if isinstance(event, _Fault):
            faults.append(event)

    folder = loaded.source.parent if loaded.source else None
    async with open_site(loaded, observe=observe) as site:
        built = [await _build(site, context) for context in site.applications]
    return [
        _report(context, settings, outcome, faults, handlers_text(settings.handlers, folder))
        for (context, outcome), settings in zip(built, loaded.settings.applications, strict=True)
    ]


async def _build(
    site: Site, context: ApplicationContext
) -> tuple[ApplicationContext, float | BaseException]:
    """Build one document; return how many seconds it took, or what the application raised."""
    request = example_request(site, context.application.path)
    begun = trio.current_time()
    try:
        await context.session(_SESSION, request)
    except ApplicationError as error:
        return context, error.__cause__ or error
    return context, trio.current_time() - begun


def example_request(site: Site, path: str) -> Request:
    """Return the request of somebody who visits *path*, its parameters filled in."""
    filled = re.sub(r"\{(\w+)(?::(\w+))?\}", lambda found: _EXAMPLES.get(found[2], found[1]), path)
    url = f"{site.settings.server.prefix}{filled}"
    request = Request(path=url, host="localhost")
    found = site.find_websocket(f"{url.rstrip('/')}/ws")
    request.matched(url, found[1] if found else {})
    return request


def _report(
    context: ApplicationContext,
    settings: ApplicationSettings,
    outcome: float | BaseException,
    faults: Sequence[_Fault],
    handlers: str,
) -> ApplicationReport:
    failed = isinstance(outcome, BaseException)
    return ApplicationReport(
        path=settings.path,
        title=context.application.title,
        handlers=handlers,
        async_kind=context.application.async_kind,
        seconds=None if failed else outcome,
        error=outcome if failed else None,
        faults=tuple(
            f"{fault.what} raised {error_text(fault.error)}"
            for fault in faults
            if fault.application == settings.path
        ),
    )
