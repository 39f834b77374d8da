"""Densities of a mixture of neighbourhoods at queries, and draws from the mixture."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from refgen._checks import check_integer
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.kernels import kernel
from refgen.random import Stream

_mixture_sums = kernel("mixtures", "mixture_sums")


class MixtureSums(NamedTuple):
    """Sums over the points of a sample, at queries: without a query-by-point matrix.

    The term of point i is pᵢ/maxⱼ pⱼ. Exponents are of differences of coordinates, so
    that they cancel nothing: their relative error is a few roundings times d.
    """

    least: Any
    """The least ‖q − xᵢ‖²/(2s²), of shape (..., n_queries)."""
    first: Any
    """Σ term, in [1, m], of shape (..., n_queries)."""
    second: Any
    """Σ term², in [1, m], of shape (..., n_queries)."""
    weighted: Any
    """Σ term² amount for each row of amounts, of shape (..., n_queries, n_amounts)."""


def mixture_sums(
    sample: GaussianNeighborhoods, queries: Any, amounts: Any = None
) -> MixtureSums:
    """Sums of the densities of a sample's neighbourhoods at queries.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    queries : array of shape (..., n_queries, n_features)
    amounts : array of shape (..., n_amounts, n_points), optional
        Not negative.

    Examples
    --------
    >>> import numpy as np
    >>> sample = GaussianNeighborhoods([[0.0], [2.0]], 1.0)
    >>> found = mixture_sums(sample, np.array([[0.0], [1.0]]))
    >>> found.first.round(4).tolist()
    [1.1353, 2.0]
    """
    xp, batch = namespace(sample.points, queries), sample.scale.shape
    size = math.prod(batch)

    def flat(array: Any) -> Any:
        return xp.broadcast_to(array, batch + array.shape[-2:]).reshape(
            size, *array.shape[-2:]
        )

    if amounts is None:
        amounts = xp.zeros((0, sample.n_points))
    factor = (1 / (2 * sample.scale * sample.scale)).reshape(size)
    found = _mixture_sums(flat(sample.points), flat(queries), factor, flat(amounts))
    found = found.reshape(*batch, *found.shape[1:])
    return MixtureSums(found[..., 0], found[..., 1], found[..., 2], found[..., 3:])


def log_densities(sample: GaussianNeighborhoods, sums: MixtureSums) -> tuple[Any, Any]:
    """log Σ pᵢ and log Σ pᵢ² at the queries of `sums`, (..., n_queries) each.

    Examples
    --------
    >>> import numpy as np
    >>> sample = GaussianNeighborhoods([[0.0], [2.0]], 1.0)
    >>> sums = mixture_sums(sample, np.array([[1.0]]))
    >>> [log.round(4).tolist() for log in log_densities(sample, sums)]
    [[-0.7258], [-2.1447]]
    """
    xp, scale = namespace(sample.scale), sample.scale[..., None]
    largest = -sums.least - sample.n_features * xp.log(math.sqrt(2 * math.pi) * scale)
    return largest + xp.log(sums.first), 2 * largest + xp.log(sums.second)


def draw_neighbors(
    sample: GaussianNeighborhoods, n_draws: int, stream: Stream, start: int, stop: int
) -> tuple[Any, Any]:
    """Draws `start` .. `stop` − 1 of `n_draws` from the mixture, in strata of points.

    Draw i belongs to the i-th of n_draws equal parts of the points in their order: each
    point has exactly k draws if n_draws is k times their number. The draws are
    independent, and a random one of them has the law of the mixture.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    n_draws : int
    stream : Stream
        Of the package of the sample.
    start, stop : int

    Returns
    -------
    neighbors : array of shape (..., stop − start, n_features)
    owners : array of shape (..., stop − start), int64
        Of which point each is a neighbour.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [2.0]], 0.01)
    >>> neighbors, owners = draw_neighbors(sample, 4, Stream(0, "docs"), 0, 4)
    >>> owners.tolist()
    [0, 0, 1, 1]
    >>> neighbors[:, 0].round(2).tolist()
    [0.01, 0.0, 2.01, 2.01]
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    check_instance("stream", stream, Stream)
    check_integer("n_draws", n_draws, 1)
    xp, batch, d = namespace(sample.points), sample.scale.shape, sample.n_features
    size, count = math.prod(batch), stop - start
    # One draw after the other, so that any parts of them are the same draws.
    normals = stream.child("neighbors").normal(
        (count, size, d), offset=start * size * d
    )
    uniform = stream.child("points").uniform((count, size), offset=start * size)
    owners = _owners(xp.arange(start, stop)[:, None], uniform, sample.n_points, n_draws)
    owners = owners.T.reshape(*batch, count)
    steps = normals.swapaxes(0, 1).reshape(*batch, count, d)
    points = xp.take_along_axis(sample.points, owners[..., None], axis=-2)
    return points + sample.scale[..., None, None] * steps, owners


def _owners(draws: Any, uniform: Any, n_points: int, n_draws: int) -> Any:
    """⌊(i + u) m/n⌋ for draws i and 0 < u < 1, in whole numbers where u rounds to 1."""
    xp, passed = namespace(uniform), draws * n_points
    rest = passed % n_draws
    moved = xp.floor((rest + n_points * uniform) / n_draws).astype(np.int64)
    return passed // n_draws + xp.minimum(moved, (rest + n_points - 1) // n_draws)
