"""Every URL of a site and what answers it, read from its settings alone.

Nothing is imported for it, so it also answers for a site whose applications are
broken or whose libraries are not installed.
"""

import json
from collections.abc import Container, Iterator, Sequence

import attrs

from docsync_trio.cli.terminal.columns import columns
from docsync_trio.config.schema import (
    ApplicationSettings,
    MonitoringSettings,
    RouteSettings,
    SignInSettings,
    SiteSettings,
)


@attrs.frozen
class Url:
    """One URL: its *methods*, its *path* with the site's prefix, and what answers (*what*)."""

    methods: tuple[str, ...]
    path: str
    what: str


_PAGE = ("GET", "HEAD")


def url_map(settings: SiteSettings) -> tuple[Url, ...]:
    """Return all URLs, applications first, in the order of the site file."""
    prefix = settings.server.prefix
    urls = [url for one in settings.applications for url in _of_application(one)]
    urls += map(_of_route, settings.routes)
    urls += _of_site(settings)
    return tuple(attrs.evolve(url, path=f"{prefix}{url.path}") for url in urls)


def _of_application(settings: ApplicationSettings) -> Iterator[Url]:
    base = settings.path.rstrip("/")
    name = settings.title or settings.path
    if settings.page != "none":
        yield Url(_PAGE, settings.path, f"page of {name}")
    yield Url(("GET",), f"{base}/ws", f"websocket of {name}")
    named = settings.websocket_path
    if named != "ws":
        path = named if named.startswith("/") else f"{base}/{named}"
        yield Url(("GET",), path, f"websocket of {name}, for its pages")
    yield Url(("GET", "OPTIONS"), f"{base}/autoload.js", f"{name} for other pages")
    yield Url(_PAGE, f"{base}/metadata", f"metadata of {name}")
    yield Url(("GET", "OPTIONS"), f"{base}/preflight", f"whether a page of {name} would get in")
    yield Url(_PAGE, f"{base}/static/*", _static_files(settings))


def _static_files(settings: ApplicationSettings) -> str:
    """Return where an application's files come from: its own folder, then BokehJS."""
    folders = (one.directory / "static" for one in settings.handlers if one.directory is not None)
    return ", ".join([*(f"files of {one}" for one in folders if one.is_dir()), "BokehJS"])


def _of_route(settings: RouteSettings) -> Url:
    if settings.static is not None:
        return Url(_PAGE, f"{settings.path.rstrip('/')}/*", f"files of {settings.static}")
    if (app := settings.wsgi or settings.asgi) is not None:
        return Url(("*",), f"{settings.path.rstrip('/')}/*", f"web application {app}")
    if settings.redirect is not None:
        return Url(_PAGE, settings.path, f"redirect to {settings.redirect}")
    return Url(settings.methods, settings.path, f"endpoint {settings.endpoint}")


def _of_site(settings: SiteSettings) -> Iterator[Url]:
    yield Url(_PAGE, "/static/*", "BokehJS and extensions")
    paths = [one.path for one in settings.applications if one.page != "none"]
    taken = {*(one.path for one in settings.applications), *(one.path for one in settings.routes)}
    if "/" not in taken:
        redirects = len(paths) == 1 and "{" not in paths[0]
        yield Url(_PAGE, "/", f"redirect to {paths[0]}" if redirects else "index of applications")
    yield Url(_PAGE, "/favicon.ico", "icon")
    yield from _of_sign_in(settings.sign_in)
    yield from _of_monitoring(settings.monitoring, taken)


def _of_sign_in(settings: SignInSettings) -> Iterator[Url]:
    if settings.has_page:
        yield Url(("GET", "POST"), settings.login_path, "page to sign in")
    if settings.is_on:
        yield Url(("GET", "POST"), settings.logout_path, "page behind signing out")


def _of_monitoring(settings: MonitoringSettings, taken: Container[str]) -> Iterator[Url]:
    whats = {
        settings.livez: "whether the server is alive",
        settings.readyz: "whether it may be sent visitors",
        settings.metrics: "metrics for Prometheus",
        settings.sessions: "sessions, for operators",
    }
    for path, what in whats.items():
        if path and path not in taken and settings.bind is None:
            yield Url(_PAGE, path, what)


def as_text(urls: Sequence[Url]) -> str:
    """Return the map as aligned lines."""
    lines = [(",".join(url.methods), url.path, url.what) for url in urls]
    return "\n".join(columns([("methods", "path", "what"), *lines]))


def as_json(urls: Sequence[Url]) -> str:
    """Return the map as a JSON array."""
    return json.dumps([attrs.asdict(url) for url in urls], indent=2)
