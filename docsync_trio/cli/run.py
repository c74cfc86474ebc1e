"""`docsync run`: serve a site until somebody ends it."""

import contextlib
import gc
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync_trio.cli.site_argument import ArgvCommand, load, site_options

if TYPE_CHECKING:
    from docsync_trio.cli.kept_code import KeptCode
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
    with quick_imports() as code:
        from docsync_trio.cli.serving import serve

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


@contextlib.contextmanager
def quick_imports() -> Iterator["KeptCode"]:
    """Within the block imports make no pauses: nearly all that they create stays.

    Yields what is kept for the next start.
    """
    from docsync_trio.cli.kept_code import kept_code
    from docsync_trio.cli.kept_modules import kept_modules
    from docsync_trio.cli.kept_patterns import kept_patterns

    gc.disable()
    with kept_modules(), kept_code() as code, kept_patterns(code):
        _import_structlog_alone()
        from docsync_trio.documents.quick_palettes import import_palettes

        import_palettes()
        from docsync_trio.cli.kept_docstrings import kept_docstrings
        from docsync_trio.cli.kept_templates import kept_templates
        from docsync_trio.documents.late_glyphs import late_glyphs
        from docsync_trio.documents.late_signatures import late_signatures
        from docsync_trio.documents.quick_classes import quick_classes

        with kept_templates(code), late_signatures(), quick_classes():
            yield code
            with late_glyphs(kept_docstrings(code)):
                # The first application to be opened imports it, whether its script does or not.
                import bokeh.plotting  # noqa: F401
            from docsync_trio.cli.kept_verdict import recall_self_test
            from docsync_trio.cli.kept_versions import recall_versions

            recall_self_test(code)
            recall_versions(code)


def _import_structlog_alone() -> None:
    """Import structlog as if rich were not there, which it needs for a renderer that we replace.

    rich, and pygments with it, is a tenth of the imports.
    """
    if "structlog" in sys.modules or "rich" in sys.modules:
        return
    sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        import structlog  # noqa: F401
    finally:
        del sys.modules["rich"]
