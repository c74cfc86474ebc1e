"""`docsync routes`: the URL map of a site."""

from pathlib import Path

import click

from docsync_trio.cli.site_argument import format_option, load, site_options


@click.command(short_help="Show the URL map of a site.")
@site_options
@format_option()
def routes(site: Path | None, profile: str | None, overrides: tuple[str, ...], form: str) -> None:
    """Show every URL of SITE and what answers it."""
    from docsync_trio.cli.url_map import as_json, as_text, url_map

    urls = url_map(load(site, profile=profile, overrides=overrides).settings)
    click.echo(as_json(urls) if form == "json" else as_text(urls))
