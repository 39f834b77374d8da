"""Calls of what no estimate of a risk can do."""

import numpy as np


def _fields(draws, d):
    samples = np.array([1.0, 2.0, 3.0, 50.0])
    return np.array([2.0, 9.0, 101.0, 3.0]), samples, samples + d


ARGUMENTS = {
    "field_tradeoff": _fields,
    "field_tradeoff_floor": _fields,
    "two_worlds_floor": lambda s, d: (
        np.array([1.0, 5.0, 9.0, 40.0]),
        np.array([1.0, 3.0, 2.0, 20.0]) * d,
        0.01 + s.child("precision").uniform(4) / 3,
    ),
}
RANGES = dict.fromkeys(ARGUMENTS, (0.0, 2.0))
