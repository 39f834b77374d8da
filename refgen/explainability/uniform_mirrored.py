"""Training MNF of neighbourhoods that are intervals, exactly."""

from __future__ import annotations

from typing import Any

from refgen._estimators.parameters import check_flag
from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace

# Numbers that are in memory at once, for each array of an entry per cell and point.
_ENTRIES = 2**20


@finite
def uniform_mirrored_fidelity(
    centers: Any, values: Any, half_width: Any, slope: bool = True
) -> Any:
    """The least MNF of a sample on a line, its neighbourhoods being intervals.

    Parameters
    ----------
    centers : array of shape (..., n_points)
        x; the neighbours of a point are uniform on [x − h, x + h].
    values : array of shape (..., n_points)
        f(x).
    half_width : array of shape (...)
        h > 0.
    slope : bool
        Whether explanations are affine; otherwise they are constants.

    Returns
    -------
    array of shape (...)
        An error: 0 is the best.

    Raises
    ------
    TypeError
        If `slope` is neither True nor False.
    ValueError
        If there is no point, a number is out of range or not finite, or shapes
        disagree.

    Notes
    -----
    Between two ends of intervals the points that count are always the same, and count
    the same. It may fall as the intervals grow, other than that of normal
    neighbourhoods. Source: derived here, claim LE-20u.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(60.0)
    >>> uniform_mirrored_fidelity(x, x % 2, [1.0, 1.5], slope=False).round(4).tolist()
    [0.2458, 0.2204]
    """
    check_flag("slope", slope)
    x, f, h = in_one_place(
        centers=check_scale("centers", as_floats("centers", centers, 1), 1),
        values=check_scale("values", as_floats("values", values, 1), 1),
        half_width=check_scale("half_width", as_positive("half_width", half_width)),
    )
    m = x.shape[-1]
    if f.shape[-1] != m:
        raise ValueError(
            f"centers and values have shapes {x.shape} and {f.shape}; give one value "
            "for each point"
        )
    shape = batch_shape(centers=x.shape[:-1], values=f.shape[:-1], half_width=h.shape)
    xp = namespace(x)
    ends = xp.concatenate([x - h[..., None], x + h[..., None]], axis=-1)
    ends = xp.sort(ends, axis=-1)
    step, total = max(1, _ENTRIES // m), xp.zeros(shape)
    for start in range(0, 2 * m - 1, step):
        cells = ends[..., start : start + step + 1]
        squares = _least_squares(x, f, h, (cells[..., 1:] + cells[..., :-1]) / 2, slope)
        total = total + ((cells[..., 1:] - cells[..., :-1]) * squares).sum(axis=-1)
    return total / (2 * h * m)


def _least_squares(x: Any, f: Any, h: Any, middles: Any, slope: bool) -> Any:
    """Σ (g − f)² over the points around each middle, for the best g."""
    xp = namespace(x)
    apart = x[..., None, :] - middles[..., None]
    inside = abs(apart) < h[..., None, None]
    count = xp.maximum(inside.sum(axis=-1), 1)[..., None]

    def centered(array: Any) -> Any:
        own = xp.where(inside, array, 0.0)
        return xp.where(inside, array - own.sum(axis=-1)[..., None] / count, 0.0)

    rest = centered(f[..., None, :] + 0 * apart)
    if slope:
        run = centered(apart)
        spread = (run * run).sum(axis=-1)
        moment = (run * rest).sum(axis=-1)
        rise = moment / xp.where(spread > 0, spread, 1.0)
        rest = rest - rise[..., None] * run
    return (rest * rest).sum(axis=-1)
