"""Which site a command is about: the SITE argument and the options that change it.

Several commands take them, and all must find and load the same site for the same
words.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docsync_trio.cli.site_names import DEFAULT_NAME, is_bare

if TYPE_CHECKING:
    from docsync_trio.cli.shells.complete import Items
    from docsync_trio.config.load import ExaminedSite, LoadedSite

_ARGV = "docsync_trio.argv"

Command = Callable[..., Any]


def site_options(command: Command) -> Command:
    """Add the argument SITE and the options --profile and --set to *command*."""
    command = click.option(
        "--set",
        "overrides",
        metavar="KEY=VALUE",
        multiple=True,
        help="Set one key of the site file, its value written as in TOML; can be repeated.",
        shell_complete=_offered("settings"),
    )(command)
    command = click.option(
        "--profile",
        metavar="NAME",
        help="Apply [profiles.NAME].",
        shell_complete=_offered("profiles"),
    )(command)
    return click.argument(
        "site",
        required=False,
        type=click.Path(path_type=Path),
        shell_complete=_offered("sites"),
    )(command)


def _offered(by: str) -> Callable[[click.Context, click.Parameter, str], "Items"]:
    """Return what asks the function *by* of `complete`, imported when a shell asks."""

    def offered(ctx: click.Context, param: click.Parameter, incomplete: str) -> "Items":
        from docsync_trio.cli.shells import complete

        answer: Items = getattr(complete, by)(ctx, param, incomplete)
        return answer

    return offered


def format_option(*more: str) -> Callable[[Command], Command]:
    """Return what adds the option --format: text for people, json for programs, and *more*."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", *more]),
        default="text",
        show_default=True,
        help="How to print it.",
    )


class ArgvCommand(click.Command):
    """A command that leaves what follows ``--`` to the application it serves."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take ``--`` and all after it away before the options are read."""
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_ARGV] = tuple(args[at + 1 :])
        return super().parse_args(ctx, args[:at])


def find_site(given: Path | None) -> Path:
    """Return what to serve: *given*, the site file in it, or the one in the current folder.

    Raises `click.UsageError` with what to do instead.
    """
    if given is None:
        if Path(DEFAULT_NAME).is_file():
            return Path(DEFAULT_NAME)
        raise click.UsageError(
            f"there is no {DEFAULT_NAME} in this folder; name a site file, an application "
            "(app.py, app.ipynb or its folder), or make a site with `docsync init`"
        )
    if not given.exists():
        raise click.UsageError(f"{given}: there is no such file or folder")
    if given.is_dir() and (given / DEFAULT_NAME).is_file():
        return given / DEFAULT_NAME
    return given


def load(
    given: Path | None, *, profile: str | None = None, overrides: tuple[str, ...] = ()
) -> "LoadedSite":
    """Load the site that *given* means; what followed ``--`` goes to a bare application.

    Raises `click.UsageError` and `ConfigError`.
    """
    from docsync_trio.config.load import load_bare, load_site

    path = find_site(given)
    overrides = (*overrides, *_argv_overrides(path, profile))
    if is_bare(path):
        return load_bare(path, overrides=overrides, environ=os.environ)
    return load_site(path, profile=profile, overrides=overrides, environ=os.environ)


def examine(
    path: Path, *, profile: str | None = None, overrides: tuple[str, ...] = ()
) -> "ExaminedSite":
    """Read the site at *path*, which `find_site` found, whatever is wrong with it.

    Raises `click.UsageError` as `load` does.
    """
    from docsync_trio.config.load import examine_bare, examine_site

    overrides = (*overrides, *_argv_overrides(path, profile))
    if is_bare(path):
        return examine_bare(path, overrides=overrides, environ=os.environ)
    return examine_site(path, profile=profile, overrides=overrides, environ=os.environ)


def _argv_overrides(path: Path, profile: str | None) -> tuple[str, ...]:
    """Return what gives the words after ``--`` to the application at *path*."""
    argv: tuple[str, ...] = click.get_current_context().meta.get(_ARGV, ())
    if is_bare(path):
        if profile is not None:
            text = "--profile is for a site file; a bare application has no profiles"
            raise click.UsageError(text)
        # A JSON array of strings is a TOML array as well.
        return (f"applications[0].handlers[0].argv={json.dumps(argv)}",) if argv else ()
    if argv:
        raise click.UsageError(
            f"arguments after -- are for a bare application; in {path} they stand beside the "
            'handler: { file = "app.py", argv = ["..."] }'
        )
    return ()
