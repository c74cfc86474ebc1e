"""A websocket over HTTP/2 whose peer is gone without a word, through a line that goes silent."""

import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.server.h2_websocket import H2Websocket
from tests.whole.bystander import bystander
from tests.whole.fault_site import serving, write_site
from tests.whole.network import line_to

pytestmark = pytest.mark.whole

PING = PONG = 1.0
SLACK = 1.5
"""Seconds; a busy machine is late."""


def talk(sock: socket.socket, websocket: H2Websocket, until: Callable[[], bool]) -> None:
    """Be a browser, which answers pings, until *until* is true."""
    while not until():
        sock.sendall(websocket.to_send())
        try:
            data = sock.recv(100_000)
        except TimeoutError:
            continue
        assert data, "the server ended the connection"
        websocket.received(data)


def test_a_peer_behind_http2_that_is_gone_without_a_word_is_dropped(tmp_path: Path) -> None:
    top = f'[server]\nkeep_alive = {{ ping = "{PING:g}s", pong = "{PONG:g}s", http = "1h" }}\n'
    with (
        serving(write_site(tmp_path, top=top), "--log-level", "debug") as server,
        bystander(server, "/quiet") as quiet,
        line_to(server.url) as line,
    ):
        address = urlsplit(line.url)
        with urlopen(f"{line.url}/quiet", timeout=30) as page:
            token = re.search(r'"token":"([^"]+)"', page.read().decode())
        assert token is not None
        websocket = H2Websocket(address.netloc, "/quiet/ws", token[1])
        with socket.create_connection((address.hostname, address.port), timeout=0.2) as sock:
            talk(sock, websocket, lambda: len(websocket.texts()) >= 3)
            assert websocket.status == 200
            assert "ACK" in websocket.texts()[0]
            stays_until = time.monotonic() + PING + PONG + SLACK
            talk(sock, websocket, lambda: time.monotonic() > stays_until)
            assert server.log.find("closed: 1006") is None

            line.silence()
            server.log.wait_for(r"127\.0\.0\.1:\d+ closed: 1006", seconds=PING + PONG + SLACK)
            line.mend()
        quiet.goes_on()
