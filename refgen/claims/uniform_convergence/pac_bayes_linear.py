"""UC-19 and UC-42b: which signals two priors certify."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import at_most, equal, exceeds, tends_to
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._tosses import divergence
from refgen.domains import real, record


@dataclass(frozen=True, repr=False)
class Certified(Instance):
    """A signal ratio, a width, and how far from a threshold to look.

    Attributes
    ----------
    ratio, width : array of shape (...)
        α and c.
    far : array of shape (...)
        Relative distance from the threshold.
    """

    ratio: Any
    width: Any
    far: Any


def _certified(ratio: float, width: float, far: float) -> Certified:
    return Certified(np.array(ratio), np.array(width), np.array(far))


certified = record(
    Certified,
    "α in [.01, 8], c in [.3, 30], and 1 to 100 % off the threshold",
    ratio=real(0.01, 8.0, log=True),
    width=real(0.3, 30.0, log=True),
    far=real(0.01, 1.0, log=True),
    examples=lambda: [
        _certified(2.0, 1.05, 0.01),
        _certified(0.125, 30.0, 0.01),
        _certified(0.3, 1.8, 0.2),
    ],
)

SIZES = (1e2, 1e4, 1e6, 1e8)


def _measured(
    rg: Any, case: Certified, prior: str, cost: Any, share: float, counted: float
) -> tuple[Any, ...]:
    """What holds of a prior with KL/m = cost/c², and of its threshold."""
    uc, xp, c = rg.uniform_convergence, namespace(case.width), case.width
    ndtr, spent = special_functions(c).ndtr, counted * cost / (c * c)
    bound = uc.pac_bayes_certificate(case.ratio, c, prior)
    train = ndtr(-1 / c)
    threshold = share * uc.pac_bayes_threshold(prior)
    ratios = xp.stack([case.ratio, threshold * (1 + case.far)])
    least, above = uc.least_pac_bayes_certificate(ratios, prior)
    below = uc.pac_bayes_certificate(threshold / (1 + case.far), c, prior)
    sizes = xp.asarray(SIZES)
    finite = ndtr(-1 / (c[..., None] * xp.sqrt(1 + case.ratio[..., None] / sizes)))
    bounds = uc.kl_inverse(finite, (cost / (c * c))[..., None])
    # kl⁻¹ rises by at most 1/(4p(1 − p)) per error, and Φ by .4.
    slope = 0.4 * case.ratio / (2 * c) / (4 * train * (1 - train))
    size = spent + (bound - train) / (1 - bound)
    return (
        equal(divergence(train, bound), spent, size),
        at_most(least, bound, sharp=0.99),
        exceeds(0.5 - above),
        at_most(0.5, below, sharp=0.99),
        tends_to(bounds, bound[..., None], [(slope, 1)], SIZES),
    )


@claim("UC-19", kind="identity", domain=certified, cost=1200)
def origin_prior(rg, case, counted=1.0, threshold=1.0):
    """With the prior N(0, s²I): kl(Φ(−1/c)‖b) = 1/(2(1 + α)c²), m → ∞ and m/D → 0.

    Some width certifies an error b < ½ if and only if α > π/2 − 1.
    """
    cost = 1 / (2 * (1 + case.ratio))
    return _measured(rg, case, "origin", cost, threshold, counted)


origin_prior.twin("KL/m is 3 % more", counted=1.03)
origin_prior.twin("from α = 0.98(π/2 − 1) on", threshold=0.98)
origin_prior.twin("from α = 1 on", threshold=1 / 0.5708)


@claim("UC-42b", kind="identity", domain=certified, cost=1200)
def oracle_prior(rg, case, counted=1.0, threshold=1.0):
    """With the best data-free prior: kl(Φ(−1/c)‖b) = 1/(2(1 + α)²c²).

    Some width certifies an error b < ½ if and only if α > √(π/2) − 1.
    """
    cost = 1 / (2 * (1 + case.ratio) ** 2)
    return _measured(rg, case, "oracle", cost, threshold, counted)


oracle_prior.twin("KL/m is 3 % more", counted=1.03)
oracle_prior.twin("from α = ¼ on", threshold=0.25 / 0.25331)


@oracle_prior.twin_function("the floor of UC-20 is attained")
def _(rg, case):
    uc = rg.uniform_convergence
    least = uc.least_pac_bayes_certificate(case.ratio, "oracle")
    return equal(least, uc.data_free_floor(case.ratio))
