"""`docsync check`: is this site good? The file, the imports, and every document once."""

from pathlib import Path

import click

from docsync_trio.cli.site_argument import (
    ArgvCommand,
    examine,
    find_site,
    format_option,
    site_options,
)


@click.command(cls=ArgvCommand, short_help="Check a site and build every document once.")
@site_options
@format_option("github")
def check(site: Path | None, profile: str | None, overrides: tuple[str, ...], form: str) -> None:
    """Check SITE: the file, all imports, and each application's document built once.

    Nothing listens. Says everything that is wrong at once, what was detected of each
    application, and how long it took to build. Exit status: 2 for a problem of the file or
    of what it imports, 4 where only building failed.
    """
    from docsync_trio.cli.check_github import as_github
    from docsync_trio.cli.check_json import as_json
    from docsync_trio.cli.check_text import as_text
    from docsync_trio.cli.trial_build import try_site

    path = find_site(site)
    report = try_site(examine(path, profile=profile, overrides=overrides), str(path))
    click.echo({"text": as_text, "json": as_json, "github": as_github}[form](report))
    click.get_current_context().exit(report.status)
