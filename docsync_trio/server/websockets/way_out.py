"""Those who leave at the same moment leave a few at a time.

A network that fails, or a proxy that restarts, ends hundreds of websockets in one moment.
Taking one apart is quick, but Trio wakes all whose sockets have news before it looks
again who else has something to say, so that everybody else would wait for all of them.
"""

from typing import Final

import trio

AT_ONCE: Final = 4
"""Websockets that leave between two looks at the network; half a millisecond each."""


class WayOut:
    """The way out of a server, which all its websockets share."""

    def __init__(self) -> None:
        self._room = trio.Semaphore(AT_ONCE)

    async def wait_for_turn(self) -> None:
        """Wait until it is one's turn to leave; others have had theirs meanwhile."""
        async with self._room:  # entering it gives the loop a turn
            pass
