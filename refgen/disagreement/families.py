"""Closed forms for families of laws of the vote shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen._numbers import as_counts, as_positive, refuse, together
from refgen._urns import LARGEST, log_urn
from refgen.arrays import Instance, as_floats, namespace
from refgen.disagreement._ranges import others, within
from refgen.special import gamma_ratio

_ACCURACIES = ": accuracies lie in [0, 1]"


@dataclass(frozen=True, repr=False)
class BetaReliability(Instance):
    """Two classes, q = h̃₀ ~ Beta(a, a), accuracy ½ + λ (q − ½) at share q.

    Parameters
    ----------
    concentration : array
        a, positive, up to 1e300.
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
        concentration, slope = together(
            concentration=_concentration("concentration", self.concentration),
            slope=slope,
        )
        object.__setattr__(self, "concentration", concentration)
        object.__setattr__(self, "slope", slope)

    def share_variance(self) -> Any:
        """Var q = 1 / (4 (2a + 1))."""
        return 1 / (4 * (2 * self.concentration + 1))

    def mean_absolute_deviation(self) -> Any:
        """E|q − ½| = Γ(a + ½) / (2 √π Γ(a + 1))."""
        a = self.concentration
        # Γ(a + ½)/Γ(a + 1), of arguments that are at least 1.
        ratio = (a + 1) / (a + 0.5) * gamma_ratio(a + 1.5, 0.5)
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
        α, positive, up to 1e300.

    Source: derived here, claim GDE-12b.

    Examples
    --------
    >>> round(float(dirichlet_disagreement([1.0, 1.0])), 6)
    0.333333
    """
    alpha = _concentration("concentration", concentration, 1)
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
        Positive; times n_classes, up to 1e300.
    n_classes : array of whole numbers
        K, at least 2.
    n_runs : array of whole numbers
        M; all arguments broadcast.

    Returns
    -------
    array
        As accurate for many runs and large `alpha` as for small numbers.

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
    a, k, m = together(
        alpha=as_positive("alpha", alpha),
        n_classes=as_counts("n_classes", n_classes, 2),
        n_runs=as_counts("n_runs", n_runs),
    )
    refuse("alpha", a, a > LARGEST / k, f"be at most {LARGEST:g} / n_classes")
    xp, b = namespace(a), (k - 1) * a
    below = xp.floor(m / k)  # levels up to this one have too many labels
    excess = (1 - below / m) * ((below + a) / (m + k * a))
    return within(0, 2, 2 * k * excess * xp.exp(log_urn(below, m, a, b)))


def _concentration(name: str, value: Any, ndim: int = 0) -> Any:
    array = as_positive(name, value, ndim)
    refuse(name, array, array > LARGEST, f"be at most {LARGEST:g}")
    return array
