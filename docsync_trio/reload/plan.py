"""What a reload has to do, decided without doing any of it.

What runs, what is wanted and what was touched go in; the applications to be added, replaced
and retired come out. Keys that a running server cannot change stay as they are, and are named.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from docsync_trio.config.schema import RouteSettings, SiteSettings

_TABLES: Final = ("server", "logging", "monitoring", "reload", "sign_in")
LIVE: Final = frozenset({"server.allow_origins"})
"""Keys below those tables that are asked for at each request."""


@attrs.frozen
class Running:
    """What is being served: *settings*, and the *files* of each application by its path.

    *route_files* and *mount_files* are those of the endpoints and of the web applications.
    """

    settings: SiteSettings
    files: Mapping[str, frozenset[Path]]
    route_files: frozenset[Path] = frozenset()
    mount_files: frozenset[Path] = frozenset()


@attrs.frozen
class Plan:
    """What to do: applications by their paths, each in one of *added*, *replaced*, *kept*.

    *retired* are gone from the site file. *settings* are what will be in force, *mounts* says
    whether the web applications are opened anew, *routes* whether the table of addresses is
    made anew though no application changes, *restart* names keys that wait for a restart.
    """

    settings: SiteSettings
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    mounts: bool = False
    routes: bool = False
    restart: tuple[str, ...] = ()

    @property
    def opened(self) -> tuple[str, ...]:
        """The applications that are opened, in the order of the site file."""
        new = {*self.added, *self.replaced}
        return tuple(one.path for one in self.settings.applications if one.path in new)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.opened or self.retired or self.mounts or self.routes)


def make_plan(
    running: Running,
    wanted: SiteSettings,
    touched: frozenset[Path],
    *,
    everything: bool = False,
) -> Plan:
    """Return how to get from *running* to *wanted*, where the files *touched* have changed.

    *everything* replaces all applications, whether they have changed or not.
    """
    settings = with_fixed_keys(wanted, running.settings)
    old = {one.path: one for one in running.settings.applications}
    new = {one.path: one for one in settings.applications}
    changed = {
        path
        for path in old.keys() & new.keys()
        if everything or old[path] != new[path] or touched & running.files.get(path, frozenset())
    }
    mounts = web_applications(settings) != web_applications(running.settings)
    mounts = mounts or bool(touched & running.mount_files)
    routes = settings != running.settings or bool(touched & running.route_files)
    return Plan(
        settings,
        added=tuple(path for path in new if path not in old),
        replaced=tuple(path for path in new if path in changed),
        retired=tuple(path for path in old if path not in new),
        kept=tuple(path for path in new if path in old and path not in changed),
        mounts=mounts or (everything and bool(web_applications(settings))),
        routes=routes or everything,
        restart=tuple(fixed_keys(wanted, running.settings)),
    )


def web_applications(settings: SiteSettings) -> tuple[RouteSettings, ...]:
    """Return the routes that mount web applications."""
    return tuple(one for one in settings.routes if one.wsgi is not None or one.asgi is not None)


def fixed_keys(wanted: SiteSettings, running: SiteSettings) -> Iterator[str]:
    """Yield the keys in which the two differ and that only a restart can change."""
    for table in _TABLES:
        for key in _differences(getattr(wanted, table), getattr(running, table), table):
            if key not in LIVE:
                yield key


def with_fixed_keys(wanted: SiteSettings, running: SiteSettings) -> SiteSettings:
    """Return *wanted*, but with what only a restart can change as it is in *running*."""
    kept = {table: getattr(running, table) for table in _TABLES}
    for key in LIVE:
        table, _, name = key.partition(".")
        kept[table] = attrs.evolve(kept[table], **{name: getattr(getattr(wanted, table), name)})
    return attrs.evolve(wanted, **kept)


def _differences(wanted: Any, running: Any, name: str) -> Iterator[str]:
    if not attrs.has(type(running)):
        if wanted != running:
            yield name
        return
    for field in attrs.fields(type(running)):
        key = f"{name}.{field.name.rstrip('_')}"
        yield from _differences(getattr(wanted, field.name), getattr(running, field.name), key)
