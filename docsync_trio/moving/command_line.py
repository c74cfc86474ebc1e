"""Reading a command line of `bokeh serve` or `panel serve` as these would read it."""

import argparse
import glob
import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Never

from docsync_trio.moving.draft import Draft, DraftApplication, draft_application
from docsync_trio.moving.flag import Flag
from docsync_trio.moving.flags import BOKEH_FLAGS, PANEL_FLAGS
from docsync_trio.moving.values import BadValueError, whole
from docsync_trio.moving.variables import assigned

USUAL_PORT: Final = 5006
"""Where `bokeh serve` and `panel serve` listen."""

_LAST_PORT: Final = 65_535
_SERVE: Final = "serve"
_HOW_MANY: Final[dict[str, dict[str, Any]]] = {
    "nothing": {"action": "store_const", "const": [], "default": None},
    "one": {"action": "append"},
    "some": {"nargs": "*"},
    "perhaps": {"nargs": "?", "action": "append", "const": ""},
    "rest": {"nargs": argparse.REMAINDER},
}


class BadCommandError(Exception):
    """A command line that none of these commands would take; says why."""


def draft_site(
    words: Sequence[str], *, folder: Path | None = None, beside: Path | None = None
) -> Draft:
    """Return the site of the command line *words* (``["bokeh", "serve", "app.py"]``).

    Paths in it are relative to *folder*, the working directory unless given; those of the site
    are relative to the folder *beside*, by default the same. Raises `BadCommandError`.
    """
    folder = folder or Path()

    by_panel, before, rest = _command(words)
    flags = _flags(by_panel=by_panel)
    parser = _parser("panel serve" if by_panel else "bokeh serve", flags)
    given = vars(parser.parse_args(rest))
    variables = assigned(before)
    for flag in flags:
        # What the command line says wins.
        if given[_name(flag)] is None:
            given[_name(flag)] = variables.flags.get(flag.name)
    draft = Draft(_place(folder, beside or folder))
    draft.applications += _applications(given["files"], given, folder)
    _bind(draft, given)
    for flag in flags:
        values = given[_name(flag)]
        if values is not None:
            _move(flag, draft, [value for value in values if value is not None])
    draft.remarks += [f"{name}: stays in the environment" for name in variables.others]
    return draft


def _place(folder: Path, beside: Path) -> Callable[[str], str]:
    if folder.absolute() == beside.absolute():
        return str
    return lambda path: Path(os.path.relpath(folder / path, beside)).as_posix()


def _command(words: Sequence[str]) -> tuple[bool, list[str], list[str]]:
    """Say whether it is Panel's, what stands before ``serve``, and what follows."""
    if len(words) == 1:  # all of it in quotes
        try:
            words = shlex.split(words[0])
        except ValueError as error:
            raise BadCommandError(f"a quote that does not end ({error})") from None
    before, rest = list(words), list(words)
    if _SERVE in words:
        at = words.index(_SERVE)
        before, rest = list(words[:at]), list(words[at + 1 :])
    names = [Path(word).stem for word in before]
    if "panel" in names:
        return True, before, rest
    if "bokeh" in names:
        return False, before, rest
    raise BadCommandError("begin with the command: bokeh serve ..., or panel serve ...")


def _flags(*, by_panel: bool) -> tuple[Flag, ...]:
    known = {flag.name: flag for flag in BOKEH_FLAGS + (PANEL_FLAGS if by_panel else ())}
    return tuple(known.values())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Never:
        raise BadCommandError(f"{self.prog} would not take this: {message}")


def _parser(program: str, flags: Sequence[Flag]) -> argparse.ArgumentParser:
    parser = _Parser(prog=program, add_help=False)
    parser.add_argument("files", nargs="*")
    for flag in flags:
        parser.add_argument(flag.name, dest=_name(flag), **_HOW_MANY[flag.takes])
    return parser


def _name(flag: Flag) -> str:
    return flag.name.removeprefix("--").replace("-", "_")


def _move(flag: Flag, draft: Draft, values: list[str]) -> None:
    try:
        flag.move(draft, values)
    except BadValueError as error:
        raise BadCommandError(f"{flag.name}: {error}") from None


def _applications(
    files: Sequence[str], given: dict[str, Any], folder: Path
) -> Iterator[DraftApplication]:
    if given["glob"] is not None:
        found = (sorted(glob.glob(one, root_dir=folder)) for one in files)  # noqa: PTH207
        files = [file for some in found for file in some]
    if not files:
        raise BadCommandError("name an application: a script, a notebook or a folder")
    paths: dict[str, str] = {}
    for file in files:
        place = folder / file
        is_folder = place.is_dir() or not place.suffix
        made = draft_application(file, "" if is_folder else place.suffix, place.resolve().name)
        if made.path in paths:
            raise BadCommandError(f"{paths[made.path]} and {file} would both be at {made.path}")
        paths[made.path] = file
        yield made


def _bind(draft: Draft, given: dict[str, Any]) -> None:
    if given["unix_socket"]:
        return
    host = given["address"][-1] if given["address"] else ""
    host = f"[{host}]" if ":" in host else host
    if variable := _variable(given["port"]):
        address = f"{host or '0.0.0.0'}:{variable}"  # noqa: S104 - as the command did
        draft.run += ["--bind", address]
        draft.remarks.append(f'--port: of the environment, so at each start: --bind "{address}"')
        return
    port = _port(given["port"])
    if host:
        draft.set("server", "bind", f"{host}:{port}")
        return
    note = f'On every address, as the command did; "127.0.0.1:{port}" is this machine only.'
    draft.set("server", "bind", f"0.0.0.0:{port}", note)


def _variable(ports: list[str] | None) -> str:
    """Return the variable of a shell that the port is, "" where it is a number or none."""
    if not ports:
        return ""
    # A shell that does not know it, as that of a Procfile does, makes nothing of it.
    return ports[-1] if ports[-1].startswith("$") else "" if ports[-1] else "$PORT"


def _port(values: list[str] | None) -> int:
    try:
        port = whole(values[-1]) if values else USUAL_PORT
    except BadValueError as error:
        raise BadCommandError(f"--port: {error}") from None
    if not 0 <= port <= _LAST_PORT:
        raise BadCommandError(f"--port: there is no {port}; ports go from 0 to {_LAST_PORT}")
    return port
