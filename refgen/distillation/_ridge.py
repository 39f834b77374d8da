"""Ridge regression on a data set, direction by direction, and its distillation."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen.arrays import UNIT_ROUNDOFF, as_floats, namespace
from refgen.kernels import kernel

eigh = kernel("factors", "eigh")


class RidgeFit(NamedTuple):
    """A teacher by ridge regression, and what distillation adds to it.

    Attributes
    ----------
    rows : array of shape (..., n_samples, n_features)
        XV: the data in the eigenvectors V of XᵀX/n.
    vectors : array of shape (..., n_features, n_features)
        V.
    spectrum, moments : arrays of shape (..., n_features)
        Eigenvalues λ of XᵀX/n, and Xᵀy/n in the eigenvectors.
    inverse, missing : arrays of shape (..., n_features)
        1/(λ + ρ), and the share ρ/(λ + ρ) of each direction that ridge leaves out; 0
        in directions without data and without a penalty.
    coefficients : array of shape (..., n_features)
        Those of the teacher in the eigenvectors.
    """

    rows: Any
    vectors: Any
    spectrum: Any
    moments: Any
    inverse: Any
    missing: Any
    coefficients: Any

    @property
    def step(self) -> Any:
        """What the student's coefficients are minus the teacher's: ρ dβ/dρ."""
        return -self.missing * self.coefficients

    def outputs(self, coefficients: Any) -> Any:
        """The outputs at the data of coefficients in the eigenvectors."""
        return (self.rows * coefficients[..., None, :]).sum(axis=-1)

    def diagonal(self, shares: Any) -> Any:
        """Sᵢᵢ, or (S − S²)ᵢᵢ if the shares are what is missing."""
        weights = self.inverse * shares / self.rows.shape[-2]
        return (self.rows * self.rows * weights[..., None, :]).sum(axis=-1)


def as_data(X: Any, y: Any, **others: Any) -> list[Any]:
    """X, y and checked arrays in one place, of which the shapes agree.

    Raises
    ------
    ValueError
        If y has not one label a row of X.

    Examples
    --------
    >>> X, y = as_data([[1.0], [2.0]], [0, 1])
    >>> y.tolist()
    [0.0, 1.0]
    """
    X, y, *rest = in_one_place(X=as_floats("X", X, 2), y=as_floats("y", y, 1), **others)
    if y.shape[-1] != X.shape[-2]:
        raise ValueError(
            f"y has {y.shape[-1]} label(s) and X {X.shape[-2]} row(s); give one label "
            "a row"
        )
    return [X, y, *rest]


def fit_ridge(X: Any, y: Any, penalty: Any) -> RidgeFit:
    """Ridge regression on checked arrays."""
    batch_shape(X=X.shape[:-2], y=y.shape[:-1], penalty=penalty.shape)
    xp, n = namespace(X), X.shape[-2]
    spectrum, vectors = eigh(xp.matmul(X.swapaxes(-1, -2), X) / n)
    spectrum = xp.maximum(spectrum, 0.0)
    rows = xp.matmul(X, vectors)
    products = rows * y[..., None]
    moments = products.sum(axis=-2) / n
    # Labels that are orthogonal to a direction teach nothing there, and what rounding
    # leaves must not be taken for a step of which one could take any multiple.
    rounding = 4 * (n + X.shape[-1]) * UNIT_ROUNDOFF * abs(products).sum(axis=-2) / n
    moments = xp.where(abs(moments) > rounding, moments, 0.0)
    total = spectrum + penalty[..., None]
    used = total > 0
    inverse = xp.where(used, 1 / xp.where(used, total, 1.0), 0.0)
    missing = penalty[..., None] * inverse
    return RidgeFit(
        rows, vectors, spectrum, moments, inverse, missing, inverse * moments
    )
