"""What may stand for a word of the command line, for the shells' completion.

A shell asks while somebody waits with a finger on the key, so nothing is imported but
what the word needs, and never Bokeh. What cannot be told (a broken site file, say) is
no error here: then there is nothing to offer.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from docsync_trio.cli.site_names import BARE_SUFFIXES, DEFAULT_NAME

if TYPE_CHECKING:
    from docsync_trio.config.keys import Key

Items = list[CompletionItem[str]]

_NO_SITES = {"pyproject.toml"}
_FIRST_SENTENCE = re.compile(r"(.*?[^.])(?:[.:;] |\.?$)", re.DOTALL)


def sites(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Offer site files first, then bare applications, then folders to look into."""
    above, there = _listed(incomplete)
    found = [one for one in there if one.suffix == ".toml" and one.name not in _NO_SITES]
    found += (one for one in there if one.suffix in BARE_SUFFIXES)
    names = [one.name for one in found] + [f"{one.name}/" for one in there if one.is_dir()]
    return [CompletionItem(above + name) for name in names]


def paths(incomplete: str, *, folders_only: bool) -> Items:
    """Offer files and folders, or folders only."""
    above, there = _listed(incomplete)
    folders = {one for one in there if one.is_dir()}
    names = [f"{one.name}/" if one in folders else one.name for one in there]
    return [CompletionItem(above + name) for name in names if name[-1] == "/" or not folders_only]


def _listed(incomplete: str) -> tuple[str, list[Path]]:
    """Return what stands before the last part of *incomplete*, and what is there that fits."""
    head, slash, tail = incomplete.rpartition("/")
    above = head + slash
    try:
        there = sorted(Path(above or ".").expanduser().iterdir())
    except OSError:
        return above, []
    return above, [one for one in there if one.name.startswith(tail) and _is_shown(one, tail)]


def _is_shown(path: Path, typed: str) -> bool:
    return path.name[0] not in "._" or path.name[0] == typed[:1]


def profiles(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Offer the profiles of the site file."""
    found = _site(ctx).get("profiles", {})
    names = found if isinstance(found, dict) else ()
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def settings(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Offer ``key=`` for every key of the site file, and the values that a key may have."""
    from docsync_trio.config.schema import SiteSettings

    name, equals, value = incomplete.partition("=")
    arrays = _arrays(_site(ctx), name)
    known = dict(_keys(SiteSettings, arrays))
    if equals:
        options = _values(known[name]) if name in known else []
        return [CompletionItem(f"{name}={one}") for one in options if one.startswith(value)]
    items = [
        CompletionItem(f"{path}=", help=_first_sentence(key.doc))
        for path, key in known.items()
        if path.startswith(name)
    ]
    further = [f"{array}." for array in ("applications", "routes") if array not in arrays]
    return items + [CompletionItem(one) for one in further if one.startswith(name)]


def _site(ctx: click.Context) -> dict[str, Any]:
    import tomli

    # Behind an option that still wants its value, the words before it are left as they are.
    given = ctx.params.get("site") or next(iter(ctx.args), None)
    path = Path(given or DEFAULT_NAME)
    if path.is_dir():
        path = path / DEFAULT_NAME
    try:
        return tomli.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):  # no such file, no TOML
        return {}


def _arrays(site: dict[str, Any], typed: str) -> dict[str, list[str]]:
    """Return the names of the elements of an array of tables, if one of them is *typed*."""
    array, dot, element = typed.partition(".")
    tables = site.get(array)
    if not dot or not isinstance(tables, list):
        return {}
    numbered = element[:1].isdecimal()
    names = []
    for index, table in enumerate(tables):
        path = table.get("path") if isinstance(table, dict) else None
        is_name = isinstance(path, str) and not re.search(r"[\s.=\[\]\"']", path)
        names.append(str(path) if is_name and not numbered else str(index))
    return {array: names}


def _keys(
    table: type, arrays: dict[str, list[str]], above: str = ""
) -> "Iterator[tuple[str, Key]]":
    from docsync_trio.config.keys import keys_of

    for key in keys_of(table).values():
        path = f"{above}{key.name}"
        if key.table is not None:
            yield from _keys(key.table, {}, f"{path}.")
        elif key.tables is None:
            yield path, key
        else:
            for element in arrays.get(path, ()):
                yield from _keys(key.tables, {}, f"{path}.{element}.")


def _values(key: "Key") -> list[str]:
    schema = key.kind.json_schema() if key.kind is not None else {}
    if schema.get("type") == "boolean":
        return ["true", "false"]
    return [str(one) for one in schema.get("enum", ())]


def _first_sentence(text: str) -> str:
    found = _FIRST_SENTENCE.match(text)
    return found[1] if found else text
