"""What people read about the keys: the reference page.

It is made from the schema; a test holds the page in the documentation in step.
"""

from collections.abc import Iterator
from typing import Final

from docsync_trio.config.keys import Key, keys_of
from docsync_trio.config.schema import SessionSettings, SiteSettings
from docsync_trio.config.spelling import toml_value

_HEAD: Final = """\
<!-- Made from docsync_trio/config/schema.py by docsync_trio.config.describe; do not edit. -->

# The site file

A site is described by one TOML file. Paths in it are relative to the file. Times and
sizes are strings with units: `"250ms"`, `"15s"`, `"5m"`, `"2h"`, `"1d"`, `"off"`; `"64kB"`,
`"20MB"`, `"1GiB"`. A key that is not listed here is an error.

## Where values come from

Later ones win:

1. the default;
2. the file;
3. the profile that `--profile NAME` chooses: the table `[profiles.NAME]`, written like the
   file itself (`server.bind = "127.0.0.1:5106"`);
4. the environment: `DOCSYNC_SERVER__BIND` is `server.bind`, `DOCSYNC_TITLE` is `title`,
   `DOCSYNC_APPLICATIONS__0__TITLE` is the title of the first application;
5. the command line: `--set server.bind=127.0.0.1:80`, `--set applications.0.title=Desk` or
   `--set applications./sliders.title=Desk`.

Tables merge; arrays and single values are replaced. The last two take TOML values, and
strings without quotes. `docsync config show` prints every value and where it came from.
"""


def reference_page() -> str:
    """Return the reference of all keys, in Markdown."""
    sections = [_HEAD, *(_section(*entry) for entry in _tables(SiteSettings, "", ""))]
    return "\n".join(sections)


def _tables(table: type, path: str, heading: str) -> Iterator[tuple[type, str]]:
    """Yield each table of the schema once, with its heading."""
    yield table, heading or "At the top"
    for key in keys_of(table).values():
        below = f"{path}.{key.name}".lstrip(".")
        inner = key.table or key.tables
        if inner is None or (inner is SessionSettings and path):
            continue
        mark = f"[[{below}]]" if key.tables else f"[{below}]"
        yield from _tables(inner, below, f"`{mark}`")


def _section(table: type, heading: str) -> str:
    rows = [
        f"| `{key.name}` | {_words(key)} | {_unless_given(key)} | {_meaning(key)} |"
        for key in keys_of(table).values()
        if key.kind is not None or key.example is not None
    ]
    about = (table.__doc__ or "").strip()
    head = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    lines = [f"## {heading}", "", about, ""]
    return "\n".join([*lines, *head, *rows, ""]) if rows else "\n".join(lines)


def _words(key: Key) -> str:
    if key.kind is not None:
        return key.kind.words
    return "a table" if key.table is not None else "an array of tables"


def _unless_given(key: Key) -> str:
    if key.required:
        return "required"
    return f"`{_default(key)}`" if _default(key) else ""


def _default(key: Key) -> str:
    """Return the default in TOML, or nothing where there is none to write."""
    if key.kind is None or key.default is None or key.required:
        return ""
    return toml_value(key.kind.plain(key.default))


def _meaning(key: Key) -> str:
    return f"{key.doc} Example: `{key.example}`" if key.example is not None else key.doc
