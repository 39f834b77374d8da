"""Two classes on spheres about 0: drawing them, and exchanging their radii."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place, refuse, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.random import Stream
from refgen.uniform_convergence.exponential_network import as_signs, check_labels

# Lengths of rows that were normalized in float64, or written with nine decimals.
_ROUNDING = 1e-8


def as_radii(inner: Any, outer: Any) -> tuple[Any, Any]:
    """The radii as arrays of one shape, 0 < inner < outer, with finite fourth powers.

    Raises
    ------
    ValueError
        If one is out of range, or shapes do not broadcast.
    """
    radii = {"inner": as_positive("inner", inner), "outer": as_positive("outer", outer)}
    for name, array in radii.items():
        outside = (array < 2.0**-100) | (array > 2.0**100)
        refuse(name, array, outside, "be between 2⁻¹⁰⁰ and 2¹⁰⁰", "; rescale")
    low, high = together(**radii)
    refuse("inner", low, low >= high, "be below outer")
    return low, high


def draw_hyperspheres(
    n_samples: int, dimension: int, inner: float, outer: float, stream: Any
) -> tuple[Any, Any]:
    """A sample of two classes of even odds, uniform on spheres about 0.

    Parameters
    ----------
    n_samples, dimension : int
        At least 1, and at least 2.
    inner, outer : float
        The radius of the class −1 and of the class 1, inner < outer.
    stream : Stream
        Of refgen, or of refgen_gpu to draw on the device.

    Returns
    -------
    points : array of shape (n_samples, dimension)
    labels : array of shape (n_samples,)
        −1 or 1.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> points, labels = draw_hyperspheres(4, 3, 1.0, 2.0, Stream(0))
    >>> (points**2).sum(axis=-1).round(12).tolist(), labels.tolist()
    ([4.0, 1.0, 1.0, 4.0], [1.0, -1.0, -1.0, 1.0])
    """
    check_instance("stream", stream, Stream)
    n_samples = check_integer("n_samples", n_samples, 1)
    dimension = check_integer("dimension", dimension, 2)
    radii = as_radii(inner, outer)
    if radii[0].ndim:
        raise ValueError(
            f"inner and outer must be single numbers, got shape {radii[0].shape}; draw "
            "from one pair of spheres at a time"
        )
    inner, outer = map(float, radii)
    labels = stream.child("labels").signs((n_samples,))
    normal = stream.child("directions").normal((n_samples, dimension))
    xp = namespace(normal)
    radius = xp.where(labels > 0, outer, inner)
    length = xp.sqrt((normal * normal).sum(axis=-1))
    return normal * (radius / length)[:, None], labels


@finite
def swap_radii(points: Any, labels: Any, inner: Any, outer: Any) -> tuple[Any, Any]:
    """The transformed sample: every point on the other sphere, with the other label.

    It has the law of a sample, and the map is its own inverse.

    Parameters
    ----------
    points : array of shape (..., n, d)
        Of length `inner` where the label is −1, and `outer` where it is 1.
    labels : array of shape (..., n)
        −1 or 1.
    inner, outer : array of shape (...)
        The radii, 0 < inner < outer.

    Returns
    -------
    points : array of shape (..., n, d)
    labels : array of shape (..., n)

    Raises
    ------
    ValueError
        If a point is not on the sphere of its label, or shapes do not fit.

    Notes
    -----
    Source: Nagarajan & Kolter 2019, claim UC-28.

    Examples
    --------
    >>> points, labels = swap_radii([[0.6, 0.8], [2.0, 0.0]], [-1, 1], 1.0, 2.0)
    >>> points.tolist(), labels.tolist()
    ([[1.2, 1.6], [1.0, 0.0]], [1.0, -1.0])
    """
    low, high = as_radii(inner, outer)
    X, y, low, high = in_one_place(
        points=check_scale("points", as_floats("points", points, 2), 2),
        labels=as_signs("labels", labels),
        inner=low,
        outer=high,
    )
    check_labels(X, y)
    batch_shape(points=X.shape[:-2], inner=low.shape, outer=high.shape)
    xp, low, high = namespace(X), low[..., None], high[..., None]
    check_radii(X, y, low, high)
    factor = xp.where(y > 0, low / high, high / low)
    return X * factor[..., None], xp.broadcast_to(-y, factor.shape)


def check_radii(points: Any, labels: Any, inner: Any, outer: Any) -> None:
    """Refuse points that are not on the sphere of their label."""
    xp = namespace(points)
    length = xp.sqrt((points * points).sum(axis=-1))
    wanted = xp.where(labels > 0, outer, inner)
    bad = abs(length - wanted) > _ROUNDING * wanted
    refuse(
        "points",
        length,
        bad,
        "have the length inner where the label is −1, and outer where it is 1",
        " for the length of one",
    )
