"""FastAPI and Django on the loop that is not theirs, and Django in threads, in a real server."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close
from websockets.sync.client import connect

from tests.whole.processes import Server, docsync

pytestmark = pytest.mark.whole

HERE = Path(__file__).parent
SITE = """
[[applications]]
path = "/a"
handlers = [{ function = "mounted_sites:plain" }]

[[routes]]
path = "/fast"
asgi = "mounted_sites:fast"

[[routes]]
path = "/threads"
wsgi = "mounted_sites:project_in_threads"

[[routes]]
path = "/"
asgi = "mounted_sites:project"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    site = tmp_path_factory.mktemp("site") / "site.toml"
    site.write_text(SITE, encoding="utf-8")
    with docsync(site, env={"PYTHONPATH": str(HERE)}) as server:
        yield server
    assert "the lifespan has ended" in server.log.text


def body(server: Server, path: str, data: bytes | None = None) -> str:
    with urlopen(f"{server.url}{path}", data) as answer:
        return answer.read().decode()


def test_fastapi_has_its_loop_its_threads_and_its_streams(server: Server) -> None:
    assert body(server, "/fast/loop") == '{"running":true}'
    assert body(server, "/fast/thread") == '"from a thread"'
    assert body(server, "/fast/stream") == "012"


def test_django_answers_by_async_and_by_plain_views(server: Server) -> None:
    assert body(server, "/waits") == "waited at /waits"
    assert body(server, "/plain", b"x" * 300_000) == "300000 bytes"


def test_django_answers_in_threads_below_a_path(server: Server) -> None:
    assert body(server, "/threads/waits") == "waited at /threads/waits"
    assert body(server, "/threads/plain", b"x" * 300_000) == "300000 bytes"


def test_a_mounted_application_has_its_websockets(server: Server) -> None:
    with connect(f"{server.url.replace('http', 'ws')}/fast/twice") as websocket:
        for text in ("ab", "c" * 100_000):
            websocket.send(text)
            assert websocket.recv() == text * 2


def test_a_websocket_that_is_open_does_not_keep_the_server_from_ending(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    with ExitStack() as afterwards:
        with docsync(tmp_path / "site.toml", env={"PYTHONPATH": str(HERE)}) as server:
            url = f"{server.url.replace('http', 'ws')}/fast/twice"
            websocket = afterwards.enter_context(connect(url))
            websocket.send("ab")
            assert websocket.recv() == "abab"
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv()
        assert closed.value.rcvd == Close(1012, "the server restarts")
        assert "goodbye" in server.log.text
