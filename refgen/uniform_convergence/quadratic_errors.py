"""Test errors of the quadratic network: exact given a sample, bounds over samples."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace
from refgen.uniform_convergence.quadratic_forms import log_negative_mass
from refgen.uniform_convergence.quadratic_sphere import (
    QuadraticSphere,
    quadratic_moments,
)


@finite
def quadratic_test_error(sphere: QuadraticSphere, eigenvalues: Any) -> Any:
    """Test error given the sample, from the eigenvalues of its matrix: no simulation.

    f(ρu) = ρ² uᵀ(A − (θ/ρ²) I)u for a unit vector u has the sign of a weighted sum of
    squares of normal variables.

    Parameters
    ----------
    sphere : QuadraticSphere
        Whose threshold and radii are taken; batch axes broadcast.
    eigenvalues : array of shape (..., d)
        Of `quadratic_matrix` of the sample.

    Returns
    -------
    array of shape (...)
        The mean of both classes' errors, in [0, 1]; small ones have all digits.

    Raises
    ------
    ValueError
        If there are not as many eigenvalues as dimensions, or batch axes do not
        broadcast.

    Notes
    -----
    Source: derived here, claim UC-30s.

    Examples
    --------
    >>> sphere = QuadraticSphere(2, 2, 1.0, 2.0)
    >>> round(float(quadratic_test_error(sphere, [4.0, -1.0])), 6)
    0.285664
    """
    check_instance("sphere", sphere, QuadraticSphere)
    values = as_floats("eigenvalues", eigenvalues, 1)
    values, threshold, inner, outer, d = in_one_place(
        eigenvalues=values,
        threshold=sphere.threshold,
        inner=sphere.inner,
        outer=sphere.outer,
        dimension=sphere.dimension,
    )
    if bool((d != values.shape[-1]).any()):
        raise ValueError(
            f"eigenvalues has {values.shape[-1]} number(s) where the sphere has the "
            f"dimension {float(d.max()):g}; give one for each dimension"
        )
    batch_shape(sphere=d.shape, eigenvalues=values.shape[:-1])
    xp = namespace(values)
    outside = log_negative_mass(values - (threshold / (outer * outer))[..., None])
    inside = log_negative_mass((threshold / (inner * inner))[..., None] - values)
    return (xp.exp(outside) + xp.exp(inside)) / 2


class QuadraticBounds(NamedTuple):
    """Of expected errors: at most `test_error`, at least `transformed_error`."""

    test_error: Any
    transformed_error: Any


@finite
def quadratic_bounds(sphere: QuadraticSphere) -> QuadraticBounds:
    """Cantelli's bounds on expected errors, on new and on transformed samples.

    Where margins have the means ±a and the variance s², each is wrong or right with
    probability at most s²/(s² + a²).

    Parameters
    ----------
    sphere : QuadraticSphere

    Returns
    -------
    QuadraticBounds
        test_error, transformed_error: arrays of shape (...), in [0, 1]. The second is 0
        where the mean margin of the transformed sample is not negative.

    Notes
    -----
    `expected_transfer_bound` makes of them a lower bound on every uniform-convergence
    bound. Source: derived here, claim UC-64.

    Examples
    --------
    >>> bounds = quadratic_bounds(QuadraticSphere(100_000, 100_000, 1.0, 2.0))
    >>> [round(float(bound), 4) for bound in bounds]
    [0.0004, 0.9994]
    """
    moments = quadratic_moments(sphere)
    xp = namespace(sphere.inner)
    wrong = _cantelli(xp, moments.fresh_mean, moments.fresh_variance)
    right = _cantelli(xp, -moments.transformed_mean, moments.transformed_variance)
    return QuadraticBounds(wrong.mean(axis=-1), 1 - right.mean(axis=-1))


def _cantelli(xp: Any, mean: Any, variance: Any) -> Any:
    """At most how likely a variable of this mean is not positive; 1 if mean ≤ 0."""
    square = mean * mean
    return xp.where(mean > 0, variance / (variance + square), 1.0)
