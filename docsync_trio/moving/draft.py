"""A site file on its way: what flags have put into it, and what they could not."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

import attrs

HANDLER_OF_SUFFIX: Mapping[str, str] = {".ipynb": "notebook"}
"""The key of a handler, by the ending of its file. Any other is a `file`, none a `directory`."""


@attrs.frozen
class DraftApplication:
    """An application of the command line."""

    path: str
    handler: str
    file: str


@attrs.define
class Draft:
    """The parts of a site file, as they come.

    *place* turns a path of the command line into one of the site file. *tables* are keys with
    their values by the name of their table (``"server"``; nested ones with a dot; ``""`` for
    those of the whole site), which *notes* explain by ``"table.key"``; *warm* is for every
    application; *remarks* are sentences about what has no key; *run* are further options for
    `docsync run`.
    """

    place: Callable[[str], str] = str
    applications: list[DraftApplication] = attrs.field(factory=list)
    argv: tuple[str, ...] = ()
    titles: dict[str, str] = attrs.field(factory=dict)
    warm: bool = False
    routes: list[tuple[str, str]] = attrs.field(factory=list)
    tables: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    notes: dict[str, str] = attrs.field(factory=dict)
    remarks: list[str] = attrs.field(factory=list)
    run: list[str] = attrs.field(factory=list)

    def set(self, table: str, key: str, value: Any, note: str = "") -> None:
        """Give *key* of *table* its *value*; *note* stands above it as a comment."""
        self.tables.setdefault(table, {})[key] = value
        if note:
            self.notes[f"{table}.{key}"] = note

    def signs_in(self) -> bool:
        """Say whether visitors have a way to sign in."""
        return bool(self.tables.get("sign_in", {}).keys() & {"users", "provider", "function"})

    def as_text(self) -> str:
        """Return the site file."""
        parts = [*map(_comment, self.remarks)]
        # What belongs to no table has to come first.
        parts += ["\n".join(self._table(name)) for name in sorted(self._told(), key=bool)]
        parts += ["\n".join(self._application(a)) for a in self.applications]
        parts += [
            f"[[routes]]\npath = {_toml(path)}\nstatic = {_toml(self.place(folder))}"
            for path, folder in self.routes
        ]
        return "\n\n".join(parts) + "\n"

    def _told(self) -> Iterator[str]:
        """Yield the tables that mean something: how to sign in only if there is a way to."""
        for name in self.tables:
            if name != "sign_in" or self.signs_in():
                yield name

    def _table(self, name: str) -> Iterator[str]:
        if name:
            yield f"[{name}]"
        for key, value in self.tables[name].items():
            if note := self.notes.get(f"{name}.{key}"):
                yield _comment(note)
            yield f"{key} = {_toml(value)}"

    def _application(self, application: DraftApplication) -> Iterator[str]:
        yield "[[applications]]"
        yield f"path = {_toml(application.path)}"
        if title := self.titles.get(application.path.strip("/")):
            yield f"title = {_toml(title)}"
        handler: dict[str, Any] = {application.handler: self.place(application.file)}
        if self.argv:
            handler["argv"] = list(self.argv)
        yield f"handlers = [{_toml(handler)}]"
        if self.warm:
            yield "warm = true"


def draft_application(file: str, suffix: str, name: str) -> DraftApplication:
    """Return the application that *file* is, served at the place `bokeh serve` gives it.

    *suffix* is the ending of its file, empty for a folder; *name* the last part of its path.
    """
    handler = HANDLER_OF_SUFFIX.get(suffix, "file") if suffix else "directory"
    return DraftApplication(f"/{PurePath(name).stem if suffix else name}", handler, file)


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Mapping():
            inside = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items())
            return f"{{ {inside} }}"
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            # JSON's strings are TOML's, but for one character.
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")
