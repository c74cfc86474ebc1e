"""`docsync check`: is this site good? The file, the imports, and every document once."""

from pathlib import Path

import click

from docsync_trio.cli.site_argument import ArgvCommand, format_option, load, site_options


@click.command(cls=ArgvCommand, short_help="Check a site and build every document once.")
@site_options
@format_option
def check(site: Path | None, profile: str | None, overrides: tuple[str, ...], form: str) -> None:
    """Check SITE: the file, all imports, and each application's document built once.

    Nothing listens. Says what was detected of each application, how long it took to
    build, and everything that is wrong. Exit status: 2 for a problem of the
    configuration, 4 where an application failed to build.
    """
    from docsync_trio.cli.build_report import as_json, as_text
    from docsync_trio.cli.failure import BUILD_FAILED
    from docsync_trio.cli.trial_build import build_all

    loaded = load(site, profile=profile, overrides=overrides)
    report = build_all(loaded)
    click.echo(as_json(report) if form == "json" else as_text(report))
    if report.failed:
        click.get_current_context().exit(BUILD_FAILED)
