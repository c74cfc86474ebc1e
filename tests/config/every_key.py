"""A site file with every key: its default, or an example of it, commented out."""

import textwrap
from collections.abc import Mapping

from docsync_trio.config.keys import Key, keys_of
from docsync_trio.config.schema import (
    ApplicationSettings,
    LoggingSettings,
    ServerSettings,
    SessionSettings,
)
from docsync_trio.config.spelling import toml_value


def every_key_commented_out(*, title: str, path: str, file: str) -> str:
    """Return the text; one application, of *file*, is served at *path*."""
    application = {"path": path, "title": title, "handlers": [{"file": file}]}
    blocks = [
        f"#:schema ./site.schema.json\ntitle = {toml_value(title)}\n",
        _block("[server]", ServerSettings, {"bind": "127.0.0.1:5006"}),
        _block("[sessions]", SessionSettings, {}),
        _block("[[applications]]", ApplicationSettings, application),
        _block("[logging]", LoggingSettings, {}),
        '[profiles.dev]  # docsync run --profile dev\nlogging.level = "debug"\n',
    ]
    return "\n".join(blocks)


def _block(header: str, table: type, given: Mapping[str, object]) -> str:
    """Return a table with all its keys; those that are not *given* are commented out."""
    lines = [header]
    for key in keys_of(table).values():
        if key.table is not None and key.example is None:
            lines += [_line(f"{key.name}.{k.name}", k, {}) for k in keys_of(key.table).values()]
        else:
            lines.append(_line(key.name, key, given))
    return "\n".join(lines) + "\n"


def _line(name: str, key: Key, given: Mapping[str, object]) -> str:
    comment = textwrap.fill(
        key.doc, 88, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )
    if key.name in given:
        return f"{comment}\n{name} = {toml_value(given[key.name])}"
    return f"{comment}\n#{name} = {_default(key) or key.example}"


def _default(key: Key) -> str:
    if key.kind is None or key.default is None or key.required:
        return ""
    return toml_value(key.kind.plain(key.default))
