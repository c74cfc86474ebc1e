"""What a result was measured with: processor, kernel and versions, and no more."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from benchmarks.environments import installed_versions
from benchmarks.servers import Installed

TOLD = ("bokeh", "panel", "bokeh-fastapi", "fastapi", "uvicorn", "tornado", "trio", "numpy")


def machine() -> dict[str, str]:
    """Return what the machine is."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "processor": model,
        "processors": str(os.cpu_count()),
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "load": f"{os.getloadavg()[0]:.2f} before the run",
    }


def versions(installed: Sequence[Installed]) -> dict[str, str]:
    """Return what each server is made of."""
    told = {}
    for one in installed:
        found = installed_versions(one.python)
        packages = [f"{name} {found[name]}" for name in TOLD if name in found]
        told[one.peer.name] = f"{one.peer.says}; Python {one.peer.python}, {', '.join(packages)}"
    return told
