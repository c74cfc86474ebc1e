"""Pages of ours that come for a session that is no more.

They are told by a close code, as other clients are by a status: waiting will not help, and
the page reloads.
"""

from docsync_trio.base.errors import Refusal


class OutdatedPage(Refusal):
    """The peer's, as `Refusal`: a marked page that only a reload can help."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status, str(refusal), hint=refusal.hint)
