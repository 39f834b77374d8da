"""Quadratic functions, with exact local fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.explainability._functions import LocalFunction


@dataclass(frozen=True, repr=False)
class Quadratic(LocalFunction):
    """½ x·Ax + w·x + β, with exact local fits.

    Parameters
    ----------
    matrix : array of shape (..., n_features, n_features)
        A, of which only the symmetric part matters.
    weights : array of shape (..., n_features), or one number for all features
        w.
    offset : array of shape (...)
        β.

    Raises
    ------
    ValueError
        If the matrix is not square, a number is not finite, matrix or weights have a
        scale (2^±300) at which products leave float64, or shapes do not broadcast.

    Notes
    -----
    a = f(x) + ½s² tr A, b = ∇f(x), NF = ½s⁴‖A‖²_F. Source: derived here, claim LE-5.

    Examples
    --------
    >>> saddle = Quadratic([[1.0, 0.0], [0.0, -1.0]])
    >>> float(saddle.local_fit([0.0, 0.0], 1.0).fidelity)
    1.0
    """

    matrix: Any
    weights: Any = 0.0
    offset: Any = 0.0

    def __post_init__(self) -> None:
        matrix = check_scale("matrix", as_floats("matrix", self.matrix, 2), 2)
        if matrix.shape[-1] != matrix.shape[-2]:
            raise ValueError(f"matrix must be square, got shape {matrix.shape}")
        weights = as_floats("weights", self.weights)
        matrix, weights, offset = in_one_place(
            matrix=matrix, weights=weights, offset=as_floats("offset", self.offset)
        )
        xp, d = namespace(matrix), matrix.shape[-1]
        if weights.ndim == 0:
            weights = xp.broadcast_to(weights, (d,))
        if weights.shape[-1] != d:
            raise ValueError(
                f"weights must have length {d}, as the matrix has, got shape "
                f"{weights.shape}"
            )
        check_scale("weights", weights, 1)
        shape = batch_shape(
            matrix=matrix.shape[:-2], weights=weights.shape[:-1], offset=offset.shape
        )
        symmetric = (matrix + matrix.swapaxes(-1, -2)) / 2
        parts = (symmetric, (d, d)), (weights, (d,)), (offset, ())
        for name, (part, own) in zip(
            ("matrix", "weights", "offset"), parts, strict=True
        ):
            object.__setattr__(self, name, xp.broadcast_to(part, shape + own))

    @property
    def n_features(self) -> int:
        """d, the number of features."""
        return int(self.matrix.shape[-1])

    @finite
    def hessian(self, points: Any) -> Any:
        """∇²f at points, of shape (..., n_features, n_features).

        Examples
        --------
        >>> Quadratic([[3.0]]).hessian([[1.0], [2.0]]).ravel().tolist()
        [3.0, 3.0]
        """
        points = self._as_points("points", points)
        shape = batch_shape(points=points.shape[:-1], function=self._batch_shape())
        own = self.matrix.shape[-2:]
        return namespace(points).broadcast_to(self.matrix, shape + own)

    def _batch_shape(self) -> tuple[int, ...]:
        return tuple(self.offset.shape)

    def _product(self, points: Any) -> Any:
        return (self.matrix * points[..., None, :]).sum(axis=-1)

    def _values(self, points: Any) -> Any:
        halved = self._product(points) / 2 + self.weights
        return (points * halved).sum(axis=-1) + self.offset

    def _affine(self, points: Any, variance: Any) -> tuple[Any, Any]:
        trace = namespace(points).einsum("...ii->...", self.matrix)
        slope = self._product(points) + self.weights
        return self._values(points) + variance / 2 * trace, slope

    def _fidelity(self, points: Any, between: Any, variance: Any) -> Any:
        square = (self.matrix * self.matrix).sum(axis=(-1, -2))
        return variance * variance * square / 2
