"""Whether intervals cover as often as they promise."""

import numpy as np
from scipy import stats

from refgen.intervals import Interval

ALPHA = 0.05

# Sums of exact probabilities have some hundred terms.
EXACT = 1e-12


def covers(missed, error_probability):
    """Whether this many misses have probability ≥ 2**-20 if the promise holds."""
    missed = np.asarray(missed)
    tail = stats.binom.sf(missed.sum() - 1, missed.size, error_probability)
    return tail >= 2.0**-20


def shrunk(interval, factor):
    """The interval with its ends moved towards the middle."""
    middle = (interval.low + interval.high) / 2
    half = (interval.high - interval.low) / 2 * factor
    return Interval(middle - half, middle + half)
