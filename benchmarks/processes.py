"""What the kernel knows of a server's processes: the time they ran, the memory they hold.

Linux gives every process a clock of its own that others may read, exact to the nanosecond;
the ticks of ``/proc/PID/stat`` are 10 ms.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOAD, SERVED = (1, 0) if len(os.sched_getaffinity(0)) > 1 else (0, 0)
"""The places, among the processors that we may use, of the load and of the server."""


def _processor(place: int) -> int:
    return sorted(_ALLOWED)[place]


_ALLOWED = os.sched_getaffinity(0)


@contextmanager
def on_processor(place: int) -> Iterator[None]:
    """Let this process, and those that it starts, run on the processor at *place* only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {_processor(place)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def tree(pid: int) -> list[int]:
    """Return *pid* and all that descend from it and live."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                found += tree(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """Return how long *pid* and its descendants have run, in the kernel as well."""
    total = 0.0
    for process in tree(pid):
        with suppress(OSError):
            # clock_getcpuclockid(3): the complement of the id, shifted by 3, and "scheduler".
            total += time.clock_gettime((~process << 3) | 2)
    return total


def resident_bytes(pid: int) -> int:
    """Return the memory that *pid* and its descendants have in RAM."""
    total = 0
    for process in tree(pid):
        with suppress(OSError):
            for line in Path(f"/proc/{process}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) * 1024
    return total
