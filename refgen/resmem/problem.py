"""What an instance is: linear targets, a linear base of bounded norm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._matrices import as_moments, batch_shape, refuse_indefinite
from refgen._numbers import as_not_negative, as_positive, refuse
from refgen._scales import check_scale
from refgen.arrays import Instance, as_floats, namespace
from refgen.kernels import kernel

eigh = kernel("factors", "eigh")


@dataclass(frozen=True, repr=False)
class LinearProblem(Instance):
    """The stylized problem: y = ⟨θ*, x⟩ + ε, and a linear base with ‖θ‖ ≤ L.

    Coordinates are those of the covariance's eigenvectors; see `from_covariance`.

    Parameters
    ----------
    spectrum : array of shape (..., n_features)
        Eigenvalues λ of Σ = E xxᵀ, not negative.
    coefficients : array of shape (..., n_features)
        θ* in the eigenvectors of Σ.
    radius : array of shape (...)
        L > 0, the largest norm of the base's coefficients; at or above ‖θ*‖ the
        constraint is inactive.
    noise : array of shape (...)
        Standard deviation σ of ε, not negative.

    Raises
    ------
    ValueError
        If shapes disagree, a number is out of range, anything is not finite, or the
        largest eigenvalue or coefficient is so large or small (2^±300) that products
        overflow or vanish.

    Examples
    --------
    >>> problem = LinearProblem([1.0, 1.0], [0.6, 0.8], 0.5)
    >>> problem.n_features
    2
    """

    spectrum: Any
    coefficients: Any
    radius: Any
    noise: Any = 0.0

    def __post_init__(self) -> None:
        for name, check, ndim in (
            ("spectrum", as_not_negative, 1),
            ("coefficients", as_floats, 1),
            ("radius", as_positive, 0),
            ("noise", as_not_negative, 0),
        ):
            checked = check(name, getattr(self, name), ndim)
            if ndim:
                check_scale(name, checked, ndim)
            object.__setattr__(self, name, checked)
        radius = self.radius
        refuse("radius", radius, radius < 2.0**-300, "be at least 2⁻³⁰⁰", "; rescale")
        xp = namespace(self.spectrum)
        batch = self.spectrum.shape[:-1]
        if self.coefficients.shape != self.spectrum.shape:
            raise ValueError(
                f"coefficients has shape {self.coefficients.shape} where spectrum has "
                f"{self.spectrum.shape}; give one coefficient per eigenvalue"
            )
        for name in ("radius", "noise"):
            value = getattr(self, name)
            if value.shape not in (batch, ()):
                raise ValueError(
                    f"{name} has shape {value.shape} where the problems have {batch}"
                )
            object.__setattr__(self, name, xp.broadcast_to(value, batch))

    @classmethod
    def from_covariance(
        cls, covariance: Any, coefficients: Any, radius: Any, noise: Any = 0.0
    ) -> LinearProblem:
        """The problem for a covariance matrix and coefficients in any coordinates.

        Of the two signs of an eigenvector that is taken in which its coefficient is not
        negative.

        Parameters
        ----------
        covariance : array of shape (..., n_features, n_features)
            Symmetric, positive semidefinite.
        coefficients : array of shape (..., n_features)
        radius, noise : array of shape (...)

        Raises
        ------
        ValueError
            If `covariance` is not square, symmetric and positive semidefinite.

        Examples
        --------
        >>> p = LinearProblem.from_covariance([[2.0, 0.0], [0.0, 1.0]], [1.0, 0.0], 0.5)
        >>> p.spectrum.tolist(), p.coefficients.tolist()
        ([1.0, 2.0], [0.0, 1.0])
        """
        matrix = check_scale("covariance", as_moments("covariance", covariance), 2)
        theta = as_floats("coefficients", coefficients, 1)
        xp = namespace(matrix)
        if theta.shape[-1] != matrix.shape[-1]:
            raise ValueError(
                f"coefficients has shape {theta.shape} where covariance has "
                f"{matrix.shape}; give one coefficient per feature"
            )
        batch_shape(coefficients=theta.shape[:-1], covariance=matrix.shape[:-2])
        spectrum, vectors = eigh(matrix)
        refuse_indefinite("covariance", spectrum[..., 0], spectrum[..., -1])
        rotated = xp.einsum("...ij,...i->...j", vectors, theta)
        # An eigenvector has either sign, which libraries choose as they like.
        return cls(xp.maximum(spectrum, 0.0), abs(rotated), radius, noise)

    @property
    def n_features(self) -> int:
        return self.spectrum.shape[-1]
