"""Which of a site's files a proxy can serve by itself: those that stand in folders."""

import stat
from collections.abc import Iterator
from pathlib import Path

from docsync_trio.config.schema import SiteSettings
from docsync_trio.proxies.plan import StaticFolder


def static_folders(settings: SiteSettings) -> tuple[StaticFolder, ...]:
    """Return the folders that are served as they are, with their URLs; BokehJS is one."""
    return tuple(StaticFolder(f"{settings.server.prefix}{u}", f) for u, f in _folders(settings))


def _folders(settings: SiteSettings) -> Iterator[tuple[str, Path]]:
    from bokeh.settings import settings as bokeh_settings

    yield "/static", Path(bokeh_settings.bokehjs_path()).absolute()
    for application in settings.applications:
        for handler in application.handlers:
            folder = handler.directory and handler.directory / "static"
            # An address with a parameter in it is no folder's.
            if folder and folder.is_dir() and "{" not in application.path:
                yield f"{application.path.rstrip('/')}/static", folder.absolute()
    for route in settings.routes:
        if route.static is not None and "{" not in route.path:
            yield route.path.rstrip("/"), route.static.absolute()


def closed_to_others(folder: Path) -> Path | None:
    """Return what keeps users without rights of their own from the files in *folder*, if any."""
    needed = {folder: stat.S_IROTH | stat.S_IXOTH}
    for each in (*reversed(folder.parents), folder):
        right = needed.get(each, stat.S_IXOTH)
        if each.stat().st_mode & right != right:
            return each
    return None
