"""Values from outside the file: ``--set key=value`` and ``DOCSYNC_...`` variables.

Both take values in TOML's syntax, and take what is no TOML as a string, so that
neither ``--set title=Desk`` nor ``DOCSYNC_SERVER__BIND=0.0.0.0:80`` wants quotes.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import tomli

from docsync_trio.base.errors import PlacedProblem
from docsync_trio.config.keys import keys_of
from docsync_trio.config.layers import Override
from docsync_trio.config.origins import Origin
from docsync_trio.config.schema import SiteSettings
from docsync_trio.config.text import too_deep

PREFIX: Final = "DOCSYNC_"
_STEP: Final = re.compile(
    r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s.=\[\]"']+))\s*((?:\[[0-9]+\]\s*)*)([.=])"""
)


def parse_value(text: str) -> Any:
    """Return *text* as the TOML value it is, or else as the string it is."""
    try:
        parsed = tomli.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return text if parsed.keys() != {"value"} or too_deep(parsed) else parsed["value"]


def parse_setting(setting: str) -> Override | None:
    """Return what ``key=value`` overrides; None where *setting* is not of that form.

    The key is dotted; elements of arrays are named by number or by their path:
    ``applications.0.title``, ``applications[0].title``, ``applications./sliders.title``.
    """
    steps: list[str] = []
    at, separator = 0, "."
    while separator == ".":
        match = _STEP.match(setting, at)
        if match is None:
            return None
        quoted, literal, bare, indexes, separator = match.groups()
        steps.append(next(name for name in (quoted, literal, bare) if name is not None))
        steps += re.findall(r"[0-9]+", indexes)
        at = match.end()
    origin = Origin("command line", "--set")
    return Override(tuple(steps), parse_value(setting[at:].strip()), origin)


def environment_overrides(environ: Mapping[str, str]) -> Iterator[Override]:
    """Yield what the environment overrides: ``DOCSYNC_SERVER__BIND`` is ``server.bind``.

    Only names with two underscores in a row, and those of keys at the top
    (``DOCSYNC_TITLE``), are keys. Any other ``DOCSYNC_...`` may belong to a secret.
    """
    top = keys_of(SiteSettings)
    for name in sorted(environ):
        key = name.removeprefix(PREFIX).lower()
        if name.startswith(PREFIX) and ("__" in key or key in top):
            origin = Origin("environment", name)
            yield Override(tuple(key.split("__")), parse_value(environ[name]), origin)


def doubtful_variables(environ: Mapping[str, str], used: Iterable[str]) -> Iterator[PlacedProblem]:
    """Yield a warning for each variable that looks like a mistyped key.

    *used* are the variables that the site's secrets name; those are meant.
    """
    known = [PREFIX + "__".join(path).upper() for path in _settable(SiteSettings, ())]
    for name in sorted(environ.keys() - set(used)):
        key = name.removeprefix(PREFIX).lower()
        if not name.startswith(PREFIX) or "__" in key or key in keys_of(SiteSettings):
            continue
        if close := difflib.get_close_matches(name, known, 1, 0.9):
            text = f"is not read; did you mean {close[0]}?"
            yield PlacedProblem(f"environment {name}", "", text)


def _settable(table: type, above: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for key in keys_of(table).values():
        path = (*above, key.name)
        if key.table is None:
            yield path
        else:
            yield from _settable(key.table, path)
