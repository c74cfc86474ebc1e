"""Events of every day, which a log for warnings need not even put into words.

A sentence for each session and each connection is a tenth of what opening a websocket costs.
What is not in the table may be a warning, and has to be worded to tell.
"""

import logging
from typing import Final

from docsync_trio.base import events, tls_events

LOUDEST: Final[dict[type[events.Event], int]] = {
    events.SessionOpened: logging.INFO,
    events.SessionEnded: logging.INFO,
    events.ConnectionOpened: logging.DEBUG,
    events.ConnectionClosed: logging.INFO,
    events.SignedIn: logging.INFO,
    events.SignedOut: logging.INFO,
    tls_events.HandshakeFailed: logging.DEBUG,
}
"""The level of `logging` above which no line about such an event is, whatever it says."""
