"""What machines may ask of a running server, at an address of its own or among the site's.

One object knows all of it. It is there before the site is open and after it is closed, so
that "it starts" and "it ends" can be told.
"""

import importlib.util
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import attrs
import trio

from docsync_trio.base.errors import Problem
from docsync_trio.base.events import Event, Observer
from docsync_trio.config.schema import MonitoringSettings
from docsync_trio.server.monitoring.census import Census
from docsync_trio.server.monitoring.health import (
    ALIVE,
    Answer,
    Health,
    Question,
    WatchedApplication,
)
from docsync_trio.server.process.pulse import Pulse
from docsync_trio.server.sockets.binds import bind_sockets

NO_QUESTION = Question()
"""What is asked where there is a path alone."""

MISSING = "needs the library prometheus_client; install docsync-trio[metrics]"


def missing_library(settings: MonitoringSettings) -> list[Problem]:
    """Return what is wrong with *settings* on this machine."""
    if not settings.metrics or importlib.util.find_spec("prometheus_client") is not None:
        return []
    return [Problem(("monitoring", "metrics"), MISSING)]


@attrs.define(eq=False)
class Monitoring:
    """What is known of the server that *stop* ends; made by `make_monitoring`."""

    settings: MonitoringSettings
    health: Health
    census: Census
    _observers: Sequence[Observer]
    _answers: dict[str, Callable[[Question], Answer]]

    @property
    def pulse(self) -> Pulse:
        """The loop's turns; whoever runs the loop runs it."""
        return self.health.pulse

    def observing(self, observe: Observer) -> Observer:
        """Return an observer that takes note of what there is to count, and then *observe*."""
        observers = (*self._observers, observe)

        def all_of_them(event: Event) -> None:
            for each in observers:
                each(event)

        return all_of_them

    def answer_at(self, path: str, question: Question = NO_QUESTION) -> Answer | None:
        """Return what is answered at *path*, None where there is nothing; any thread may ask."""
        answer = self._answers.get(path)
        return None if answer is None else answer(question)


def make_monitoring(settings: MonitoringSettings, stop: trio.Event) -> Monitoring:
    """Return what knows the server that *stop* ends, as *settings* want it."""
    health, census = Health(Pulse(), stop, settings.stuck_after), Census()
    observers: list[Observer] = [census.observe]
    # Whoever is answered by the loop itself need not ask whether it turns.
    alive = health.livez if settings.bind is not None else lambda: ALIVE
    answers: dict[str, Callable[[Question], Answer]] = {
        settings.livez: lambda _: alive(),
        settings.readyz: lambda _: health.readyz(),
    }
    if settings.metrics:
        from docsync_trio.server.monitoring.metrics import Metrics

        metrics = Metrics(census, lambda: _applications_of(health))
        observers.append(metrics.observe)
        health.pulse.told = metrics.observe_lag
        answers[settings.metrics] = lambda _: metrics.answer()
    if settings.sessions:
        from docsync_trio.server.monitoring.operators_page import OperatorsPage

        page = OperatorsPage(health.pulse, time.monotonic)
        observers.append(page.observe)
        answers[settings.sessions] = page.answer
    answers.pop("", None)
    return Monitoring(settings, health, census, observers, answers)


@contextmanager
def own_address(monitoring: Monitoring) -> Iterator[list[socket.socket]]:
    """Answer at the address that *monitoring* has of its own, if any, while the block runs.

    Gives the sockets that listen there. Raises `ServerError` for an address that cannot be had.
    """
    bind = monitoring.settings.bind
    if bind is None:
        yield []
        return
    from docsync_trio.server.monitoring.health_port import answering

    sockets = bind_sockets((bind,), option="--set monitoring.bind=")
    with answering(sockets, monitoring.answer_at):
        yield sockets


def _applications_of(health: Health) -> Sequence[WatchedApplication]:
    return () if health.site is None else health.site.applications
