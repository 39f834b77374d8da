"""What finitely many runs and labelled points can show about calibration."""

from __future__ import annotations

import math
from typing import Any

from refgen._checks import check_integer
from refgen._numbers import refuse
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace
from refgen.disagreement._ensemble import point_imbalances
from refgen.disagreement._labels import check_given
from refgen.disagreement._ranges import others, within
from refgen.disagreement._runs import coded_labels
from refgen.disagreement.laws import ClassifierLaw, FiniteLaw
from refgen.disagreement.rates import expected_disagreement, pairwise_disagreement
from refgen.special import binomial_pmf

# Arrays have an entry for each number of votes.
_MOST_RUNS = 10**6

# Squares of larger numbers, or their sums over any data that fit into memory, overflow.
_LARGEST = 2.0**450


def annealed_cace(law: FiniteLaw, n_runs: int) -> Any:
    """Σⱼ |Σ_q Bin(j; M, q) (a(q) − (j/M) w(q))|: CACE of M runs, votes averaged.

    A lower bound of the expected CACE of an M-run ensemble. Source: claim GDE-16b
    (derived here).

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.5, 0.5]], [[0.5, 0.5]])
    >>> float(annealed_cace(law, 1))  # calibrated, yet one run shows 2 × error
    1.0
    """
    check_instance("law", law, FiniteLaw)
    n_runs = check_integer("n_runs", n_runs, 1, _MOST_RUNS)
    xp = namespace(law.vote_shares)
    votes = xp.arange(n_runs + 1)[:, None, None]
    pmf = binomial_pmf(votes, n_runs, law.vote_shares[..., None, :, :])
    difference = law.label_probabilities[..., None, :, :] - votes / n_runs
    terms = law.weights[..., None, :, None] * pmf * difference
    return within(0, 2, abs(terms.sum(axis=(-1, -2))).sum(axis=-1))


def variance_components(law: ClassifierLaw) -> dict[str, Any]:
    """Covariances ζ of pair disagreement by shared runs and shared points.

    Keys "20", "10", "01", "11", "21": number of shared runs, then of shared points. All
    are variances of numbers in [0, 1]: in [0, 1/4], computed about their mean.

    Source: claim GDE-17 (derived here; Hoeffding's decomposition).

    Examples
    --------
    >>> law = ClassifierLaw([1.0], [[0.0, 1.0]], [0.5, 0.5], [[0], [1]])
    >>> float(variance_components(law)["20"])
    0.25
    """
    check_instance("law", law, ClassifierLaw)
    xp = namespace(law.weights)
    weights = law.classifier_weights
    pairs = pairwise_disagreement(law)
    with_one = xp.einsum("...b,...ab->...a", weights, pairs)
    theta = within(0, 1, xp.einsum("...a,...a->...", weights, with_one))
    votes = law.marginal().vote_shares
    apart = others(votes)  # probability of a run that differs from one of each class
    v = xp.einsum("...nk,...nk->...n", votes, apart)

    def variance(subscripts: str, *masses: Any, values: Any) -> Any:
        n_axes = values.ndim - theta.ndim
        square = (values - theta.reshape(*theta.shape, *(1,) * n_axes)) ** 2
        return within(0, 1 / 4, xp.einsum(subscripts, *masses, square))

    return {
        "20": variance("...a,...b,...ab->...", weights, weights, values=pairs),
        "10": variance("...a,...a->...", weights, values=with_one),
        "01": variance("...n,...n->...", law.weights, values=v),
        "11": variance("...n,...nk,...nk->...", law.weights, votes, values=apart),
        "21": theta * (1 - theta),
    }


def disagreement_variance(law: ClassifierLaw, n_runs: int, n_points: int) -> Any:
    """Exact variance of `disagreement` over M independent runs and N points.

    Source: claim GDE-17 (derived here).

    Examples
    --------
    >>> law = ClassifierLaw([1.0], [[0.0, 1.0]], [0.5, 0.5], [[0], [1]])
    >>> float(disagreement_variance(law, 2, 10))
    0.25
    """
    n_runs = check_integer("n_runs", n_runs, 2)
    n_points = check_integer("n_points", n_points, 1)
    zeta = variance_components(law)
    n_pairs = n_runs * (n_runs - 1) / 2
    same, share = 1 / n_pairs, 2 * (n_runs - 2) / n_pairs
    other = 1 - 1 / n_points
    apart = (n_runs - 2) * (n_runs - 3) / (n_runs * (n_runs - 1))  # the remaining pairs
    return (
        same * (zeta["21"] / n_points + other * zeta["20"])
        + share * (zeta["11"] / n_points + other * zeta["10"])
        + apart * zeta["01"] / n_points
    )


def expected_jackknife_variance(law: ClassifierLaw, n_runs: int, n_points: int) -> Any:
    """Expectation of `jackknife_variance`; at least `disagreement_variance`.

    Source: claim GDE-18c (derived here).

    Examples
    --------
    >>> law = ClassifierLaw([1.0], [[0.0, 1.0]], [0.5, 0.5], [[0], [1]])
    >>> float(expected_jackknife_variance(law, 3, 2)) >= 0.25 / 3
    True
    """
    n_runs = check_integer("n_runs", n_runs, 3)
    n_points = check_integer("n_points", n_points, 2)
    z = variance_components(law)
    m, n = n_runs, n_points
    n_pairs = m * (m - 1) / 2
    factor = 2 * (m - 1) / (m - 2)
    sigma11 = z["11"] - z["10"] - z["01"]
    sigma21 = z["21"] - z["01"] - z["20"] - 2 * sigma11
    v20 = (z["20"] - 2 * z["10"]) / n_pairs
    v21 = sigma21 / (n_pairs * n)
    mean = (
        4 / m * z["10"]
        + factor * v20
        + z["01"] / n
        + 8 / (m * n) * sigma11
        + (1 + factor) * v21
    )
    return within(0, math.inf, mean)  # of squares


def finite_runs_floor(law: FiniteLaw, n_runs: int) -> Any:
    """2 EDR/M: expected CACE of M runs is at least this wherever EDR = ETE.

    Source: claim GDE-16b.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.5, 0.5]], [[0.5, 0.5]])
    >>> float(finite_runs_floor(law, 10))
    0.1
    """
    n_runs = check_integer("n_runs", n_runs, 1)
    return 2 * expected_disagreement(law) / n_runs


def unbiased_squared_bins(predictions: Any, labels: Any, n_bins: int = 10) -> Any:
    """Unbiased estimates of z_b², the squared imbalance of each bin, (n_bins,).

    The U-statistic ((Σᵢ A)² − Σᵢ A²) / (N (N − 1)); entries may be negative.

    Source: claim "predictions"; the statistic is `debiased_square`.

    Examples
    --------
    >>> unbiased_squared_bins([[0, 1], [0, 1]], [0, 1], n_bins=2).tolist()
    [0.0, 0.0]
    """
    check_given("labels", labels)
    runs = coded_labels(predictions, labels)
    return debiased_square(point_imbalances(runs, n_bins))


def debiased_square(samples: Any) -> Any:
    """Unbiased estimate of the squared mean of independent rows, over axis −2.

    Source: claim GDE-23 (derived here).

    Examples
    --------
    >>> import numpy as np
    >>> debiased_square(np.array([[1.0], [3.0]])).tolist()
    [3.0]
    """
    samples = as_floats("samples", samples, 2)
    n = samples.shape[-2]
    if n < 2:
        raise ValueError(f"samples must be of at least 2 labelled points, got {n}")
    too_large = f"have squares in float64, up to {_LARGEST:.3g}"
    refuse("samples", samples, abs(samples) > _LARGEST, too_large)
    squares = (samples**2).sum(axis=-2)
    return (samples.sum(axis=-2) ** 2 - squares) / (n * (n - 1))
