"""Probabilities whose rows add up to 1 to rounding only, most of them nearly certain.

Quantities that are differences come out of their range there, if anywhere.
"""

import numpy as np
from hypothesis import strategies as st


def rows(rng, shape):
    """Rows on the simplex along the last axis, as they come out of float64.

    Of some, one entry is nearly all; some are 0 but for one or two; some are uniform;
    some were divided by a sum that is off by a rounding or two.
    """
    n = shape[-1]
    logs = rng.normal(size=shape) * 10.0 ** rng.integers(-9, 3, (*shape[:-1], 1))
    p = np.exp(logs - logs.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    kind = rng.integers(0, 5, (*shape[:-1], 1))
    certain = np.eye(n)[rng.integers(n, size=shape[:-1])]
    halves = (certain + np.eye(n)[rng.integers(n, size=shape[:-1])]) / 2
    p = np.select([kind == 0, kind == 1, kind == 2], [certain, halves, 1 / n], p)
    return p * (1 + rng.integers(-n, n + 1, (*shape[:-1], 1)) * 2.0**-53)


def sizes(largest):
    return st.integers(1, largest)


seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)
