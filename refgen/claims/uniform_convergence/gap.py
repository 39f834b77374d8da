"""UC-8b, UC-8c and UC-15: the generalization gap, and what is one-sided about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import ascending, at_most
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.uniform_convergence._levels import (
    Level,
    level,
    level_of,
    not_a_level,
)
from refgen.claims.uniform_convergence._simulated import drawn_margins, few_points
from refgen.domains import first_wrong, integer, not_a, real, record
from refgen.uniform_convergence import LinearExample

# --- UC-8b: the gap of drawn samples


@claim("UC-8b", kind="inequality", domain=few_points)
def gap_of_samples(rg, case, draws, other=False, moved=1.0):
    """t_{1 − δ − q₀} ≤ ε_gen(m, δ) ≤ t_{1 − δ}, with q₀ = Pr[some training error]."""
    uc, xp = rg.uniform_convergence, namespace(case.delta)
    example, delta = case.example, case.delta
    drawn = drawn_margins(example, draws)
    wrong = ((drawn.margins <= 0) & drawn.is_point).sum(axis=-1)
    test = special_functions(delta).ndtr(-example.signal[:, None] / drawn.spread)
    gaps = test - wrong / example.n_samples[:, None]
    low, high = uc.generalization_gap(example, 1 - delta if other else delta)
    above = xp.where(gaps > moved * high[:, None], 1.0, 0.0)
    reached = xp.where(gaps >= low[:, None], -1.0, 0.0)
    return (
        sampled(above, delta, binary=True, sharp=0.9),
        sampled(reached, -delta, bounds=(-1, 0)),
    )


gap_of_samples.twin("0.97 of the upper bound would do", moved=0.97)
gap_of_samples.twin("the δ-quantile in place of the (1 − δ)-quantile", other=True)


# --- UC-8c: the least dimension


@dataclass(frozen=True, repr=False)
class Wanted(Instance):
    """m, δ and ε, shapes (...), with the paper's signal and noise."""

    n_samples: Any
    delta: Any
    epsilon: Any


def _wanted(m: int, delta: float, epsilon: float) -> Wanted:
    return Wanted(*(np.array(float(x)) for x in (m, delta, epsilon)))


wishes = record(
    Wanted,
    "2 to 2000 samples, δ from .001 to .5, ε from 10⁻⁶ to .25",
    n_samples=integer(2, 2000),
    delta=real(0.001, 0.5, log=True),
    epsilon=real(1e-6, 0.25, log=True),
    examples=lambda: [_wanted(100, 0.05, 0.01), _wanted(100, 0.01, 0.001)],
)


@claim("UC-8c", kind="inequality", domain=wishes, cost=60)
def least_dimension(rg, case, share=1.0, more=0.0):
    """t_{1 − δ} ≤ ε from the least dimension D on, about 64 m z² for z = z_{1 − ε}.

    D' = D − 1 is at most 64 m z² (1 + 2√(L/D') + 2L/D') with L = log 1/δ, by the tail
    bound of Laurent and Massart.
    """
    uc, special = rg.uniform_convergence, special_functions(case.delta)
    xp, m = namespace(case.delta), case.n_samples + 0.0
    found = uc.dimension_for_gap(m, case.delta, case.epsilon)
    z = special.ndtri(case.epsilon)
    first, off = 64 * m * z * z, -xp.log(case.delta)
    most = 1 + 2 * xp.sqrt(off / (found - 1)) + 2 * off / (found - 1)
    stretched = xp.maximum(xp.floor(share * found), 2.0)
    before = xp.maximum(stretched - 1 + more, 2.0)
    errors = [
        uc.test_error_quantile(LinearExample.published(m, D), 1 - case.delta)
        for D in (stretched, before)
    ]
    scale = found * case.epsilon
    return (
        at_most(errors[0], case.epsilon, scale, sharp=True),
        at_most(case.epsilon, errors[1], scale, sharp=True),
        ascending(share * found - 1, first * most, scale=found, sharp=True),
    )


least_dimension.twin("3 % fewer dimensions would do", share=0.97)
least_dimension.twin("the error is above ε in the least dimension", more=1.0)


# --- UC-15: one side


@dataclass(frozen=True, repr=False)
class Learned(Instance):
    """A level, a sample's radius over the (1 − δ)-quantile, and an error on a sample.

    Attributes
    ----------
    level : Level
    share, error : arrays of shape (...)
        In [0, 1].
    """

    level: Level
    share: Any
    error: Any


def _learned(share: Any, error: Any, **sizes: Any) -> Learned:
    return Learned(level_of(**sizes), share, error)


def _not_learned(case: Any) -> str | None:
    """Why there is no level with shares in [0, 1]."""
    reason = not_a(Learned, case) or not_a_level(case.level)
    if reason:
        return reason
    for name in ("share", "error"):
        value = getattr(case, name)
        reason = first_wrong(
            (value < 0) | (value > 1), value, f"{name} must be in [0, 1]"
        )
        if reason:
            return reason
    return None


learned = record(
    _learned,
    "examples with δ in (.01, .99), a radius up to its quantile, any error",
    n_samples=real(2, 2000, log=True),
    dimension=real(2, 1e5, log=True),
    ratio=real(0.02, 2.0, log=True),
    delta=real(0.01, 0.99),
    share=real(0.01, 1.0),
    error=real(0.0, 1.0),
    outside=_not_learned,
    examples=lambda: [
        Learned(level(100, 10_000, 0.1), np.array(1.0), np.array(0.0)),
        Learned(level(100, 10_000, 0.1), np.array(1.0), np.array(1.0)),
    ],
)


@claim("UC-15", kind="inequality", domain=learned, cost=4)
def one_side(rg, case, stretched=1.0, both=False):
    """R ≤ r_{1 − δ}: L_D(h) − L̂_S(h) ≤ t_{1 − δ} for all h and S of such samples.

    So one-sided uniform convergence proves ε_gen up to Pr[some training error].
    """
    uc, xp = rg.uniform_convergence, namespace(case.share)
    example, delta = case.level.example, case.level.delta
    high = uc.test_error_quantile(example, 1 - delta)
    z = special_functions(high).ndtri(xp.clip(high, 1e-280, 0.4999))
    # t_{1 − δ} = Φ(−a/(v√m r)).
    largest = (
        -example.signal_ratio * example.dimension / (xp.sqrt(example.n_samples) * z)
    )
    radius = case.share * stretched * largest
    gap = uc.expected_loss(example, radius) - case.error
    gap = abs(gap) if both else gap
    seen = (high > 1e-280) & (high < 0.4999)
    slope = 1 + z * z + math.sqrt(2 * math.pi) * high * xp.exp(z * z / 2)
    return at_most(xp.where(seen, gap, 0.0), high, (1 + case.error) * slope, sharp=True)


one_side.twin("for radii up to 1.03 of their quantile", stretched=1.03)
one_side.twin("for |L_D(h) − L̂_S(h)|", both=True)
