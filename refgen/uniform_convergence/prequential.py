"""How far an interpolating linear model is from where it began, point by point."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._matrices import as_moments, batch_shape, cholesky, forward_solution
from refgen._numbers import as_not_negative, in_one_place
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace, on_the_host


@on_the_host("a tuple of arrays of either side")
class PrequentialDistance(NamedTuple):
    """What each point adds to the squared distance from the initial parameters.

    Attributes
    ----------
    errors : array of shape (..., n_samples)
        eᵢ: the target of point i minus its prediction from the points before it.
    variances : array of shape (..., n_samples)
        sᵢ > 0: what the points before leave of K(xᵢ, xᵢ).
    squared_distances : array of shape (..., n_samples)
        Σ eⱼ²/sⱼ over j ≤ i: ‖θ − θ₀‖² after the first i points.
    """

    errors: Any
    variances: Any
    squared_distances: Any


@finite
def prequential_distance(kernel: Any, targets: Any) -> PrequentialDistance:
    """Squared distance from the initial parameters, as a sum over the points.

    The model is linear in its parameters, as a network near its initialization is, and
    fits the targets exactly with the least change of parameters.

    Parameters
    ----------
    kernel : array of shape (..., n_samples, n_samples)
        K = JJᵀ, positive definite, for gradients J at the points.
    targets : array of shape (..., n_samples)
        Labels minus the initial outputs.

    Returns
    -------
    PrequentialDistance

    Raises
    ------
    numpy.linalg.LinAlgError
        If K is not positive definite.
    ValueError
        If K is not square or symmetric, shapes disagree, or numbers leave the range in
        which products are safe.

    Notes
    -----
    ‖θ − θ₀‖² = yᵀK⁻¹y. It never falls as points are added, whatever the labels. Source:
    derived here, claim UC-34.

    Examples
    --------
    >>> found = prequential_distance([[4.0, 2.0], [2.0, 5.0]], [2.0, 1.0])
    >>> found.errors.tolist(), found.variances.tolist()
    ([2.0, 0.0], [4.0, 4.0])
    """
    lower, y = _factor(kernel, targets, "targets")
    parts = forward_solution(lower, y[..., None])[..., 0]
    pivots = namespace(lower).einsum("...ii->...i", lower)
    parts, pivots = namespace(parts).broadcast_arrays(parts, pivots)
    return PrequentialDistance(
        parts * pivots, pivots * pivots, (parts * parts).cumsum(axis=-1)
    )


@finite
def noisy_squared_distance(kernel: Any, mean: Any, noise: Any) -> Any:
    """Expected squared distance from the initial parameters when labels have noise.

    Parameters
    ----------
    kernel : array of shape (..., n_samples, n_samples)
        K, positive definite.
    mean : array of shape (..., n_samples)
        Expected targets.
    noise : array of shape (...)
        Standard deviation σ ≥ 0 of the independent noise of the targets.

    Returns
    -------
    array of shape (..., n_samples)
        E‖θ − θ₀‖² after the first i points. Each adds at least σ²/K(xᵢ, xᵢ), so the
        distance grows as √n_samples at least, for any kernel.

    Raises
    ------
    numpy.linalg.LinAlgError
        If K is not positive definite.
    ValueError
        As `prequential_distance`, or if σ is negative.

    Notes
    -----
    yᵀK⁻¹y for the mean, and σ² tr K⁻¹. Source: derived here, claim UC-67.

    Examples
    --------
    >>> noisy_squared_distance([[4.0, 0.0], [0.0, 1.0]], [0.0, 2.0], 1.0).tolist()
    [0.25, 5.25]
    """
    lower, y = _factor(kernel, mean, "mean")
    sigma = check_scale("noise", as_not_negative("noise", noise))
    lower, sigma = in_one_place(kernel=lower, noise=sigma)
    batch_shape(kernel=lower.shape[:-2], noise=sigma.shape)
    xp, n = namespace(lower), lower.shape[-1]
    parts = forward_solution(lower, y[..., None])[..., 0]
    rows = forward_solution(lower, xp.broadcast_to(xp.eye(n), lower.shape))
    each = parts * parts + (sigma * sigma)[..., None] * (rows * rows).sum(axis=-1)
    return each.cumsum(axis=-1)


def _factor(kernel: Any, targets: Any, name: str) -> tuple[Any, Any]:
    """The Cholesky factor of K, and the targets."""
    kernel, y = in_one_place(
        kernel=check_scale("kernel", as_moments("kernel", kernel), 2),
        targets=check_scale(name, as_floats(name, targets, 1), 1),
    )
    if y.shape[-1] != kernel.shape[-1]:
        raise ValueError(
            f"{name} must have one number for each of the {kernel.shape[-1]} rows of "
            f"kernel, got shape {y.shape}"
        )
    batch_shape(kernel=kernel.shape[:-2], **{name: y.shape[:-1]})
    return cholesky(kernel), y
