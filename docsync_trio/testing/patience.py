"""Waiting until something is so, with an end to the waiting."""

from collections.abc import Callable
from typing import Final

import attrs
import trio

SECONDS: Final = 30.0
"""How long a condition may take to become true. Virtual seconds where time is virtual."""


@attrs.define(eq=False)
class News:
    """Wakes whoever waits, whenever there is something new to look at."""

    _event: trio.Event = attrs.field(factory=trio.Event, init=False)

    def tell(self) -> None:
        """There is something new."""
        self._event.set()
        self._event = trio.Event()

    async def until(self, condition: Callable[[], object], what: str, within: float) -> None:
        """Wait until *condition*, asked again at all that is new, is true.

        Raises ``AssertionError``, which says *what* is not so, after *within* seconds.
        """
        await trio.lowlevel.checkpoint()
        with trio.move_on_after(within) as scope:
            while not condition():
                await self._event.wait()
        if scope.cancelled_caught and not condition():
            raise AssertionError(f"not so within {within:g} s: {what}")
