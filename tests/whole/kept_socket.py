"""A listening socket that outlives its servers, passed to them as systemd does it."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.whole.processes import Log, Server, started

# In a process that becomes the server: only then does systemd's word name the right one.
_PASSING = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="web")
os.execv(sys.executable, [sys.executable, "-m", "docsync_trio", "run", *sys.argv[2:]])
"""


@contextmanager
def kept_socket() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as kept:
        yield kept


def address_of(kept: socket.socket) -> str:
    host, port = kept.getsockname()
    return f"http://{host}:{port}"


@contextmanager
def starting(
    kept: socket.socket, site: Path, *, env: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], Log]]:
    """A server of *site* on *kept* that may not be ready yet."""
    number = str(kept.fileno())
    command = [sys.executable, "-c", _PASSING, number, str(site), "--bind", "systemd:web"]
    with started(command, env=env, pass_fds=[kept.fileno()]) as both:
        yield both


@contextmanager
def serving_at(kept: socket.socket, site: Path) -> Iterator[Server]:
    """A server of *site* on *kept*, once it is ready."""
    with starting(kept, site) as (process, log):
        log.wait_for(f"{address_of(kept)}/")
        yield Server(url=address_of(kept), log=log, process=process)
