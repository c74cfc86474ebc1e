"""`docsync check`: is this site good? The file, the imports, and every document once."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync_trio.cli.site_argument import (
    ArgvCommand,
    examine,
    find_site,
    format_option,
    load,
    site_options,
)

if TYPE_CHECKING:
    from docsync_trio.config.schema import SiteSettings


@click.command(cls=ArgvCommand, short_help="Check a site and build every document once.")
@site_options
@click.option(
    "--proxy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Compare this file of nginx, HAProxy or Caddy with the site instead.",
)
@format_option("github")
def check(
    site: Path | None,
    profile: str | None,
    overrides: tuple[str, ...],
    proxy: Path | None,
    form: str,
) -> None:
    """Check SITE: the file, all imports, and each application's document built once.

    Nothing listens. Says everything that is wrong at once, what was detected of each
    application, and how long it took to build. Exit status: 2 for a problem of the file or
    of what it names, 4 where only code of an application raised.

    With --proxy nothing is built: it says what a reverse proxy with that file would break,
    and exits with 2 if that is anything.
    """
    if proxy is not None:
        _check_proxy(proxy, load(site, profile=profile, overrides=overrides).settings, form)
        return
    from docsync_trio.cli.checking.as_github import as_github
    from docsync_trio.cli.checking.as_json import as_json
    from docsync_trio.cli.checking.as_text import as_text
    from docsync_trio.cli.checking.trial_build import try_site
    from docsync_trio.cli.terminal.progress import progress

    path = find_site(site)
    with progress(sys.stderr) as tell:
        report = try_site(examine(path, profile=profile, overrides=overrides), str(path), tell)
    click.echo({"text": as_text, "json": as_json, "github": as_github}[form](report))
    click.get_current_context().exit(report.status)


def _check_proxy(proxy: Path, settings: "SiteSettings", form: str) -> None:
    from docsync_trio.cli.checking.proxy_check import as_json, as_text, check_proxy, is_good
    from docsync_trio.cli.failure import CONFIGURATION

    findings = check_proxy(proxy, settings)
    click.echo(as_json(findings) if form == "json" else as_text(proxy, findings))
    click.get_current_context().exit(0 if is_good(findings) else CONFIGURATION)
