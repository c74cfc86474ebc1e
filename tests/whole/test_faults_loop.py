"""What holds the server's loop is broken off, in a real process; then all goes on."""

import signal
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.whole.bystander import bystander, hear, open_websocket, say
from tests.whole.fault_site import serving, write_site

pytestmark = pytest.mark.whole

HELD = 10.0
"""Seconds that everybody may have to wait until the loop goes on."""

SITE = '[sessions]\nloop_timeout = "1s"\n'

HEAD = """
from bokeh.io import curdoc
from bokeh.models import Div
label = Div(name="label", text="")
curdoc().add_root(label)
def go(attr, old, new):
    curdoc().add_next_tick_callback(hold)
label.on_change("tags", go)
"""
ASYNC = f"""{HEAD}
async def hold():
    label.text = "holding"
    while True:
        pass
"""
SWALLOWING = f"""#!async = "asyncio"
{HEAD}
import time
async def hold():
    while True:
        try:
            while True:
                time.sleep(0.001)
        except Exception:
            pass
"""
STUBBORN = f"""#!run_callbacks_in = "loop"
{HEAD}
def hold():
    while True:
        try:
            sum(range(1000))
        except BaseException:
            pass
"""
BUILDING = """#!run_callbacks_in = "loop"
while True:
    pass
"""


def set_off(server_url: str, name: str) -> None:
    """Have the callback of that application run that holds the loop; see that it ends."""
    with open_websocket(f"{server_url}/{name}") as websocket:
        say(websocket, "PULL-DOC-REQ")
        document = hear(websocket, "PULL-DOC-REPLY")["doc"]
        assert isinstance(document, dict)
        model = {"id": document["roots"][0]["id"]}
        change = {"kind": "ModelChanged", "model": model, "attr": "tags", "new": ["go"]}
        say(websocket, "PATCH-DOC", {"events": [change]})
        hear(websocket, "OK")
        # Its session lives on, as after any other exception.
        say(websocket, "SERVER-INFO-REQ")
        hear(websocket, "SERVER-INFO-REPLY")


def test_an_endless_loop_in_the_loop_is_named_and_broken_off(tmp_path: Path) -> None:
    scripts = {"async": ASYNC, "swallowing": SWALLOWING, "stubborn": STUBBORN}
    with serving(write_site(tmp_path, top=SITE, **scripts)) as server:
        with bystander(server, "/quiet", longest=HELD) as quiet:
            for name in scripts:
                set_off(server.url, name)
                place = rf"at {tmp_path}/{name}\.py:\d+"
                server.log.wait_for(rf"hold held the loop, .* interrupted {place}", seconds=20)
                server.log.wait_for(rf"LoopTimeoutError: .* {place}", seconds=20)
                quiet.goes_on(HELD)
                quiet.goes_on()
        assert "sessions.loop_timeout" in server.log.text
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0


def test_a_document_whose_script_never_ends_fails_and_others_are_built(tmp_path: Path) -> None:
    site = write_site(tmp_path, top=SITE, building=BUILDING)
    with serving(site) as server, bystander(server, "/quiet", longest=HELD) as quiet:
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{server.url}/building", timeout=30)
        with refused.value:
            assert refused.value.code == 500
        server.log.wait_for(rf"interrupted at {tmp_path}/building\.py:[23]", seconds=20)
        with urlopen(f"{server.url}/quiet", timeout=30) as page:
            assert page.status == 200
        quiet.goes_on(HELD)
        quiet.goes_on()
