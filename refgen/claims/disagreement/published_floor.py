"""GDE-22c: the CACE that a calibrated law shows in the published setting."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement.domains import SymmetricDirichlet
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG
from refgen.disagreement import dirichlet_concentration
from refgen.domains import Domain
from refgen.special import folded_normal_mean, log_rising_factorial

N_RUNS, N_POINTS, N_BINS = 100, 10_000, 10

# Classes: the published disagreement of AllDiff, and what a calibrated law shows.
PUBLISHED = {10: (0.348, 0.0175, 0.0197), 100: (0.6947, 0.0375, 0.0397)}


def _matched(n_classes: int) -> SymmetricDirichlet:
    """The calibrated Dirichlet law with the published disagreement."""
    total = dirichlet_concentration(PUBLISHED[n_classes][0], n_classes)
    return SymmetricDirichlet(np.array(total / n_classes), np.array(float(n_classes)))


published_settings = Domain(
    "AllDiff of Jiang et al. 2022: CIFAR-10 (EDR .348) and CIFAR-100 (EDR .6947), "
    "N = 10⁴, M = 100, votes at different points independent",
    lambda: [_matched(n_classes) for n_classes in PUBLISHED],
)


def _chance_of_votes(alpha: Any, n_classes: Any, *votes: Any) -> Any:
    """P(n₁, …) of the votes for the first classes; 0 where they are more than the runs.

    Runs vote like Pólya's urn, which starts with α balls of each of the K colours.
    """
    xp = namespace(alpha)

    def log_ways(start: Any, n: Any) -> Any:
        """Logarithm of start (start + 1) … (start + n − 1) / n!."""
        n = xp.asarray(n)
        return log_rising_factorial(start, n) - log_rising_factorial(1.0, n)

    rest = N_RUNS - sum(votes)
    others = (n_classes - len(votes)) * alpha
    logs = log_ways(others, xp.maximum(rest, 0)) - log_ways(n_classes * alpha, N_RUNS)
    logs = logs + sum(log_ways(alpha, n) for n in votes)
    return xp.where(rest >= 0, xp.exp(logs), 0.0)


def _imbalance(rg: Any, law: SymmetricDirichlet) -> tuple[Any, Any]:
    """Mean and variance of A_b = Σ (1[Y = k] − h̃ₖ) over the classes in bin b.

    Both have shape (N_BINS, batch). All classes have the same law, and all pairs of
    classes too: the sums are over the votes n₁ and n₂ of the first two.
    """
    xp, alpha, k = namespace(law.alpha), law.alpha[:, None, None], law.n_classes
    classes, bins = k[:, None, None], xp.arange(N_BINS).reshape(-1, 1, 1, 1)
    n1, n2 = xp.arange(N_RUNS + 1)[:, None], xp.arange(N_RUNS + 1)
    share1, share2 = n1 / N_RUNS, n2 / N_RUNS
    # P(Y = 1 | n₁) and P(Y = 2 | n₂): the colour of the next ball.
    right1, right2 = ((n + alpha) / (N_RUNS + classes * alpha) for n in (n1, n2))
    in1, in2 = (rg.disagreement.bin_index(s, N_BINS) == bins for s in (share1, share2))
    one, two = (
        _chance_of_votes(alpha, classes, n1),
        _chance_of_votes(alpha, classes, n1, n2),
    )

    mean = k * (one * in1 * (right1 - share1)).sum(axis=(-1, -2))
    square = right1 * (1 - share1) ** 2 + (1 - right1) * share1**2
    # Y is not both classes: the product of the two indicators is 0.
    product = share1 * share2 - right1 * share2 - share1 * right2
    squares = k * (one * in1 * square).sum(axis=(-1, -2))
    products = k * (k - 1) * (two * in1 * in2 * product).sum(axis=(-1, -2))
    return mean, squares + products - mean**2


def _bounds_of_shown_cace(rg: Any, law: SymmetricDirichlet) -> tuple[Any, Any]:
    """Bounds of E of the binned CACE, each of shape (batch,).

    E|mean of N draws of A_b| is E|Z| of the normal Z of the same mean μ and variance,
    within (1 + |μ|)/N, because A_b is in [−1, 1] (theory page).
    """
    mean, variance = _imbalance(rg, law)
    deviation = namespace(mean).sqrt(variance / N_POINTS)
    shown = folded_normal_mean(mean, deviation).sum(axis=0)
    off = (1 + abs(mean)).sum(axis=0) / N_POINTS
    return shown - off, shown + off


@claim(
    "GDE-22c",
    kind="inequality",
    domain=published_settings,
    source=JIANG.at("tables 1 and 3"),
)
def published_floor(rg, law, factor=1):
    """A perfectly calibrated law shows a binned CACE of .0186 ± .0011 there.

    That is for CIFAR-10; for CIFAR-100 it is .0386 ± .0011.
    """
    least, most = _bounds_of_shown_cace(rg, law)
    low, high = (
        namespace(least).where(law.n_classes == 10, *ends)
        for ends in zip(PUBLISHED[10][1:], PUBLISHED[100][1:], strict=True)
    )
    return at_most(factor * low, least), at_most(most, factor * high)


published_floor.twin("it shows 5 % more", factor=1.05)


@published_floor.twin_function("noise explains the published .0437 and .1300")
def _(rg, law):
    _, most = _bounds_of_shown_cace(rg, law)
    return at_most(namespace(most).where(law.n_classes == 10, 0.0437, 0.13), most)
