"""Closed forms for families of laws of the vote shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, as_floats, namespace, special_functions


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
        for name in ("concentration", "slope"):
            object.__setattr__(self, name, as_floats(name, getattr(self, name)))
        if bool((self.concentration <= 0).any()):
            raise ValueError("concentration must be positive")
        if bool((abs(self.slope) > 1).any()):
            raise ValueError("slope must lie in [-1, 1] for accuracies in [0, 1]")

    def share_variance(self) -> Any:
        """Var q = 1 / (4 (2a + 1))."""
        return 1 / (4 * (2 * self.concentration + 1))

    def mean_absolute_deviation(self) -> Any:
        """E|q − ½| = Γ(a + ½) / (2 √π Γ(a + 1))."""
        a, gammaln = self.concentration, special_functions(self.concentration).gammaln
        ratio = namespace(a).exp(gammaln(a + 0.5) - gammaln(a + 1))
        return ratio / (2 * np.sqrt(np.pi))

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
    alpha = as_floats("concentration", concentration, 1)
    if bool((alpha <= 0).any()):
        raise ValueError("concentration must be positive")
    total = alpha.sum(axis=-1)
    xp = namespace(alpha)
    pairs = xp.einsum("...k,...k->...", alpha, alpha + 1)
    return 1 - pairs / (total * (total + 1))


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
    if n_classes < 2:
        raise ValueError(f"n_classes must be at least 2, got {n_classes}")
    limit = 1 - 1 / n_classes
    if bool((value <= 0).any()) or bool((value >= limit).any()):
        raise ValueError(
            f"disagreement must lie in (0, 1 - 1/n_classes) = (0, {limit:g})"
        )
    return value / (limit - value)


def dirichlet_annealed_cace(alpha: Any, n_classes: Any, n_runs: int) -> Any:
    """Annealed CACE of M runs of a calibrated symmetric Dirichlet law, O(1/M).

    K Σⱼ BetaBin(j; M, α, (K−1)α) |(j + α)/(M + Kα) − j/M|.

    Source: derived here (Pólya urn), claim GDE-16c.

    Examples
    --------
    >>> alpha = dirichlet_concentration(0.348, 10) / 10  # Jiang et al., table 1
    >>> round(float(dirichlet_annealed_cace(alpha, 10, 2)), 3)
    0.415
    """
    alpha = as_floats("alpha", alpha)
    if bool((alpha <= 0).any()):
        raise ValueError("alpha must be positive")
    classes = as_floats("n_classes", n_classes)
    if bool((classes < 2).any()):
        raise ValueError("n_classes must be at least 2")
    if n_runs < 1:
        raise ValueError(f"n_runs must be at least 1, got {n_runs}")
    # A number beside a device array has to go where that is.
    xp = namespace(alpha, classes)
    alpha, classes = (xp.asarray(a)[..., None] for a in (alpha, classes))
    j = xp.arange(n_runs + 1)
    pmf = _beta_binomial_pmf(j, n_runs, alpha, (classes - 1) * alpha)
    posterior = (j + alpha) / (n_runs + classes * alpha)
    return (classes * pmf * abs(posterior - j / n_runs)).sum(axis=-1)


def _beta_binomial_pmf(j: Any, n: int, a: Any, b: Any) -> Any:
    """C(n, j) B(j + a, n − j + b) / B(a, b)."""
    betaln = special_functions(j, a).betaln
    chosen = betaln(j + a, n - j + b) - betaln(a, b)
    chosen = chosen - betaln(n - j + 1.0, j + 1.0)
    return namespace(j, a).exp(chosen) / (n + 1)
