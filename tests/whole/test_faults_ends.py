"""How a server ends that is told to: every promise of it, with everything against it."""

import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest
from websockets.exceptions import ConnectionClosed

from tests.whole.bystander import Waits, open_websocket, say
from tests.whole.fault_site import serving, write_site
from tests.whole.processes import ROOT, Log

pytestmark = pytest.mark.whole

SHUTDOWN = 5.0

HOOKS = """
import pathlib, time
marks = pathlib.Path(__file__).with_name("marks")
def mark(text):
    with marks.open("a") as file:
        file.write(text + "\\n")
def name_of(session_context):
    return session_context.server_context.application_context.url
def on_session_destroyed(session_context):
    mark("destroyed " + name_of(session_context))
    if name_of(session_context) == "/hook":
        time.sleep(600)
def on_server_unloaded(server_context):
    mark("unloaded " + server_context.application_context.url)
    if server_context.application_context.url == "/hook":
        time.sleep(600)
"""
SLOW = """#!hooks = "hooks"
import pathlib, time
from bokeh.io import curdoc
pathlib.Path(__file__).with_name("building").touch()
time.sleep(1.0)
curdoc().title = "built in time"
"""
STUBBORN = """#!hooks = "hooks"
import trio
from bokeh.io import curdoc
async def go_on(trio=trio):
    while True:
        try:
            await trio.sleep(0.05)
        except trio.Cancelled:
            with trio.CancelScope(shield=True):
                await trio.sleep(0.05)
curdoc().add_timeout_callback(go_on, 10)
"""
THREAD = """#!hooks = "hooks"
import time
from bokeh.io import curdoc
def never_ends():
    while True:
        time.sleep(0.05)
curdoc().add_timeout_callback(never_ends, 10)
"""
LOUD = """#!hooks = "hooks"
from bokeh.io import curdoc
from bokeh.models import Div
div = Div()
curdoc().add_root(div)
def grow():
    div.text = div.text[:1] + "x" * 1_000_000
curdoc().add_periodic_callback(grow, 20)
"""
HOOK = """#!hooks = "hooks"
"""
NAMES = ("quiet", "slow", "stubborn", "thread", "loud", "hook")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "hooks.py").write_text(HOOKS)
    top = f'[server]\nkeep_alive = {{ shutdown = "{SHUTDOWN:g}s" }}\n'
    top += '[sessions]\nunclaimed_lifetime = "1h"\n'
    scripts = {"slow": SLOW, "stubborn": STUBBORN, "thread": THREAD, "loud": LOUD, "hook": HOOK}
    path = write_site(tmp_path, top=top, **scripts)
    path.write_text(path.read_text().replace('"quiet.py" }]', '"quiet.py" }]\nhooks = "hooks"'))
    return path


def get(url: str, path: str) -> socket.socket:
    """Ask for *path* and leave the answer unread."""
    peer = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=30)
    peer.sendall(f"GET {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n\r\n".encode())
    return peer


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.02)


@attrs.define
class Clock:
    """The time that *process* has had since this was made.

    While other processes keep the processor from it, which Linux counts, the time does not run.
    """

    process: "subprocess.Popen[str]"
    begun: float = attrs.field(factory=time.monotonic, init=False)
    _waits: Waits = attrs.field(init=False)
    _waited_before: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._waits = Waits((self.process.pid,))
        self._waited_before = self._waits.seconds()

    def at_its_end(self) -> float:
        """Seconds that it has had when it ends."""
        waited = 0.0
        while self.process.poll() is None:
            waited = self._waits.seconds() - self._waited_before
            time.sleep(0.01)
        return time.monotonic() - self.begun - waited


def read_all(peer: socket.socket) -> bytes:
    received = b""
    with peer:
        while data := peer.recv(100_000):
            received += data
    return received


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_in_time_with_everything_against_it(site: Path, number: int) -> None:
    with serving(site) as server, ExitStack() as stack:
        websockets = {
            name: stack.enter_context(open_websocket(f"{server.url}/{name}"))
            for name in NAMES
            if name != "slow"
        }
        say(websockets["loud"], "PULL-DOC-REQ")  # and never read again
        in_flight = get(server.url, "/slow")
        wait_for(site.with_name("building"))

        clock = Clock(server.process)
        server.process.send_signal(number)
        answer = read_all(in_flight)
        with pytest.raises(ConnectionClosed) as closed:
            websockets["quiet"].recv(timeout=10)
        took = clock.at_its_end()
        log = server.log.whole_text()

    assert server.process.returncode == 0, log
    assert took <= SHUTDOWN, log
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
    assert b"built in time" in answer
    marks = site.with_name("marks").read_text().split("\n")
    assert {mark for mark in marks if "destroyed" in mark} == {f"destroyed /{n}" for n in NAMES}
    assert {mark for mark in marks if "unloaded" in mark} == {f"unloaded /{n}" for n in NAMES}
    assert "go_on raised RuntimeError: it was cancelled and goes on" in log
    assert "never_ends runs on in its thread" in log
    assert "fault of docsync-trio" not in log


def test_the_second_signal_ends_it_at_once_though_hooks_hang(site: Path) -> None:
    with (
        serving(site, "--set", 'server.keep_alive.shutdown="10m"') as server,
        open_websocket(f"{server.url}/hook"),
    ):
        server.process.terminate()
        deadline = time.monotonic() + 30
        marks = site.with_name("marks")
        while not (marks.exists() and "destroyed /hook" in marks.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)

        server.process.terminate()
        assert server.process.wait(2) == -signal.SIGTERM


SPIN = """#!run_callbacks_in = "loop"
from bokeh.io import curdoc
def spin():
    print("spinning", flush=True)
    while True:
        pass
curdoc().add_timeout_callback(spin, 1)
"""
OWN_THREAD = """
import threading, time
from bokeh.io import curdoc
threading.Thread(target=time.sleep, args=(600,), name="its own", daemon=False).start()
"""


@pytest.mark.parametrize(("script", "sign"), [(SPIN, "spinning"), (OWN_THREAD, "session opened")])
def test_what_never_ends_does_not_outlast_the_time(tmp_path: Path, script: str, sign: str) -> None:
    top = '[server]\nkeep_alive = { shutdown = "2s" }\n'
    with serving(write_site(tmp_path, top=top, app=script)) as server:
        with get(server.url, "/app"):
            server.log.wait_for(sign)
            clock = Clock(server.process)
            server.process.terminate()
            assert clock.at_its_end() <= 2.2  # the signal itself takes a moment, too
        assert server.process.returncode == 0
        assert "server.keep_alive.shutdown" in server.log.whole_text()


def test_it_ends_with_its_output_closed(site: Path) -> None:
    command = [sys.executable, "-m", "docsync_trio", "run", str(site), "--bind", "127.0.0.1:0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        log = Log()
        threading.Thread(target=log.follow, args=(process.stderr,), daemon=True).start()
        url = ""
        while not url:
            line = process.stdout.readline()
            assert line, log.text
            url = line.split("/quiet")[0].strip() if "http://127" in line else ""
        with open_websocket(f"{url[url.index('http') :]}/quiet") as websocket:
            process.stdout.close()
            clock = Clock(process)
            process.terminate()
            with pytest.raises(ConnectionClosed) as closed:
                websocket.recv(timeout=10)
            assert clock.at_its_end() <= SHUTDOWN
    assert process.returncode == 0
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert "destroyed /quiet" in site.with_name("marks").read_text()
