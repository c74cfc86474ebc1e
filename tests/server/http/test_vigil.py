"""Websockets over HTTP/2: a peer that is gone without a word is noticed as on our own sockets."""

import pytest
import trio

from docsync_trio.config.schema import KeepAliveSettings
from docsync_trio.server.http.vigil import Vigil
from tests.server.h2_websocket import H2Websocket
from tests.server.network_fakes import FakeSite, served

PING, PONG = 20.0, 10.0


@pytest.fixture
async def server():
    keep_alive = KeepAliveSettings(ping=PING, pong=PONG, http=300.0, shutdown=5.0)
    async with served(FakeSite(keep_alive=keep_alive)) as server:
        yield server


async def talk(stream, websocket, until):
    """Be a browser until *until* is true or the connection ends."""
    while not until():
        if data := websocket.to_send():
            await stream.send_all(data)
        if until():
            return
        data = await stream.receive_some()
        if not data:
            return
        websocket.received(data)


async def opened(server):
    stream = (await server.connect()).stream
    websocket = H2Websocket("127.0.0.1:5006", "/app/ws", "session-1")
    await talk(stream, websocket, lambda: len(websocket.texts()) == 3)
    assert websocket.status == 200
    return stream, websocket


async def test_one_that_is_gone_is_dropped_within_ping_and_pong(server, autojump_clock):
    _stream, _ = await opened(server)
    silent_since = trio.current_time()

    await server.site.session.over.wait()

    assert trio.current_time() - silent_since == pytest.approx(PING + PONG, abs=0.5)
    assert server.site.session.closed.code == 1006
    assert await server.answers()


async def test_one_that_only_answers_pings_stays(server, autojump_clock):
    stream, websocket = await opened(server)

    with trio.move_on_after(10 * (PING + PONG)):
        await talk(stream, websocket, lambda: False)

    assert not server.site.session.over.is_set()
    websocket.say("still here")
    await talk(stream, websocket, lambda: len(websocket.texts()) == 6)
    assert server.site.session.received == ["still here"]


async def test_after_its_websocket_a_connection_may_be_silent_as_any_other(autojump_clock):
    vigil = Vigil(30.0)

    async def silence():
        await trio.sleep(100)
        return b"x"

    assert await vigil.listen(silence) == b"x"
    with vigil.websocket():
        assert await vigil.listen(silence) is None
    assert trio.current_time() == pytest.approx(130)
    assert await vigil.listen(silence) == b"x"


async def test_silence_counts_from_when_the_websocket_opens(autojump_clock, nursery):
    vigil, heard = Vigil(30.0), []

    async def listen():
        heard.append(await vigil.listen(trio.sleep_forever))

    nursery.start_soon(listen)
    await trio.sleep(1000)
    with vigil.websocket():
        await trio.sleep(29)
        assert heard == []
        await trio.sleep(2)
        assert heard == [None]
