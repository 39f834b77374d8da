"""The disjointedness factor of laws on cells, and what cells say of normal laws."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from refgen._checks import check_integer
from refgen._finite import finite
from refgen.arrays import as_probabilities, namespace, special_functions
from refgen.explainability._disjointedness import DisjointednessBracket
from refgen.explainability._principal import principal_points
from refgen.explainability.neighborhoods import GaussianNeighborhoods

# So far beyond the outermost points, in units of s, cells end.
_REACH = 8.0
# Numbers in memory at once, and cells of an instance.
_AT_ONCE, _MOST = 2**21, 2**24


def cell_disjointedness(probabilities: Any) -> Any:
    """ρ of laws on finitely many cells: Σ √(mean of squared probabilities).

    Parameters
    ----------
    probabilities : array of shape (..., n_points, n_cells)
        Of each neighbourhood, the probability of each cell.

    Returns
    -------
    array of shape (...)
        In [1, √m]. For neighbourhoods with densities it is a lower bound on ρ_S,
        whatever the cells are, and the finer they are the larger it is.

    Raises
    ------
    ValueError
        If rows are no probabilities.

    Notes
    -----
    Source: derived here, claims LE-9 and LE-10c.

    Examples
    --------
    >>> cell_disjointedness([[1.0, 0.0], [0.5, 0.5]]).round(6).tolist()
    1.144123
    """
    cells = as_probabilities("probabilities", probabilities, 2)
    return namespace(cells).sqrt((cells * cells).mean(axis=-2)).sum(axis=-1)


@finite
def cell_bracket(
    sample: GaussianNeighborhoods, n_cells: int = 256
) -> DisjointednessBracket:
    """Bounds on ρ_S that meet as cells become small, for one or two features.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
        With one feature or more; with more than two, the lower bound is that of the two
        principal axes, and the upper bound is √m.
    n_cells : int
        Of equal width for each axis, up to 8 scales beyond the outermost points; from 2
        on. The gap is quadratic in their width over the scale.

    Returns
    -------
    DisjointednessBracket

    Raises
    ------
    TypeError
        If `sample` is no `GaussianNeighborhoods`, or `n_cells` no integer.
    ValueError
        If `n_cells` is out of range, or numbers leave float64.

    Notes
    -----
    In each cell, by Cauchy and Schwarz, √(mean P²) ≤ ∫ F ≤ √(volume · ∫ F²) with
    F² = mean p², and both are closed forms. Source: derived here, claim LE-51.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [1.0]], 0.5)  # ρ_S is 1.237312
    >>> [round(float(bound), 4) for bound in cell_bracket(sample)]
    [1.2373, 1.2375]
    """
    points = principal_points(sample)
    used = min(sample.n_features, 2)
    n_cells = check_integer("n_cells", n_cells, 2, _MOST if used == 1 else 2**12)
    m, xp, shape = sample.n_points, namespace(points), points.shape[:-2]
    rows = points[..., :used].reshape(-1, m, used)
    step = max(1, _AT_ONCE // (n_cells**used + m * n_cells))
    found = [_bounds(rows[i : i + step], n_cells) for i in range(0, len(rows), step)]
    low, high = (
        xp.concatenate(part).reshape(shape) for part in zip(*found, strict=True)
    )
    if used < sample.n_features:
        high = xp.full(shape, math.sqrt(m))
    most = math.sqrt(m)
    return DisjointednessBracket(xp.clip(low, 1.0, most), xp.clip(high, 1.0, most))


def _bounds(points: Any, n_cells: int) -> tuple[Any, Any]:
    """Both for points (rows, m, 1 or 2) in units of s."""
    xp, (_, m, used) = namespace(points), points.shape
    low = points.min(axis=-2) - _REACH
    width = (points.max(axis=-2) + _REACH - low) / n_cells
    squares, energy, outside = 0.0, 0.0, 0.0
    step = max(1, _AT_ONCE // (len(points) * n_cells))
    for i in range(0, m, step):
        block = [
            _cells(points[:, i : i + step, j], low[:, j], width[:, j], n_cells)
            for j in range(used)
        ]
        squares = squares + _products([cell.mass * cell.mass for cell in block])
        energy = energy + _products([cell.energy for cell in block])
        outside = outside + sum(cell.outside for cell in block)
    axes = tuple(range(1, 1 + used))
    volume = width.prod(axis=-1).reshape(-1, *(1 for _ in axes))
    inside = xp.sqrt(energy / m * volume).sum(axis=axes)
    # Elsewhere F is at most Σ p/√m.
    return xp.sqrt(squares / m).sum(axis=axes), inside + outside / math.sqrt(m)


class _Cells(NamedTuple):
    """What cells of an axis have of each point's law, (rows, points, cells)."""

    mass: Any
    energy: Any
    outside: Any


def _cells(x: Any, low: Any, width: Any, n_cells: int) -> _Cells:
    """∫ p and ∫ p² of cells for points x (rows, points), and Σ ∫ p of the outside."""
    xp, special = namespace(x), special_functions(x)
    edges = low[:, None] + width[:, None] * xp.arange(n_cells + 1)
    apart = edges[:, None, :] - x[..., None]
    left, right = apart[..., :-1], apart[..., 1:]
    # On the side where Φ is small, so that differences have digits.
    upper = left + right > 0
    a, b = xp.where(upper, -right, left), xp.where(upper, -left, right)

    def between(factor: float) -> Any:
        return special.ndtr(factor * b) - special.ndtr(factor * a)

    tails = special.ndtr(apart[..., 0]) + special.ndtr(-apart[..., -1])
    energy = between(math.sqrt(2.0)) / math.sqrt(4 * math.pi)
    return _Cells(between(1.0), energy, tails.sum(axis=-1))


def _products(axes: list[Any]) -> Any:
    """Sums over points of products of what axes have, (rows, cells[, cells])."""
    if len(axes) == 1:
        return axes[0].sum(axis=1)
    return axes[0].swapaxes(-1, -2) @ axes[1]
