"""What an instance is: spheres, and a network of quadratic units after a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._numbers import as_counts, in_one_place, together
from refgen._objects import check_instance
from refgen.arrays import Instance, as_floats, namespace
from refgen.random import Stream
from refgen.uniform_convergence._checks import check_amount, one_size
from refgen.uniform_convergence.exponential_network import (
    as_signs,
    check_labels,
    sphere_coordinate,
)
from refgen.uniform_convergence.hyperspheres import as_radii


@dataclass(frozen=True, repr=False)
class QuadraticSphere(Instance):
    """Two classes on spheres, and f(x) = Σᵢ yᵢ (x·xᵢ)² − θ with the threshold between.

    Classes of even odds are uniform on spheres of the radii r₁ < r₂ in ℝᵈ, the label 1
    outside. θ = m (r₁² + r₂²)(r₂² − r₁²)/4d makes the mean margins of both equal.

    Parameters
    ----------
    n_samples : array of shape (...)
        m, the size of a sample: at least 2.
    dimension : array of shape (...)
        d, at least 2.
    inner, outer : array of shape (...)
        r₁ < r₂, positive.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Examples
    --------
    >>> sphere = QuadraticSphere(200, 400, 1.0, 2.0)
    >>> float(sphere.threshold), float(sphere.signal), float(sphere.self_energy)
    (1.875, 1.125, 4.0)
    """

    n_samples: Any
    dimension: Any
    inner: Any
    outer: Any

    def __post_init__(self) -> None:
        inner, outer = as_radii(self.inner, self.outer)
        given = {
            "n_samples": as_counts("n_samples", self.n_samples, 2),
            "dimension": as_counts("dimension", self.dimension, 2),
            "inner": inner,
            "outer": outer,
        }
        for name, value in zip(given, together(**given), strict=True):
            object.__setattr__(self, name, value)

    @property
    def contrast(self) -> Any:
        """r₂² − r₁², of shape (...)."""
        return (self.outer - self.inner) * (self.outer + self.inner)

    @property
    def threshold(self) -> Any:
        """θ, of shape (...)."""
        sum_of_squares = self.inner * self.inner + self.outer * self.outer
        return self.n_samples / (4 * self.dimension) * sum_of_squares * self.contrast

    @property
    def signal(self) -> Any:
        """The mean margin of a fresh point, m (r₂² − r₁²)²/4d, of shape (...)."""
        square = self.contrast * self.contrast
        return self.n_samples / (4 * self.dimension) * square

    @property
    def self_energy(self) -> Any:
        """r₁²r₂², what a point of the transformed sample loses by its original."""
        product = self.inner * self.outer
        return product * product


class QuadraticMoments(NamedTuple):
    """Means and variances of margins, of the class −1 and 1: arrays (..., 2)."""

    fresh_mean: Any
    fresh_variance: Any
    train_mean: Any
    train_variance: Any
    transformed_mean: Any
    transformed_variance: Any


@finite
def quadratic_moments(sphere: QuadraticSphere) -> QuadraticMoments:
    """Means and variances of the margins of fresh, training and transformed points.

    Over the sample and the fresh point. A fresh margin has the mean `signal` and, at
    the radius ρ, the variance m ρ⁴ [3(r₁⁴ + r₂⁴)/2d(d + 2) − (r₂² − r₁²)²/4d²]. On a
    point of the sample one of m terms is replaced by +ρ⁴, and on its copy in the
    transformed sample by −r₁²r₂².

    Parameters
    ----------
    sphere : QuadraticSphere

    Returns
    -------
    QuadraticMoments
        Arrays of shape (..., 2), for the labels −1 and 1. The label of a transformed
        point is its own, not that of the training point that it comes from.

    Notes
    -----
    Source: derived here, claim UC-30.

    Examples
    --------
    >>> moments = quadratic_moments(QuadraticSphere(200, 300, 1.0, 2.0))
    >>> moments.fresh_mean.tolist(), moments.transformed_mean.round(3).tolist()
    ([1.5, 1.5], [-2.495, -2.52])
    """
    check_instance("sphere", sphere, QuadraticSphere)
    xp, m, d = namespace(sphere.inner), sphere.n_samples, sphere.dimension
    r1, r2 = sphere.inner * sphere.inner, sphere.outer * sphere.outer
    squares = xp.stack([r1, r2], axis=-1)
    sign = xp.asarray([-1.0, 1.0])
    # Of one term y ρᵢ² τ: the mean, and the mean of squares.
    mean = sphere.contrast / (2 * d)
    second = 3 * (r1 * r1 + r2 * r2) / (2 * d * (d + 2))
    variance = (squares * squares) * (second - mean * mean)[..., None]
    # What is missing where one of the m terms is a point's own.
    lacking = sign * squares * mean[..., None]
    signal = sphere.signal[..., None] + 0 * squares
    fewer = (m - 1)[..., None] * variance
    return QuadraticMoments(
        signal,
        m[..., None] * variance,
        signal - lacking + squares * squares,
        fewer,
        signal - lacking - sphere.self_energy[..., None],
        fewer,
    )


def quadratic_matrix(points: Any, labels: Any) -> Any:
    """A = Σᵢ yᵢ xᵢxᵢᵀ, so that the network is f(x) = xᵀAx − θ.

    Parameters
    ----------
    points : array of shape (..., m, d)
    labels : array of shape (..., m)
        −1 or 1.

    Returns
    -------
    array of shape (..., d, d)
        Symmetric. Its eigenvalues are what `quadratic_test_error` takes.

    Raises
    ------
    ValueError
        If a label is neither −1 nor 1, or shapes do not fit.

    Examples
    --------
    >>> quadratic_matrix([[1.0, 0.0], [2.0, 0.0], [0.0, 2.0]], [-1, 1, 1]).tolist()
    [[3.0, 0.0], [0.0, 4.0]]
    """
    X, y = in_one_place(
        points=as_floats("points", points, 2), labels=as_signs("labels", labels)
    )
    check_labels(X, y)
    return _signed_gram(X, y)


@finite
def _signed_gram(points: Any, labels: Any) -> Any:
    return namespace(points).matmul(
        (points * labels[..., None]).swapaxes(-1, -2), points
    )


class QuadraticMargins(NamedTuple):
    """Margins of a fresh, a training and a transformed point, and their labels."""

    fresh: Any
    train: Any
    transformed: Any
    labels: Any


@finite
def draw_quadratic_margins(
    sphere: QuadraticSphere, n_draws: int, stream: Any
) -> QuadraticMargins:
    """Independent draws of the margins of one point, without any point.

    With τᵢ independent of the law Beta(1/2, (d − 1)/2) a fresh point of radius ρ has
    f = ρ² Σ yᵢρᵢ²τᵢ − θ; a training point has τ = 1 at its own term, and so has its
    copy in the transformed sample, where ρ is the other radius.

    Parameters
    ----------
    sphere : QuadraticSphere
        A batch has one n_samples.
    n_draws : int
        Each costs O(m).
    stream : Stream
        Of refgen, or of refgen_gpu to draw on the device.

    Returns
    -------
    QuadraticMargins
        fresh, train, transformed: arrays of shape (..., n_draws); labels: those of all
        three in a draw. The three share m − 1 terms.

    Raises
    ------
    ValueError
        If sizes of samples differ, there are too many draws, or margins leave the
        range of float64.

    Notes
    -----
    Source: derived here, claim UC-30s.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> margins = draw_quadratic_margins(
    ...     QuadraticSphere(200, 400, 1.0, 2.0), 2000, Stream(0)
    ... )
    >>> bool((margins.fresh <= 0).mean() < 0.05), bool((margins.train <= 0).any())
    (True, False)
    """
    check_instance("sphere", sphere, QuadraticSphere)
    check_instance("stream", stream, Stream)
    n_draws = check_integer("n_draws", n_draws, 1)
    m = one_size("n_samples", sphere.n_samples)
    shape = check_amount("n_draws", (*sphere.inner.shape, n_draws, m))
    uniform = stream.child("squares").uniform(shape)
    uniform, inner, outer, theta, d = in_one_place(
        draws=uniform,
        inner=sphere.inner[..., None],
        outer=sphere.outer[..., None],
        threshold=sphere.threshold[..., None],
        dimension=sphere.dimension[..., None, None],
    )
    xp, signs = namespace(uniform), stream.child("signs").signs(shape)
    coordinate = sphere_coordinate(uniform, d)
    inside, outside = inner * inner, outer * outer
    squares = xp.where(signs > 0, outside[..., None], inside[..., None])
    terms = signs * squares * (coordinate * coordinate)
    others = terms[..., 1:].sum(axis=-1)
    labels = stream.child("labels").signs(shape[:-1])
    own = xp.where(labels > 0, outside, inside)
    rest = labels * (own * others - theta)
    return QuadraticMargins(
        labels * (own * (others + terms[..., 0]) - theta),
        rest + own * own,
        rest - inside * outside,
        labels,
    )
