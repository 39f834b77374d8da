"""The disjointedness factor of intervals and boxes, exact by their ends."""

from __future__ import annotations

import itertools
import math
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace

# Cells between the ends of boxes that are counted at once, and in one instance.
_AT_ONCE = 2**20
_MOST = 2**24


@finite
def uniform_disjointedness(centers: Any, half_width: Any) -> Any:
    """ρ_S of neighbourhoods that are uniform on [x − s, x + s], or on cubes.

    Parameters
    ----------
    centers : array of shape (..., n_points, n_features)
        The sample S: m points in d dimensions. The work is m log m for d = 1, and
        (2m)^d, at most 2²⁴, beyond.
    half_width : array of shape (...)
        s > 0.

    Returns
    -------
    array of shape (...)
        In [1, √m], up to rounding: at most about m² roundings, in practice far fewer.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, shapes do not broadcast, or there
        are too many points for several dimensions.

    Notes
    -----
    (2s)⁻ᵈ ∫ √(n/m), where n is the number of cubes that cover a point, which changes at
    their ends only. Source: derived here, claim LE-13.

    Examples
    --------
    >>> uniform_disjointedness([[0.0], [1.0], [9.0]], 1.0).round(6).tolist()
    1.562949
    """
    centers, width = in_one_place(
        centers=check_scale("centers", as_floats("centers", centers, 2), 2),
        half_width=check_scale("half_width", as_positive("half_width", half_width)),
    )
    m, d = centers.shape[-2:]
    n_cells = (2 * m) ** d
    if d > 1 and n_cells > _MOST:
        raise ValueError(
            f"centers has {m} points in {d} dimensions, which make {n_cells} cells, "
            f"more than {_MOST}; give fewer points or features"
        )
    xp, batch = (
        namespace(centers),
        batch_shape(centers=centers.shape[:-2], half_width=width.shape),
    )
    points = xp.broadcast_to(centers, (*batch, m, d)).reshape(-1, m, d)
    units = xp.broadcast_to(width, batch).reshape(-1)
    step = max(1, _AT_ONCE // n_cells)
    found = [
        _mean_root(points[i : i + step], units[i : i + step])
        for i in range(0, math.prod(batch), step)
    ]
    return xp.concatenate(found).reshape(batch)


def _mean_root(points: Any, width: Any) -> Any:
    """∫ √(n/m) over volumes in units of 2s, for points (rows, m, d)."""
    xp, (rows, m, d) = namespace(points), points.shape
    axes = [_ends(points[..., j], width) for j in range(d)]
    counts = xp.zeros((rows, *(2 * m for _ in range(d))))
    row = xp.arange(rows)[:, None]
    # Where each of the 2ᵈ corners of a cube adds ±1, so that sums from below count.
    for corner in itertools.product((0, 1), repeat=d):
        places = (
            axes[j][0][..., end * m : end * m + m] for j, end in enumerate(corner)
        )
        counts[(row, *places)] = (-1.0) ** sum(corner)
    for axis in range(1, d + 1):
        counts = xp.cumsum(counts, axis=axis)
    roots = xp.sqrt(counts / m)
    for _, lengths in reversed(axes):
        shape = (rows, *(1 for _ in range(roots.ndim - 2)), 2 * m)
        roots = (roots * lengths.reshape(shape)).sum(axis=-1)
    return roots


def _ends(x: Any, width: Any) -> tuple[Any, Any]:
    """The places of the m lower and m upper ends in order, and the gaps after each.

    Gaps are in units of 2s, the last one is 0. Free space shrinks to 2s, so that far
    points cost no digits.
    """
    xp = namespace(x)
    units = x / (2 * width[:, None])
    first = xp.argsort(units, axis=-1)
    ordered = xp.take_along_axis(units, first, axis=-1)
    gaps = xp.minimum(ordered[:, 1:] - ordered[:, :-1], 2.0)
    start = 0 * ordered[:, :1]
    at = xp.concatenate([start, xp.cumsum(gaps, axis=-1)], axis=-1)
    at = xp.take_along_axis(at, xp.argsort(first, axis=-1), axis=-1)
    ends = xp.concatenate([at, at + 1], axis=-1)
    order = xp.argsort(ends, axis=-1)
    ends = xp.take_along_axis(ends, order, axis=-1)
    lengths = xp.concatenate([ends[:, 1:] - ends[:, :-1], start], axis=-1)
    return xp.argsort(order, axis=-1), lengths
