"""Noticing that a peer of hypercorn's is gone without a word.

hypercorn pings the websockets that come through it and does not wait for the answers. Any
answer arrives as bytes on the connection, whatever travels there beside it; so while such
a websocket is open, the connection may be silent for so long and no longer.
"""

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final

import attrs
import trio

STATE_KEY: Final = "docsync_trio.vigil"
"""Where a websocket finds the vigil of its connection: in the ``state`` of its scope."""


@attrs.define(eq=False)
class Vigil:
    """Watches one connection; *longest* is how many seconds of silence it may have."""

    _longest: float
    _websockets: int = attrs.field(default=0, init=False)
    _heard: float = attrs.field(default=float("-inf"), init=False)
    _reading: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)

    @contextmanager
    def websocket(self) -> Iterator[None]:
        """For the length of the block there is a websocket that is pinged."""
        self._websockets += 1
        self._heard = trio.current_time()
        self._set_deadline()
        try:
            yield
        finally:
            self._websockets -= 1
            self._set_deadline()

    async def listen(self, receive: Callable[[], Awaitable[bytes]]) -> bytes | None:
        """What *receive* gives, or None if the peer has been silent for too long."""
        with trio.CancelScope() as self._reading:
            self._heard = trio.current_time()
            self._set_deadline()
            return await receive()
        return None

    def _set_deadline(self) -> None:
        silent_at = self._heard + self._longest
        self._reading.deadline = silent_at if self._websockets else float("inf")


@contextmanager
def pinged_websocket(scope: MutableMapping[str, Any]) -> Iterator[None]:
    """Have the connection of *scope* watched, if there is a vigil of ours to do it."""
    vigil: Vigil | None = (scope.get("state") or {}).get(STATE_KEY)
    if vigil is None:
        yield
    else:
        with vigil.websocket():
            yield
