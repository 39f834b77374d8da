"""Rademacher complexity of the networks near an initialization, and of a whole ball."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_not_negative, in_one_place
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.kernels import kernel

_eigh = kernel("factors", "eigh")


@finite
def near_initialization_bound(
    output: Any, middle: Any, first: Any, points: Any, radius: Any
) -> Any:
    """Bound on the Rademacher complexity of linear networks near their initialization.

    Parameters
    ----------
    output : array of shape (..., h)
        v₀ of the network v·WUx.
    middle : array of shape (..., h, k)
        W₀.
    first : array of shape (..., k, d)
        U₀.
    points : array of shape (..., n_samples, d)
    radius : array of shape (...)
        r ≥ 0: v, W and U are within this Frobenius distance of the initial ones.

    Returns
    -------
    array of shape (...)
        At least E sup |Σεᵢf(xᵢ)|/n_samples over the networks, less the initial one, for
        random signs ε.

    Raises
    ------
    ValueError
        If shapes do not fit, `radius` is negative, or numbers leave the range in which
        products are safe.

    Notes
    -----
    With entries N(0, 1/h) it tends to (3 + 4r + r²) r‖X‖_F/m as the width h grows: it
    does not grow with it. Source: derived here, after Nagarajan & Kolter 2017 (arXiv
    1901.01672), claim UC-35.

    Examples
    --------
    >>> one = [[1.0]]
    >>> float(near_initialization_bound([1.0], one, one, one, 0.5))
    2.375
    """
    v, w, u, x, r = _network(output, middle, first, points, radius)
    inputs, hidden = _size(x), _size(u @ x)
    outer = _size(w @ (u @ x)) + (_length(v) + r) * (hidden + r * inputs)
    back = _length((w.swapaxes(-1, -2) @ v[..., None])[..., 0])
    return r * (outer + (back + r * _spectral(w)) * inputs) / x.shape[-1]


@finite
def origin_ball_bound(
    output: Any, middle: Any, first: Any, points: Any, radius: Any
) -> Any:
    """The same for the ball around 0 that holds all networks near the initialization.

    Parameters
    ----------
    output, middle, first, points, radius
        As in `near_initialization_bound`.

    Returns
    -------
    array of shape (...)
        (‖v₀‖ + r)(‖W₀‖_F + r)(‖U₀‖_F + r)‖X‖_F/n_samples. With entries N(0, 1/h) it
        grows as √h.

    Raises
    ------
    ValueError
        As `near_initialization_bound`.

    Notes
    -----
    Source: derived here, after Nagarajan & Kolter 2017 (arXiv 1901.01672), claim UC-35.

    Examples
    --------
    >>> one = [[1.0]]
    >>> float(origin_ball_bound([1.0], one, one, one, 0.5))
    3.375
    """
    v, w, u, x, r = _network(output, middle, first, points, radius)
    ball = (_length(v) + r) * (_size(w) + r) * (_size(u) + r)
    return ball * _size(x) / x.shape[-1]


def _network(
    output: Any, middle: Any, first: Any, points: Any, radius: Any
) -> list[Any]:
    """v₀, W₀, U₀, the points in columns, and r, in one place."""
    given = {
        "output": check_scale("output", as_floats("output", output, 1), 1),
        "middle": check_scale("middle", as_floats("middle", middle, 2), 2),
        "first": check_scale("first", as_floats("first", first, 2), 2),
        "points": check_scale("points", as_floats("points", points, 2), 2),
        "radius": check_scale("radius", as_not_negative("radius", radius)),
    }
    v, w, u, x, r = in_one_place(**given)
    ends = [(v.shape[-1], w.shape[-2]), (w.shape[-1], u.shape[-2])]
    ends.append((u.shape[-1], x.shape[-1]))
    if any(before != after for before, after in ends):
        raise ValueError(
            "shapes must be (h,) of output, (h, k) of middle, (k, d) of first and "
            f"(n_samples, d) of points, got {v.shape}, {w.shape}, {u.shape} and "
            f"{x.shape}"
        )
    shapes = {"output": v.shape[:-1], "middle": w.shape[:-2], "first": u.shape[:-2]}
    batch_shape(**shapes, points=x.shape[:-2], radius=r.shape)
    return [v, w, u, x.swapaxes(-1, -2), r]


def _length(vectors: Any) -> Any:
    return namespace(vectors).sqrt((vectors * vectors).sum(axis=-1))


def _size(matrices: Any) -> Any:
    """Frobenius norms."""
    return namespace(matrices).sqrt((matrices * matrices).sum(axis=(-2, -1)))


def _spectral(matrices: Any) -> Any:
    """Largest singular values, from the smaller of both matrices of products."""
    if matrices.shape[-1] > matrices.shape[-2]:
        matrices = matrices.swapaxes(-1, -2)
    products = matrices.swapaxes(-1, -2) @ matrices
    largest = _eigh(products)[0][..., -1]
    xp = namespace(matrices)
    return xp.sqrt(xp.maximum(largest, 0.0))
