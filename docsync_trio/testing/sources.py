"""What a test may open: whatever describes a site or an application, in a file or in Python."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
from bokeh.application.handlers.handler import Handler as BokehHandler

from docsync_trio.applications.application import Application
from docsync_trio.applications.handler import Handler
from docsync_trio.config.load import LoadedSite, load_bare, load_site, load_text, load_tree
from docsync_trio.config.schema import SiteSettings
from docsync_trio.server.site import LoadedApplications, load_applications

SITE_FILE: Final = "site.toml"
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.~-]+")
_IN_PYTHON: Final = "python:application"
"""Stands in the settings where an `Application` is given and no handlers are named."""


@attrs.frozen
class Options:
    """How to read what is opened.

    *folder* is where relative paths and names of modules are looked for. *profile*,
    *overrides* and *environ* are what they are on the command line.
    """

    folder: Path
    profile: str | None
    overrides: Sequence[str]
    environ: Mapping[str, str]


def load(
    what: Sequence[object], options: Options
) -> tuple[LoadedSite | SiteSettings, LoadedApplications]:
    """Return the site that *what* describes, and what it names, imported.

    Raises `ConfigError` with all that is wrong, and ``TypeError`` for what is no site.
    """
    if len(what) == 1 and (site := _site(what[0], options)) is not None:
        return site, load_applications(site)
    applications = [application for each in what for application in _applications(each, options)]
    named = [{"path": each.path, "handlers": [{"function": _IN_PYTHON}]} for each in applications]
    if not named:
        raise TypeError("open_site wants a site file, an application or a function")
    tree = {"applications": named}
    site = load_tree(
        tree, options.folder / "site", overrides=options.overrides, environ=options.environ
    )
    return site, LoadedApplications(tuple(applications), {})


def _site(what: object, options: Options) -> LoadedSite | SiteSettings | None:
    """Return the site of settings, a file, a text or a table; None for applications."""
    if isinstance(what, SiteSettings):
        if options.profile is not None or options.overrides:
            raise TypeError("settings that are made in Python have no profile and no overrides")
        return what
    more: dict[str, Any] = {"overrides": options.overrides, "environ": options.environ}
    if isinstance(what, str) and "\n" in what:
        return load_text(what, options.folder / SITE_FILE, profile=options.profile, **more)
    if isinstance(what, str | os.PathLike):
        path = options.folder / what
        if path.is_dir() and (path / SITE_FILE).is_file():
            path /= SITE_FILE
        if path.suffix in {".py", ".md", ".ipynb"} or path.is_dir():
            return load_bare(path, **more)
        return load_site(path, profile=options.profile, **more)
    if isinstance(what, Mapping) and not _is_by_path(what):
        return load_tree(dict(what), options.folder / "site", **more)
    return None


def _applications(what: object, options: Options) -> list[Application]:
    if isinstance(what, Application):
        return [what]
    if isinstance(what, Mapping) and _is_by_path(what):
        return [_at(path, each, options) for path, each in what.items()]
    if isinstance(what, str | os.PathLike):
        return [_at(_url(Path(what).stem), what, options)]
    if callable(what) or isinstance(what, Handler | BokehHandler):
        return [_at(_url(getattr(what, "__name__", "application")), what, options)]
    raise TypeError(
        "open_site wants a site file, its text or its tables, an Application, a function, or "
        f"the path of a script, a notebook or a directory, not {what!r}"
    )


def _at(path: str, what: object, options: Options) -> Application:
    if isinstance(what, Application):
        return attrs.evolve(what, path=path)
    if isinstance(what, str | os.PathLike):
        return Application(path, [options.folder / what])
    return Application(path, what if isinstance(what, list | tuple) else [what])


def _is_by_path(what: Mapping[Any, Any]) -> bool:
    """Whether it is ``{"/app": ...}``, as Bokeh's own server takes it."""
    return bool(what) and all(str(key).startswith("/") for key in what)


def _url(name: str) -> str:
    return "/" + (re.sub(_UNFIT, "-", name).strip("-") or "application")
