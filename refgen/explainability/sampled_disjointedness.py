"""The disjointedness factor by simulation, in any dimension."""

from __future__ import annotations

import math
from typing import Any

from refgen._checks import MOST_ENTRIES, check_integer
from refgen._estimators.parameters import check_flag
from refgen._finite import finite
from refgen._numbers import as_open_unit, together
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.explainability._disjointedness import DisjointednessBracket
from refgen.explainability._mean_interval import MeanEstimate, bounded_mean
from refgen.explainability._mixture import draw_neighbors, mixture_sums
from refgen.explainability._ratios import ratios, with_lengths
from refgen.explainability.bracket import disjointedness_bracket
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.random import Stream

# Coordinates of neighbours that are in memory at once: 32 MiB.
_AT_ONCE = 2**22


@finite
def disjointedness_ratios(
    sample: GaussianNeighborhoods, n_draws: int, stream: Stream, lengths: Any = None
) -> Any:
    """Independent draws whose mean is ρ_S, or ρ_S with lengths of the points.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    n_draws : int
        Stratified over the points: if it is k times their number, each has k draws.
    stream : Stream
    lengths : array of shape (..., n_points), optional
        ℓᵢ ≥ 0; 1 if not given.

    Returns
    -------
    array of shape (..., n_draws)
        In [1, √m] without lengths, else in [√m/√(Σ 1/ℓ²), √m max ℓ].

    Raises
    ------
    TypeError
        If sample and stream are not of the same package.
    ValueError
        If a length is negative or not finite, there would be more than 2⁴⁰ coordinates,
        or shapes do not broadcast.

    Notes
    -----
    √(m Σ wᵢ²ℓᵢ²) at x′ from the mixture, wᵢ = pᵢ/Σ pⱼ: its mean is ∫ √(Σ pᵢ²ℓᵢ²/m).
    Time is proportional to the draws times the points; memory is not. Source: derived
    here, claim LE-14.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [1.0]], 0.5)
    >>> float(disjointedness_ratios(sample, 10_000, Stream(0, "docs")).mean().round(3))
    1.236
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    count = check_integer("n_draws", n_draws, 1)
    xp = namespace(sample.scale)
    sample, amounts = with_lengths(sample, lengths)
    size = math.prod(sample.scale.shape) * sample.n_features
    if count * size > MOST_ENTRIES:
        raise ValueError(
            "n_draws must be so small that at most 2**40 coordinates are drawn, got "
            f"{count} draws of {size} coordinates"
        )
    step = max(1, _AT_ONCE // size)
    parts = [
        _part(sample, amounts, count, stream, start, min(start + step, count))
        for start in range(0, count, step)
    ]
    return parts[0] if len(parts) == 1 else xp.concatenate(parts, axis=-1)


def _part(
    sample: GaussianNeighborhoods,
    amounts: Any,
    n_draws: int,
    stream: Stream,
    start: int,
    stop: int,
) -> Any:
    neighbors, _ = draw_neighbors(sample, n_draws, stream, start, stop)
    return ratios(sample, mixture_sums(sample, neighbors, amounts))


@finite
def disjointedness(
    sample: GaussianNeighborhoods,
    n_draws: int,
    stream: Stream,
    error_probability: Any = 0.05,
    bracket: bool = False,
) -> MeanEstimate:
    """ρ_S by simulation, in any dimension, with an interval that is certified.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    n_draws : int
        An even number, fixed beforehand.
    stream : Stream
    error_probability : array of shape (...)
        δ, with which the interval may miss ρ_S.
    bracket : bool
        Cut the interval to `disjointedness_bracket`, which is worth its quadratic work
        where s is large or there are one or two features.

    Returns
    -------
    MeanEstimate
        value, standard_error, low, high : arrays of shape (...); all but the standard
        error lie in [1, √m].

    Raises
    ------
    TypeError
        If sample and stream are not of the same package.
    ValueError
        If `n_draws` is not even, or another argument is out of range.

    Notes
    -----
    The mean of `disjointedness_ratios`, which is unbiased. The interval assumes nothing
    but the range [1, √m] of the ratios: it is the common part of Chernoff's interval
    and of Bernstein's with a variance that is seen within pairs of draws, each with
    δ/2. Source: derived here, claim LE-53c.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [1.0]], 0.5)
    >>> found = disjointedness(sample, 10_000, Stream(0, "docs"))
    >>> [round(float(number), 3) for number in found]
    [1.236, 0.001, 1.232, 1.241]
    """
    check_flag("bracket", bracket)
    error = checked_error(n_draws, error_probability)
    draws = disjointedness_ratios(sample, n_draws, stream)
    xp = namespace(draws)
    one, error = together(low=xp.ones(draws.shape[:-1]), error_probability=error)
    found = bounded_mean(draws, one, math.sqrt(sample.n_points) * one, error)
    return _cut(found, disjointedness_bracket(sample)) if bracket else found


def _cut(found: MeanEstimate, known: DisjointednessBracket) -> MeanEstimate:
    """Where the interval misses all that is possible, what is known is left."""
    xp = namespace(found.value)
    low, high = xp.maximum(found.low, known.low), xp.minimum(found.high, known.high)
    missed = low > high
    return found._replace(
        low=xp.where(missed, known.low, low), high=xp.where(missed, known.high, high)
    )


def checked_error(n_draws: int, error_probability: Any) -> Any:
    """δ as an array, where the number of draws is even.

    Raises
    ------
    ValueError
        If it is odd, or δ is not strictly between 0 and 1.

    Examples
    --------
    >>> checked_error(2, 0.05)
    array(0.05)
    """
    if check_integer("n_draws", n_draws, 2) % 2:
        raise ValueError(f"n_draws must be even, as draws come in pairs, got {n_draws}")
    return as_open_unit("error_probability", error_probability)
