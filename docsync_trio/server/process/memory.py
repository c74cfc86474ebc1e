"""How much memory this process has in use."""

import os
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")


def resident() -> int | None:
    """Return the bytes of this process that are in memory; None where it cannot be told."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except OSError:  # there is no /proc
        return None
    return pages * os.sysconf("SC_PAGESIZE")
