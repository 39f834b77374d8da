"""Both fidelities of the best explanations where the points follow a normal law."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._matrices import (
    as_moments,
    batch_shape,
    cholesky,
    forward_solution,
)
from refgen._numbers import as_positive, in_one_place
from refgen._scales import check_scale
from refgen._shown import shown
from refgen.arrays import namespace
from refgen.explainability._functions import LocalFunction
from refgen.explainability._local_fit import LocalFit
from refgen.explainability.quadratics import Quadratic


class GaussianFidelity(NamedTuple):
    """Least fidelities of affine explanations; both are errors, and 0 is best.

    Attributes
    ----------
    fidelity : array of shape (...)
        NF*, over neighbours of the points.
    mirrored : array of shape (...)
        MNF*, over the points that have the source as a neighbour.
    """

    fidelity: Any
    mirrored: Any


@finite
def gaussian_fidelity(
    function: LocalFunction, mean: Any, spread: Any, scale: Any
) -> GaussianFidelity:
    """NF* and MNF* of a function, for points N(μ, τ²I) with neighbourhoods N(x, s²I).

    Parameters
    ----------
    function : Linear, Quadratic, Sine, Exponential, Bump, ReLURidge, Absolute, Step
        or TwoLayerReLU
    mean : array of shape (..., n_features)
        μ. Leading axes broadcast with those of all arguments.
    spread : array of shape (...)
        τ > 0, the standard deviation of each coordinate of a point.
    scale : array of shape (...)
        s > 0, the standard deviation of each coordinate of a neighbour.

    Returns
    -------
    GaussianFidelity
        Both are errors: 0 is best.

    Raises
    ------
    TypeError
        If `function` is none of these.
    ValueError
        If a number is out of range or leaves float64, or shapes do not fit.

    Notes
    -----
    Given the source z, a target is N(μ + κ(z − μ), vI) with κ = τ²/(τ² + s²) and
    v = κs²: MNF* is the mean of the fidelity with neighbourhoods of variance v around
    centers N(μ, κτ²I). Source: derived here, claims LE-6 and LE-44.

    Examples
    --------
    >>> from refgen.explainability import Sine
    >>> found = gaussian_fidelity(Sine([1.0]), [0.0], 1.0, 1.0)
    >>> [round(float(part), 5) for part in found]
    [0.12296, 0.03322]
    """
    _check_function(function)
    mean, spread, scale = _law(function, "mean", mean, spread, scale)
    between, within = spread * spread, scale * scale
    share = between / (between + within)
    zero = 0.0 * scale
    return GaussianFidelity(
        function._fidelity(mean, between, within) + zero,
        function._fidelity(mean, share * between, share * within) + zero,
    )


@finite
def gaussian_mirrored_fit(
    function: LocalFunction, points: Any, mean: Any, spread: Any, scale: Any
) -> LocalFit:
    """The explanations that attain MNF*: the best ones for targets given the source.

    Parameters
    ----------
    function, mean, spread, scale
        As in `gaussian_fidelity`.
    points : array of shape (..., n_features)
        The sources z.

    Returns
    -------
    LocalFit
        g_z around z; its fidelity is over the targets that have the source z.

    Raises
    ------
    TypeError
        If `function` is none of these.
    ValueError
        If a number is out of range or leaves float64, or shapes do not fit.

    Notes
    -----
    Source: derived here, claim LE-6.

    Examples
    --------
    >>> from refgen.explainability import Quadratic
    >>> fit = gaussian_mirrored_fit(Quadratic([[2.0]]), [1.0], [0.0], 1.0, 1.0)
    >>> [round(float(part.sum()), 9) for part in fit]  # of x², at ½
    [1.25, 1.0, 0.5]
    """
    _check_function(function)
    mean, spread, scale = _law(function, "mean", mean, spread, scale)
    points = function._as_points("points", points)
    points, mean = in_one_place(points=points, mean=mean)
    batch_shape(points=points.shape[:-1], mean=mean.shape[:-1], scale=scale.shape)
    total = spread * spread + scale * scale
    share, root = (
        spread * spread / total,
        scale * (spread / namespace(total).sqrt(total)),
    )
    apart = (1 - share)[..., None] * (points - mean)
    fit = function.local_fit(points - apart, root)
    return fit._replace(value=fit.value + (fit.slope * apart).sum(axis=-1))


def _check_function(function: Any) -> None:
    if not isinstance(function, LocalFunction):
        raise TypeError(
            "function must be one with closed forms (Linear, Quadratic, Sine, "
            "Exponential, Bump, ReLURidge, Absolute, Step or TwoLayerReLU), got "
            f"{shown(function)}; local_fit_by_quadrature explains any other"
        )


def _law(
    function: LocalFunction, name: str, mean: Any, spread: Any, scale: Any
) -> tuple[Any, Any, Any]:
    """A normal law and a scale whose leading axes broadcast with the function's."""
    spread = check_scale("spread", as_positive("spread", spread))
    mean, scale = function._as_neighborhoods(name, mean, scale)
    mean, spread, scale = in_one_place(mean=mean, spread=spread, scale=scale)
    shape = batch_shape(spread=spread.shape, others=scale.shape)
    xp = namespace(mean)
    return mean, xp.broadcast_to(spread, shape), xp.broadcast_to(scale, shape)


@finite
def anisotropic_fidelity(matrix: Any, spread: Any, scale: Any) -> GaussianFidelity:
    """NF* and MNF* of a quadratic, for points N(μ, T) with neighbourhoods N(x, S).

    Parameters
    ----------
    matrix : array of shape (..., n_features, n_features)
        The Hessian A, of which only the symmetric part matters.
    spread : array of shape (..., n_features, n_features)
        T, a covariance that is positive definite.
    scale : array of shape (..., n_features, n_features)
        S, another one.

    Returns
    -------
    GaussianFidelity
        ½ tr(ASAS) and ½ tr(AVAV) with V = (T⁻¹ + S⁻¹)⁻¹. Both are errors: 0 is best.

    Raises
    ------
    ValueError
        If a matrix is not square, `spread` or `scale` is not symmetric and positive
        definite, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim LE-6b.

    Examples
    --------
    >>> found = anisotropic_fidelity([[2.0]], [[1.0]], [[1.0]])
    >>> [round(float(part), 9) for part in found]
    [2.0, 0.5]
    """
    hessian, spread, scale = in_one_place(
        matrix=Quadratic(matrix).matrix,
        spread=check_scale("spread", as_moments("spread", spread), 2),
        scale=check_scale("scale", as_moments("scale", scale), 2),
    )
    d = hessian.shape[-1]
    for name, moments in (("spread", spread), ("scale", scale)):
        if moments.shape[-1] != d:
            raise ValueError(
                f"{name} must be of the size {d} of the matrix, got {moments.shape}"
            )
    leading = [array.shape[:-2] for array in (hessian, spread, scale)]
    batch_shape(matrix=leading[0], spread=leading[1], scale=leading[2])
    near, far = _factor("scale", scale), _factor("spread", spread)
    # V = CRᵀ⁻¹R⁻¹Cᵀ with S = CCᵀ and RRᵀ = I + CᵀT⁻¹C.
    ratio = forward_solution(far, near)
    inner = cholesky(namespace(hessian).eye(d) + ratio.swapaxes(-1, -2) @ ratio)
    both = forward_solution(inner, near.swapaxes(-1, -2)).swapaxes(-1, -2)
    return GaussianFidelity(_half_square(hessian, near), _half_square(hessian, both))


def _factor(name: str, covariance: Any) -> Any:
    try:
        return cholesky(covariance)
    except ValueError as error:  # LinAlgError is one
        raise ValueError(
            f"{name} must be positive definite; leave out directions without variance"
        ) from error


def _half_square(hessian: Any, factor: Any) -> Any:
    """½‖FᵀAF‖²."""
    turned = factor.swapaxes(-1, -2) @ hessian @ factor
    return (turned * turned).sum(axis=(-1, -2)) / 2
