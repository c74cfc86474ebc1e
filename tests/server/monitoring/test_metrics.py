"""What Prometheus reads."""

import importlib.util
import time
from datetime import UTC, datetime

import pytest
import trio
from prometheus_client.parser import text_string_to_metric_families

from docsync_trio.base import events, tls_events
from docsync_trio.base.errors import ConfigError
from docsync_trio.base.traffic import Traffic
from docsync_trio.config.schema import MonitoringSettings, SiteSettings
from docsync_trio.server.monitored_site import MonitoredSite
from docsync_trio.server.monitoring.census import Census, Count
from docsync_trio.server.monitoring.open_monitoring import make_monitoring
from docsync_trio.server.process.memory import resident
from docsync_trio.sessions.call_times import BOUNDS, CallTimes, kind_of
from docsync_trio.testing import open_site
from tests.server.a_site import a_site, application
from tests.server.memory_client import ask
from tests.server.monitoring.test_health import FakeApplication, a_site_with

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
    events.ConnectionRefused("/x", "p", 403, "no", "server.of_jo: logging.access"),
    events.BuildFailed("/two", "s4", ValueError(), "i1"),
    events.CallbackFailed("/one", "s1", "callback update", ValueError()),
    events.ApplicationTaskFailed("/one", "task feed", ValueError()),
    events.CallbackBlocks("/one", "s1", "callback update", 3.0, "stack"),
    events.CallbackInterrupted("/one", "s1", "callback update", 30.0, "a.py:3", 1),
    events.SessionLeaked("/one", "s1", (), others=2),
    events.DeliveriesDropped("/one", "s1", 1, caught_up=False),
    events.DeliveriesDropped("/one", "s1", 7, caught_up=True),
    events.PeerFault("p", "what it sent"),
    events.RequestFailed("/x", "p", "i2", ValueError()),
    events.AcceptFailed(OSError()),
    tls_events.CertificateTaken("c.pem", "1a", datetime(2027, 1, 1, tzinfo=UTC), is_valid=True),
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
        ("docsync_refusals_total", "logging.access", "403"): 1,
        ("docsync_deliveries_dropped_total", "/one"): 7,
        ("docsync_peer_faults_total",): 1,
        ("docsync_requests_failed_total",): 1,
        ("docsync_accept_failures_total",): 1,
        ("docsync_certificate_expiry_timestamp_seconds", "c.pem"): 1798761600,
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

    assert '"4711"' not in text  # some of the numbers are times, in which any digits may be
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


BUSY = """
import trio
from bokeh.models import Button, Div
from bokeh.plotting import curdoc

document = curdoc()
button, label = Button(name="button"), Div(name="label", text="0")

def clicked():
    label.text = "clicked"

button.on_click(clicked)
document.add_root(button)
document.add_root(label)
document.add_periodic_callback(lambda: None, 100)
document.on_session_destroyed(lambda context: None)
"""


async def test_what_pages_and_callbacks_do_shows_in_the_metrics(tmp_path, autojump_clock):
    settings = SiteSettings(applications=(application(tmp_path, "/app", BUSY),), monitoring=METRICS)
    async with open_site(settings) as under_test:
        site = under_test._site
        monitoring = make_monitoring(METRICS, trio.Event())
        monitoring.health.site = site
        observe = monitoring.observing(lambda _: None)

        async def metrics():
            while under_test.events:
                observe(under_test.events.pop(0))
            return read((await ask(MonitoredSite(site, monitoring).asgi, "/metrics")).text)

        async with under_test.open("/app") as page:
            page.click("button")
            await page.settled()
            assert page.model("label").text == "clicked"
            await trio.sleep(1)
            while_open = await metrics()
        await trio.sleep(60)
        afterwards = await metrics()

    carried = {
        name: while_open[f"docsync_{name}_total", "/app"]
        for name in ("messages_received", "received_bytes", "messages_sent", "sent_bytes")
    }
    assert carried["messages_received"] >= 2
    assert carried["messages_sent"] >= 4
    assert all(carried[name] > 200 for name in ("received_bytes", "sent_bytes"))
    assert while_open["docsync_outbox_bytes", "/app"] == 0
    assert while_open["docsync_sessions", "/app", "viewed"] == 1
    assert while_open["docsync_callback_seconds_count", "/app", "message"] >= 2
    assert while_open["docsync_callback_seconds_count", "/app", "periodic"] >= 9
    assert while_open["docsync_callback_seconds_bucket", "/app", "periodic", "+Inf"] >= 9
    assert ("docsync_callback_seconds_count", "/app", "hook") not in while_open
    assert afterwards["docsync_callback_seconds_count", "/app", "hook"] == 1
    for name, before in carried.items():
        assert afterwards[f"docsync_{name}_total", "/app"] >= before
    assert afterwards["docsync_connections", "/app"] == 0


async def test_nobody_looks_at_the_clock_for_metrics_that_are_not_wanted(tmp_path):
    async with a_site(application(tmp_path, "/app", BUSY)) as site:
        async with site.under_test.open("/app") as page:
            page.click("button")
            await page.settled()

        assert site.context("/app").times.kinds() == {}


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("", "message"),
        ("periodic callback <b>", "periodic"),
        ("next-tick callback f", "next tick"),
        ("server callback f", "server callback"),
        ("callback of ConnectionLost", "event"),
        ("what an author calls it", "other"),
    ],
)
def test_kinds_of_callbacks_are_few_words_of_ours(what, kind):
    assert kind_of(what) == kind


def test_times_are_counted_in_buckets(monkeypatch):
    monkeypatch.setattr(time, "perf_counter", lambda: 1000.0)
    times = CallTimes(wanted=True)
    times.end(999.98, "hook f")
    times.end(900.0, "hook g")

    (durations,) = times.kinds().values()

    assert durations.counts[BOUNDS.index(0.025)] == 1
    assert durations.counts[-1] == 1
    assert durations.seconds == pytest.approx(100.02)


def test_what_was_carried_does_not_become_less_when_connections_leave():
    census = Census()
    fast, slow = Traffic(messages_out=5, queued=10), Traffic(bytes_out=7, queued=300, merged=2)
    for traffic in (fast, slow):
        census.observe(events.ConnectionOpened("/one", "s1", "p", 1, traffic))
    fast.messages_out += 1

    load = census.loads()["/one"]
    assert (load.queued, load.most_queued) == (310, 300)
    assert (load.carried.messages_out, load.carried.bytes_out, load.carried.merged) == (6, 7, 2)
    census.observe(events.ConnectionClosed("/one", "s1", "p", 1, 1001, "", fast))
    load = census.loads()["/one"]
    assert (load.queued, load.most_queued) == (300, 300)
    assert load.carried.messages_out == census.carried().messages_out == 6


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
