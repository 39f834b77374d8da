"""The exact interval for a probability from counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import as_counts, as_open_unit
from refgen.arrays import special_functions
from refgen.intervals._checks import together
from refgen.intervals.interval import Interval


def clopper_pearson(successes: Any, n_trials: Any, error_probability: Any) -> Interval:
    """Exact interval for the success probability of independent trials.

    If the upper end is the success probability, the observed number of successes or
    fewer have probability error_probability/2; if the lower end is, the observed number
    or more have. The lower end is 0 without successes, the upper end is 1 without
    failures.

    Parameters
    ----------
    successes : array_like of whole numbers
        From 0 to `n_trials`.
    n_trials : array_like of whole numbers
        From 1.
    error_probability : array_like in (0, 1)
        Half of it on either side.

    Returns
    -------
    Interval
        Of the broadcast shape of the arguments.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If an argument is out of range, NaN or not whole, or shapes do not broadcast.

    Notes
    -----
    Source: Clopper & Pearson (1934), as quantiles of beta laws.

    Examples
    --------
    >>> clopper_pearson([0, 5], 10, 0.05).high.round(4).tolist()
    [0.3085, 0.8129]
    """
    k, n, half = together(
        successes=as_counts("successes", successes, 0),
        n_trials=as_counts("n_trials", n_trials),
        error_probability=as_open_unit("error_probability", error_probability) / 2,
    )
    if (k > n).any():
        raise ValueError(
            f"successes must be at most n_trials, got {float(k[k > n][0]):g} of "
            f"{float(n[k > n][0]):g}"
        )
    special = special_functions()
    # The shape parameters are kept positive where the end is 0 or 1 by definition.
    low = special.betaincinv(np.maximum(k, 1), n - k + 1, half)
    # The complement keeps all digits of small error probabilities.
    high = special.betainccinv(k + 1, np.maximum(n - k, 1), half)
    return Interval(np.where(k == 0, 0.0, low), np.where(k == n, 1.0, high))
