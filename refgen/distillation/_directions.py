"""A training set in its eigendirections: by features, or by a kernel between rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Eigenvalues up to this many roundings of the largest one, times the rows and columns,
# cannot be told from 0.
_NULL = 2.0**-50
# Kernels of two rows in float32 agree to this share of the largest one.
_SYMMETRIC = 1e-6


@dataclass(frozen=True)
class Directions:
    """Centred and weighted rows, in the eigenvectors that are not null.

    Attributes
    ----------
    rows : array of shape (n_samples, n_directions)
        XV with rows times √w, for the eigenvectors V.
    spectrum : array of shape (n_directions,)
        Eigenvalues λ > 0 of XᵀWX/Σw.
    labels : array of shape (n_samples, n_outputs)
        Centred, times √w.
    limit : array of shape (n_directions, n_outputs)
        What training to the end finds.
    weights : array of shape (n_samples,)
    center : array of shape (n_outputs,)
        The mean label, 0 without an intercept.
    fit_intercept : bool
    back : callable
        From coefficients of the directions, (n_directions, n_outputs), to those of
        features, or to those of rows for a kernel.
    """

    rows: np.ndarray
    spectrum: np.ndarray
    labels: np.ndarray
    limit: np.ndarray
    weights: np.ndarray
    center: np.ndarray
    fit_intercept: bool
    back: Callable[[np.ndarray], np.ndarray]

    @property
    def total(self) -> float:
        """Σw."""
        return float(self.weights.sum())

    @property
    def moments(self) -> np.ndarray:
        """XᵀWy/Σw."""
        return self.spectrum[:, None] * self.limit


def of_features(
    X: np.ndarray, y: np.ndarray, weights: np.ndarray, fit_intercept: bool
) -> tuple[Directions, np.ndarray]:
    """Directions of a matrix of features, and the mean row."""
    X, mean = _centred(X, weights, fit_intercept)
    roots = None if (weights == 1).all() else np.sqrt(weights)[:, None]
    rows = X if roots is None else X * roots
    if len(X) >= X.shape[1]:
        eigenvalues, vectors = _not_null(rows.T @ rows, max(X.shape))
        turned = rows @ vectors
        return _directions(
            turned, eigenvalues, y, weights, fit_intercept, lambda a: vectors @ a
        ), mean
    eigenvalues, turned, dual = _dual(rows @ rows.T, max(X.shape))
    return _directions(
        turned, eigenvalues, y, weights, fit_intercept, lambda a: rows.T @ (dual @ a)
    ), mean


def of_kernel(
    kernel: np.ndarray, y: np.ndarray, weights: np.ndarray, fit_intercept: bool
) -> tuple[Directions, np.ndarray]:
    """Directions of a kernel matrix, and its mean row.

    `back` gives coefficients a of rows, with sum 0 if there is an intercept, so that
    Σ aᵢ k(x, xᵢ) is the prediction but for a constant.
    """
    _check_symmetric(kernel)
    mean, roots = np.zeros(len(kernel)), np.sqrt(weights)
    # What is left of a kernel that hardly differs from its mean is rounding.
    least = _NULL * len(kernel) * (roots * abs(kernel) * roots[:, None]).max()
    if fit_intercept:
        share = weights / weights.sum()
        mean = share @ kernel
        kernel = kernel - mean - mean[:, None] + share @ mean
    scaled = roots[:, None] * kernel * roots
    eigenvalues, turned, dual = _dual((scaled + scaled.T) / 2, len(kernel), least)

    def back(coefficients: np.ndarray) -> np.ndarray:
        own = roots[:, None] * (dual @ coefficients)
        if not fit_intercept:
            return own
        # Exactly 0 but for rounding, which would count as a kernel's mean.
        return own - (weights / weights.sum())[:, None] * own.sum(axis=0)

    return _directions(turned, eigenvalues, y, weights, fit_intercept, back), mean


def _check_symmetric(kernel: np.ndarray) -> None:
    off = abs(kernel - kernel.T)
    if off.max() > _SYMMETRIC * abs(kernel).max():
        i, j = np.unravel_index(off.argmax(), off.shape)
        raise ValueError(
            f"kernel is not symmetric: {kernel[i, j]:.6g} from row {i} to row {j} and "
            f"{kernel[j, i]:.6g} back; give the kernels between all rows"
        )


def _dual(
    matrix: np.ndarray, size: int, least: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of a matrix XXᵀ: eigenvalues, the turned rows U√λ, and U/√λ."""
    eigenvalues, vectors = _not_null(matrix, size, least)
    roots = np.sqrt(eigenvalues)
    return eigenvalues, vectors * roots, vectors / roots


def _not_null(
    matrix: np.ndarray, size: int, least: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and vectors without those that rounding, or `least`, explains."""
    eigenvalues, vectors = np.linalg.eigh(matrix)
    if eigenvalues[0] < -max(1e-9 * eigenvalues[-1], least):
        raise ValueError(
            f"kernel has the eigenvalue {eigenvalues[0]:.3g} on these rows, and must "
            "have none below 0; use another kernel, or other parameters of it"
        )
    seen = eigenvalues > max(2 * size * _NULL * eigenvalues[-1], least)
    if seen.all():
        return eigenvalues, vectors
    return eigenvalues[seen], vectors[:, seen]


def _directions(
    rows: np.ndarray,
    eigenvalues: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray,
    fit_intercept: bool,
    back: Callable[[np.ndarray], np.ndarray],
) -> Directions:
    y, center = _centred(y, weights, fit_intercept)
    labels = np.sqrt(weights)[:, None] * y
    limit = (rows.T @ labels) / eigenvalues[:, None]
    spectrum = eigenvalues / weights.sum()
    return Directions(
        rows, spectrum, labels, limit, weights, center, fit_intercept, back
    )


def _centred(
    array: np.ndarray, weights: np.ndarray, fit_intercept: bool
) -> tuple[np.ndarray, np.ndarray]:
    if not fit_intercept:
        return array, np.zeros(array.shape[1])
    mean = weights @ array / weights.sum()
    # What rounding leaves of a constant column would count as a direction.
    varies = array.max(axis=0) > array.min(axis=0)
    return np.where(varies, array - mean, 0.0), np.where(varies, mean, array[0])
