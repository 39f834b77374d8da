"""Training MNF of normal neighbourhoods on a line, by quadrature."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.explainability._log_kernels import log_kernels, log_total
from refgen.explainability.neighborhoods import GaussianNeighborhoods

# Sources around every point, in its deviations: the trapezoidal rule with a step of 0.1
# misses 10⁻¹³ of the largest squared value, mostly where weights of two points are
# equal (there the integrand has poles off the line).
_NODES = np.arange(-85, 86) / 10
# Numbers that are in memory at once, for each array of an entry per source and point.
_ENTRIES = 2**18


@finite
def line_mirrored_fidelity(sample: GaussianNeighborhoods, values: Any) -> Any:
    """The least MNF of a sample with one feature: that of the best affine explanations.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
        With one feature.
    values : array of shape (..., n_points)
        f(x) at the points.

    Returns
    -------
    array of shape (...)
        An error: 0 is the best. Never above that of the best affine function.

    Raises
    ------
    TypeError
        If `sample` is not a `GaussianNeighborhoods`.
    ValueError
        If there is more than one feature, a number is not finite, or shapes disagree.

    Notes
    -----
    It never falls as the scale grows. Sources have weighted least squares without a
    penalty; where one is wanted, or there are more features, take means of
    `mirrored_errors`. Source: derived here, claim LE-20.

    Examples
    --------
    >>> points, values = [[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0]
    >>> sample = GaussianNeighborhoods(points, [0.25, 0.5, 1.0, 8.0])
    >>> line_mirrored_fidelity(sample, values).round(4).tolist()
    [0.0001, 0.0384, 0.153, 0.2211]
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    values, points = in_one_place(
        values=check_scale("values", as_floats("values", values, 1), 1),
        points=sample.points,
    )
    if sample.n_features != 1:
        raise ValueError(
            f"sample must have one feature, got {sample.n_features}; take means of "
            "mirrored_errors(sample, values, sources, penalty)"
        )
    m = sample.n_points
    if values.shape[-1] != m:
        raise ValueError(
            f"values has shape {values.shape} for n_points={m}; give one for each point"
        )
    shape = batch_shape(sample=sample.scale.shape, values=values.shape[:-1])
    xp = namespace(points)
    flat = [
        xp.broadcast_to(array, shape + array.shape[array.ndim - own :]).reshape(
            -1, *array.shape[array.ndim - own :]
        )
        for array, own in ((points[..., 0], 1), (values, 1), (sample.scale, 0))
    ]
    step = max(1, _ENTRIES // (m * m * _NODES.size))
    found = [
        _means(*(array[start : start + step] for array in flat))
        for start in range(0, len(flat[2]), step)
    ]
    return xp.concatenate(found).reshape(shape) if found else xp.zeros(shape)


def _means(x: Any, f: Any, scale: Any) -> Any:
    """Over the sources around all points, for instances (n, m), (n, m) and (n,)."""
    xp = namespace(x)
    nodes = xp.asarray(_NODES)
    density = xp.exp(-nodes * nodes / 2)
    density = density / density.sum()
    total: Any = 0.0
    for i in range(x.shape[-1]):
        sources = x[:, i, None] + scale[:, None] * nodes
        logs = log_kernels(x[..., None], sources[..., None], scale)
        weights = xp.exp(logs - log_total(logs)[..., None])
        total = total + (_least_squares(x, f, weights) * density).sum(axis=-1)
    return total / x.shape[-1]


def _least_squares(x: Any, f: Any, weights: Any) -> Any:
    """Σ w(f − g)² for the best affine g, in (n, q), of weights (n, q, m)."""
    xp = namespace(x)

    def centered(array: Any) -> Any:
        array = array[:, None, :]
        # The second mean is of what rounding has left in the first.
        for _ in range(2):
            array = array - (weights * array).sum(axis=-1)[..., None]
        return array

    run, rest = centered(x), centered(f)
    spread = (weights * run * run).sum(axis=-1)
    moment = (weights * run * rest).sum(axis=-1)
    rise = moment / xp.where(spread > 0, spread, 1.0)
    rest = rest - rise[..., None] * run
    return (weights * rest * rest).sum(axis=-1)
