"""The data: a year of days, for each building what it used and how warm it was outside.

Made up, and always the same. Read your own here; everything else asks only `days`.
"""

from functools import cache

import numpy as np

BUILDINGS = {
    "Library": (900, 21, 0.7),
    "Town hall": (640, 27, 0.35),
    "Swimming pool": (1500, 42, 1),
}
"""Basic use in kWh a day, more for each degree below 16 °C, share of it at weekends."""
COMFORT = 16


@cache
def days(building):
    """Return the columns of a year: date, temperature, kwh, weekend (a bool)."""
    basic, per_degree, at_weekends = BUILDINGS[building]
    random = np.random.default_rng(list(BUILDINGS).index(building))
    date = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[D]")
    number = np.arange(len(date))
    temperature = 11 - 10 * np.cos(2 * np.pi * (number - 20) / 365) + random.normal(0, 3, len(date))
    # 1970 began on a Thursday.
    weekend = (date.astype(int) + 3) % 7 >= 5
    heating = per_degree * np.clip(COMFORT - temperature, 0, None)
    kwh = (basic + heating) * np.where(weekend, at_weekends, 1) + random.normal(0, 45, len(date))
    return {
        "date": date.astype("datetime64[ms]"),
        "temperature": temperature,
        "kwh": np.clip(kwh, 0, None),
        "weekend": weekend,
    }


def monthly(date, kwh):
    """Return the mean of *kwh* for each of twelve months; 0 where there is no day."""
    month = date.astype("datetime64[M]").astype(int) % 12
    sums = np.bincount(month, weights=kwh, minlength=12)
    return sums / np.maximum(np.bincount(month, minlength=12), 1)
