"""Risk in any test covariance: null directions, and fresh inputs for a student."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import as_moments, batch_shape
from refgen._numbers import in_one_place
from refgen.arrays import as_floats, namespace
from refgen.distillation.problem import SpectralProblem
from refgen.distillation.risk import by_direction


@finite
def filter_matrix(vectors: Any, filter: Any) -> Any:
    """V diag(f) Vᵀ: a filter in the coordinates in which the eigenvectors are given.

    Parameters
    ----------
    vectors : array of shape (..., n_features, n_directions)
        Eigenvectors of XᵀX/n as columns.
    filter : array of shape (..., n_directions)
        f.

    Returns
    -------
    array of shape (..., n_features, n_features)

    Raises
    ------
    ValueError
        If there is not one number per eigenvector, or batch axes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-11.

    Examples
    --------
    >>> filter_matrix([[0.0, 1.0], [1.0, 0.0]], [0.5, 0.25]).tolist()
    [[0.25, 0.0], [0.0, 0.5]]
    """
    v, f = in_one_place(
        vectors=as_floats("vectors", vectors, 2), filter=as_floats("filter", filter, 1)
    )
    if v.shape[-1] != f.shape[-1]:
        raise ValueError(
            f"filter has {f.shape[-1]} number(s) where vectors have {v.shape[-1]} "
            "columns; give one per eigenvector"
        )
    batch_shape(vectors=v.shape[:-2], filter=f.shape[:-1])
    return (v * f[..., None, :]) @ v.swapaxes(-1, -2)


@finite
def out_of_sample_risk(
    problem: SpectralProblem, filter: Any, covariance: Any, student_matrix: Any = None
) -> Any:
    """E ‖β̂ − β*‖² in the norm of a test covariance Σ, of a teacher or its student.

    The student starts at 0 and may see other inputs than its teacher: with the matrix
    F₂ of its own filter the risk is ‖(I − F₂F₁)β*‖²_Σ + σ²/n tr(Σ F₂D₁F₂ᵀ), where D₁
    is diagonal with entries f²/λ.

    Parameters
    ----------
    problem : SpectralProblem
        Of the teacher's inputs; null directions (λ = 0) stay at the start.
    filter : array of shape (..., n_directions)
        f, of the teacher.
    covariance : array of shape (..., n_directions, n_directions)
        Σ = E xxᵀ of test inputs, in the eigenvectors of the teacher's XᵀX/n.
    student_matrix : array of shape (..., n_directions, n_directions), optional
        F₂, in the same coordinates: ``filter_matrix`` of the eigenvectors of the
        student's inputs. Without it the risk is the teacher's.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If `covariance` is not square, symmetric and positive semidefinite, sizes
        differ, or batch axes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-11.

    Examples
    --------
    >>> problem = SpectralProblem([1.0, 0.0], [1.0, 1.0], 1.0, 4)
    >>> identity = [[1.0, 0.0], [0.0, 1.0]]
    >>> float(out_of_sample_risk(problem, [0.5, 0.0], identity))
    1.3125
    >>> student = [[0.5, 0.0], [0.0, 0.5]]
    >>> float(out_of_sample_risk(problem, [0.5, 0.0], identity, student))
    1.578125
    """
    _, variance, f = by_direction(problem, filter=filter)
    d = problem.n_directions
    sigma, beta, spectrum, f = in_one_place(
        covariance=_sized("covariance", as_moments("covariance", covariance), d),
        coefficients=problem.coefficients,
        spectrum=problem.spectrum,
        filter=f,
    )
    xp = namespace(sigma)
    learned = xp.where(spectrum > 0, f, 0.0)
    batch_shape(filter=learned.shape[:-1], covariance=sigma.shape[:-2])
    # Of the labels' noise each direction holds f √(σ²/(nλ)) times its own, normal one.
    held = learned * xp.sqrt(variance / xp.where(spectrum > 0, spectrum, 1.0))
    if student_matrix is None:
        missing, noise = (1 - learned) * beta, held[..., None] * xp.eye(d)
    else:
        given = as_floats("student_matrix", student_matrix, 2)
        _, own = in_one_place(problem=sigma, student_matrix=given)
        own = _sized("student_matrix", own, d)
        batch_shape(filter=learned.shape[:-1], student_matrix=own.shape[:-2])
        missing = beta - (own @ (learned * beta)[..., None])[..., 0]
        noise = own * held[..., None, :]
    bias = (missing * (sigma @ missing[..., None])[..., 0]).sum(axis=-1)
    return bias + (noise * (sigma @ noise)).sum(axis=(-1, -2))


def _sized(name: str, matrix: Any, n_directions: int) -> Any:
    """A matrix that takes directions to directions."""
    if matrix.shape[-2:] != (n_directions, n_directions):
        raise ValueError(
            f"{name} has shape {matrix.shape} where the problem has {n_directions} "
            f"direction(s); its last axes must be ({n_directions}, {n_directions})"
        )
    return matrix
