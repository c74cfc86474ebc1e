"""Writing lines without ever waiting for whoever reads them.

A log line that is written straight to a stream stops the whole server while a
terminal is paused or a pipe is full, and raises when its reader has gone. Here a
thread writes; the server only puts lines into a bounded queue. What does not fit
is counted, and the count is told as soon as there is room.
"""

import contextlib
import queue
import threading
from collections.abc import Callable
from functools import partial

from docsync_trio.cli.terminal.output import Lines, put_line

_WAITING = 10_000  # lines; some megabytes at most
_PATIENCE = 1.0  # seconds that closing waits for a reader that does not read


class LineWriter:
    """Writes lines to *stream* from a thread of its own; never raises, never waits.

    *tell* is given a sentence about lines that were lost; without it that is a line, too.
    """

    def __init__(
        self,
        stream: Lines | None,
        *,
        waiting: int = _WAITING,
        tell: Callable[[str], object] | None = None,
    ) -> None:
        self._stream = stream
        self._tell = tell or partial(put_line, stream)
        self._lines: queue.Queue[str | None] = queue.Queue(waiting)
        self._lost = 0
        self._closed = False
        self._thread = threading.Thread(target=self._write_all, name="docsync log", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Have *line* (without its newline) written soon; drop it where the queue is full."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._lost += 1

    def close(self, patience: float = _PATIENCE) -> None:
        """Write what is waiting, for at most *patience* seconds."""
        self._closed = True
        with contextlib.suppress(queue.Full):  # where it is full, the thread is awake anyway
            self._lines.put_nowait(None)
        self._thread.join(patience)

    def _write_all(self) -> None:
        while not (self._closed and self._lines.empty()):
            line = self._lines.get()
            lost, self._lost = self._lost, 0
            if lost:
                self._tell(f"{lost} log lines were lost: nobody read them in time")
            if line is not None:
                put_line(self._stream, line)
