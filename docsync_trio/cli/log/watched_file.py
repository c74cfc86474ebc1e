"""A file for lines that survives being moved away.

logrotate and people rename a log and expect a new one under the old name. No signal has to
be sent for that: before each line it is looked whether the name still means the same file.
"""

import contextlib
import os
from pathlib import Path
from typing import TextIO


class WatchedFile:
    """Appends to the file at *path*, which is made if it is not there; see `LineWriter`.

    Raises OSError where it cannot be opened the first time. Later nothing is raised that a
    disk or a folder may do; lines are lost then, until it can be opened again.
    """

    encoding = "utf-8"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = self._open()

    def write(self, text: str) -> int:
        """Append *text*."""
        if self._file is None or self._is_another():
            self.close()
            self._file = self._open()
        return self._file.write(text)

    def flush(self) -> None:
        """Give everything to the operating system."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Close it; it is opened again by the next line."""
        if self._file is not None:
            file, self._file = self._file, None
            with contextlib.suppress(OSError):
                file.close()

    def _open(self) -> TextIO:
        # Not for everybody: there are addresses in it. An existing file keeps its mode.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        return open(descriptor, "a", encoding=self.encoding, errors="backslashreplace")  # noqa: PTH123

    def _is_another(self) -> bool:
        if self._file is None:
            return True
        ours = os.fstat(self._file.fileno())
        try:
            there = os.stat(self._path)  # noqa: PTH116 - for every line
        except OSError:
            return True
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)
