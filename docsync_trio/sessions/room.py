"""How many sessions there may be: of one application, and of all together."""

import attrs

from docsync_trio.base.errors import Refusal

RETRY_AFTER = 10
"""Seconds after which a visitor who found no room may try again."""


@attrs.define(eq=False)
class Room:
    """Room for *most* sessions; 0: no limit. *taken* is how many there are."""

    most: int
    taken: int = attrs.field(default=0, init=False)

    def take(self) -> None:
        """Take room for one."""
        self.taken += 1

    def leave(self) -> None:
        """Give the room of one back."""
        self.taken -= 1

    def check(self, hint: str) -> None:
        """Raise `Refusal` (503) if all is taken; *hint* names the key that says so."""
        if self.most and self.taken >= self.most:
            raise Refusal(
                503,
                "There are as many visitors as can be served. Please try again soon.",
                hint=hint,
                retry_after=RETRY_AFTER,
            )
