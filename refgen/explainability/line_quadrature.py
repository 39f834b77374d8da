"""The disjointedness factor of points on a line, by quadrature."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.explainability._mixture import mixture_sums
from refgen.explainability._ratios import ratios, with_lengths
from refgen.explainability.neighborhoods import GaussianNeighborhoods

# The trapezoidal rule around each point, in units of s: it leaves out 1e-18, and
# halving the step changes less than rounding does.
_FAR, _STEP = 9.0, 1 / 24


@finite
def line_disjointedness(sample: GaussianNeighborhoods, lengths: Any = None) -> Any:
    """ρ_S of points with one feature, or ρ_S with lengths, to all digits.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
        With one feature.
    lengths : array of shape (..., n_points), optional
        ℓᵢ ≥ 0; 1 if not given.

    Returns
    -------
    array of shape (...)
        ∫ √(Σ pᵢ²ℓᵢ²/m), in [1, √m] without lengths.

    Raises
    ------
    ValueError
        If there are several features, a length is negative, or shapes do not broadcast.

    Notes
    -----
    The mean over the points of the mean of √(m Σ wᵢ²ℓᵢ²) over each neighbourhood, by
    the trapezoidal rule with 433 nodes: exponentially exact, as the ratio is analytic
    next to the line. The time is proportional to m². Source: claim LE-14q.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [1.0], [5.0]], 0.5)
    >>> float(line_disjointedness(sample).round(6))
    1.58758
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    if sample.n_features != 1:
        raise ValueError(
            f"sample must have one feature, got {sample.n_features}; for more "
            "use disjointedness"
        )
    sample, amounts = with_lengths(sample, lengths)
    xp = namespace(sample.points)
    nodes = xp.asarray(np.arange(-_FAR, _FAR + _STEP / 2, _STEP))
    weights = xp.exp(-nodes * nodes / 2)
    queries = sample.points + sample.scale[..., None, None] * nodes
    flat = queries.reshape(*sample.scale.shape, -1, 1)
    found = ratios(sample, mixture_sums(sample, flat, amounts))
    return (found.reshape(queries.shape) * weights).sum(axis=(-1, -2)) / (
        sample.n_points * weights.sum()
    )
