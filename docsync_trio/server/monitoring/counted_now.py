"""Metrics that nobody keeps: what there is, or has been counted, when somebody asks.

Sessions, connections and callbacks count for themselves in plain numbers, as that costs them
next to nothing. Here the numbers are added up, in the thread of whoever asks.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

import attrs
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from docsync_trio.server.monitoring.census import Census, Count
from docsync_trio.server.monitoring.health import WatchedApplication
from docsync_trio.sessions.call_times import BOUNDS

Applications = Callable[[], Sequence[WatchedApplication]]
"""Returns the applications that are served now."""

_APPLICATION: Final = ("application",)
_CARRIED: Final = {
    "messages_in": ("messages_received", "Messages from browsers."),
    "bytes_in": ("received_bytes", "Bytes of messages from browsers."),
    "messages_out": ("messages_sent", "Messages to browsers."),
    "bytes_out": ("sent_bytes", "Bytes of messages to browsers."),
    "merged": ("patches_merged", "Patches that a slow connection got as the last values."),
    "dropped": ("patches_dropped", "Patches that a connection was too slow for."),
    "too_slow": ("connections_too_slow", "Connections told to come back, as they were too slow."),
}


@attrs.frozen
class CountedNow(Collector):
    """Asks *census* and *applications*."""

    _census: Census
    _applications: Applications

    def describe(self) -> list[Metric]:
        """Return nothing: without this the registry would count before there is anything."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Yield what there is now."""
        applications = self._applications()
        yield from self._present(applications)
        yield from self._traffic()
        yield _callback_times(applications)

    def _present(self, applications: Sequence[WatchedApplication]) -> Iterator[Metric]:
        sessions = GaugeMetricFamily(
            "docsync_sessions",
            "Sessions that are alive, with viewers (viewed) or without (alone).",
            labels=("application", "state"),
        )
        connections = GaugeMetricFamily(
            "docsync_connections", "Websockets that are open.", labels=_APPLICATION
        )
        threads = GaugeMetricFamily(
            "docsync_threads_at_work", "Threads that run plain functions.", labels=_APPLICATION
        )
        served = {one.url: one.threads_at_work for one in applications}
        for path, busy in served.items():
            threads.add_metric([path], busy)
        counts = self._census.counts()
        for path in {**dict.fromkeys(served), **dict.fromkeys(counts)}:
            count = counts.get(path) or Count()
            sessions.add_metric([path, "viewed"], count.viewed)
            sessions.add_metric([path, "alone"], count.alone)
            connections.add_metric([path], count.connections)
        yield from (sessions, connections, threads)

    def _traffic(self) -> Iterator[Metric]:
        loads = self._census.loads()
        for field, (name, doc) in _CARRIED.items():
            counter = CounterMetricFamily(f"docsync_{name}", doc, labels=_APPLICATION)
            for path, load in loads.items():
                counter.add_metric([path], getattr(load.carried, field))
            yield counter
        queued = GaugeMetricFamily(
            "docsync_outbox_bytes", "Bytes that wait to be sent to browsers.", labels=_APPLICATION
        )
        most = GaugeMetricFamily(
            "docsync_outbox_max_bytes", "Bytes that wait for one connection.", labels=_APPLICATION
        )
        for path, load in loads.items():
            queued.add_metric([path], load.queued)
            most.add_metric([path], load.most_queued)
        yield from (queued, most)


def _callback_times(applications: Sequence[WatchedApplication]) -> Metric:
    times = HistogramMetricFamily(
        "docsync_callback_seconds",
        "How long callbacks, hooks and messages had the turn.",
        labels=("application", "kind"),
    )
    for application in applications:
        for kind, durations in application.times.kinds().items():
            ends = [*map(str, BOUNDS), "+Inf"]
            buckets = list(zip(ends, accumulate(durations.counts), strict=True))
            times.add_metric([application.url, kind], buckets, durations.seconds)
    return times
