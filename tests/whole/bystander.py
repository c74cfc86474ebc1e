"""Somebody who uses the server while others misuse it, and notices every delay.

In a process of its own, so that it measures the server and not the test: it opens a page
and its websocket, and asks for the server's versions again and again; the answer takes its
turn with the session's callbacks. While other processes keep the processor from the server
or from the bystander, which Linux counts, the time does not run.

    with bystander(server, "/quiet") as quiet:
        ...                             # whatever should not disturb anybody
        quiet.goes_on()                 # it has been answered after that, too
    # leaving the block fails if it was kept waiting or disconnected
"""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import attrs
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.whole.processes import ROOT, Server

LONGEST = 0.1
"""Seconds that a round trip may take."""

PAUSE = 0.02
ANSWER_SECONDS = 30.0


@attrs.frozen
class Report:
    """*trips* were made, of which the *worst* took so many seconds."""

    trips: int
    worst: float
    gone: str = ""


@attrs.frozen(eq=False)
class Bystander:
    process: "subprocess.Popen[str]"

    def report(self) -> Report:
        """What it has noticed since the last report."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("report\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the bystander ended"
        return Report(**json.loads(line))

    def goes_on(self, longest: float = LONGEST) -> Report:
        """Fail if it was kept waiting or disconnected since this was asked last."""
        report = self.report()
        assert not report.gone, f"the bystander was disconnected: {report.gone}"
        assert report.trips, "the bystander was never answered"
        assert report.worst < longest, f"the bystander waited {report.worst * 1000:.0f} ms"
        return report


@contextmanager
def bystander(
    server: Server, path: str, *, longest: float = LONGEST, within: Sequence[str] = ()
) -> Iterator[Bystander]:
    """Somebody at *path*, for the length of the block; *within* is put before its command."""
    script = [sys.executable, "-m", "tests.whole.bystander"]
    command = [*within, *script, f"{server.url}{path}", str(server.process.pid)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "here\n"
            one = Bystander(process)
            yield one
            one.goes_on(longest)
        finally:
            process.kill()


@contextmanager
def open_websocket(page: str) -> Iterator[ClientConnection]:
    """The websocket of the session that *page* (its address) makes."""
    with urlopen(page, timeout=ANSWER_SECONDS) as answer:
        html = answer.read().decode()
    token = re.search(r'"token":"([^"]+)"', html)
    assert token is not None, html[:200]
    address = f"ws{page.removeprefix('http').partition('?')[0]}/ws"
    server = "/".join(page.split("/", 3)[:3])
    with connect(
        address,
        subprotocols=["bokeh", token[1]],  # type: ignore[list-item]
        origin=server,  # type: ignore[arg-type]
        compression=None,
        max_size=None,
        open_timeout=ANSWER_SECONDS,
        close_timeout=1,
    ) as websocket:
        hear(websocket, "ACK")
        yield websocket


def say(websocket: ClientConnection, kind: str, content: object = None) -> None:
    """Send a message of Bokeh's protocol, without buffers."""
    header = {"msgid": f"{kind}-{time.monotonic_ns()}", "msgtype": kind, "num_buffers": 0}
    for part in (header, {}, content or {}):
        websocket.send(json.dumps(part))


def hear(websocket: ClientConnection, kind: str) -> dict[str, object]:
    """The content of the next message of that kind."""
    while True:
        header, _, content = [json.loads(websocket.recv(timeout=ANSWER_SECONDS)) for _ in range(3)]
        for _ in range(2 * header.get("num_buffers", 0)):
            websocket.recv(timeout=ANSWER_SECONDS)
        if header["msgtype"] == kind:
            found: dict[str, object] = content
            return found


@attrs.define(eq=False)
class Waits:
    """For how long threads of *processes* have been ready to run while others ran instead."""

    processes: tuple[int | str, ...]
    _nanoseconds: dict[Path, int] = attrs.field(factory=dict, init=False)
    _seconds: float = attrs.field(default=0.0, init=False)

    def seconds(self) -> float:
        """Return the sum for all threads that were there when this was called last, or now."""
        before, self._nanoseconds = self._nanoseconds, {}
        for process in self.processes:
            for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
                with suppress(OSError):  # it has just ended
                    self._nanoseconds[thread] = int(thread.read_text().split()[1])
        # A thread that has ended takes what it had waited with it.
        waited = (now - before.get(thread, 0) for thread, now in self._nanoseconds.items())
        self._seconds += sum(max(0, each) for each in waited) / 1e9
        return self._seconds


@attrs.define(eq=False)
class _Watch:
    """What the process of a bystander does."""

    websocket: ClientConnection
    waits: Waits
    delays: list[float] = attrs.field(factory=list)
    begun: float = attrs.field(factory=time.monotonic)
    gone: str = ""

    def look(self) -> None:
        try:
            while True:
                before = self.waits.seconds()
                self.begun = time.monotonic()
                say(self.websocket, "SERVER-INFO-REQ")
                hear(self.websocket, "SERVER-INFO-REPLY")
                took = time.monotonic() - self.begun
                self.delays.append(took - self.waits.seconds() + before)
                time.sleep(PAUSE)
        except (OSError, TimeoutError, ConnectionClosed) as error:
            self.gone = repr(error)

    def report(self) -> str:
        # One more trip, so that nothing is missed that is under way.
        so_far, deadline = len(self.delays), time.monotonic() + ANSWER_SECONDS
        while len(self.delays) == so_far and not self.gone and time.monotonic() < deadline:
            time.sleep(PAUSE)
        delays, self.delays = self.delays, []
        worst = max(delays, default=time.monotonic() - self.begun)
        return json.dumps({"trips": len(delays), "worst": worst, "gone": self.gone})


def _main(page: str, server: str) -> None:
    with open_websocket(page) as websocket:
        watch = _Watch(websocket, Waits((int(server), "self")))
        threading.Thread(target=watch.look, daemon=True).start()
        print("here", flush=True)  # noqa: T201 - this is how it talks with the test
        for _ in sys.stdin:
            print(watch.report(), flush=True)  # noqa: T201


if __name__ == "__main__":
    _main(*sys.argv[1:])
