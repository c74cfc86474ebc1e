"""Peers that are gone without a word, or do everything slowly; a bystander who never notices."""

import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest

from tests.whole.bystander import Waits, bystander
from tests.whole.fault_site import serving, write_site
from tests.whole.processes import ROOT

pytestmark = pytest.mark.whole

PING = PONG = 1.0
SLACK = 1.5
"""Seconds; the kernel counts some of them whole."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=10)


@attrs.frozen
class Cable:
    """A server's network and a visitor's, with a cable between them."""

    server: str
    visitor: str

    def in_server(self) -> list[str]:
        return ["ip", "netns", "exec", self.server]

    def in_visitor(self) -> list[str]:
        return ["ip", "netns", "exec", self.visitor]

    def pull(self) -> None:
        """Cut the line; neither end is told."""
        ip("-n", self.visitor, "link", "set", "cable", "down")


@contextmanager
def laid_cable() -> Iterator[Cable]:
    if shutil.which("ip") is None:
        pytest.skip("there is no ip command (iproute2)")
    cable = Cable(f"docsync-s{os.getpid()}", f"docsync-v{os.getpid()}")
    with ExitStack() as stack:
        try:
            for name in (cable.server, cable.visitor):
                ip("netns", "add", name)
                stack.callback(ip, "netns", "delete", name)
            peer = ["peer", "name", "cable", "netns", cable.visitor]
            ip("-n", cable.server, "link", "add", "cable", "type", "veth", *peer)
            for name, address in ((cable.server, "10.77.0.1/24"), (cable.visitor, "10.77.0.2/24")):
                ip("-n", name, "addr", "add", address, "dev", "cable")
                ip("-n", name, "link", "set", "cable", "up")
                ip("-n", name, "link", "set", "lo", "up")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"network namespaces are not permitted: {error.stderr.decode().strip()}")
        yield cable


VISITOR = """
import socket, sys, time
from tests.whole.bystander import open_websocket
with open_websocket("http://10.77.0.1:5006/quiet"):
    kept = []
    for _ in range(3):
        kept.append(socket.create_connection(("10.77.0.1", 5006)))
        kept[-1].sendall(b"GET /favicon.ico HTTP/1.1\\r\\nHost: 10.77.0.1:5006\\r\\n\\r\\n")
        assert kept[-1].recv(100_000).startswith(b"HTTP/1.1 ")
    print("connected", flush=True)
    time.sleep(600)
"""


def connections_from(pid: int, address: str) -> int:
    """How many connections of that process's network lead to *address*."""
    reverse = "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
    table = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    remotes = [line.split()[2].partition(":")[0] for line in table if line.split()[3] == "01"]
    return remotes.count(reverse)


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_a_peer_that_is_gone_without_a_word_is_dropped(tmp_path: Path) -> None:
    top = f'[server]\nkeep_alive = {{ ping = "{PING:g}s", pong = "{PONG:g}s" }}\n'
    binds = ["--bind", "127.0.0.1:5006", "--bind", "10.77.0.1:5006", "--log-level", "debug"]
    with (
        laid_cable() as cable,
        serving(write_site(tmp_path, top=top), *binds, within=cable.in_server()) as server,
        bystander(server, "/quiet", within=cable.in_server()) as quiet,
        subprocess.Popen(
            [*cable.in_visitor(), sys.executable, "-c", VISITOR],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
        ) as visitor,
    ):
        try:
            assert visitor.stdout is not None
            assert visitor.stdout.readline() == "connected\n"
            assert connections_from(server.process.pid, "10.77.0.2") == 4
            # Quiet connections stay while somebody answers.
            time.sleep(PING + PONG)
            assert connections_from(server.process.pid, "10.77.0.2") == 4

            cable.pull()
            # While others have the processor, the server's time does not run.
            waits = Waits((server.process.pid,))
            latest = time.monotonic() - waits.seconds() + PING + PONG + SLACK
            while connections_from(server.process.pid, "10.77.0.2"):
                assert time.monotonic() - waits.seconds() < latest
                time.sleep(0.05)
            server.log.wait_for(r"10\.77\.0\.2:\d+ closed: 1006")
            quiet.goes_on()
        finally:
            visitor.kill()


LARGE = """
from starlette.responses import StreamingResponse
async def pieces():
    for _ in range(1000):
        yield b"x" * 50_000
async def large(request):
    return StreamingResponse(pieces())
"""


def test_peers_that_do_everything_slowly_are_nobodys_business(tmp_path: Path) -> None:
    """Heads that never end are answered 408 in ten seconds; the rest is bounded in virtual
    time in tests/server/http/test_through_hypercorn.py, and must not be felt here."""
    (tmp_path / "routes.py").write_text(LARGE)
    top = '[[routes]]\npath = "/large"\nendpoint = "routes:large"\n'
    with (
        serving(write_site(tmp_path, top=top)) as server,
        bystander(server, "/quiet") as quiet,
        ExitStack() as stack,
    ):
        address = (urlsplit(server.url).hostname, urlsplit(server.url).port)
        heads, bodies, readers = [], [], []
        for peers, words in (
            (heads, b"GET /quiet HTTP/1.1\r\nHost: "),
            (bodies, b"POST /quiet HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\nab"),
            (readers, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"),
        ):
            for _ in range(5 if peers is readers else 50):
                peers.append(stack.enter_context(socket.create_connection(address, timeout=30)))
                peers[-1].sendall(words)
        begun = time.monotonic()
        while heads:
            for peer in heads:
                with suppress(OSError):
                    peer.sendall(b"x")
            answered, _, _ = select.select(heads, [], [], 0.5)
            for peer in answered:
                assert peer.recv(100).startswith(b"HTTP/1.1 408")
                heads.remove(peer)
            assert time.monotonic() < begun + 15
        quiet.goes_on()
