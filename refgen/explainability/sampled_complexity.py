"""The complexity of a system of linear explanations, by simulation."""

from __future__ import annotations

import math
from typing import Any

from refgen._finite import finite
from refgen._numbers import as_not_negative, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import namespace
from refgen.explainability._mean_interval import MeanEstimate, bounded_mean
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.explainability.sampled_disjointedness import (
    checked_error,
    disjointedness_ratios,
)
from refgen.random import Stream


@finite
def system_complexity(
    sample: GaussianNeighborhoods,
    norm_bound: Any,
    n_draws: int,
    stream: Stream,
    lengths: Any = None,
    error_probability: Any = 0.05,
) -> MeanEstimate:
    """U_N, the complexity of a system of linear explanations, up to a factor √2.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    norm_bound : array of shape (...)
        W ≥ 0, the largest norm of an explanation's weights.
    n_draws : int
        An even number, fixed beforehand.
    stream : Stream
    lengths : array of shape (..., n_points), optional
        ‖x̃ᵢ‖, the norms of the points as the explanations see them, times a Lipschitz
        constant of each point if wanted. Those of (xᵢ, 1) if not given: explanations
        with an intercept.
    error_probability : array of shape (...)
        δ, with which the interval may miss U_N.

    Returns
    -------
    MeanEstimate
        value, standard_error, low, high : arrays of shape (...).

    Raises
    ------
    TypeError
        If sample and stream are not of the same package.
    ValueError
        If `n_draws` is not even, or another argument is out of range.

    Notes
    -----
    U_N = (W/m) ∫ √(Σ pᵢ²‖x̃ᵢ‖²) = W E √(Σ wᵢ²‖x̃ᵢ‖²) is at most W max ‖x̃ᵢ‖ ρ_S/√m.
    Source: derived here, claim LE-53c.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [1.0]], 0.5)
    >>> found = system_complexity(sample, 2.0, 10_000, Stream(0, "docs"))
    >>> round(float(found.value), 2)
    2.12
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    error = checked_error(n_draws, error_probability)
    norm = check_scale("norm_bound", as_not_negative("norm_bound", norm_bound))
    if lengths is None:
        squares = (sample.points * sample.points).sum(axis=-1)
        lengths = namespace(squares).sqrt(1 + squares)
    draws = disjointedness_ratios(sample, n_draws, stream, lengths)
    low, high = _range(lengths)
    low, high, norm, error = together(
        low=low, high=high, norm_bound=norm, error_probability=error
    )
    found = bounded_mean(draws, low, high, error)
    return MeanEstimate(*(norm * part / math.sqrt(sample.n_points) for part in found))


def _range(lengths: Any) -> tuple[Any, Any]:
    """Ends √m/√(Σ 1/ℓ²), or 0 if a length is, and √m max ℓ."""
    lengths = as_not_negative("lengths", lengths, 1)
    xp, m = namespace(lengths), lengths.shape[-1]
    largest = lengths.max(axis=-1)
    shares = lengths / xp.where(largest > 0, largest, 1.0)[..., None]
    known = shares.min(axis=-1) > 0
    squares = xp.where(known[..., None], shares, 1.0) ** 2
    smallest = xp.sqrt(m / (1 / squares).sum(axis=-1))
    return xp.where(known, largest * smallest, 0.0), math.sqrt(m) * largest
