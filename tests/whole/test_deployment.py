"""The unit and the image of configs/ as far as they run without systemd and Docker."""

import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.test_configs import UNIT, instruction, keys_of
from tests.whole.fault_site import write_site
from tests.whole.processes import Log, started

pytestmark = pytest.mark.whole

HERE = [sys.executable, "-m", "docsync_trio"]
ACTIVATE = shutil.which("systemd-socket-activate")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path)


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """The end of systemd of NOTIFY_SOCKET."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.settimeout(60)
        sock.bind(str(tmp_path / "notify"))
        yield sock


def status_of(url: str) -> int:
    with urlopen(url, timeout=60) as answer:
        status: int = answer.status
        return status


def heard(systemd: socket.socket, first: str) -> list[str]:
    """The next message of the server that is not only its watchdog's."""
    while (lines := systemd.recv(4000).decode().split("\n")) == ["WATCHDOG=1"]:
        assert first != "WATCHDOG=1"
    assert lines[0] == first
    return lines


def by_systemd(words: list[str], port: int, environ: dict[str, str]) -> list[str]:
    """*words* as they are run when somebody connects to *port*."""
    assert ACTIVATE is not None
    passed = [word for name, value in environ.items() for word in ("-E", f"{name}={value}")]
    return [ACTIVATE, "--fdname=http", "-l", f"127.0.0.1:{port}", *passed, *words]


@pytest.mark.skipif(ACTIVATE is None, reason="systemd-socket-activate is not here")
def test_the_unit_starts_a_server_for_who_connects_and_systemd_knows_how_it_is(
    site: Path, systemd: socket.socket, tmp_path: Path
) -> None:
    (tmp_path / "secret_key").write_text("k" * 40)
    text = UNIT.read_text().partition("\nEnvironment=")[2].splitlines()[0]
    (variable,) = shlex.split(text.replace("%d", str(tmp_path)))
    name, _, value = variable.partition("=")
    environ = {
        name: value,
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": "200000",
        "PYTHONPATH": ":".join(sys.path),
    }
    words = shlex.split(keys_of(UNIT)["ExecStart"])
    words = [*HERE, *("run", str(site)), *words[3:]]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with started(by_systemd(words, port, environ)) as (process, log):
        log.wait_for("Listening on")
        # Nobody has started it so far: the first visitor does.
        assert status_of(f"http://127.0.0.1:{port}/quiet") == 200
        ready = heard(systemd, "READY=1")
        assert ready[1] == f"STATUS=serves at http://127.0.0.1:{port}"
        assert systemd.recv(4000) == b"WATCHDOG=1"
        process.send_signal(signal.SIGTERM)
        assert "EXTEND_TIMEOUT_USEC=35000000" in heard(systemd, "STOPPING=1")
        assert process.wait(60) == 0, log.text
    assert not any("secret_key" in line for line in log.lines)


def monitored_at(log: Log) -> str:
    return log.wait_for(r'"listening": ?"(http://[^"]+)"')[1]


def test_the_image_starts_a_server_that_its_check_finds_alive_and_that_hears_sigterm(
    site: Path,
) -> None:
    words = json.loads(instruction("ENTRYPOINT"))[3:]
    # Ports of their own: others may run on this machine.
    words = [re.sub(r":\d+$", "127.0.0.1:0", word) for word in words]
    check = json.loads(instruction("HEALTHCHECK").partition("CMD ")[2])
    with started([*HERE, "run", str(site), *words]) as (process, log):
        port = urlsplit(monitored_at(log)).port
        assert check[0] == "python"
        code = check[2].replace(":9006/", f":{port}/")
        assert f":{port}/livez" in code
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.text
