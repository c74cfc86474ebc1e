"""What one task of the server measures, for everybody who looks."""

from collections import deque
from datetime import datetime
from typing import Final

import numpy as np
import panel as pn

NAMES: Final = ("T1", "T2", "T3")
KEPT: Final = 120
"""Seconds of measurements that a new visitor finds."""

measured: deque[dict[str, object]] = deque(maxlen=KEPT)
_random = np.random.default_rng()
_power = dict.fromkeys(NAMES, 3.0)


def measure() -> None:
    """Take the power of every turbine, in megawatts."""
    for name, power in _power.items():
        gust = 0.05 * (3 - power) + _random.normal(0, 0.25)
        _power[name] = float(np.clip(power + gust, 0, 6))
    measured.append({"time": datetime.now(), **_power})


def on_server_loaded(_server_context: object) -> None:
    """Begin to measure: once, whoever visits."""
    measure()
    pn.state.schedule_task("measure", measure, period="1s")
