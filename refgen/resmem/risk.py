"""The error of ResMem with a linear base, exactly, and what bounds it."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import as_moments, batch_shape, refuse_indefinite
from refgen._numbers import as_not_negative, in_one_place
from refgen.arrays import as_floats, namespace
from refgen.resmem._moments import (
    check_features,
    check_norm,
    deviation,
    eigenvalues,
    norm,
)


@finite
def resmem_errors(
    coefficients: Any, base: Any, displacements: Any, memorized_noise: Any = 0.0
) -> Any:
    """f*(x) − f(x) = ⟨θ* − θₙ, x − Σⱼ wⱼxⱼ⟩ − Σⱼ wⱼεⱼ of ResMem at each query.

    True of any linear base and of any weights that sum to one.

    Parameters
    ----------
    coefficients, base : array of shape (..., n_features)
        θ* and θₙ.
    displacements : array of shape (..., n_queries, n_features)
        x − Σⱼ wⱼxⱼ; see `refgen.resmem.simulation.displacements`.
    memorized_noise : array of shape (..., n_queries)
        Σⱼ wⱼεⱼ.

    Returns
    -------
    array of shape (..., n_queries)

    Raises
    ------
    ValueError
        If the numbers of features or the shapes differ.

    Notes
    -----
    Source: derived here, claim RM-6.

    Examples
    --------
    >>> resmem_errors([1.0, 0.0], [0.5, 0.0], [[0.25, 3.0]]).tolist()
    [0.125]
    """
    missing, delta, noise = in_one_place(
        coefficients=deviation(coefficients, base),
        displacements=as_floats("displacements", displacements, 2),
        memorized_noise=as_floats("memorized_noise", memorized_noise),
    )
    check_features("displacements", delta, missing)
    batch_shape(coefficients=missing.shape[:-1], displacements=delta.shape[:-2])
    if noise.ndim and noise.shape != delta.shape[:-1]:
        raise ValueError(
            f"memorized_noise has shape {noise.shape} where the queries of "
            f"displacements have {delta.shape[:-1]}; give one number for each query"
        )
    return namespace(delta).einsum("...qd,...d->...q", delta, missing) - noise


@finite
def displacement_matrix(displacements: Any) -> Any:
    """Mₙ = E ΔΔᵀ over the queries, shape (..., n_features, n_features).

    Notes
    -----
    Source: derived here, claim RM-6.

    Examples
    --------
    >>> displacement_matrix([[1.0, 0.0], [0.0, 2.0]]).tolist()
    [[0.5, 0.0], [0.0, 2.0]]
    """
    delta = as_floats("displacements", displacements, 2)
    xp = namespace(delta)
    return xp.einsum("...qi,...qj->...ij", delta, delta) / delta.shape[-2]


@finite
def resmem_risk(coefficients: Any, base: Any, matrix: Any) -> Any:
    """E (f*(x) − f(x))² = (θ* − θₙ)ᵀ Mₙ (θ* − θₙ), given the design; no noise.

    Parameters
    ----------
    coefficients, base : array of shape (..., n_features)
    matrix : array of shape (..., n_features, n_features)
        Mₙ = E ΔΔᵀ: `displacement_matrix`, or a closed form of it.

    Returns
    -------
    array of shape (...)
        Not negative.

    Raises
    ------
    ValueError
        If the numbers of features differ, or `matrix` is not symmetric and positive
        semidefinite.

    Notes
    -----
    Source: derived here, claim RM-6.

    Examples
    --------
    >>> float(resmem_risk([1.0, 1.0], [0.5, 0.5], [[2.0, 0.0], [0.0, 2.0]]))
    1.0
    """
    missing, matrix = in_one_place(
        coefficients=deviation(coefficients, base), matrix=as_moments("matrix", matrix)
    )
    check_features("matrix", matrix, missing)
    batch_shape(coefficients=missing.shape[:-1], matrix=matrix.shape[:-2])
    xp = namespace(matrix)
    risk = xp.einsum("...i,...ij,...j->...", missing, matrix, missing)
    scale = abs(matrix).max(axis=(-1, -2)) * abs(missing).sum(axis=-1) ** 2
    refuse_indefinite("matrix", risk, scale)
    return xp.maximum(risk, 0.0)


@finite
def decomposition_terms(
    coefficients: Any, base: Any, population: Any, queries: Any, neighbors: Any
) -> tuple[Any, Any]:
    """T₁ and T₂, of which 3(T₁ + T₂) bounds the risk of ResMem.

    T₁ = E[(fₙ − f∞)²(x) + (fₙ − f∞)²(x̃)] is about the base, and
    T₂ = E[((f* − f∞)(x) − (f* − f∞)(x̃))²] about the neighbours.

    Parameters
    ----------
    coefficients, base, population : array of shape (..., n_features)
        θ*, θₙ and θ∞.
    queries : array of shape (..., n_queries, n_features)
        x, uniform on these.
    neighbors : array of shape (..., n_queries, n_features)
        x̃ = Σⱼ wⱼxⱼ of each query: its nearest point, or a mean of several.

    Returns
    -------
    stage_one, neighborhood : arrays of shape (...)

    Raises
    ------
    ValueError
        If the numbers of features or the shapes differ.

    Notes
    -----
    Source: Yang et al. 2023 (arXiv 2302.01576); claim RM-8.

    Examples
    --------
    >>> terms = decomposition_terms([1.0], [0.5], [0.25], [[2.0]], [[1.0]])
    >>> [float(term) for term in terms]
    [0.3125, 0.5625]
    """
    stage = deviation(base, population, ("base", "population"))
    missing = deviation(coefficients, population, ("coefficients", "population"))
    x, near = in_one_place(
        queries=as_floats("queries", queries, 2),
        neighbors=as_floats("neighbors", neighbors, 2),
    )
    for name, array in (("queries", x), ("neighbors", near)):
        check_features(name, array, missing)
    if x.shape != near.shape:
        raise ValueError(
            f"queries have shape {x.shape} and neighbors {near.shape}; give one "
            "neighbour for each query"
        )
    batch_shape(
        base=stage.shape[:-1], coefficients=missing.shape[:-1], queries=x.shape[:-2]
    )
    inner = namespace(x).einsum
    at_x, at_near = (inner("...qd,...d->...q", a, stage) for a in (x, near))
    change = inner("...qd,...d->...q", x - near, missing)
    return (at_x**2 + at_near**2).mean(axis=-1), (change**2).mean(axis=-1)


@finite
def risk_bounds(
    coefficients: Any, base: Any, matrix: Any, radius: Any
) -> tuple[Any, Any]:
    """Bounds on the risk without a term for the base.

    risk ≤ ‖θ* − θₙ‖² λmax(Mₙ) ≤ (‖θ*‖ + L)² tr Mₙ, the last for ‖θₙ‖ ≤ L; for one
    neighbour tr Mₙ is the mean squared distance to it.

    Parameters
    ----------
    coefficients, base : array of shape (..., n_features)
    matrix : array of shape (..., n_features, n_features)
        Mₙ = E ΔΔᵀ.
    radius : array of shape (...)
        L.

    Returns
    -------
    sharp, uniform : arrays of shape (...)

    Raises
    ------
    ValueError
        If the numbers of features differ, ‖θₙ‖ is above L by more than rounding (1e-9),
        or `matrix` is not symmetric and positive semidefinite.

    Notes
    -----
    Source: derived here, claim RM-9.

    Examples
    --------
    >>> bounds = risk_bounds([1.0, 0.0], [0.5, 0.0], [[1.0, 0.0], [0.0, 4.0]], 0.5)
    >>> [float(bound) for bound in bounds]
    [1.0, 11.25]
    """
    missing, theta, own, matrix, radius = _bounded(coefficients, base, matrix, radius)
    xp = namespace(matrix)
    largest = eigenvalues(matrix)[..., -1]
    trace = xp.einsum("...ii->...", matrix)
    # Where the rounding of θₙ took it out of the ball, the bound is that of its norm.
    reach = norm(theta) + xp.maximum(radius, norm(own))
    return (missing**2).sum(axis=-1) * largest, reach**2 * trace


@finite
def fitted_risk_bounds(
    coefficients: Any, base: Any, matrix: Any, radius: Any
) -> tuple[Any, Any]:
    """Bounds on the risk from both sides, for the base fitted to noiseless labels.

    (‖θ*‖ − L)₊² λmin(Mₙ) ≤ risk ≤ (‖θ*‖² − ‖θₙ‖²) λmax(Mₙ). The upper bound is less
    than that of `risk_bounds` for all bases, and false for bases that are not fitted.

    Parameters
    ----------
    coefficients, base : array of shape (..., n_features)
        θ* and the θₙ of `empirical_base` for labels ⟨θ*, xᵢ⟩.
    matrix : array of shape (..., n_features, n_features)
        Mₙ = E ΔΔᵀ.
    radius : array of shape (...)
        L.

    Returns
    -------
    low, high : arrays of shape (...)

    Raises
    ------
    ValueError
        If the numbers of features differ, `radius` is negative, ‖θₙ‖ is above it by
        more than rounding (1e-9), or `matrix` is not symmetric and positive
        semidefinite.

    Notes
    -----
    Source: derived here, claim RM-9.

    Examples
    --------
    >>> matrix = [[1.0, 0.0], [0.0, 4.0]]
    >>> bounds = fitted_risk_bounds([1.0, 0.0], [0.5, 0.0], matrix, 0.5)
    >>> [float(bound) for bound in bounds]
    [0.25, 3.0]
    """
    missing, theta, own, matrix, radius = _bounded(coefficients, base, matrix, radius)
    xp, values = namespace(matrix), eigenvalues(matrix)
    least = xp.maximum(norm(theta) - radius, 0.0) ** 2 * values[..., 0]
    # ‖θ*‖² − ‖θₙ‖² = ⟨θ* − θₙ, θ* + θₙ⟩: nothing cancels twice.
    gained = xp.maximum((missing * (theta + own)).sum(axis=-1), 0.0)
    return least, gained * values[..., -1]


def _bounded(coefficients: Any, base: Any, matrix: Any, radius: Any) -> tuple[Any, ...]:
    """θ* − θₙ, θ*, θₙ, Mₙ and L, once all of them are checked."""
    missing, theta, own, matrix, radius = in_one_place(
        deviation=deviation(coefficients, base),
        coefficients=as_floats("coefficients", coefficients, 1),
        base=as_floats("base", base, 1),
        matrix=as_moments("matrix", matrix),
        radius=as_not_negative("radius", radius),
    )
    check_features("matrix", matrix, missing)
    batch_shape(
        coefficients=missing.shape[:-1], matrix=matrix.shape[:-2], radius=radius.shape
    )
    check_norm("base", own, radius)
    return missing, theta, own, matrix, radius
