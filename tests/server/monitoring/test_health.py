"""Whether the server is alive and may be sent visitors, asked in both ways."""

import json
import socket
import socketserver
import threading
import urllib.error
import urllib.request

import attrs
import pytest
import trio

from docsync_trio.config.bind import TcpBind, UnixBind
from docsync_trio.config.schema import (
    MonitoringSettings,
    RouteSettings,
    ServerSettings,
    SiteSettings,
)
from docsync_trio.server.monitored_site import MonitoredSite
from docsync_trio.server.monitoring import health_port
from docsync_trio.server.monitoring.health import Health
from docsync_trio.server.monitoring.health_port import MOST
from docsync_trio.server.monitoring.open_monitoring import make_monitoring, own_address
from docsync_trio.server.process.pulse import Pulse
from docsync_trio.sessions.call_times import CallTimes
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask


@attrs.frozen
class FakeApplication:
    url: str = "/one"
    sessions: tuple[str, ...] = ()
    threads_at_work: int = 0
    times: CallTimes = attrs.Factory(CallTimes)


@attrs.frozen
class FakeSite:
    settings: SiteSettings
    applications: tuple[FakeApplication, ...]


class HeldPulse(Pulse):
    """The pulse of a loop that is held for as long as the test says."""

    held = 0.0

    def late(self):
        return self.held


def a_site_with(*sessions, most=0):
    settings = SiteSettings(server=ServerSettings(max_sessions=most))
    return FakeSite(settings, (FakeApplication(sessions=sessions), FakeApplication("/two")))


def told(answer):
    return answer.status, json.loads(answer.body)


async def test_the_pulse_tells_how_late_the_loop_was(autojump_clock):
    lags = []
    pulse = Pulse(trio.current_time, lags.append)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pulse.run)
        await trio.sleep(3.5)
        autojump_clock.jump(5)
        assert pulse.late() == pytest.approx(4.5)
        await trio.sleep(0.5)
        nursery.cancel_scope.cancel()

    assert lags == pytest.approx([0, 0, 0, 4.5], abs=0.01)
    assert pulse.worst_lately() == pytest.approx(4.5, abs=0.01)
    assert pulse.take_worst() == pytest.approx(4.5, abs=0.01)
    assert pulse.take_worst() == 0
    assert pulse.worst_lately() == pytest.approx(4.5, abs=0.01)


async def test_a_loop_that_has_not_begun_or_has_ended_is_not_late(autojump_clock):
    pulse = Pulse(trio.current_time)
    await trio.sleep(100)
    assert pulse.late() == 0
    with trio.move_on_after(10):
        await pulse.run()
    await trio.sleep(100)

    assert pulse.late() == 0


async def test_a_server_is_ready_when_it_is_open_and_goes_on():
    stop = trio.Event()
    health = Health(Pulse(), stop, 60.0)

    assert told(health.readyz()) == (503, {"ready": False, "reasons": ["the server is starting"]})
    health.site = a_site_with("s1")
    assert told(health.readyz()) == (200, {"ready": True})
    stop.set()
    assert told(health.readyz()) == (503, {"ready": False, "reasons": ["the server is ending"]})
    assert told(health.livez()) == (200, {"alive": True})


async def test_a_full_server_is_not_ready_and_alive():
    health = Health(Pulse(), trio.Event(), 60.0, a_site_with("s1", "s2", most=2))

    reason = "the server is full: 2 sessions, server.max_sessions allows 2"
    assert told(health.readyz()) == (503, {"ready": False, "reasons": [reason]})
    assert told(health.livez()) == (200, {"alive": True})
    health.site = a_site_with("s1", most=2)
    assert told(health.readyz()) == (200, {"ready": True})


async def test_a_loop_that_is_held_for_too_long_is_neither_alive_nor_ready():
    pulse = HeldPulse()
    health = Health(pulse, trio.Event(), 60.0, a_site_with())

    pulse.held = 59.0
    assert told(health.livez()) == (200, {"alive": True})
    pulse.held = 73.2
    reasons = ["the loop has been held for 73 s"]
    assert told(health.livez()) == (503, {"alive": False, "reasons": reasons})
    assert told(health.readyz()) == (503, {"ready": False, "reasons": reasons})


async def ask_about(site, target, *, monitoring=None, **how):
    settings = monitoring or MonitoringSettings()
    asked = make_monitoring(settings, trio.Event())
    asked.health.site = site.site
    monitored = MonitoredSite(site.site, asked)
    return await ask(monitored.asgi, target, **how)


async def test_the_sites_own_address_answers_and_makes_no_session(tmp_path):
    async with a_site(application(tmp_path, "/app"), prefix="/desk") as site:
        alive = await ask_about(site, "/desk/livez")
        ready = await ask_about(site, "/desk/readyz")
        bare = await ask_about(site, "/desk/readyz", method="HEAD")

        assert (alive.status, alive.text) == (200, '{"alive": true}')
        assert (ready.status, ready.text) == (200, '{"ready": true}')
        assert ready.headers["cache-control"] == "no-store"
        assert (bare.status, bare.text) == (200, "")
        assert bare.headers["content-length"] == str(len(ready.text))
        assert (await ask_about(site, "/livez")).status == 404
        assert (await ask_about(site, "/desk/livez", method="POST")).status in {404, 405}
        assert (await ask_about(site, "/desk/metrics")).status == 404
        assert not site.context("/app").sessions
        assert site.events == []
        assert (await ask_about(site, "/desk/app")).status == 200


async def test_an_application_or_a_route_of_that_path_takes_its_place(tmp_path):
    there = RouteSettings(path="/readyz", redirect="/livez")
    async with a_site(application(tmp_path, "/livez"), routes=[there]) as site:
        assert "<html" in (await ask_about(site, "/livez")).text
        assert (await ask_about(site, "/readyz")).status == 307


@pytest.mark.parametrize(
    "settings",
    [
        MonitoringSettings(livez="", readyz=""),
        MonitoringSettings(bind=TcpBind("127.0.0.1", 0)),
    ],
    ids=["off", "elsewhere"],
)
async def test_what_is_off_or_elsewhere_is_not_at_the_sites_address(tmp_path, settings):
    async with a_site(application(tmp_path, "/app")) as site:
        for path in ("/livez", "/readyz"):
            assert (await ask_about(site, path, monitoring=settings)).status == 404


async def test_these_paths_need_no_hypercorn(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        asked = make_monitoring(MonitoringSettings(), trio.Event())
        monitored = MonitoredSite(site.site, asked)

        assert monitored.is_ours("/livez")
        assert monitored.is_ours("/app")
        assert not monitored.is_ours("/metrics")


@pytest.fixture
def own_port():
    """An address of its own, while no loop runs at all; gives its monitoring and its URL."""
    monitoring = make_monitoring(MonitoringSettings(bind=TcpBind("127.0.0.1", 0)), trio.Event())
    monitoring.health.pulse = HeldPulse()
    with own_address(monitoring) as (listener,):
        yield monitoring, listener.getsockname()


def get(address, path, method="GET"):
    url = f"http://{address[0]}:{address[1]}{path}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as got:
            return got.status, got.read().decode(), got.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


def test_an_address_of_its_own_answers_without_the_loop(own_port):
    monitoring, address = own_port

    assert get(address, "/livez")[:2] == (200, '{"alive": true}')
    assert get(address, "/livez", "HEAD")[:2] == (200, "")
    assert get(address, "/readyz")[0] == 503
    assert get(address, "/else")[0] == 404
    monitoring.health.pulse.held = 61.0
    status, body, headers = get(address, "/livez?verbose")
    assert (status, json.loads(body)["reasons"]) == (503, ["the loop has been held for 61 s"])
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"


def test_a_silent_peer_there_keeps_nobody_waiting_and_too_many_are_hung_up_on(own_port):
    _, address = own_port
    before = threading.enumerate()
    silent = [socket.create_connection(address, timeout=10) for _ in range(MOST - 1)]
    try:
        assert get(address, "/livez")[0] == 200
        threads = [each for each in threading.enumerate() if each not in before]
        for thread in threads[MOST - 1 :]:
            thread.join()  # whoever asked has the answer before there is room again
        silent.append(socket.create_connection(address, timeout=10))
        with socket.create_connection(address, timeout=10) as late:
            assert late.recv(1) == b""
    finally:
        for each in silent:
            each.close()


def test_a_fault_of_ours_there_is_logged_and_the_next_one_is_answered(own_port, caplog):
    monitoring, address = own_port
    monitoring._answers["/bad"] = lambda _: 1 / 0

    with pytest.raises((urllib.error.URLError, ConnectionError)):
        get(address, "/bad")

    assert get(address, "/livez")[0] == 200
    assert "could not be answered" in caplog.text


def test_threads_that_could_not_be_started_take_no_room(own_port, monkeypatch, caplog):
    _, address = own_port

    def no_thread(self):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as full:
        full.setattr(socketserver.threading.Thread, "start", no_thread)
        for _ in range(MOST + 1):
            with pytest.raises((urllib.error.URLError, ConnectionError)):
                get(address, "/livez")

    assert get(address, "/livez")[0] == 200
    assert "can't start new thread" in caplog.text


def test_an_address_of_its_own_may_be_a_unix_socket_and_goes_with_the_server(tmp_path):
    place = tmp_path / "health.sock"
    settings = MonitoringSettings(bind=UnixBind(place))
    served = own_address(make_monitoring(settings, trio.Event()))
    with served, socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(10)
        peer.connect(str(place))
        peer.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
        with peer.makefile("rb") as answer:
            assert answer.read().endswith(b'{"alive": true}')

    assert not place.exists()


def test_without_an_address_of_its_own_nothing_listens(monkeypatch):
    monkeypatch.setattr(health_port, "answering", None)
    with own_address(make_monitoring(MonitoringSettings(), trio.Event())) as sockets:
        assert sockets == []
