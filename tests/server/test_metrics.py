"""What Prometheus reads."""

import importlib.util

import pytest
import trio
from prometheus_client.parser import text_string_to_metric_families

from docsync_trio.base import events
from docsync_trio.base.errors import ConfigError
from docsync_trio.config.schema import MonitoringSettings
from docsync_trio.server.census import Census, Count
from docsync_trio.server.memory import resident
from docsync_trio.server.monitored_site import MonitoredSite
from docsync_trio.server.monitoring import make_monitoring
from docsync_trio.testing import open_site
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask
from tests.server.test_health import FakeApplication, a_site_with

METRICS = MonitoringSettings(metrics="/metrics")
HAPPENED = [
    events.SessionOpened("/one", "s1", 0.2),
    events.SessionOpened("/one", "s2", 0.3),
    events.SessionOpened("/one", "s3", 4.0),
    events.ConnectionOpened("/one", "s1", "p", 1),
    events.ConnectionOpened("/one", "s1", "p", 2),
    events.ConnectionOpened("/one", "s2", "p", 1),
    events.ConnectionClosed("/one", "s2", "p", 0, 1001, ""),
    events.ConnectionClosed("/one", "s1", "p", 1, 4711, "made up by a peer"),
    events.SessionEnded("/one", "s3", "no longer used"),
    events.ConnectionRefused(
        "/one", "p", 503, "full", "sessions.max_sessions allows 3 of /one"
    ),
    events.ConnectionRefused("/x", "p", 404, "nothing at <script>"),
    events.BuildFailed("/two", "s4", ValueError(), "i1"),
    events.CallbackFailed("/one", "s1", "callback update", ValueError()),
    events.ApplicationTaskFailed("/one", "task feed", ValueError()),
    events.CallbackBlocks("/one", "s1", "callback update", 3.0, "stack"),
    events.CallbackInterrupted("/one", "s1", "callback update", 30.0, "a.py:3", 1),
    events.SessionLeaked("/one", "s1", (), others=2),
    events.PeerFault("p", "what it sent"),
    events.RequestFailed("/x", "p", "i2", ValueError()),
    events.AcceptFailed(OSError()),
    events.Reloaded((), ("/one",), (), 0.1, ()),
    events.ReloadFailed(("/one",), (), None),
]  # fmt: skip


def read(text):
    """The samples by name and labels, as Prometheus's own parser reads them."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def metrics_of(monitoring):
    answer = monitoring.answer_at("/metrics")
    assert answer.media_type.startswith("text/plain; version=0.0.4")
    return read(answer.body.decode())


def test_all_that_happens_is_counted():
    monitoring = make_monitoring(METRICS, trio.Event())
    heard = []
    observe = monitoring.observing(heard.append)
    for event in HAPPENED:
        observe(event)
    monitoring.pulse.told(0.3)
    monitoring.health.site = a_site_with()

    found = metrics_of(monitoring)

    assert heard == HAPPENED
    expected = {
        ("docsync_sessions", "/one", "viewed"): 1,
        ("docsync_sessions", "/one", "alone"): 1,
        ("docsync_sessions", "/two", "alone"): 0,
        ("docsync_connections", "/one"): 1,
        ("docsync_threads_at_work", "/one"): 0,
        ("docsync_sessions_opened_total", "/one"): 3,
        ("docsync_sessions_ended_total", "/one", "no longer used"): 1,
        ("docsync_sessions_leaked_total", "/one"): 3,
        ("docsync_builds_failed_total", "/two"): 1,
        ("docsync_build_seconds_count", "/one"): 3,
        ("docsync_build_seconds_sum", "/one"): 4.5,
        ("docsync_build_seconds_bucket", "/one", "0.25"): 1,
        ("docsync_callbacks_failed_total", "/one"): 2,
        ("docsync_callbacks_blocking_total", "/one"): 1,
        ("docsync_callbacks_interrupted_total", "/one"): 1,
        ("docsync_connections_opened_total", "/one"): 3,
        ("docsync_connections_closed_total", "/one", "1001"): 1,
        ("docsync_connections_closed_total", "/one", "other"): 1,
        ("docsync_refusals_total", "sessions.max_sessions", "503"): 1,
        ("docsync_refusals_total", "", "404"): 1,
        ("docsync_peer_faults_total",): 1,
        ("docsync_requests_failed_total",): 1,
        ("docsync_accept_failures_total",): 1,
        ("docsync_reloads_total", "taken over"): 1,
        ("docsync_reloads_total", "failed"): 1,
        ("docsync_loop_lag_seconds_count",): 1,
        ("docsync_loop_lag_seconds_bucket", "0.5"): 1,
        ("docsync_loop_lag_seconds_bucket", "0.25"): 0,
    }
    assert {key: found.get(key) for key in expected} == expected
    assert [key[1:] for key in found if key[0] == "docsync_info"]
    assert found["process_resident_memory_bytes",] == pytest.approx(resident(), rel=0.1)


def test_nothing_that_visitors_choose_is_a_label():
    monitoring = make_monitoring(METRICS, trio.Event())
    for event in HAPPENED:
        monitoring.observing(lambda _: None)(event)

    text = monitoring.answer_at("/metrics").body.decode()

    assert "4711" not in text
    assert "<script>" not in text
    assert '"s1"' not in text


def test_two_servers_in_one_process_have_nothing_in_common():
    one, two = (make_monitoring(METRICS, trio.Event()) for _ in range(2))
    one.observing(lambda _: None)(events.PeerFault("p", "x"))

    assert metrics_of(one)["docsync_peer_faults_total",] == 1
    assert metrics_of(two)["docsync_peer_faults_total",] == 0


def test_applications_are_asked_when_somebody_looks():
    monitoring = make_monitoring(METRICS, trio.Event())
    site = a_site_with()
    assert ("docsync_threads_at_work", "/one") not in metrics_of(monitoring)
    monitoring.health.site = type(site)(site.settings, (FakeApplication(threads_at_work=3),))

    assert metrics_of(monitoring)["docsync_threads_at_work", "/one"] == 3


async def test_a_page_of_a_site_shows_in_its_metrics(tmp_path):
    async with a_site(application(tmp_path, "/app")) as site:
        monitoring = make_monitoring(METRICS, trio.Event())
        monitoring.health.site = site.site
        monitored = MonitoredSite(site.site, monitoring)
        await ask(monitored.asgi, "/app")
        for event in site.events:
            monitoring.observing(lambda _: None)(event)

        answer = await ask(monitored.asgi, "/metrics")

    assert read(answer.text)["docsync_sessions", "/app", "alone"] == 1


def test_a_census_counts_what_is_there():
    census = Census()
    for event in HAPPENED:
        census.observe(event)

    assert census.counts() == {"/one": Count(viewed=1, alone=1, connections=1)}
    assert census.total() == Count(viewed=1, alone=1, connections=1)
    census.observe(events.ConnectionClosed("/one", "gone", "p", 3, 1001, ""))
    assert census.total().connections == 1


async def test_without_the_library_metrics_are_a_mistake_of_the_site_file(tmp_path, monkeypatch):
    (tmp_path / "app.py").write_text("")
    site = '[monitoring]\nmetrics = "/metrics"\n[[applications]]\npath = "/a"\n'
    (tmp_path / "site.toml").write_text(site + 'handlers = [{ file = "app.py" }]\n')
    find = importlib.util.find_spec
    there = {"prometheus_client": lambda _: None}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: there.get(name, find)(name))

    with pytest.raises(ConfigError, match=r"site.toml:2.*metrics.*docsync-trio\[metrics\]"):
        async with open_site(tmp_path):
            pass
