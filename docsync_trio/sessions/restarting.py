"""The answer of a server that goes down and is expected back."""

from docsync_trio.base.errors import Refusal
from docsync_trio.sessions.room import RETRY_AFTER


class Restarting(Refusal):
    """The peer's, as `Refusal` (503): it comes too late, and should simply try again."""

    def __init__(self) -> None:
        super().__init__(503, "The server is restarting.", retry_after=RETRY_AFTER)
