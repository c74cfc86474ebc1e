"""Python's garbage collector, kept from looking at documents again and again.

A full collection looks at every object there is; with a few hundred documents it stops
the server for a good part of a second, and nearly always for nothing, because sessions
free their models themselves. So what was there at start and what a session has built is
set aside ("frozen"). It is looked at again when there has been no session for a while, or when
so many have ended that what remained of them is worth the time.
"""

import gc
import math
from typing import Final

import attrs
import trio

from docsync_trio.base.events import Event, Observer, SessionEnded, SessionOpened
from docsync_trio.server.leaks import LeakWatch

WORTH_A_LOOK: Final = 1000
"""Ended sessions after which everything is looked at, for the circles that applications make;
more where more are alive, as a look then takes longer. Of ours nothing remains."""

QUIET: Final = 5.0
"""Seconds without a session after which everything is looked at: a visitor who comes right
behind the last one does not wait for it."""


@attrs.define(eq=False)
class GarbageKeeper:
    """An observer that freezes what sessions build; it passes every event on to *observe*.

    What was there before is frozen unseen: the little of it that is garbage is found later.

    It is for a process that does nothing but serve, as it changes the collector for all
    of it.
    """

    _observe: Observer
    _open: int = attrs.field(default=0, init=False)
    _ended: int = attrs.field(default=0, init=False)
    _leaks: LeakWatch = attrs.field(factory=LeakWatch, init=False)
    _quiet: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)

    def __attrs_post_init__(self) -> None:
        gc.freeze()
        gc.enable()

    async def look_when_quiet(self) -> None:
        """Look at everything whenever there was no session for `QUIET`; runs for ever."""
        while True:
            with self._quiet:
                await trio.sleep_forever()
            self._quiet = trio.CancelScope()
            self._look_at_everything()

    def observe(self, event: Event) -> None:
        """Pass *event* on, and act on sessions that open or end."""
        self._observe(event)
        if isinstance(event, SessionOpened):
            self._open += 1
            self._quiet.deadline = math.inf
            gc.collect(1)  # what is garbage already must not be frozen
            gc.freeze()
        elif isinstance(event, SessionEnded):
            self._open -= 1
            self._ended += 1
            self._leaks.ended(event)
            if self._ended >= max(WORTH_A_LOOK, self._open):
                self._look_at_everything()
            elif not self._open:
                self._quiet.deadline = trio.current_time() + QUIET

    def _look_at_everything(self) -> None:
        self._ended = 0
        gc.unfreeze()
        gc.collect()
        for leaked in self._leaks.look():
            self._observe(leaked)
        gc.freeze()
