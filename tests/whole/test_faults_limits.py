"""What strangers may use up, and that nobody else feels it."""

import base64
import gzip
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from websockets.exceptions import ConnectionClosed

from tests.whole.bystander import bystander, hear, open_websocket, say
from tests.whole.fault_site import serving, write_site
from tests.whole.processes import Server

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process uses"),
]

MEGABYTE = 2**20


def memory(server: Server) -> int:
    """Bytes that the server has in memory now."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def peak_memory(server: Server) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return 1024 * int(found[1])


def files(server: Server) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def seconds_of_processor(server: Server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def eventually(what: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def connected(server: Server) -> Iterator[HTTPConnection]:
    url = urlsplit(server.url)
    with closing(HTTPConnection(url.hostname or "", url.port, timeout=30)) as connection:
        connection.connect()
        yield connection


def status_of(connection: HTTPConnection, path: str) -> int:
    """Ask for *path* on an open connection."""
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


BOMB = base64.b64encode(gzip.compress(bytes(300 * MEGABYTE), compresslevel=9)).decode()
BYTES = {"type": "bytes", "data": BOMB}
BRACKETS = "[" + "[]," * 4_000_000 + "[]]"


def test_a_small_message_never_becomes_a_big_one(tmp_path: Path) -> None:
    with (
        serving(write_site(tmp_path)) as server,
        bystander(server, "/quiet") as quiet,
        ExitStack() as stack,
    ):
        before = peak_memory(server)
        patch = {"events": [{"kind": "MessageSent", "msg_type": "x", "msg_data": BYTES}]}
        document = {"version": "3.9.2", "title": "", "roots": [], "defs": [], "extra": BYTES}
        for kind, content in (("PATCH-DOC", patch), ("PUSH-DOC", {"doc": document})):
            websocket = stack.enter_context(open_websocket(f"{server.url}/quiet"))
            say(websocket, kind, content)
            with pytest.raises(ConnectionClosed) as closed:
                hear(websocket, "OK")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
        server.log.wait_for("server.max_message_size")
        assert peak_memory(server) - before < 80 * MEGABYTE
        quiet.goes_on()


def test_a_message_of_nothing_but_brackets_holds_nobody_up(tmp_path: Path) -> None:
    with (
        serving(write_site(tmp_path)) as server,
        bystander(server, "/quiet") as quiet,
        open_websocket(f"{server.url}/quiet") as websocket,
    ):
        header = {"msgid": "1", "msgtype": "PATCH-DOC", "num_buffers": 0}
        for part in (json.dumps(header), "{}", f'{{"events": {BRACKETS}}}'):
            websocket.send(part)
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv(timeout=20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        quiet.goes_on()


HOG = """
import os
from starlette.responses import PlainTextResponse
taken = []
async def hog(request):
    try:
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return PlainTextResponse(str(error.errno))
async def free(request):
    while taken:
        os.close(taken.pop())
    return PlainTextResponse("freed")
"""


def test_without_file_descriptors_those_who_are_here_go_on(tmp_path: Path) -> None:
    """The application has taken them all: nobody is let in, those who wait are told, and
    neither processor nor log is burnt over it."""
    (tmp_path / "hog.py").write_text(HOG)
    routes = [f'[[routes]]\npath = "/{n}"\nendpoint = "hog:{n}"\n' for n in ("hog", "free")]
    few = ["sh", "-c", 'ulimit -n 256; exec "$@"', "sh"]
    with (
        serving(write_site(tmp_path, top="".join(routes)), within=few) as server,
        bystander(server, "/quiet") as quiet,
        connected(server) as inside,
        ExitStack() as stack,
    ):
        assert status_of(inside, "/hog") == 200
        used, since = seconds_of_processor(server), time.monotonic()
        late = [stack.enter_context(connected(server)) for _ in range(20)]
        # One or two may find a descriptor that somebody else has just given back.
        assert 503 in [status_of(peer, "/quiet") for peer in late[:4]]
        quiet.goes_on()
        idle = seconds_of_processor(server) - used
        assert idle < 0.5 * (time.monotonic() - since) + 0.2
        assert len(re.findall("cannot accept connections", server.log.text)) == 1
        assert "ulimit -n" in server.log.text

        assert status_of(inside, "/free") == 200
        with connected(server) as peer:
            assert status_of(peer, "/quiet") == 200
        quiet.goes_on()


def test_connections_stop_short_of_the_last_descriptor(tmp_path: Path) -> None:
    few = ["sh", "-c", 'ulimit -n 200; exec "$@"', "sh"]
    with (
        serving(write_site(tmp_path), within=few) as server,
        bystander(server, "/quiet") as quiet,
        ExitStack() as stack,
    ):
        before = files(server)
        peers = [stack.enter_context(connected(server)) for _ in range(300)]
        server.log.wait_for("server.max_open_sockets, or the limit of open files")
        assert eventually(lambda: files(server) < 190)
        assert "cannot accept connections" not in server.log.text
        quiet.goes_on()
        for peer in peers:
            peer.close()
        assert eventually(lambda: files(server) <= before + 2)
        with connected(server) as peer:
            assert status_of(peer, "/quiet") == 200
        assert len(re.findall("max_open_sockets", server.log.text)) == 1


def test_a_burst_of_connections_is_felt_by_nobody(tmp_path: Path) -> None:
    with (
        serving(write_site(tmp_path)) as server,
        bystander(server, "/quiet") as quiet,
    ):
        before = files(server)
        with ExitStack() as stack:
            peers = [stack.enter_context(connected(server)) for _ in range(1500)]
            for peer in peers[::100]:
                assert status_of(peer, "/favicon.ico") in {200, 302, 404}
        quiet.goes_on()
        assert eventually(lambda: files(server) <= before + 2)


def test_pages_that_nobody_opens_are_felt_by_nobody_and_leave_nothing(tmp_path: Path) -> None:
    top = '[sessions]\nunclaimed_lifetime = "1s"\n'
    with (
        serving(write_site(tmp_path, top=top)) as server,
        bystander(server, "/quiet") as quiet,
        ThreadPoolExecutor(4) as pool,
    ):

        def visit(_: int) -> int:
            with urlopen(f"{server.url}/quiet", timeout=60) as answer:
                return len(answer.read())

        def rounds(number: int) -> None:
            list(pool.map(visit, range(number)))
            assert eventually(
                lambda: (
                    server.log.text.count("session opened")
                    == server.log.text.count("session ended") + 1
                )
            )

        rounds(100)
        before, open_files = memory(server), files(server)
        rounds(400)
        quiet.goes_on()
        assert eventually(lambda: memory(server) - before < 20 * MEGABYTE)
        assert files(server) <= open_files + 2
