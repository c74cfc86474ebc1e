"""What an application is made of, as far as its settings say it.

Read from the settings and from the disk alone, as it is wanted most for applications that
cannot be loaded.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from docsync_trio.config.application_schema import ApplicationSettings, HandlerSettings
from docsync_trio.config.names import MetadataFunction
from docsync_trio.config.schema import RouteSettings
from docsync_trio.reload.project_files import files_below

_CODE = ("__init__.py", "main.py", "main.ipynb")
_HOOKS = ("app_hooks.py", "server_lifecycle.py", "request_handler.py")
_THEMES = ("theme.yaml", "theme.yml", "theme.json")


@attrs.frozen
class Sources:
    """Files, some of which need not be there yet.

    The imports of *code* are followed; *modules* are names that are imported; *plain* is all
    else; *folders* are where scripts look for what they import, before all others.
    """

    code: frozenset[Path] = frozenset()
    modules: frozenset[str] = frozenset()
    plain: frozenset[Path] = frozenset()
    folders: tuple[Path, ...] = ()


def sources_of(settings: ApplicationSettings) -> Sources:
    """Return the sources of the application that *settings* describe."""
    parts = [_of_handler(handler) for handler in settings.handlers]
    named = [settings.hooks] if settings.hooks else []
    if isinstance(settings.metadata, MetadataFunction):
        named.append(_module(settings.metadata.function))
    return _joined([*parts, Sources(modules=frozenset(named))])


def sources_of_routes(routes: Iterable[RouteSettings]) -> Sources:
    """Return the sources of the endpoints of *routes*."""
    return Sources(modules=frozenset(_module(r.endpoint) for r in routes if r.endpoint))


def sources_of_mounts(routes: Iterable[RouteSettings]) -> Sources:
    """Return the sources of the web applications of *routes*."""
    names = (route.wsgi or route.asgi for route in routes)
    return Sources(modules=frozenset(_module(name) for name in names if name))


def _of_handler(settings: HandlerSettings) -> Sources:
    script = settings.file or settings.notebook
    if script is not None:
        path = script.absolute()
        return Sources(code=frozenset({path}), folders=(path.parent,))
    if settings.json is not None:
        return Sources(plain=frozenset({settings.json.absolute()}))
    if settings.directory is not None:
        return _of_directory(settings.directory.absolute())
    return Sources(modules=frozenset({_module(settings.function or settings.bokeh or "")}))


def _of_directory(folder: Path) -> Sources:
    code = frozenset(folder / name for name in (*_CODE, *_HOOKS))
    plain = frozenset(folder / name for name in _THEMES)
    served = (file for name in ("templates", "static") for file in files_below(folder / name))
    return Sources(code, plain=plain.union(served), folders=(folder,))


def _module(reference: str) -> str:
    return reference.partition(":")[0]


def _joined(parts: Iterable[Sources]) -> Sources:
    several = list(parts)
    return Sources(
        code=frozenset().union(*(one.code for one in several)),
        modules=frozenset().union(*(one.modules for one in several)),
        plain=frozenset().union(*(one.plain for one in several)),
        folders=tuple(dict.fromkeys(_folders(several))),
    )


def _folders(parts: Iterable[Sources]) -> Iterator[Path]:
    for part in parts:
        yield from part.folders
