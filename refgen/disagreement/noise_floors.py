"""How much calibration error finitely many labelled points show by chance alone."""

from __future__ import annotations

import math
from typing import Any

from refgen._checks import check_integer
from refgen._numbers import as_unit
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.disagreement._ensemble import noise_floor, point_imbalances
from refgen.disagreement._labels import check_given
from refgen.disagreement._levels import check_bins, levels_of
from refgen.disagreement._ranges import within
from refgen.disagreement._runs import coded_labels
from refgen.disagreement.calibration import bin_index
from refgen.disagreement.laws import FiniteLaw


def bin_variances(law: FiniteLaw, n_bins: int) -> Any:
    """v_b = Var Σ (1[Y = k] − h̃ₖ(X)) over the classes k in bin b, (..., n_bins).

    They add up to 2 ETE − EDR − Σ z_b² of the bins, in which z_b are the
    `bin_imbalances`; so to at most twice the test error.

    Parameters
    ----------
    law : FiniteLaw
    n_bins : int
        Number of equal bins of [0, 1].

    Returns
    -------
    array of shape (..., n_bins)
        In [0, 1].

    Raises
    ------
    TypeError, ValueError
        If `n_bins` is not a positive integer.

    Notes
    -----
    Source: derived here, claim GDE-22.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> [round(float(v), 12) for v in bin_variances(law, 2)]
    [0.21, 0.21]
    """
    check_instance("law", law, FiniteLaw)
    xp = namespace(law.weights)
    # All of a level are in the bin of its name, as in `bin_imbalances`.
    shares = law.vote_shares
    levels = levels_of(shares.reshape(*shares.shape[:-2], -1)).reshape(shares.shape)
    member = bin_index(levels, n_bins)[..., None] == xp.arange(n_bins)

    def mass(array: Any, chosen: Any) -> Any:
        return xp.where(chosen, array[..., None], 0.0).sum(axis=-2)

    right, weights = mass(law.label_probabilities, member), law.weights[..., None]
    apart = right - mass(law.vote_shares, member)  # the mean of the sum at each point
    mean = (weights * apart).sum(axis=-2, keepdims=True)
    # The variance of a label at its point, and that of the mean between points.
    own = right * mass(law.label_probabilities, ~member)
    return within(0, 1, (weights * (own + (apart - mean) ** 2)).sum(axis=-2))


def expected_noise_floor(law: FiniteLaw, n_points: int, n_bins: int = 10) -> Any:
    """Binned CACE that N labelled points would show of this law if it were calibrated.

    Σ_b √(2 v_b / (π N)) with the exact `bin_variances`; what `cace_noise_floor`
    estimates from data.

    Parameters
    ----------
    law : FiniteLaw
    n_points, n_bins : int
        Number of labelled points, and of equal bins of [0, 1].

    Returns
    -------
    array of shape (...)
        In the units of CACE.

    Raises
    ------
    TypeError, ValueError
        If a number is not a positive integer.

    Notes
    -----
    Source: derived here, claim GDE-22b.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.2, 0.8]], [[0.2, 0.8]])
    >>> round(float(expected_noise_floor(law, 100, n_bins=2)), 4)
    0.0638
    """
    n_points = check_integer("n_points", n_points, 1)
    variances = bin_variances(law, n_bins)
    roots = namespace(variances).sqrt(variances).sum(axis=-1)
    return math.sqrt(2 / (math.pi * n_points)) * roots


def noise_floor_bound(error: Any, n_points: int, n_bins: int = 10) -> Any:
    """√(2 B ETE / N): by how much N points raise binned CACE at most, on average.

    Knows nothing of the ensemble but its test error: the more accurate it is, the
    less of its binned CACE can be chance.

    Parameters
    ----------
    error : array
        Test error, in [0, 1].
    n_points, n_bins : int
        N labelled points and B bins.

    Raises
    ------
    ValueError, TypeError
        If an error is outside [0, 1], or a number is not a positive integer.

    Source: claim GDE-22 (derived here).

    Examples
    --------
    >>> round(float(noise_floor_bound(0.05, 10_000)), 4)
    0.01
    """
    error = as_unit("error", error)
    n_points = check_integer("n_points", n_points, 1)
    n_bins = check_bins(n_bins)
    return namespace(error).sqrt(2 * n_bins * error / n_points)


def cace_noise_floor(predictions: Any, labels: Any, n_bins: int = 10) -> float:
    """Binned CACE that N labelled points show of a perfectly calibrated ensemble.

    Σ_b √(2 v_b / (π N)) with v_b the sample variance of the bins' imbalance.

    Source: claim "predictions"; the floor of a law is `expected_noise_floor`.

    Examples
    --------
    >>> cace_noise_floor([[0, 1], [0, 1]], [0, 1])
    0.0
    """
    check_given("labels", labels)
    runs = coded_labels(predictions, labels)
    return noise_floor(point_imbalances(runs, n_bins))
