"""How many threads may be at work, and who has to wait for one."""

from collections import deque

import attrs
import trio


@attrs.define(eq=False)
class Places:
    """Places for *most* at once, *taken* of which are; used in Trio's thread.

    `trio.CapacityLimiter` remembers who has a place and takes ten calls for what is two
    here; a small callback takes a place and leaves it again.
    """

    most: int
    taken: int = attrs.field(default=0, init=False)
    _waiting: deque[trio.Event] = attrs.field(factory=deque, init=False)

    def take_now(self) -> bool:
        """Take a place if there is one; says whether there was."""
        if self.taken >= self.most:
            return False
        self.taken += 1
        return True

    async def take(self) -> None:
        """Take a place, if need be after all who have been waiting for one."""
        await trio.lowlevel.checkpoint()
        if self.take_now():
            return
        passed_on = trio.Event()
        self._waiting.append(passed_on)
        try:
            await passed_on.wait()
        except trio.Cancelled:
            self._waiting.remove(passed_on)
            raise

    def leave(self) -> None:
        """Give a place back; who has waited longest for one has it."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self.taken -= 1
