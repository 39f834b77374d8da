"""The disjointedness factor of many points: its limit, or how it grows without one."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import (
    as_counts,
    as_not_negative,
    as_positive,
    in_one_place,
    refuse,
    together,
)
from refgen._quadrature import unit_nodes
from refgen._scales import check_scale
from refgen.arrays import namespace
from refgen.explainability._poisson_root import mean_poisson_root

# Panels and nodes of an integral over logarithms, and instances at once.
_PANELS, _NODES = 128, 12
_AT_ONCE = 2**18 // (_PANELS * _NODES)
# Smaller tails would leave float64.
_LEAST_TAIL = 0.2


@finite
def population_disjointedness(spectrum: Any, scale: Any) -> Any:
    """ρ_∞, to which ρ_S of normal points tends when there are more and more of them.

    Parameters
    ----------
    spectrum : array of shape (..., n_features)
        Eigenvalues τⱼ² ≥ 0 of the points' covariance matrix.
    scale : array of shape (...)
        s > 0.

    Returns
    -------
    array of shape (...)
        At least 1.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, shapes do not broadcast, or the
        factor leaves float64.

    Notes
    -----
    Πⱼ (1 + 2τⱼ²/s²)^¼. Source: derived here, claim LE-22.

    Examples
    --------
    >>> round(float(population_disjointedness([1.0, 1.0], 1.0)), 6)  # √3
    1.732051
    """
    spectrum, scale = in_one_place(
        spectrum=check_scale("spectrum", as_not_negative("spectrum", spectrum, 1)),
        scale=check_scale("scale", as_positive("scale", scale)),
    )
    xp = namespace(spectrum)
    batch_shape(spectrum=spectrum.shape[:-1], scale=scale.shape)
    with np.errstate(under="ignore"):
        ratios = spectrum / scale[..., None] / scale[..., None]
    return xp.exp(xp.log1p(2 * ratios).sum(axis=-1) / 4)


def heavy_tail_exponent(tail: Any, n_features: Any) -> Any:
    """The exponent of m with which ρ_S grows for points with a heavy tail.

    Parameters
    ----------
    tail : array of shape (...)
        α > 0: the chance of a point beyond r falls as r^(−α), in all directions alike.
    n_features : array of shape (...)
        d.

    Returns
    -------
    array of shape (...)
        (d − α)/(2(d + α)), or 0 if α ≥ d (for α = d a logarithm is left), at any scale.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim LE-22c.

    Examples
    --------
    >>> heavy_tail_exponent([0.25, 0.5, 2.0], 1).round(4).tolist()
    [0.3, 0.1667, 0.0]
    """
    tail, d = together(
        tail=as_positive("tail", tail), n_features=as_counts("n_features", n_features)
    )
    # α/d may be as large as it likes.
    with np.errstate(over="ignore"):
        ratio = namespace(tail).minimum(tail / d, 1.0)
    return (1 - ratio) / (2 * (1 + ratio))


@finite
def heavy_tail_disjointedness(n_points: Any, tail: Any, half_width: Any) -> Any:
    """Eρ_S of points on a line with a power law, neighbourhoods being intervals.

    Parameters
    ----------
    n_points : array of shape (...)
        m ≥ 1; the number of points follows Poisson's law with this mean, and ρ_S is
        taken relative to √m.
    tail : array of shape (...)
        α in [0.2, 1): Pr[X > r] = r^(−α) for r ≥ 1.
    half_width : array of shape (...)
        s in (0, 1/2]: the neighbourhood of x is uniform on [x − s, x + s].

    Returns
    -------
    array of shape (...)
        To about 10⁻¹² of itself.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Notes
    -----
    (1/(2s√m)) ∫ E√N(x) dx, where N(x) follows Poisson's law with the mean
    m Pr[|X − x| < s]. Source: derived here, claim LE-22c.

    Examples
    --------
    >>> m = [1e13, 1e15]
    >>> low, high = heavy_tail_disjointedness(m, 0.25, 0.5)
    >>> round(float(np.log(high / low) / np.log(100)), 4)  # limit 0.3
    0.3
    """
    m, tail, width = together(
        n_points=as_counts("n_points", n_points),
        tail=as_positive("tail", tail),
        half_width=check_scale("half_width", as_positive("half_width", half_width)),
    )
    refuse("tail", tail, (tail < _LEAST_TAIL) | (tail >= 1), "be in [0.2, 1)")
    refuse("half_width", width, width > 0.5, "be at most 1/2")
    shape, xp = m.shape, namespace(m)
    rows = [array.reshape(-1) for array in (m, tail, width)]
    parts = [
        _mean_roots(*(row[i : i + _AT_ONCE, None] for row in rows))
        for i in range(0, rows[0].size, _AT_ONCE)
    ]
    return xp.concatenate(parts).reshape(shape)


def _mean_roots(m: Any, tail: Any, width: Any) -> Any:
    """The integral from 1 − s to 1 + s, and beyond in logarithms of x − s."""
    xp = namespace(m)
    x, weights = (xp.asarray(part) for part in unit_nodes(_PANELS))
    # Beside 1 − s the count grows from 0 as √: its argument is a square.
    near = -xp.expm1(-tail * xp.log1p(2 * width * x * x))
    first = (mean_poisson_root(m * near) * 2 * x * weights).sum(axis=-1)
    x, weights = (xp.asarray(part) for part in unit_nodes(_NODES))
    places = (xp.arange(_PANELS)[:, None] + x).reshape(-1) / _PANELS
    masses = (xp.ones((_PANELS, 1)) * weights).reshape(-1) / _PANELS
    # Up to where a count is below 10⁻¹⁶ of its own tail.
    reach = xp.log(1 + 2 * m * width * tail) / (1 + tail) + 37 / tail
    v = reach * places
    share = -xp.exp(-tail * v) * xp.expm1(-tail * xp.log1p(2 * width * xp.exp(-v)))
    values = mean_poisson_root(m * share) * xp.exp(v)
    rest = (values * masses).sum(axis=-1) * reach[:, 0] / (2 * width[:, 0])
    return (first + rest) / xp.sqrt(m[:, 0])
