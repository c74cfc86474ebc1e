"""What `docsync config show` prints: every value of a site, and where it came from."""

from collections.abc import Iterator
from typing import Any

import attrs

from docsync_trio.base.errors import Path
from docsync_trio.config.keys import Key, keys_of
from docsync_trio.config.load import LoadedSite
from docsync_trio.config.origins import DEFAULT, path_text
from docsync_trio.config.schema import ONE_OF, SessionSettings
from docsync_trio.config.spelling import toml_value


@attrs.frozen
class Row:
    """One value: its *key* (``server.bind``), in TOML, and its *origin* in words."""

    key: str
    value: str
    origin: str


def rows(site: LoadedSite) -> tuple[Row, ...]:
    """Return a row for every value of *site*; secrets are masked.

    Of an application's own session settings only those that differ from the site's are
    there, and of a handler or route only what is given.
    """
    return tuple(_rows(site, site.settings, ()))


def _rows(site: LoadedSite, settings: Any, path: Path) -> Iterator[Row]:
    table: type = type(settings)
    partial = table in ONE_OF or (table is SessionSettings and len(path) > 1)
    for key in keys_of(table).values():
        value, place = getattr(settings, key.attribute), (*path, key.name)
        if key.table is not None:
            yield from _rows(site, value, place)
        elif key.tables is not None:
            for index, item in enumerate(value):
                yield from _rows(site, item, (*place, index))
        elif not partial or place in site.origins:
            origin = site.origins.get(place, DEFAULT)
            yield Row(path_text(place), _text(key, value), str(origin))


def _text(key: Key, value: Any) -> str:
    if value is None or key.kind is None:
        return "(not set)"
    return toml_value(key.kind.plain(value))
