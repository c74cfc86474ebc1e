"""What applications may do wrong, and that their neighbours do not feel it."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.whole.bystander import bystander, hear, open_websocket, say
from tests.whole.fault_site import serving, write_site
from tests.whole.test_faults_limits import MEGABYTE, eventually, files, memory

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process uses"),
]

BUSY = """
import time
import numpy as np
from bokeh.io import curdoc
from bokeh.models import Div

label = Div(name="label", text="")
curdoc().add_root(label)


def in_python():
    end = time.monotonic() + 5
    while time.monotonic() < end:
        pass
    curdoc().add_next_tick_callback(in_c)


def in_c():
    end = time.monotonic() + 5
    while time.monotonic() < end:
        np.sort(np.random.rand(300_000))
    label.text = "done"


curdoc().add_next_tick_callback(in_python)
"""

SLOW_TO_BUILD = """
import time
from bokeh.io import curdoc
time.sleep(2)
"""

BAD = {
    "raising": "raise ValueError('on purpose')",
    "leaving": "import sys\nsys.exit(3)",
    "interrupted": "raise KeyboardInterrupt",
    "grouped": "raise BaseExceptionGroup('several', [SystemExit(1), ValueError('on purpose')])",
}


def test_a_callback_that_computes_for_seconds_is_felt_by_nobody(tmp_path: Path) -> None:
    site = write_site(tmp_path, busy=BUSY)
    with (
        serving(site) as server,
        bystander(server, "/quiet") as quiet,
        open_websocket(f"{server.url}/busy") as websocket,
    ):
        say(websocket, "PULL-DOC-REQ")  # takes its turn between the two callbacks
        hear(websocket, "PULL-DOC-REPLY")
        assert "done" in str(hear(websocket, "PATCH-DOC"))
        quiet.goes_on()


def test_a_document_that_takes_long_to_build_is_felt_by_nobody(tmp_path: Path) -> None:
    site = write_site(tmp_path, slow=SLOW_TO_BUILD)
    with (
        serving(site) as server,
        bystander(server, "/quiet") as quiet,
        ThreadPoolExecutor(3) as visitors,
    ):
        pages = [visitors.submit(urlopen, f"{server.url}/slow", timeout=30) for _ in range(3)]
        assert all(page.result().status == 200 for page in pages)
        quiet.goes_on()


def test_whatever_an_application_raises_while_it_builds_the_server_lives(tmp_path: Path) -> None:
    site = write_site(tmp_path, **BAD)
    with serving(site) as server, bystander(server, "/quiet") as quiet:
        for name in BAD:
            for _ in range(2):
                with pytest.raises(HTTPError) as refused:
                    urlopen(f"{server.url}/{name}", timeout=30)
                with refused.value:
                    assert refused.value.code == 500
        quiet.goes_on()


def test_two_hundred_browsers_that_leave_at_once_are_felt_by_nobody(tmp_path: Path) -> None:
    site = write_site(tmp_path, top='[sessions]\nunused_lifetime = "100ms"')
    with serving(site) as server, bystander(server, "/quiet") as quiet:
        before = files(server)
        with ExitStack() as stack:
            everybody = [
                stack.enter_context(open_websocket(f"{server.url}/quiet")) for _ in range(200)
            ]
            quiet.report()
            with ThreadPoolExecutor(50) as doors:
                list(doors.map(lambda websocket: websocket.close(), everybody))
        assert eventually(lambda: files(server) <= before)
        assert eventually(lambda: server.log.text.count("session ended") == 200)
        quiet.goes_on()


def test_sessions_that_come_and_go_leave_no_memory_behind(tmp_path: Path) -> None:
    site = write_site(tmp_path, top='[sessions]\nunclaimed_lifetime = "100ms"')
    with serving(site) as server, bystander(server, "/quiet"):

        def visit(times: int) -> int:
            for _ in range(times):
                with urlopen(f"{server.url}/quiet", timeout=30) as page:
                    page.read()
            time.sleep(0.3)
            return memory(server)

        before = visit(250)
        assert visit(250) - before < 8 * MEGABYTE
