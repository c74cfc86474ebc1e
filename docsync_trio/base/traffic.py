"""What has gone over websockets, in plain numbers.

Each connection counts for itself, where it sends and receives anyway; whoever wants to know
adds up when somebody asks.
"""

from collections.abc import Iterable
from typing import Self

import attrs


@attrs.define(eq=False)
class Traffic:
    """What one websocket has carried so far, or several together.

    Messages are Bokeh's, of several frames each; *bytes_in* and *bytes_out* are the payloads
    of their frames. *merged* patches were not sent one by one, as the connection was behind,
    but as the values that things had when it could take them. *dropped* were not sent at all:
    the connection was told to come back and pull the document, *too_slow* times (0 or 1).
    *queued* bytes are waiting to be sent.
    """

    messages_in: int = 0
    bytes_in: int = 0
    messages_out: int = 0
    bytes_out: int = 0
    merged: int = 0
    dropped: int = 0
    too_slow: int = 0
    queued: int = 0

    def add(self, other: "Traffic") -> None:
        """Take what *other* has carried into the account; what waits there is not carried yet."""
        self.messages_in += other.messages_in
        self.bytes_in += other.bytes_in
        self.messages_out += other.messages_out
        self.bytes_out += other.bytes_out
        self.merged += other.merged
        self.dropped += other.dropped
        self.too_slow += other.too_slow

    @classmethod
    def total(cls, several: Iterable["Traffic"]) -> Self:
        """Return what *several* have carried together."""
        total = cls()
        for each in several:
            total.add(each)
        return total
