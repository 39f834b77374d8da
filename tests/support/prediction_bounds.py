"""Error models of functions of predictions: how far a device and the CPU may differ."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from support.parity import ROUNDINGS_OF_POW, model


@dataclass(frozen=True)
class Row:
    """A function of predictions (M, N) of K classes, and of labels if it takes them.

    `hard` and `soft` give roundings and Σ|terms| from M, N, K, for labels and for
    probabilities; None means that bits are equal on all labels. `exact` are the numbers
    of runs with which bits are equal if N is a power of two.
    """

    hard: Any = None
    soft: Any = None
    exact: tuple = ()
    takes_labels: bool = False
    least_runs: int = 2


def soft_pairs(m, n, k):
    # r(a) = M − Σ_b p_a·p_b − own has terms of at most 2M + 2, after M + 2K roundings.
    return 2 * m + 2 * k + n + 10, (2 * m + 2) / (m - 1)


def soft_jackknife(m, n, k):
    # Totals without one run: M + 2 totals of N (2M + 2) over N (M − 1)(M − 2).
    without = (m + 2) * (2 * m + 2) / ((m - 1) * (m - 2))
    roundings = 2 * (m * n + 2 * m + 2 * k + 12) + m + n + 2 * ROUNDINGS_OF_POW
    return roundings, m * (2 * without) ** 2 + 4 * soft_pairs(m, n, k)[1] ** 2


def soft_unbiased(m, n, k):
    # Entries of the pair matrix have terms 2N, its row sums 2MN.
    whole = (2 * m**2 * n) ** 2 + 4 * m * (2 * m * n) ** 2 + 2 * (2 * m * n) ** 2
    sums = n * (2 * m**2 + 2 * m) ** 2 + 4 * m * n * (2 * m + 2) ** 2 + 10 * n * m**2
    quadruples = n * (n - 1) * m * (m - 1) * (m - 2) * (m - 3)
    roundings = 2 * (n * k + m * m + m * n + k + 12) + 2 * ROUNDINGS_OF_POW
    return roundings, (whole + sums) / quadruples + soft_pairs(m, n, k)[1] ** 2


def squared_bins(m, n, k):
    return 2 * (n + k + 6) + 2 * ROUNDINGS_OF_POW, (4 * n + 4) / (n - 1)


PREDICTIONS = {
    "binned_ensemble_cace": Row(
        lambda m, n, k: (m + 8, 2), exact=(1, 2, 4), takes_labels=True, least_runs=1
    ),
    "disagreement": Row(lambda m, n, k: (n + 2, 1), soft_pairs, exact=(2,)),
    "ensemble_cace": Row(
        lambda m, n, k: (m + 6, 2), exact=(1, 2, 4), takes_labels=True, least_runs=1
    ),
    "ensemble_disagreement": Row(
        None, lambda m, n, k: (m * n + m + 2 * k + 10, 4 + 4 / m)
    ),
    "ensemble_level_masses": Row(takes_labels=True, least_runs=1),
    "empirical_law": Row(takes_labels=True, least_runs=1),
    "jackknife_variance": Row(
        lambda m, n, k: (3 * (m + n) + 2 * ROUNDINGS_OF_POW + 12, 4 * m + 8),
        soft_jackknife,
        least_runs=3,
    ),
    "unbiased_squared_bins": Row(squared_bins, takes_labels=True),
    "unbiased_variance": Row(
        lambda m, n, k: (2 * (n + 3) + ROUNDINGS_OF_POW + 4, 2),
        soft_unbiased,
        least_runs=4,
    ),
    "vote_counts": Row(least_runs=1),
    # These have tests of their own.
    "audit": None,
    "cace_noise_floor": None,
    "disagreement_estimate": None,
}


def root(bound, value):
    """How far a root may be from `value` if their squares are within `bound`."""
    return np.sqrt(bound) if value == 0 else min(np.sqrt(bound), bound / value)


def estimate_bounds(want, kind, m, n, k):
    """A bound for each part of a DisagreementEstimate."""
    variance = {"jackknife": "jackknife_variance", "normal": "unbiased_variance"}
    value = model(*getattr(PREDICTIONS["disagreement"], kind)(m, n, k))
    bounds = {"value": value, "low": value, "high": value}
    if want.method in variance:
        row = PREDICTIONS[variance[want.method]]
        error = root(model(*getattr(row, kind)(m, n, k)), want.standard_error)
        wide = norm.isf((1 - want.confidence_level) / 2) * (error + model(4, 1))
        bounds = {"value": value, "low": value + wide, "high": value + wide}
        bounds["standard_error"] = error + model(2, want.standard_error)
    return bounds
