"""`docsync run`: serve a site until somebody ends it."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync_trio.cli.site_argument import ArgvCommand, load, site_options

if TYPE_CHECKING:
    from docsync_trio.config.load import LoadedSite

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("console", "json")


@click.command(
    cls=ArgvCommand,
    short_help="Serve a site or a bare application.",
    options_metavar="[OPTIONS]",
    epilog="ARGV after -- is the application's own, where SITE is a bare application.",
)
@site_options
@click.option(
    "--bind",
    "binds",
    metavar="ADDRESS",
    multiple=True,
    help='Where to listen: "host:port", "unix:/path", "systemd" or "fd://3"; can be repeated.',
)
@click.option(
    "--reload",
    "reload",
    is_flag=True,
    help="Take changed files over while the server runs: set reload.enabled.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the first URL in a browser.")
@click.option("--log-level", type=click.Choice(LEVELS), help="Log this and what is worse.")
@click.option("--log-format", type=click.Choice(FORMATS), help="For people or for machines.")
def run(
    site: Path | None,
    profile: str | None,
    overrides: tuple[str, ...],
    binds: tuple[str, ...],
    reload: bool,  # noqa: FBT001 - click gives it by name
    open_browser: bool,  # noqa: FBT001 - click gives it by name
    log_level: str | None,
    log_format: str | None,
) -> None:
    """Serve SITE: a site file, or a bare application (app.py, app.ipynb or a folder).

    Without SITE, the site.toml of the current folder is served.
    """
    options = _as_overrides(binds, log_level, log_format)
    if reload:
        options += ("reload.enabled=true",)
    load_it = partial(load, site, profile=profile, overrides=(*overrides, *options))
    again = partial(_load_again, click.get_current_context(), load_it)
    from docsync_trio.cli.kept.quick_imports import quick_imports

    with quick_imports() as code:
        from docsync_trio.cli.running.serving import serve

        with code.compiling("cattrs.gen"):
            loaded = load_it()
    serve(loaded, again, open_browser=open_browser)


def _load_again(context: click.Context, load_it: Callable[[], "LoadedSite"]) -> "LoadedSite":
    """Load the same site once more, in a thread that knows of no command."""
    from docsync_trio.base.errors import ConfigError, PlacedProblem

    try:
        with context.scope(cleanup=False):
            return load_it()
    except click.UsageError as error:
        raise ConfigError((PlacedProblem("", "", error.message),)) from None


def _as_overrides(
    binds: tuple[str, ...], log_level: str | None, log_format: str | None
) -> tuple[str, ...]:
    """Return the options as what they are short for; a JSON string is a TOML string as well."""
    wanted = {
        "server.bind": list(binds) or None,
        "logging.level": log_level,
        "logging.format": log_format,
    }
    return tuple(f"{key}={json.dumps(value)}" for key, value in wanted.items() if value)
