"""`docsync probe`: what a browser would meet at an address, and what to do about it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from docsync_trio.cli.site_argument import format_option

if TYPE_CHECKING:
    import ssl

FOUND_SOMETHING = 5


@click.command(short_help="Try an application's address as a browser would.")
@click.argument("url")
@click.option("--origin", metavar="URL", default="", help="Where the page is; by default at URL.")
@click.option(
    "--header", "headers", metavar="'NAME: VALUE'", multiple=True, help="Send it; can be repeated."
)
@click.option("--message", metavar="SIZE", default="", help='Send a message of "5MB".')
@click.option(
    "--ca",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Trust the certificates in it, and no others.",
)
@click.option("--idle", metavar="TIME", default="", help='Say nothing for "70s", then go on.')
@format_option()
def probe(
    url: str,
    origin: str,
    headers: tuple[str, ...],
    message: str,
    idle: str,
    ca: Path | None,
    form: str,
) -> None:
    """Try the application at URL: page, preflight, size of heads, websocket, messages.

    Prints one line for each thing that was tried. Works against `bokeh serve` too. It opens
    the page, so that one session is made. Exit status: 5 if something is wrong.
    """
    import trio

    from docsync_trio.cli.checking.probe_checks import Probe
    from docsync_trio.cli.checking.probe_report import Finding, as_json, as_line, failed

    try:
        trying = Probe(
            url if "://" in url else f"http://{url}",
            origin,
            dict(map(_header, headers)),
            _size(message),
            _seconds(idle),
            _trusting(ca),
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    findings: list[Finding] = []

    async def run() -> None:
        async for finding in trying.run():
            findings.append(finding)
            if form == "text":
                click.echo(as_line(finding))

    trio.run(run)
    if form == "json":
        click.echo(as_json(url, findings))
    if failed(findings):
        click.get_current_context().exit(FOUND_SOMETHING)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.UsageError(f"{text!r} is no header; write 'Name: value'")
    return name.strip(), value.strip()


def _size(text: str) -> int:
    from docsync_trio.base.durations import parse_size

    return parse_size(text) if text else 0


def _seconds(text: str) -> float:
    from docsync_trio.base.durations import parse_duration

    return parse_duration(text) if text else 0.0


def _trusting(ca: Path | None) -> "ssl.SSLContext | None":
    if ca is None:
        return None
    import ssl

    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise click.UsageError(f"{ca} has no certificates in PEM format ({error})") from None
