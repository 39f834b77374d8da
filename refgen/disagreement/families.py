"""Closed forms for families of laws of the vote shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._checks import as_counts, as_positive, check_integer, refuse, together
from refgen.arrays import Instance, as_floats, namespace, special_functions
from refgen.disagreement._ranges import others, within
from refgen.special import log_rising_factorial

_ACCURACIES = ": accuracies lie in [0, 1]"


@dataclass(frozen=True, repr=False)
class BetaReliability(Instance):
    """Two classes, q = h̃₀ ~ Beta(a, a), accuracy ½ + λ (q − ½) at share q.

    Parameters
    ----------
    concentration : array
        a > 0.
    slope : array
        λ in [−1, 1]; below 1 the ensemble is overconfident.

    Notes
    -----
    Source: derived here, claim GDE-12.

    Examples
    --------
    >>> family = BetaReliability(1.0, 0.5)
    >>> round(float(family.gap()), 6), round(float(family.cace()), 6)
    (-0.083333, 0.25)
    """

    concentration: Any
    slope: Any

    def __post_init__(self) -> None:
        slope = as_floats("slope", self.slope)
        refuse("slope", slope, abs(slope) > 1, "lie in [-1, 1]", _ACCURACIES)
        concentration = as_positive("concentration", self.concentration)
        object.__setattr__(self, "concentration", concentration)
        object.__setattr__(self, "slope", slope)

    def share_variance(self) -> Any:
        """Var q = 1 / (4 (2a + 1))."""
        return 1 / (4 * (2 * self.concentration + 1))

    def mean_absolute_deviation(self) -> Any:
        """E|q − ½| = Γ(a + ½) / (2 √π Γ(a + 1))."""
        a, gammaln = self.concentration, special_functions(self.concentration).gammaln
        ratio = namespace(a).exp(gammaln(a + 0.5) - gammaln(a + 1))
        return within(0, 1 / 2, ratio / (2 * np.sqrt(np.pi)))

    def expected_disagreement(self) -> Any:
        return 0.5 - 2 * self.share_variance()

    def test_error(self) -> Any:
        return 0.5 - 2 * self.slope * self.share_variance()

    def gap(self) -> Any:
        return 2 * (self.slope - 1) * self.share_variance()

    def cace(self) -> Any:
        return 2 * abs(1 - self.slope) * self.mean_absolute_deviation()


def dirichlet_disagreement(concentration: Any) -> Any:
    """EDR = ETE of a calibrated law with h̃ ~ Dirichlet(α), in [0, 1 − 1/K].

    Parameters
    ----------
    concentration : array of shape (..., n_classes)
        α, positive.

    Source: derived here, claim GDE-12b.

    Examples
    --------
    >>> round(float(dirichlet_disagreement([1.0, 1.0])), 6)
    0.333333
    """
    alpha = as_positive("concentration", concentration, 1)
    total = alpha.sum(axis=-1)
    most = 1 - 1 / alpha.shape[-1]
    unequal = alpha / total[..., None] * (others(alpha) / (total[..., None] + 1))
    return within(0, most, unequal.sum(axis=-1))


def dirichlet_concentration(disagreement: Any, n_classes: int) -> Any:
    """Total α₀ of the symmetric Dirichlet law with the given disagreement.

    Parameters
    ----------
    disagreement : array
        In (0, 1 − 1/K).

    Source: derived here, claim GDE-12b.

    Examples
    --------
    >>> round(float(dirichlet_concentration(1 / 3, 2)), 6)
    2.0
    """
    value = as_floats("disagreement", disagreement)
    limit = 1 - 1 / check_integer("n_classes", n_classes, 2)
    wanted = f"lie in (0, 1 - 1/n_classes) = (0, {limit:g})"
    refuse("disagreement", value, (value <= 0) | (value >= limit), wanted)
    return value / (limit - value)


def dirichlet_annealed_cace(alpha: Any, n_classes: Any, n_runs: Any) -> Any:
    """Annealed CACE of M runs of a calibrated symmetric Dirichlet law, O(1/M).

    K Σⱼ BetaBin(j; M, α, (K−1)α) |(j + α)/(M + Kα) − j/M|, in closed form.

    Parameters
    ----------
    alpha : array
        Positive.
    n_classes : array
        At least 2.
    n_runs : array of whole numbers
        M; all arguments broadcast.

    Returns
    -------
    array
        From logarithms, as accurate for 10¹⁴ runs as for few.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    Source: derived here (Pólya urn), claim GDE-16c.

    Examples
    --------
    >>> alpha = dirichlet_concentration(0.348, 10) / 10  # Jiang et al., table 1
    >>> round(float(dirichlet_annealed_cace(alpha, 10, 2)), 3)
    0.415
    """
    k = as_floats("n_classes", n_classes)
    refuse("n_classes", k, k < 2, "be at least 2")
    a, k, m = together(
        alpha=as_positive("alpha", alpha),
        n_classes=k,
        n_runs=as_counts("n_runs", n_runs),
    )
    xp, b = namespace(a), (k - 1) * a
    below = xp.floor(m / k)  # levels up to this one have too many labels
    logs = log_rising_factorial(below + 1, a) + log_rising_factorial(m - below, b)
    logs = logs - log_rising_factorial(m, k * a) - special_functions(a).betaln(a, b)
    return within(0, 2, 2 * k * xp.exp(logs) / (m + k * a))
