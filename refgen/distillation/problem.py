"""What an instance is: a linear target in the eigenvectors of a design, label noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import Instance, as_floats, namespace
from refgen.distillation._checks import as_spectrum


@dataclass(frozen=True, repr=False)
class SpectralProblem(Instance):
    """Labels y = Xβ* + ε in the coordinates in which gradient descent is diagonal.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0 of XᵀX/n, in any order.
    coefficients : array of shape (..., n_directions)
        β*, in the eigenvectors of XᵀX/n.
    noise : array of shape (...)
        Standard deviation σ of ε, not negative.
    n_samples : array of shape (...)
        n, the number of labels.

    Raises
    ------
    ValueError
        If shapes disagree, a number is out of range, anything is not finite, or the
        largest eigenvalue or coefficient, or the noise, is so large or small (2^±300)
        that products overflow or vanish.

    Examples
    --------
    >>> problem = SpectralProblem([2.0, 0.5], [1.0, 1.0], 0.5, 20)
    >>> problem.n_directions
    2
    >>> problem.signal.tolist(), float(problem.variance)
    ([2.0, 0.5], 0.0125)
    """

    spectrum: Any
    coefficients: Any
    noise: Any
    n_samples: Any

    def __post_init__(self) -> None:
        for name, value in (
            ("spectrum", as_spectrum("spectrum", self.spectrum)),
            ("coefficients", as_floats("coefficients", self.coefficients, 1)),
        ):
            object.__setattr__(self, name, check_scale(name, value, 1))
        if self.coefficients.shape != self.spectrum.shape:
            raise ValueError(
                f"coefficients has shape {self.coefficients.shape} where spectrum has "
                f"{self.spectrum.shape}; give one coefficient per eigenvalue"
            )
        batch = self.spectrum.shape[:-1]
        noise = check_scale("noise", as_not_negative("noise", self.noise))
        counts = as_counts("n_samples", self.n_samples)
        for name, value in (("noise", noise), ("n_samples", counts)):
            if value.shape not in (batch, ()):
                raise ValueError(
                    f"{name} has shape {value.shape} where the problems have {batch}"
                )
            spread = namespace(self.spectrum).broadcast_to(value, batch)
            object.__setattr__(self, name, spread)

    @property
    def n_directions(self) -> int:
        return self.spectrum.shape[-1]

    @property
    def signal(self) -> Any:
        """λβ*², (..., n_directions): what each adds to the labels' mean square."""
        return self.spectrum * (self.coefficients * self.coefficients)

    @property
    def variance(self) -> Any:
        """σ²/n, the variance that label noise has in each direction, of shape (...)."""
        return self.noise * self.noise / self.n_samples


@finite
def signal_to_noise(problem: SpectralProblem) -> Any:
    """nλβ*²/σ² in each direction.

    Parameters
    ----------
    problem : SpectralProblem
        With noise: without it the ratios are infinite, and are refused.

    Returns
    -------
    array of shape (..., n_directions)

    Raises
    ------
    ValueError
        If a problem has no noise.

    Notes
    -----
    Source: derived here, claim KD-22.

    Examples
    --------
    >>> signal_to_noise(SpectralProblem([2.0, 0.5], [1.0, 1.0], 0.5, 20)).tolist()
    [160.0, 40.0]
    """
    check_instance("problem", problem, SpectralProblem)
    if bool((problem.noise == 0).any()):
        raise ValueError(
            "problem has no noise, so that its ratio of signal to noise is infinite; "
            "give a positive noise"
        )
    return problem.signal / problem.variance[..., None]
