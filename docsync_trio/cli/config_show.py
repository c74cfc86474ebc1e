"""`docsync config show`: every value of a site and where it came from."""

from pathlib import Path

import click

from docsync_trio.cli.site_argument import format_option, load, site_options


@click.group()
def config() -> None:
    """Look at the values of a site."""


@config.command()
@site_options
@format_option()
def show(site: Path | None, profile: str | None, overrides: tuple[str, ...], form: str) -> None:
    """Show every value of SITE with its origin; secrets are masked."""
    import json

    import attrs

    from docsync_trio.cli.terminal.columns import columns
    from docsync_trio.config.show import rows

    found = rows(load(site, profile=profile, overrides=overrides))
    if form == "json":
        click.echo(json.dumps([attrs.asdict(row) for row in found], indent=2))
    else:
        lines = [(row.key, row.value, row.origin) for row in found]
        click.echo("\n".join(columns([("key", "value", "origin"), *lines])))
