"""How well explanations with bounded weights fit random signs."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place, refuse
from refgen._scales import check_scale
from refgen.arrays import as_floats, as_probabilities, namespace


@finite
def linear_complexity(points: Any, norm_bound: Any) -> Any:
    """What bounds the Rademacher complexity of linear functions on a sample.

    Parameters
    ----------
    points : array of shape (..., n_points, n_features)
        The sample. For affine functions append a feature that is 1.
    norm_bound : array of shape (...)
        W > 0, the largest length of the weights.

    Returns
    -------
    array of shape (...)
        U = (W/m) √Σ‖xᵢ‖². The complexity, E sup Σσᵢ w·xᵢ/m over signs σ and ‖w‖ ≤ W,
        is at most U and at least U/√2.

    Raises
    ------
    ValueError
        If W is not positive, a number is not finite or of extreme size, or shapes do
        not broadcast.

    Notes
    -----
    Source: derived here, claim LE-15.

    Examples
    --------
    >>> float(linear_complexity([[3.0, 4.0], [0.0, 0.0]], 2.0))
    5.0
    """
    points, bound = _points_and_bound(points, norm_bound)
    xp = namespace(points)
    squares = (points * points).sum(axis=(-1, -2))
    return bound * xp.sqrt(squares) / points.shape[-2]


@finite
def neighbor_complexity(points: Any, neighbors: Any, norm_bound: Any) -> Any:
    """What bounds the Rademacher complexity of a system of linear explanations.

    Every source z has weights of its own, and a point counts there as much as z is its
    neighbour.

    Parameters
    ----------
    points : array of shape (..., n_points, n_features)
        The sample. For affine functions append a feature that is 1.
    neighbors : array of shape (..., n_points, n_sources)
        The laws of neighbours: in each row, how likely the sources are.
    norm_bound : array of shape (...)
        W > 0, the largest length of the weights at each source.

    Returns
    -------
    array of shape (...)
        U_N = (W/m) Σ_z √Σᵢ pᵢ(z)²‖xᵢ‖², between `linear_complexity` and WRρ_S/√m, with
        R the largest ‖xᵢ‖. The complexity of the system is at most U_N and at least
        U_N/√2.

    Raises
    ------
    ValueError
        If a row of `neighbors` is no distribution, there are not as many as points, or
        otherwise as `linear_complexity`.

    Notes
    -----
    For laws with densities the sum is an integral. Source: derived here, claim LE-16.

    Examples
    --------
    >>> points = [[1.0], [1.0], [1.0], [1.0]]
    >>> together, apart = [[0.5, 0.5]] * 4, [[1, 0], [1, 0], [0, 1], [0, 1]]
    >>> float(neighbor_complexity(points, together, 2.0))
    1.0
    >>> round(float(neighbor_complexity(points, apart, 2.0)), 6)  # √2 times as much
    1.414214
    """
    points, bound = _points_and_bound(points, norm_bound)
    points, neighbors = in_one_place(
        points=points, neighbors=as_probabilities("neighbors", neighbors, 2)
    )
    if neighbors.shape[-2] != points.shape[-2]:
        raise ValueError(
            "neighbors must have one row for each of the points, got shapes "
            f"{neighbors.shape} and {points.shape}"
        )
    batch_shape(points=points.shape[:-2], neighbors=neighbors.shape[:-2])
    xp = namespace(points)
    lengths = xp.sqrt((points * points).sum(axis=-1))
    seen = neighbors * lengths[..., None]
    roots = xp.sqrt((seen * seen).sum(axis=-2))
    return bound * roots.sum(axis=-1) / points.shape[-2]


@finite
def label_scaled_points(points: Any, labels: Any, output_bound: Any) -> Any:
    """Points multiplied by (b + |y|)/2b, with which complexities are smaller.

    A squared error (g − y)² changes with g at most 2(b + |y|) times as much, which is
    4b for the largest labels only. With these points in place of the sample's,
    `neighbor_complexity` counts every point as steep as its own error is.

    Parameters
    ----------
    points : array of shape (..., n_points, n_features)
    labels : array of shape (..., n_points)
        y in [−b, b].
    output_bound : array of shape (...)
        b > 0, which no |output| or |label| exceeds.

    Returns
    -------
    array of shape (..., n_points, n_features)

    Raises
    ------
    ValueError
        If |y| > b for some label, b is not positive, a number is not finite or of
        extreme size, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim LE-32b.

    Examples
    --------
    >>> label_scaled_points([[1.0], [1.0], [1.0]], [-1.0, 0.0, 0.5], 1.0).tolist()
    [[1.0], [0.5], [0.75]]
    """
    points, labels, bound = in_one_place(
        points=check_scale("points", as_floats("points", points, 2), 2),
        labels=as_floats("labels", labels, 1),
        output_bound=check_scale(
            "output_bound", as_positive("output_bound", output_bound)
        ),
    )
    if labels.shape[-1] != points.shape[-2]:
        raise ValueError(
            "labels must be as many as points, got shapes "
            f"{labels.shape} and {points.shape}"
        )
    batch_shape(
        points=points.shape[:-2], labels=labels.shape[:-1], output_bound=bound.shape
    )
    bound = bound[..., None]
    refuse(
        "labels", labels, abs(labels) > bound, "lie in [−output_bound, output_bound]"
    )
    return points * ((bound + abs(labels)) / (2 * bound))[..., None]


def _points_and_bound(points: Any, norm_bound: Any) -> tuple[Any, Any]:
    points, bound = in_one_place(
        points=check_scale("points", as_floats("points", points, 2), 2),
        norm_bound=check_scale("norm_bound", as_positive("norm_bound", norm_bound)),
    )
    batch_shape(points=points.shape[:-2], norm_bound=bound.shape)
    return points, bound
