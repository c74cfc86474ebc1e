"""What Prometheus may know of a server, with a registry of its own.

Everything is heard as an observer or counted when somebody asks. Labels have few values: an
application's path in the site file, and words of ours; nothing that visitors choose.
"""

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.process_collector import ProcessCollector

from docsync_trio.base import events, tls_events
from docsync_trio.config.keys import keys_of
from docsync_trio.config.schema import SiteSettings
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.server.monitoring.census import Census
from docsync_trio.server.monitoring.counted_now import Applications, CountedNow
from docsync_trio.server.monitoring.health import Answer
from docsync_trio.server.process.versions import versions

_KEY: Final = re.compile(r"\b[a-z_0-9]+(?:\.[a-z_0-9]+)+")
_CODES: Final = {1000, 1001, 1005, 1006, *map(int, CloseCode)}
_BUILD_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LAG_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_APPLICATION: Final = ("application",)


class Metrics:
    """The metrics of one server: hears what happens, and counts *census* and *applications*."""

    def __init__(self, census: Census, applications: Applications) -> None:
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(CountedNow(census, applications))
        found = {"version" if name == "docsync-trio" else name: one for name, one in versions()}
        Info("docsync", "Versions.", registry=registry).info(found)

        def counter(name: str, doc: str, labels: Iterable[str] = ()) -> Counter:
            return Counter(f"docsync_{name}", doc, labels, registry=registry)

        self._opened = counter("sessions_opened", "Sessions that were made.", _APPLICATION)
        self._ended = counter(
            "sessions_ended", "Sessions that ended, by why.", ("application", "reason")
        )
        self._leaked = counter("sessions_leaked", "Documents left behind.", _APPLICATION)
        self._unbuilt = counter("builds_failed", "Documents that were not made.", _APPLICATION)
        self._failed = counter(
            "callbacks_failed", "Callbacks, hooks and tasks that raised.", _APPLICATION
        )
        self._blocks = counter("callbacks_blocking", "Code that ran for long.", _APPLICATION)
        self._dropped = counter(
            "deliveries_dropped", "Messages and updates from others, not delivered.", _APPLICATION
        )
        self._interrupted = counter(
            "callbacks_interrupted", "Code that held the loop for too long.", _APPLICATION
        )
        self._joined = counter("connections_opened", "Websockets that joined.", _APPLICATION)
        self._left = counter(
            "connections_closed", "Websockets that left, by close code.", ("application", "code")
        )
        self._refused = counter(
            "refusals", "Requests and websockets turned away; limit: by which key.",
            ("status", "limit"),
        )  # fmt: skip
        self._faults = counter("peer_faults", "Connections dropped for what they sent.")
        self._requests_failed = counter("requests_failed", "Requests that met an unforeseen error.")
        self._unaccepted = counter("accept_failures", "Times that no connection could be accepted.")
        self._reloads = counter("reloads", "Changes of files taken over, or not.", ("result",))
        self._build_seconds = Histogram(
            "docsync_build_seconds",
            "How long documents took to be made.",
            _APPLICATION,
            buckets=_BUILD_SECONDS,
            registry=registry,
        )
        self._expiry = Gauge(
            "docsync_certificate_expiry_timestamp_seconds",
            "When the certificate of new connections expires.",
            ("path",),
            registry=registry,
        )
        self._lag = Histogram(
            "docsync_loop_lag_seconds",
            "How late the loop was, looked at every second.",
            buckets=_LAG_SECONDS,
            registry=registry,
        )

    def observe(self, event: events.Event) -> None:
        """Take note of *event*; any thread may call."""
        match event:
            case events.SessionOpened(application, _, seconds):
                self._opened.labels(application).inc()
                self._build_seconds.labels(application).observe(seconds)
            case events.SessionEnded(application, _, reason):
                self._ended.labels(application, reason).inc()
            case events.ApplicationEvent():
                self._observe_connection(event)
                self._observe_failure(event)
            case _:
                self._observe_server(event)

    def _observe_connection(self, event: events.ApplicationEvent) -> None:
        match event:
            case events.ConnectionOpened(application):
                self._joined.labels(application).inc()
            case events.ConnectionClosed(application):
                code = str(event.code) if event.code in _CODES else "other"
                self._left.labels(application, code).inc()

    def _observe_server(self, event: events.Event) -> None:
        match event:
            case events.ConnectionRefused():
                self._refused.labels(str(event.status), _limit_in(event.hint)).inc()
            case events.PeerFault():
                self._faults.inc()
            case events.RequestFailed():
                self._requests_failed.inc()
            case tls_events.CertificateTaken(path):
                self._expiry.labels(path).set(event.ends.timestamp())
            case events.AcceptFailed():
                self._unaccepted.inc()
            case events.Reloaded():
                self._reloads.labels("taken over").inc()
            case events.ReloadFailed():
                self._reloads.labels("failed").inc()

    def _observe_failure(self, event: events.ApplicationEvent) -> None:
        match event:
            case events.BuildFailed(application):
                self._unbuilt.labels(application).inc()
            case events.CallbackFailed(application) | events.ApplicationTaskFailed(application):
                self._failed.labels(application).inc()
            case events.CallbackBlocks(application):
                self._blocks.labels(application).inc()
            case events.CallbackInterrupted(application):
                self._interrupted.labels(application).inc()
            case events.DeliveriesDropped(application):
                # Told of twice: at the first, and with all of them when there are no more.
                self._dropped.labels(application).inc(event.dropped - event.caught_up)
            case events.SessionLeaked(application):
                self._leaked.labels(application).inc(1 + event.others)

    def observe_lag(self, seconds: float) -> None:
        """Take note that the loop was late by *seconds*."""
        self._lag.observe(seconds)

    def answer(self) -> Answer:
        """Return all metrics as Prometheus reads them; any thread may ask."""
        return Answer(200, generate_latest(self._registry), CONTENT_TYPE)


def _limit_in(hint: str) -> str:
    """Return the key that *hint* names; a user's name in it might look like one, too."""
    return next((found for found in _KEY.findall(hint) if found in _known_keys()), "")


@functools.cache
def _known_keys() -> frozenset[str]:
    return frozenset(_keys_of(SiteSettings, ""))


def _keys_of(table: type, path: str) -> Iterator[str]:
    for each in keys_of(table).values():
        name = f"{path}{each.name}"
        if each.table is None:
            yield name
        else:
            yield from _keys_of(each.table, f"{name}.")


CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""The format that every Prometheus reads."""
