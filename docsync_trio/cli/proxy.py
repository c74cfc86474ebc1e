"""`docsync proxy`: the configuration of a reverse proxy that fits a site."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docsync_trio.cli.site_argument import load, site_options
from docsync_trio.cli.terminal.output import write_file

if TYPE_CHECKING:
    from docsync_trio.config.schema import SiteSettings
    from docsync_trio.proxies.plan import FrontSide, ProxyPlan

KINDS = ("nginx", "haproxy", "caddy")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(short_help="Print a configuration for nginx, HAProxy or Caddy.")
@click.argument("kind", type=click.Choice(KINDS))
@site_options
@click.option(
    "--listen", metavar="[HOST:]PORT", default="", help="Where the proxy listens: 80, or 443."
)
@click.option(
    "--server-name",
    "names",
    metavar="NAME",
    multiple=True,
    help="The site's name; can be repeated.",
)
@click.option(
    "--tls", nargs=2, type=_FILE, metavar="CERT KEY", help="End TLS, with these two files."
)
@click.option(
    "--ca",
    "authority",
    type=_FILE,
    metavar="FILE",
    help="Who has issued the certificate of a server that speaks TLS itself.",
)
@click.option("--static", is_flag=True, help="Let the proxy serve files by itself (not HAProxy).")
@click.option(
    "-o", "--output", type=_FILE, metavar="FILE", help="Write it to FILE, not to standard output."
)
def proxy(
    kind: str,
    site: Path | None,
    profile: str | None,
    overrides: tuple[str, ...],
    output: Path | None,
    **front_options: Any,
) -> None:
    """Print the configuration of a reverse proxy for SITE.

    Websockets, timeouts, sizes and the prefix are those of the site file, and each line says
    why it is there. The server is looked for at `server.bind`; another address, as
    `--set server.bind="10.0.0.5:5006"`, is for a proxy on another machine.
    """
    from docsync_trio.proxies.plan import CannotPlan, ProxyPlan

    settings = load(site, profile=profile, overrides=overrides).settings
    front = _front(settings, **front_options)
    try:
        plan = ProxyPlan.of(settings, front)
        text = _file(kind, plan)
    except CannotPlan as error:
        raise click.UsageError(str(error)) from None
    if output is None:
        click.echo(text, nl=False)
    else:
        write_file(output, text)
    for note in (*_notes(plan), *_key_notes(kind, front), *_closed_notes(front)):
        click.echo(f"note: {note}", err=True)


def _front(
    settings: "SiteSettings",
    *,
    listen: str,
    names: tuple[str, ...],
    tls: tuple[Path, Path] | None,
    authority: Path | None,
    static: bool,
) -> "FrontSide":
    from docsync_trio.cli.proxy_static import static_folders
    from docsync_trio.proxies.plan import FrontSide

    return FrontSide(
        listen=_listen(listen),
        names=tuple(map(_name, names)),
        authority=authority.absolute() if authority else None,
        certificate=tls[0].absolute() if tls else None,
        key=tls[1].absolute() if tls else None,
        static=static_folders(settings) if static else (),
    )


def _file(kind: str, plan: "ProxyPlan") -> str:
    from docsync_trio.proxies.caddy_file import caddy_file
    from docsync_trio.proxies.haproxy_file import haproxy_file
    from docsync_trio.proxies.nginx_file import nginx_file

    return {"nginx": nginx_file, "haproxy": haproxy_file, "caddy": caddy_file}[kind](plan)


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if text and not (_is_plain(host) and port.isdecimal() and 0 < int(port) < 2**16):
        raise click.BadParameter(f"{text!r} is no port and no host:port", param_hint="--listen")
    return text


def _closed_notes(front: "FrontSide") -> tuple[str, ...]:
    from docsync_trio.cli.proxy_static import closed_to_others

    closed = dict.fromkeys(closed_to_others(one.folder) for one in front.static)
    return tuple(
        f"{folder} is closed to other users, and so to a proxy that runs as one of its own; "
        f"chmod o+rx {folder} opens it, and without --static the server has all files"
        for folder in closed
        if folder
    )


def _name(text: str) -> str:
    if not (text and _is_plain(text)):
        raise click.BadParameter(f"{text!r} is no name of a host", param_hint="--server-name")
    return text


def _is_plain(text: str) -> bool:
    """Say whether *text* has nothing that means something else in a proxy's file."""
    return all(sign.isalnum() or sign in "-._*[]:" for sign in text)


def _notes(plan: "ProxyPlan") -> tuple[str, ...]:
    from docsync_trio.proxies.trust import advice_on_trust

    return tuple(filter(None, [advice_on_trust(plan.site.server, plan.upstream)]))


def _key_notes(kind: str, front: "FrontSide") -> tuple[str, ...]:
    from docsync_trio.proxies.haproxy_file import note_on_key

    if kind != "haproxy" or front.certificate is None or front.key is None:
        return ()
    return tuple(filter(None, [note_on_key(front.certificate, front.key)]))
