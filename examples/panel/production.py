"""A year of made-up production, the same at every start."""

import numpy as np
import pandas as pd
import panel as pn

CAPACITY = {"Amrum": 302, "Borkum": 450, "Dogger": 1200, "Hornsea": 1218}
"""Megawatts."""


@pn.cache
def production() -> pd.DataFrame:
    """Return megawatt hours by day and farm; made once for all sessions."""
    days = pd.date_range("2025-01-01", "2025-12-31", freq="D")
    random = np.random.default_rng(7)
    farms = []
    for farm, capacity in CAPACITY.items():
        season = 0.45 + 0.18 * np.cos(2 * np.pi * days.dayofyear / 365)
        gusts = pd.Series(random.normal(0, 0.16, len(days))).rolling(3, min_periods=1).mean()
        factor = np.clip(season + gusts.to_numpy(), 0.02, 0.97)
        energy = (factor * capacity * 24).round()
        farms.append(pd.DataFrame({"day": days, "farm": farm, "energy": energy, "factor": factor}))
    return pd.concat(farms, ignore_index=True)
