"""Sums over all pairs of points, some rows of pairs at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from refgen.arrays import namespace
from refgen.explainability._minimum import log_mean

# Pairs in memory at once.
_AT_ONCE = 2**20


def row_blocks(points: Any) -> Iterator[slice]:
    """Ranges of rows of points (..., m, d) whose pairs with all points fit.

    Examples
    --------
    >>> import numpy as np
    >>> list(row_blocks(np.ones((3, 2))))
    [slice(0, 3, None)]
    """
    m, d = points.shape[-2:]
    step = max(1, _AT_ONCE * d // points.size)
    yield from (slice(i, min(i + step, m)) for i in range(0, m, step))


class PairMean(NamedTuple):
    """The mean of e^E over all pairs of points, and what E weighs."""

    log: Any
    """log of the mean, of shape (...)."""
    squares: Any
    """Mean (yᵢ + yₖ)² of each coordinate with weights ∝ e^E, of shape (..., d)."""


def pair_mean(points: Any, counts: Any) -> PairMean:
    """Mean over pairs of exp Σⱼ (cⱼ (yᵢⱼ + yₖⱼ)² − yᵢⱼ² − yₖⱼ²).

    Parameters
    ----------
    points : array of shape (..., m, d)
        y.
    counts : array of shape (..., d)
        c.

    Examples
    --------
    >>> import numpy as np
    >>> float(pair_mean(np.array([[2.0]]), np.array([0.5])).log)
    0.0
    """
    xp, weights = namespace(points), counts[..., None, :]
    own = ((weights - 1) * points * points).sum(axis=-1)
    logs, sums = [], []
    for rows in row_blocks(points):
        mine = points[..., rows, :]
        products = (2 * weights * mine) @ points.swapaxes(-1, -2)
        exponents = own[..., rows, None] + own[..., None, :] + products
        log, shares = log_mean(exponents)
        logs.append(log)
        sums.append(2 * mine * (mine + shares @ points))
    log, shares = log_mean(xp.concatenate(logs, axis=-1))
    squares = shares[..., None, :] @ xp.concatenate(sums, axis=-2)
    return PairMean(log, squares[..., 0, :])
