"""Python's garbage collector, kept from looking at documents again and again.

A full collection looks at every object there is; with a few hundred documents it stops
the server for a good part of a second, and nearly always for nothing, because sessions
free their models themselves. So Python makes none of its own accord, and what came with
imports is set aside ("frozen"): of the objects of a process that is most. Everything is
looked at when there has been no session for a while. While sessions are open only what
came after the imports is, and only if there is reason to: documents of ended sessions
that are still there, or an application that another has taken the place of.
"""

import gc
import math
import time
from typing import Final

import attrs
import trio

from docsync_trio.base.events import Event, Observer, Reloaded, SessionEnded, SessionOpened
from docsync_trio.server.process.leaks import LeakWatch

WORTH_A_LOOK: Final = 1000
"""Ended sessions after which is asked whether their documents are gone."""

LOOK_ANYWAY: Final = 20_000
"""Ended sessions after which is looked in any case, for circles without a document."""

SHORT: Final = 0.03
"""Seconds that a look may stop sessions for the sake of a single document."""

PER_SESSION: Final = 0.0005
"""Seconds that a look takes for each open session, until one was measured."""

QUIET: Final = 5.0
"""Seconds without a session after which everything is looked at: a visitor who comes right
behind the last one does not wait for it."""

NEVER: Final = 2**31 - 1


@attrs.define(eq=False)
class GarbageKeeper:
    """An observer that decides when garbage is looked for; it passes events on to *observe*.

    It is for a process that does nothing but serve, as it changes the collector for all
    of it.
    """

    _observe: Observer
    _open: int = attrs.field(default=0, init=False)
    _ended: int = attrs.field(default=0, init=False)
    _exchanged: bool = attrs.field(default=False, init=False)
    _known: set[str] = attrs.field(factory=set, init=False)
    _per_session: float = attrs.field(default=PER_SESSION, init=False)
    _leaks: LeakWatch = attrs.field(factory=LeakWatch, init=False)
    _time_to_look: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)

    def __attrs_post_init__(self) -> None:
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, NEVER)
        gc.freeze()
        gc.enable()

    async def look(self) -> None:
        """Look for garbage whenever it is time to; runs for ever.

        To be started when all applications are loaded.
        """
        gc.freeze()
        while True:
            with self._time_to_look:
                await trio.sleep_forever()
            self._time_to_look = trio.CancelScope()
            self._collect()
            await self._tell_of_leaks()

    def observe(self, event: Event) -> None:
        """Pass *event* on, and act on sessions that open or end."""
        self._observe(event)
        if isinstance(event, SessionOpened):
            self._open += 1
            if not self._exchanged:
                self._time_to_look.deadline = math.inf
            if event.application not in self._known:
                self._known.add(event.application)
                _set_aside_imports()
        elif isinstance(event, SessionEnded):
            self._open -= 1
            self._ended += 1
            self._leaks.ended(event)
            if not self._open:
                self._time_to_look.deadline = trio.current_time() + QUIET
            elif self._ended % WORTH_A_LOOK == 0 and self._is_due():
                self._time_to_look.cancel()
        elif isinstance(event, Reloaded) and not self._exchanged:
            # Modules are circles, and may hold much data.
            self._exchanged = True
            self._time_to_look.deadline = trio.current_time() + QUIET

    def _is_due(self) -> bool:
        remaining = self._leaks.remaining()
        if remaining and self._open * self._per_session <= SHORT:
            return True
        return remaining >= WORTH_A_LOOK or self._ended >= LOOK_ANYWAY

    def _collect(self) -> None:
        self._ended, self._exchanged = 0, False
        if self._open:
            began = time.perf_counter()
            gc.collect()
            self._per_session = (time.perf_counter() - began) / self._open
        else:
            gc.unfreeze()
            gc.collect()
            gc.freeze()

    async def _tell_of_leaks(self) -> None:
        leaks = self._leaks.look()
        if not leaks:
            return
        gc.unfreeze()  # nothing that is frozen is ever found to keep something
        for leak in leaks:
            self._observe(await trio.to_thread.run_sync(leak.told))
        gc.freeze()


def _set_aside_imports() -> None:
    """Freeze what the first document of an application has imported."""
    gc.collect(1)  # what is garbage already must not be frozen
    gc.freeze()
