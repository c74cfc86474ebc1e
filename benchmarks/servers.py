"""Servers that run: started on their processor, measured, and always ended."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs

from benchmarks.http import get
from benchmarks.peers import Launch, Peer
from benchmarks.processes import SERVED, cpu_seconds, on_processor, resident_bytes
from benchmarks.sites import SITES

STARTING = 60.0
"""Seconds until the first page; on a busy machine importing Bokeh alone takes some."""

STOPPING = 5.0

_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


class NotRunningError(Exception):
    """A server did not start, or has ended."""


@attrs.define
class Spent:
    """What a server took for what was done within a block; both in seconds."""

    cpu: float = 0.0
    seconds: float = 0.0

    def per(self, times: int) -> float:
        """Return the milliseconds of CPU for each of so many times."""
        return self.cpu / times * 1000


@attrs.frozen(eq=False)
class Server:
    """A server that listens."""

    peer: Peer
    port: int
    pid: int
    started: float
    """Seconds from its start to its first page."""

    @contextmanager
    def meter(self) -> Iterator[Spent]:
        """Measure what is spent within the block."""
        spent = Spent()
        cpu, clock = cpu_seconds(self.pid), time.perf_counter()
        yield spent
        spent.seconds = time.perf_counter() - clock
        spent.cpu = cpu_seconds(self.pid) - cpu

    @property
    def cpu(self) -> float:
        """CPU seconds since its start."""
        return cpu_seconds(self.pid)

    @property
    def resident(self) -> int:
        """Bytes in RAM."""
        return resident_bytes(self.pid)

    def settle(self, *, at_least: float = 0.5, at_most: float = 90.0) -> None:
        """Wait until it has nothing more to do: 0.3 s with less than 3 ms of CPU."""
        begun = time.perf_counter()
        time.sleep(at_least)
        last = self.cpu
        while time.perf_counter() - begun < at_most:
            time.sleep(0.3)
            now = self.cpu
            if now - last < 0.003:  # noqa: PLR2004 - said above
                return
            last = now


@attrs.frozen
class Installed:
    """A peer, the interpreter that has what it needs, and *variables* for its process."""

    peer: Peer
    python: Path
    variables: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def is_working_tree(self) -> bool:
        """Whether it is our server as it is now, and not as of another revision."""
        return self.peer.is_ours and not self.variables


@contextmanager
def running(installed: Installed, site: str, folder: Path) -> Iterator[Server]:
    """Run a server until the block ends; its log and files are in *folder*."""
    peer, wanted, port = installed.peer, SITES[site], _free_port()
    command = peer.command(Launch(installed.python, wanted, port, folder))
    log = _log(installed, site, folder)
    with log.open("w") as output, on_processor(SERVED):
        begun = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**_environment(), **peer.environment, **installed.variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _await_page(process, port, f"/{wanted.apps[0]}")
        yield Server(peer, port, process.pid, time.perf_counter() - begun)
    finally:
        _end(process)


def _environment() -> dict[str, str]:
    """Return ours, but servers may keep their bytecode, as they do where they are installed."""
    return {name: value for name, value in os.environ.items() if name != _NO_BYTECODE}


def end_of_log(installed: Installed, site: str, folder: Path) -> str:
    """Return the last lines that the server has written, whether it still runs or not."""
    log = _log(installed, site, folder)
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""


def _log(installed: Installed, site: str, folder: Path) -> Path:
    return folder / f"{installed.peer.name}-{site}.log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_page(process: "subprocess.Popen[bytes]", port: int, path: str) -> None:
    begun = time.perf_counter()
    while time.perf_counter() - begun < STARTING and process.poll() is None:
        with suppress(ConnectionRefusedError):
            get(port, path)
            return
        time.sleep(0.002)
    raise NotRunningError("it did not start")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOPPING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
