"""What ends with a session, and with the server, as a visitor and an operator see it."""

import re
import signal
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.whole.processes import Server, docsync, running

pytestmark = pytest.mark.whole

SITE = """
[[applications]]
path = "/endless"
handlers = [{ file = "endless.py" }]
hooks = "hooks"
sessions = { unused_lifetime = "100ms" }

[[applications]]
path = "/flood"
handlers = [{ file = "flood.py" }]

[[applications]]
path = "/kept"
handlers = [{ file = "kept.py" }]
hooks = "hooks"
"""

FILES = {
    "site.toml": SITE,
    "kept.py": "",
    # Each prints what it saw; a line that is missing in the log was not reached.
    "hooks.py": """
import asyncio

async def on_server_unloaded(server_context):
    await asyncio.sleep(0)
    print("unloaded after an await")

async def on_session_created(session_context):
    await asyncio.sleep(0)
    print("created after an await")

async def on_session_destroyed(session_context):
    await asyncio.sleep(0)
    print("destroyed after an await", session_context.destroyed)
""",
    "endless.py": """
import asyncio
from bokeh.io import curdoc

print("building")

async def never_returns():
    print("begun")
    try:
        await asyncio.Event().wait()
    finally:
        print("cancelled")

curdoc().add_next_tick_callback(never_returns)
""",
    "flood.py": """
from itertools import count

import numpy as np
from bokeh.io import curdoc
from bokeh.models import ColumnDataSource, Spacer

numbers = count()

source = ColumnDataSource({"x": np.zeros(1)})
curdoc().add_root(Spacer(tags=[source]))

def more():
    source.data = {"x": np.full(65536, float(next(numbers)))}

curdoc().add_periodic_callback(more, 20)
""",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder / "site.toml"


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    with docsync(site) as server:
        yield server


def token_of_a_new_page(server: Server, path: str) -> str:
    with urllib.request.urlopen(f"{server.url}{path}", timeout=30) as page:
        found = re.search(r'"token":"([^"]+)"', page.read().decode())
    assert found is not None
    return found[1]


@contextmanager
def joined(server: Server, path: str, token: str) -> Iterator[ClientConnection]:
    """A websocket of a page that has asked for its document."""
    with connect(
        f"ws{server.url.removeprefix('http')}{path}/ws",
        subprotocols=[Subprotocol("bokeh"), Subprotocol(token)],
        origin=Origin(server.url),
        max_size=None,
        close_timeout=1,
        ping_interval=None,
        compression=None,
    ) as websocket:
        for frame in ('{"msgid":"1","msgtype":"PULL-DOC-REQ"}', "{}", "{}"):
            websocket.send(frame)
        yield websocket


def read_to_the_end(websocket: ClientConnection) -> NoReturn:
    while True:
        websocket.recv(timeout=30)


def test_an_async_callback_that_never_returns_ends_with_its_session(server):
    with joined(server, "/endless", token_of_a_new_page(server, "/endless")):
        server.log.wait_for("^begun")

    server.log.wait_for("^cancelled")
    server.log.wait_for("^destroyed after an await True")
    said = [line for line in server.log.lines if line in {"building", "created after an await"}]
    assert said == ["created after an await", "building"]


def numbers(websocket: ClientConnection) -> Iterator[float]:
    """The numbers with which the flood has filled its column, as they arrive."""
    while True:
        frame = websocket.recv(timeout=30)
        if isinstance(frame, bytes):
            yield float(np.frombuffer(frame)[0])


def test_a_viewer_that_does_not_read_holds_up_nobody_and_catches_up_by_the_latest_values(server):
    token = token_of_a_new_page(server, "/flood")
    with joined(server, "/flood", token) as quick, joined(server, "/flood", token) as slow:
        now = next(number for number in numbers(quick) if number > 200)
        seen = list(takewhile(lambda number: number < now, numbers(slow)))

    assert len(seen) < 100


def test_visitors_and_applications_are_told_when_the_server_goes_down(site):
    command = [sys.executable, "-m", "docsync_trio", "run", str(site), "--bind", "127.0.0.1:0"]
    with running(command, listening=r"http://127\.0\.0\.1:(?P<port>[1-9]\d*)") as server:
        with joined(server, "/kept", token_of_a_new_page(server, "/kept")) as websocket:
            server.process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                read_to_the_end(websocket)

        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        server.log.wait_for("^destroyed after an await True")
        server.log.wait_for("^unloaded after an await")
        assert server.process.wait(30) == 0
