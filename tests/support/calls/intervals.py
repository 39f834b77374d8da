"""Calls of refgen.intervals."""

import numpy as np

from refgen.intervals import BettingSequence, Interval

N, ERROR = np.array([10.0, 1000.0]), 0.125
MEAN = np.array([0.25, 0.5])
SEQUENCE = BettingSequence(0.125, n_candidates=8)
ENDS = Interval(np.array([0.25, 0.5]), np.array([1.0, 0.75]))
MEANS = Interval(np.array([1.0, 0.5, 0.25]), np.array([1.5, 0.75, 0.375]))
SIZES = np.array([1.0, 2.0, 4.0])
SAMPLES = np.array([[0.25, 0.5, 1.0], [0.0, 0.75, 0.5]])

CALLS = {
    "BettingSequence": (0.125, 0.0, 1.0, 8),
    "BettingSequence.interval": (SEQUENCE,),
    "BettingSequence.update": (SEQUENCE, SAMPLES),
    "Interval": (np.array([0.25, 0.5]), np.array([1.0, 0.75])),
    "Interval.contains": (ENDS, np.array([0.5, 1.0])),
    "bernstein_of_averages": (MEAN, MEAN / 16, N, N, ERROR),
    "clopper_pearson": (np.array([3.0, 10.0]), N, ERROR),
    "empirical_bernstein": (MEAN, MEAN / 16, N, ERROR),
    "hoeffding": (MEAN, N, ERROR),
    "local_slopes": (SIZES, MEANS),
    "loglog_slope": [(SIZES, MEANS), (SIZES, (MEANS.low, MEANS.high))],
    "robust_mean": (np.linspace(-1, 1, 256).reshape(2, 128), 0.25, 3.0),
    "spend": (0.125, N),
}
RANGES = {
    "BettingSequence.interval": (0, 1),
    "clopper_pearson": (0, 1),
    "spend": (0, 1),
}
MEANINGFUL = {
    (name, "means", "its fields"): "a pair (low, high) is as good"
    for name in ("local_slopes", "loglog_slope")
}
