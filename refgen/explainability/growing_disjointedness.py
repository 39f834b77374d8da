"""The power of the number of points with which the disjointedness factor grows."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from refgen._checks import check_integer
from refgen._numbers import as_positive
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.explainability.sampled_disjointedness import disjointedness_ratios
from refgen.random import Stream

# Parts of the points: an eighth, a quarter, a half, and all of them.
_PARTS = (8, 4, 2, 1)


class DisjointednessGrowth(NamedTuple):
    """How ρ_S grows with the number of points at each scale."""

    exponent: Any
    """Slope of log ρ_S in log m, of shape (n_scales,)."""
    sizes: Any
    """m, of shape (4,)."""
    disjointedness: Any
    """ρ_S of parts of the points, of shape (n_scales, 4, n_repeats)."""


def disjointedness_growth(
    points: Any, scale: Any, stream: Stream, *, n_draws: int = 4096, n_repeats: int = 4
) -> DisjointednessGrowth:
    """Fit a power of the number of points to ρ_S of an eighth up to all of them.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        At least 16 of them. Features count as they are: scale them first.
    scale : array of shape (n_scales,)
        Standard deviations of neighbourhoods.
    stream : Stream
    n_draws : int
        For each ρ_S; see `disjointedness_ratios`.
    n_repeats : int
        Random parts of each size, the same ones for all scales.

    Returns
    -------
    DisjointednessGrowth
        Exponents lie near [0, 1/2]: 1/2 where neighbourhoods are disjoint.

    Raises
    ------
    TypeError
        If points and stream are not of the same package.
    ValueError
        If there are too few points, or a number is out of range.

    Notes
    -----
    As the number of points grows at a fixed scale, ρ_S tends to ρ_∞ where points have
    light tails (LE-22): the exponents are those of a crossover from √m to ρ_∞.

    Examples
    --------
    >>> points = Stream(0, "docs").normal((64, 2))
    >>> found = disjointedness_growth(points, [0.01, 9.0], Stream(0, "docs"))
    >>> [round(float(exponent), 2) for exponent in found.exponent]
    [0.5, 0.0]
    """
    points = check_scale("points", as_floats("points", points, 2), 2)
    scales = check_scale("scale", as_positive("scale", scale, 1))
    check_instance("stream", stream, Stream)
    repeats = check_integer("n_repeats", n_repeats, 1)
    if points.ndim != 2 or len(points) < 2 * _PARTS[0]:
        raise ValueError(
            f"points must be {2 * _PARTS[0]} rows at least, got shape {points.shape}"
        )
    if scales.ndim != 1:
        raise ValueError(f"scale must be a list of numbers, got shape {scales.shape}")
    xp, sizes = namespace(points), [len(points) // part for part in _PARTS]
    orders = [
        stream.child("part").at(repeat).permutation(len(points))
        for repeat in range(repeats)
    ]
    found = xp.stack(
        [
            xp.stack(
                [
                    _factor(points[order[:size]], scales, stream.at(repeat), n_draws)
                    for repeat, order in enumerate(orders)
                ],
                axis=-1,
            )
            for size in sizes
        ],
        axis=-2,
    )
    logs = [math.log(size) for size in sizes]
    centre = sum(logs) / len(logs)
    away = xp.asarray([log - centre for log in logs])
    slope = (xp.log(found).mean(axis=-1) * away).sum(axis=-1) / (away * away).sum()
    return DisjointednessGrowth(slope, xp.asarray(sizes), found)


def _factor(points: Any, scales: Any, stream: Stream, n_draws: int) -> Any:
    """ρ_S at all scales, (n_scales,)."""
    xp = namespace(points)
    points = xp.broadcast_to(points, (len(scales), *points.shape))
    sample = GaussianNeighborhoods(points, scales)
    return disjointedness_ratios(sample, n_draws, stream).mean(axis=-1)
