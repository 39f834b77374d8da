"""The linear base of bounded norm: of many points, its risk and the risk's parts."""

from __future__ import annotations

from typing import Any, Literal, get_args

from refgen._checks import check_choice, check_integer
from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace
from refgen.linalg import secular_multiplier
from refgen.resmem._moments import check_norm
from refgen.resmem.problem import LinearProblem

Design = Literal["gaussian", "ball"]


def ball_moments(n_features: int) -> tuple[float, float, float, float]:
    """Moments of the uniform law on the ball of radius √(d + 2), whose Σ is I.

    Returns
    -------
    second, fourth, mixed, norm : float
        E x₁² = 1, E x₁⁴ = 3(d + 2)/(d + 4), E x₁²x₂² (its formula for d = 1) and
        E ‖x‖⁴.

    Raises
    ------
    TypeError, ValueError
        If `n_features` is not an integer, or below 1.

    Notes
    -----
    Source: derived here, claim RM-1. The law is the one of Yang et al. 2023
    (arXiv 2302.01576).

    Examples
    --------
    >>> ball_moments(1)
    (1.0, 1.8, 0.6, 1.8)
    """
    d = check_integer("n_features", n_features, 1)
    mixed = (d + 2) / (d + 4)
    return 1.0, 3 * (d + 2) / (d + 4), mixed, d * (d + 2) ** 2 / (d + 4)


@finite
def population_base(problem: LinearProblem) -> tuple[Any, Any]:
    """The base of infinitely many points: θ∞ = (Σ + μI)⁻¹ Σθ*, and μ.

    Returns
    -------
    coefficients : array of shape (..., n_features)
        Of least norm if several are best; in the eigenvectors of Σ.
    multiplier : array of shape (...)
        μ, which is 0 where the constraint is inactive.

    Notes
    -----
    Source: derived here, claim RM-2 (Σ = I: Yang et al. 2023, arXiv 2302.01576).

    Examples
    --------
    >>> problem = LinearProblem([2.0, 1.0, 0.4], [0.6, 0.64, 0.48], 0.6)
    >>> coefficients, multiplier = population_base(problem)
    >>> round(float(multiplier), 9)
    0.726987704
    """
    multiplier = _multiplier(problem)
    share = _over_shifted(problem.spectrum, problem, multiplier)
    return share * problem.coefficients, multiplier


@finite
def irreducible_risk(problem: LinearProblem) -> Any:
    """R∞ = min over ‖θ‖ ≤ L of R(θ), not negative; (1 − L)² if Σ = I and ‖θ*‖ = 1.

    Source: derived here, claim RM-2 (Σ = I: Yang et al. 2023, arXiv 2302.01576).

    Examples
    --------
    >>> problem = LinearProblem([2.0, 1.0, 0.4], [0.6, 0.64, 0.48], 0.6)
    >>> round(float(irreducible_risk(problem)), 9)
    0.162103055
    """
    multiplier = _multiplier(problem)
    missed = _over_shifted(multiplier[..., None], problem, multiplier)
    return (problem.spectrum * (missed * problem.coefficients) ** 2).sum(axis=-1)


@finite
def irreducible_risk_bounds(problem: LinearProblem) -> tuple[Any, Any]:
    """Bounds on R∞ that need no multiplier, from the direction u = θ*/‖θ*‖.

    (‖θ*‖ − L)₊² / uᵀΣ⁻¹u and (‖θ*‖ − L)₊² uᵀΣu. Both are R∞ if u is an eigenvector.

    Parameters
    ----------
    problem : LinearProblem

    Returns
    -------
    low, high : arrays of shape (...)
        `low` is 0 if θ* is not in the range of Σ.

    Notes
    -----
    Source: derived here, claim RM-3.

    Examples
    --------
    >>> problem = LinearProblem([2.0, 1.0, 0.4], [0.6, 0.64, 0.48], 0.6)
    >>> [round(float(bound), 6) for bound in irreducible_risk_bounds(problem)]
    [0.137268, 0.195482]
    """
    check_instance("problem", problem, LinearProblem)
    spectrum, target = problem.spectrum, problem.coefficients
    xp, square = namespace(target), target**2
    length = xp.sqrt(square.sum(axis=-1))
    gap = xp.maximum(length - problem.radius, 0.0)
    unit = square / xp.where(length > 0, length, 1.0)[..., None] ** 2
    high = (spectrum * unit).sum(axis=-1)
    # In units of the smallest eigenvalue that θ* meets, no quotient overflows.
    met = unit > 0
    smallest = xp.where(met, spectrum, xp.inf).min(axis=-1)
    smallest = xp.where(xp.isfinite(smallest), smallest, 0.0)
    ratios = smallest[..., None] / xp.where(spectrum > 0, spectrum, 1.0)
    inverse = xp.where(met, unit * ratios, 0.0).sum(axis=-1)
    low = smallest / xp.where(inverse > 0, inverse, 1.0)
    return gap**2 * low, gap**2 * high


@finite
def irreducible_risk_slope(problem: LinearProblem) -> Any:
    """dR∞/dL = −2μL, not positive.

    Source: derived here, claim RM-2, by the envelope theorem.

    Examples
    --------
    >>> round(float(irreducible_risk_slope(LinearProblem([1.0], [1.0], 0.25))), 12)
    -1.5
    """
    return -2 * _multiplier(problem) * problem.radius


@finite
def base_risk(problem: LinearProblem, coefficients: Any) -> Any:
    """R(θ) = (θ − θ*)ᵀ Σ (θ − θ*), the squared error beyond the labels' noise.

    Parameters
    ----------
    problem : LinearProblem
    coefficients : array of shape (..., n_features)
        θ in the eigenvectors of Σ.

    Notes
    -----
    Source: Yang et al. 2023 (arXiv 2302.01576), in general form.

    Examples
    --------
    >>> float(base_risk(LinearProblem([2.0, 1.0], [0.6, 0.8], 0.5), [0.6, 0.3]))
    0.25
    """
    theta = _checked(problem, coefficients)
    return (problem.spectrum * (theta - problem.coefficients) ** 2).sum(axis=-1)


@finite
def excess_risk_parts(problem: LinearProblem, coefficients: Any) -> tuple[Any, Any]:
    """The two parts of R(θ) − R∞ for ‖θ‖ ≤ L, neither of them negative.

    Returns
    -------
    distance : array of shape (...)
        ‖θ − θ∞‖² in the norm of Σ + μI.
    slack : array of shape (...)
        μ (L² − ‖θ‖²): 0 if ‖θ‖ = L.

    Raises
    ------
    ValueError
        If the numbers of features differ, or ‖θ‖ is above L by more than rounding
        (1e-9).

    Notes
    -----
    Source: derived here, claim RM-4.

    Examples
    --------
    >>> problem = LinearProblem([1.0, 1.0], [0.6, 0.8], 0.5)
    >>> [round(float(part), 12) for part in excess_risk_parts(problem, [0.0, 0.0])]
    [0.5, 0.25]
    """
    theta = _checked(problem, coefficients)
    check_norm("coefficients", theta, problem.radius)
    best, multiplier = population_base(problem)
    weights = problem.spectrum + multiplier[..., None]
    distance = (weights * (theta - best) ** 2).sum(axis=-1)
    norm = namespace(theta).sqrt((theta**2).sum(axis=-1))
    # A difference of squares as a product: each factor is rounded only once. Where the
    # constraint is inactive the radius may be so large that its square overflows.
    room = namespace(theta).where(multiplier > 0, problem.radius - norm, 0.0)
    reach = namespace(theta).where(multiplier > 0, problem.radius + norm, 0.0)
    slack = multiplier * namespace(theta).maximum(room, 0.0) * reach
    return distance, slack


@finite
def asymptotic_excess_risk(problem: LinearProblem, design: Design = "gaussian") -> Any:
    """The limit of n E[R(θₙ) − R∞]: (κR∞ + σ²) tr(QΣ).

    Parameters
    ----------
    problem : LinearProblem
        With ‖θ*‖ ≠ L on the range of Σ: at equality there is another limit.
    design : {"gaussian", "ball"}
        Law of Σ^(−1/2) x: normal (κ = 1), or uniform on the ball of radius √(d + 2)
        (κ = (d + 2)/(d + 4), as for `ball_moments`).

    Raises
    ------
    ValueError
        If `design` is another law.

    Notes
    -----
    Q = A − Aθ∞θ∞ᵀA/θ∞ᵀAθ∞ with A = (Σ + μI)⁻¹; where the constraint is inactive Q is
    the pseudo-inverse of Σ. Source: derived here, claims RM-5, RM-5b and RM-5e.

    Examples
    --------
    >>> problem = LinearProblem([2.0, 1.0, 0.4], [0.6, 0.64, 0.48], 0.6)
    >>> round(float(asymptotic_excess_risk(problem)), 4)
    0.1717
    """
    check_instance("problem", problem, LinearProblem)
    check_choice("design", design, get_args(Design))
    kurtosis = ball_moments(problem.n_features)[2] if design == "ball" else 1.0
    noise = kurtosis * irreducible_risk(problem) + problem.noise**2
    return noise * _degrees_of_freedom(problem)


def _degrees_of_freedom(problem: LinearProblem) -> Any:
    """tr(QΣ), directions in which θₙ may err: d − 1 if Σ is a multiple of I."""
    theta, multiplier = population_base(problem)
    xp = namespace(theta)
    inverse = _over_shifted(1.0, problem, multiplier)
    length = (inverse * theta**2).sum(axis=-1)
    # Q's two parts, coordinate by coordinate: the only subtraction is from 1.
    along = inverse * theta**2 / xp.where(length > 0, length, 1.0)[..., None]
    active = multiplier[..., None] > 0
    kept = xp.where(active, 1 - along, 1.0)
    return (problem.spectrum * inverse * kept).sum(axis=-1)


def _checked(problem: LinearProblem, coefficients: Any) -> Any:
    check_instance("problem", problem, LinearProblem)
    theta = as_floats("coefficients", coefficients, 1)
    batch_shape(coefficients=theta.shape[:-1], problem=problem.coefficients.shape[:-1])
    if theta.shape[-1] != problem.n_features:
        raise ValueError(
            f"coefficients have {theta.shape[-1]} feature(s) and the problem "
            f"{problem.n_features}; they must have the same"
        )
    return theta


def _multiplier(problem: LinearProblem) -> Any:
    check_instance("problem", problem, LinearProblem)
    moment = problem.spectrum * problem.coefficients
    return secular_multiplier(problem.spectrum, moment, problem.radius)


def _over_shifted(numerator: Any, problem: LinearProblem, multiplier: Any) -> Any:
    """numerator/(λ + μ); 0 where λ + μ is 0."""
    xp = namespace(problem.spectrum)
    shifted = problem.spectrum + multiplier[..., None]
    return xp.where(shifted > 0, numerator / xp.where(shifted > 0, shifted, 1.0), 0.0)
