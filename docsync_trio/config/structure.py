"""From a tree of TOML values to the classes of the schema, with all that is wrong.

cattrs builds the classes and collects what fails in each; every single value is read
by its `Kind`. Nothing is converted on the quiet: cattrs' own hooks for strings and
numbers are never asked (docs/decisions/0003).
"""

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import cattrs
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn, override

from docsync_trio.base.errors import Path, Problem
from docsync_trio.config.keys import Key, keys_of, toml_name
from docsync_trio.config.kind import KindError, Surroundings, nearest, shown
from docsync_trio.config.layers import Tree
from docsync_trio.config.schema import ApplicationSettings, SessionSettings, SiteSettings

Hook = Callable[[Any, Any], Any]


def structure(tree: Tree, around: Surroundings) -> tuple[SiteSettings | None, list[Problem]]:
    """Return the settings that *tree* describes, or None and everything wrong with it."""
    try:
        site: SiteSettings = _converter(around).structure(tree, SiteSettings)
    except (KindError, ExceptionGroup) as error:
        return None, list(_problems(error, (), SiteSettings))
    return _with_session_overrides(site, tree), []


def _converter(around: Surroundings) -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=True, forbid_extra_keys=True)
    converter.register_structure_hook_factory(attrs.has, lambda t: _table(t, converter, around))
    return converter


def _table(table: type, converter: cattrs.Converter, around: Surroundings) -> Hook:
    keys = keys_of(table).values()
    overrides = {key.attribute: _override(key, converter, around) for key in keys}
    read: Hook = make_dict_structure_fn(table, converter, **overrides)

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, dict):
            raise KindError(f"expected a table, not {shown(value)}")
        return read(value, table)

    return hook


def _override(key: Key, converter: cattrs.Converter, around: Surroundings) -> Any:
    if key.kind is not None:
        read = key.kind.read
        return override(rename=key.name, struct_hook=lambda value, _: read(value, around))
    if key.tables is not None:
        return override(rename=key.name, struct_hook=_tables(key.tables, converter))
    return override(rename=key.name)


def _tables(table: type, converter: cattrs.Converter) -> Hook:
    read = homogenous_tuple_structure_factory(tuple[table, ...], converter)  # type: ignore[valid-type]

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, list):
            instead = "; put it into [ ]" if isinstance(value, dict) else ""
            raise KindError(f"expected an array of tables, not {shown(value)}{instead}")
        return read(value, tuple)

    return hook


def _problems(error: BaseException, path: Path, table: type) -> Iterator[Problem]:
    """Yield what an error of cattrs or of a kind means; *path* and *table* are where it arose."""
    match error:
        case cattrs.ForbiddenExtraKeysError():
            known = keys_of(error.cl)
            for name in error.extra_fields:
                instead = nearest(name, known) or f"; there are {', '.join(known)}"
                yield Problem((*path, name), f"no such key{instead}", on_key=True)
        case cattrs.ClassValidationError():
            for inner in error.exceptions:
                yield from _problems(inner, path + _step(inner), error.cl)
        case ExceptionGroup():
            for inner in error.exceptions:
                yield from _problems(inner, path + _step(inner), table)
        case KindError():
            yield Problem(path + error.at, error.text)
        case KeyError():
            missing = keys_of(table)[str(path[-1])]
            yield Problem(path, f"is missing; write {missing.name} = {missing.example}")
        case _:
            raise error


def _step(error: BaseException) -> Path:
    """Return where inside its parent *error* arose, which cattrs tells in a note."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, cattrs.AttributeValidationNote):
            return (toml_name(note.name),)
        if isinstance(note, cattrs.IterableValidationNote):
            return (note.index,)
    return ()


def _with_session_overrides(site: SiteSettings, tree: Tree) -> SiteSettings:
    """Fill up what an application does not override of the site's session settings."""

    def filled(settings: ApplicationSettings, table: Tree) -> ApplicationSettings:
        given = {name: getattr(settings.sessions, name) for name in table.get("sessions", {})}
        sessions: SessionSettings = attrs.evolve(site.sessions, **given)
        return attrs.evolve(settings, sessions=sessions)

    pairs = zip(site.applications, tree.get("applications", ()), strict=True)
    return attrs.evolve(site, applications=tuple(filled(a, t) for a, t in pairs))
