"""UC-9 and UC-10: brackets of ε_unif-alg by samples with negated noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER
from refgen.claims.uniform_convergence._levels import (
    Level,
    level,
    level_of,
    levels,
    not_a_level,
)
from refgen.claims.uniform_convergence.all_wrong import missed_up_to
from refgen.domains import first_wrong, not_a, real, record

rich_levels = levels(
    "12 to 100 samples in 40 to 10⁴ dimensions, a/V in [.02, .9], δ in (.01, .5)",
    lambda: [
        level(20, 1000, 0.1),
        level(20, 400, 0.2),
        level(30, 200, 0.2, 0.02),
        level(12, 40, 0.05, 0.02),
    ],
    n_samples=(12, 100),
    dimension=(40, 1e4),
    ratio=(0.02, 0.9),
    delta=(0.01, 0.5),
)


def radius_of(case: Level, error: Any) -> Any:
    """R/√D of samples whose classifier has this test error, in (0, ½)."""
    xp, example = namespace(error), case.example
    z = special_functions(error).ndtri(error)
    return -example.signal_ratio / (z * xp.sqrt(example.sample_ratio))


def mass_up_to(rg: Any, case: Level, error: Any, shift: Any) -> tuple[Any, Any]:
    """Pr[test error ≤ `error`, no margin below 2a + shift · v√m R], and its roundings.

    By quadrature over the radius, normal quantiles of the error being its end.
    """
    xp, special = namespace(error), special_functions(error)
    inside = xp.clip(error, 1e-280, 0.4999)
    radius = radius_of(case, inside)
    D, excess = case.example.dimension, case.example.signal_ratio
    below = special.gammainc(D / 2, D * radius * radius / 2)
    missed = missed_up_to(rg, case.example, excess, radius, shift)
    z = special.ndtri(inside)
    slope = 1 + 2.51 * inside * xp.exp(z * z / 2) / abs(z)
    # Beyond the ends of the range every mass is enough.
    return xp.where(inside == error, below - missed, 2.0), D + xp.sqrt(D) * slope


@claim(
    "UC-9",
    kind="inequality",
    domain=rich_levels,
    source=NAGARAJAN_KOLTER.sharpened("theorem 3.1"),
    cost=2000,
)
def by_negation(rg, case, spent=2.0, lost=1.0):
    """2δ + q < 1: 1 − t_{2δ + q} ≤ ε_unif-alg ≤ 1 − t_δ, q = Pr[not all of S' wrong].

    Test errors up to t_{2δ + q} and all of S' wrong come together with a probability
    of 2δ at least, which is what the transfer needs. Samples with errors from t_δ on
    have probability 1 − δ, and no gap above 1 − t_δ.
    """
    uc, example = rg.uniform_convergence, case.example
    xp = namespace(case.delta)
    low, high, certified = uc.uniform_convergence_bracket(
        example, case.delta, "negation"
    )
    none = 0 * case.delta
    missed = missed_up_to(rg, example, example.signal_ratio, none + 1e3, none)
    p = spent * case.delta + lost * missed
    error = uc.test_error_quantile(example, xp.minimum(p, 1.0))
    mass, scale = mass_up_to(rg, case, error, none)
    goal = xp.where(certified, 2 * case.delta, 0.0)
    return (
        equal(low, xp.where(certified, 1 - error, 0.0), example.dimension),
        at_most(goal, mass, scale, sharp=True),
        at_most(low, high, sharp=True),
        equal(high, 1 - uc.test_error_quantile(example, case.delta)),
    )


by_negation.twin("1.94 δ + q is enough", spent=1.94)
by_negation.twin("2δ is enough, whatever q", lost=0.0)


@by_negation.twin_function("ε_unif-alg is at most ten times ε_gen")
def _(rg, case):
    uc = rg.uniform_convergence
    low = uc.uniform_convergence_bracket(case.example, case.delta, "negation").low
    return at_most(low, 10 * uc.test_error_quantile(case.example, 1 - case.delta))


# --- UC-10: isoperimetry


@dataclass(frozen=True, repr=False)
class Near(Instance):
    """A level and ζ, the (1 − μ)-quantile of the normal law.

    Attributes
    ----------
    level : Level
    zeta : array of shape (...)
    """

    level: Level
    zeta: Any


def _near(zeta: Any, **sizes: Any) -> Near:
    return Near(level_of(**sizes), zeta)


def _not_near(case: Any) -> str | None:
    """Why there is no level with a ζ in (0, 6]."""
    reason = not_a(Near, case) or not_a_level(case.level)
    zeta = None if reason else case.zeta
    if zeta is None:
        return reason
    return first_wrong((zeta <= 0) | (zeta > 6), zeta, "zeta must be in (0, 6]")


near_levels = record(
    _near,
    "12 to 100 samples in 40 to 10⁴ dimensions, a/V in [.02, .9], any δ, ζ in [.1, 6]",
    n_samples=real(12, 100, log=True),
    dimension=real(40, 1e4, log=True),
    ratio=real(0.02, 0.9, log=True),
    delta=real(0.01, 0.99),
    zeta=real(0.1, 6.0),
    outside=_not_near,
    examples=lambda: [
        Near(level(20, 1000, 0.9), np.array(2.0)),
        Near(level(25, 400, 0.5), np.array(0.5)),
        Near(level(25, 5000, 0.9), np.array(3.0)),
        Near(level(12, 40, 0.05, 0.02), np.array(0.2)),
    ],
)


@claim("UC-10", kind="inequality", domain=near_levels, cost=2000)
def by_isoperimetry(rg, case, twice=2.0, kept=1.0):
    """p = δ + μ + q_μ < 1: 1 − t_p ≤ ε_unif-alg, for every δ < 1.

    Samples of a set of probability 1 − δ with test errors up to t_p and margins from
    2a + 2ζ v√m R on have probability μ at least. Two of them are nearly each other's
    negation, up to 2ζ√v, which leaves all margins negative.
    """
    uc, xp = rg.uniform_convergence, namespace(case.zeta)
    example, delta = case.level.example, case.level.delta
    p = uc.isoperimetric_level(example, delta, case.zeta)
    mu = special_functions(p).ndtr(-case.zeta)
    missed = missed_up_to(
        rg, example, example.signal_ratio, 1e3 + 0 * delta, twice * case.zeta
    )
    certified = p < 1
    error = uc.test_error_quantile(example, xp.minimum(kept * p, 1.0))
    mass, scale = mass_up_to(rg, case.level, error, 2 * case.zeta)
    goal = xp.where(certified, delta + mu, 0.0)
    return (
        equal(p, delta + mu + missed, example.dimension),
        at_most(goal, mass, scale, sharp=0.9),
    )


by_isoperimetry.twin("margins from 2a + 1.95 ζ v√m R on are enough", twice=1.95)
by_isoperimetry.twin("0.97 p is enough", kept=0.97)


@by_isoperimetry.twin_function("uniform convergence is safe from δ = ½ on")
def _(rg, case):
    uc, delta = rg.uniform_convergence, case.level.delta
    xp, example = namespace(delta), case.level.example
    p = uc.isoperimetric_level(example, delta, case.zeta)
    low = 1 - uc.test_error_quantile(example, xp.minimum(p, 1.0))
    return at_most(xp.where((delta >= 0.5) & (p < 1), low, delta / 2), 0.5)
