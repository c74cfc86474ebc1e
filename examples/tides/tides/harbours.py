"""Tides of three made-up harbours, as sums of the four largest constituents."""

import numpy as np

# Degrees per hour: the moon's and the sun's half-day tides, and their two day tides.
SPEEDS = np.array([28.984104, 30.0, 13.943036, 15.041069])

# Height in metres and delay in degrees of each constituent.
HARBOURS = {
    "Northhaven": ([1.90, 0.62, 0.11, 0.14], [140, 178, 20, 75]),
    "Saint Elm": ([0.95, 0.35, 0.30, 0.42], [35, 80, 210, 160]),
    "Low Quay": ([0.28, 0.12, 0.45, 0.51], [300, 330, 120, 95]),
}


def heights(harbour, hours):
    """Height above mean water, in metres, at each of *hours*."""
    sizes, delays = (np.array(values) for values in HARBOURS[harbour])
    angles = np.radians(np.outer(hours, SPEEDS) - delays)
    return (sizes * np.cos(angles)).sum(axis=1)


def turns(hours, levels):
    """High and low waters: the hours and heights at which the tide turns."""
    rising = np.diff(levels) > 0
    at = np.flatnonzero(rising[1:] != rising[:-1]) + 1
    return hours[at], levels[at]
