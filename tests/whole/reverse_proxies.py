"""nginx, HAProxy and Caddy from the distribution, with files that `docsync proxy` prints."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from tests.whole.processes import ROOT, STARTING, Log, Server, started

KINDS = ("nginx", "haproxy", "caddy")
MISSING = (
    "{kind} is not here; `make proxies`, or apt-get install nginx-light haproxy caddy, "
    "brings it where there is apt"
)
HERE = "127.0.0.1"
NGINX = """\
daemon off;
{user}
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 2;
events {{}}
http {{
    access_log off;
    types {{ application/javascript js; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {printed};
}}
"""
CADDY = """\
{{
    admin off
    auto_https disable_redirects
    skip_install_trust
}}
import {printed}
"""


def program(kind: str) -> str:
    """Where the proxy is; the test is skipped where it is not."""
    found = shutil.which(kind, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(MISSING.format(kind=kind))
    return found


@attrs.frozen
class Proxy:
    """A proxy that runs: its address, the *printed* file, and what it logs."""

    kind: str
    url: str
    port: int
    printed: Path
    log: Log


def certificate(folder: Path) -> tuple[Path, Path]:
    """Return a certificate that nobody has signed, and its key where HAProxy looks for it."""
    cert, key = folder / "site.pem", folder / "site.pem.key"
    names = "subjectAltName=IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", names]
    subprocess.run([*command, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def print_file(kind: str, site: Path, bind: str, printed: Path, *options: str) -> None:
    command = [sys.executable, "-m", "docsync_trio", "proxy", kind, str(site), "-o", str(printed)]
    subprocess.run(
        [*command, "--set", f"server.bind={bind}", *options],
        check=True,
        cwd=ROOT,
        capture_output=True,
    )


@contextmanager
def proxy(
    kind: str,
    site: Path,
    server: Server,
    folder: Path,
    *options: str,
    tls: bool = False,
    changes: Mapping[str, str] | None = None,
) -> Iterator[Proxy]:
    """Run the proxy *kind* before *server*, which serves *site*, until the block ends.

    *changes* are made in the file that is printed: what to replace, and by what.
    """
    found, port, printed = program(kind), free_port(), folder / f"{kind}.conf"
    more = ["--tls", *map(str, certificate(folder))] if tls else []
    bind = server.url.removeprefix("http://")
    print_file(kind, site, bind, printed, "--listen", f"{HERE}:{port}", *options, *more)
    for old, new in (changes or {}).items():
        assert old in printed.read_text(), printed.read_text()
        printed.write_text(printed.read_text().replace(old, new))
    with started(
        command_of(kind, found, printed, folder), env={"HOME": str(folder), **caddy_homes(folder)}
    ) as (process, log):
        wait_until_it_listens(port, process, log)
        url = f"{'https' if tls else 'http'}://{HERE}:{port}"
        yield Proxy(kind, url, port, printed, log)
        assert process.poll() is None, f"{kind} ended:\n{log.text}"


def caddy_homes(folder: Path) -> dict[str, str]:
    return {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


def command_of(kind: str, found: str, printed: Path, folder: Path) -> Sequence[str]:
    match kind:
        case "nginx":
            user = "user root;" if os.geteuid() == 0 else ""
            whole = folder / "whole.conf"
            whole.write_text(NGINX.format(user=user, folder=folder, printed=printed))
            return [found, "-p", str(folder), "-e", "stderr", "-c", str(whole)]
        case "haproxy":
            return [found, "-db", "-f", str(printed)]
        case _:
            whole = folder / "Caddyfile"
            whole.write_text(CADDY.format(printed=printed))
            return [found, "run", "--config", str(whole), "--adapter", "caddyfile"]


def free_port() -> int:
    with socket.create_server((HERE, 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until_it_listens(port: int, process: subprocess.Popen[str], log: Log) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        assert process.poll() is None, f"it did not start:\n{log.whole_text()}"
        try:
            socket.create_connection((HERE, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"nobody listens at {port}:\n{log.text}")
