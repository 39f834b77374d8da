"""√(m Σ wᵢ²ℓᵢ²), whose mean over the mixture is ρ_S with lengths ℓ of the points."""

from __future__ import annotations

import math
from typing import Any

from refgen._matrices import batch_shape
from refgen._numbers import as_not_negative, in_one_place
from refgen._scales import check_scale
from refgen.arrays import namespace
from refgen.explainability._mixture import MixtureSums
from refgen.explainability.neighborhoods import GaussianNeighborhoods


def widened(sample: GaussianNeighborhoods, batch: tuple[int, ...]) -> Any:
    """The sample, broadcast to leading axes.

    Examples
    --------
    >>> widened(GaussianNeighborhoods([[0.0]], 1.0), (2,)).points.shape
    (2, 1, 1)
    """
    xp = namespace(sample.points)
    return GaussianNeighborhoods.trusted(
        points=xp.broadcast_to(sample.points, batch + sample.points.shape[-2:]),
        scale=xp.broadcast_to(sample.scale, batch),
    )


def with_lengths(sample: GaussianNeighborhoods, lengths: Any) -> tuple[Any, Any]:
    """The sample and rows of ℓ², or None, with the same leading axes.

    Raises
    ------
    ValueError
        If there is not one length ℓ ≥ 0 for each point.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [1.0]], 1.0)
    >>> with_lengths(sample, [1.0, 2.0])[1].tolist()
    [[1.0, 4.0]]
    """
    if lengths is None:
        return sample, None
    lengths = check_scale("lengths", as_not_negative("lengths", lengths, 1), 1)
    points, lengths = in_one_place(sample=sample.points, lengths=lengths)
    if lengths.shape[-1] != sample.n_points:
        raise ValueError(
            f"lengths must have one entry for each of the {sample.n_points} points, "
            f"got shape {lengths.shape}"
        )
    batch = batch_shape(sample=points.shape[:-2], lengths=lengths.shape[:-1])
    amounts = namespace(points).broadcast_to(lengths, batch + lengths.shape[-1:])
    return widened(sample, batch), (amounts * amounts)[..., None, :]


def ratios(sample: GaussianNeighborhoods, sums: MixtureSums) -> Any:
    """The ratio at queries, (..., n_queries), with the first amounts of `sums` if any.

    Without lengths it is in [1, √m], which rounding does not leave.

    Examples
    --------
    >>> import numpy as np
    >>> from refgen.explainability._mixture import mixture_sums
    >>> sample = GaussianNeighborhoods([[0.0], [2.0]], 1.0)
    >>> ratios(sample, mixture_sums(sample, np.array([[1.0], [9.0]]))).round(3).tolist()
    [1.0, 1.414]
    """
    xp, m = namespace(sums.first), sample.n_points
    if sums.weighted.shape[-1]:
        return xp.sqrt(m * sums.weighted[..., 0]) / sums.first
    return xp.clip(xp.sqrt(m * sums.second) / sums.first, 1.0, math.sqrt(m))
