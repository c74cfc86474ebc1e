"""Telling systemd how the server is: ready, ending, and alive as long as its loop turns.

The protocol is one datagram for each message (sd_notify(3)), sent to the socket that the
environment names; where it names none, nobody is told. systemd ends a service whose watchdog
hears nothing for `WatchdogSec=`. So a thread tells it that all is well, and not the loop: a
callback that holds the loop for a while is no reason to end all sessions. What is, decides the
same measure that `/livez` has (`monitoring.stuck_after`).
"""

import math
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import attrs

MICROSECONDS: Final = 1_000_000

SPARE_SECONDS: Final = 5.0
"""What a process may take to end beyond `server.keep_alive.shutdown`: Python's own cleaning up."""


@attrs.frozen
class Notifier:
    """Sends messages to *address*, empty for nobody; *warn* is told if the first gets nowhere."""

    _address: str
    _warn: Callable[[str], object]

    @classmethod
    def of(cls, environ: Mapping[str, str], warn: Callable[[str], object]) -> "Notifier":
        """Return the one for what *environ* says."""
        place = environ.get("NOTIFY_SOCKET", "")
        # A name without a file begins with a zero byte, which no environment can hold.
        return cls(f"\0{place[1:]}" if place.startswith("@") else place, warn)

    def ready(self, status: str) -> None:
        """Say that visitors are served; *status* is what ``systemctl status`` shows."""
        if error := self._tell(READY="1", STATUS=status):
            self._warn(f"systemd cannot be told that the server is ready (NOTIFY_SOCKET): {error}")

    def stopping(self, status: str, within: float) -> None:
        """Say that the server ends, *within* so many seconds whatever systemd's own limit is.

        May be called by a signal handler.
        """
        if math.isfinite(within):
            longest = int((within + SPARE_SECONDS) * MICROSECONDS)
            self._tell(STOPPING="1", STATUS=status, EXTEND_TIMEOUT_USEC=str(longest))
        else:
            self._tell(STOPPING="1", STATUS=status)

    def alive(self) -> None:
        """Say that all is well."""
        self._tell(WATCHDOG="1")

    def _tell(self, **fields: str) -> OSError | None:
        if not self._address:
            return None
        text = "\n".join(f"{name}={value}" for name, value in fields.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.settimeout(0)  # nobody waits for a service manager
                sock.sendto(text.encode(), self._address)
        except OSError as error:
            return error
        return None


@contextmanager
def watchdog(
    notifier: Notifier,
    environ: Mapping[str, str],
    is_alive: Callable[[], bool],
    warn: Callable[[str], object],
) -> Iterator[None]:
    """Tell systemd's watchdog, if *environ* has one, that all is well while *is_alive*.

    *warn* is told, from a thread, when that is so no more.
    """
    period = watchdog_period(environ)
    if period is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        was_alive = True
        while not over.wait(period):
            alive = is_alive()
            if alive:
                notifier.alive()
            elif was_alive:
                warn("the loop is stuck, so systemd's watchdog will end the process (WatchdogSec=)")
            was_alive = alive

    thread = threading.Thread(target=watch, name="docsync watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def watchdog_period(environ: Mapping[str, str]) -> float | None:
    """Return how often, in seconds, the watchdog has to hear from this process; None for never."""
    longest = environ.get("WATCHDOG_USEC", "")
    whose = environ.get("WATCHDOG_PID", "")
    if not longest.isdecimal() or int(longest) == 0 or whose not in {"", str(os.getpid())}:
        return None
    return int(longest) / MICROSECONDS / 2
