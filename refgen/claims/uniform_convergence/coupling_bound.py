"""UC-40c: a bracket of ε_unif-alg by the coupling of two samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence._levels import (
    Level,
    level,
    level_of,
    not_a_level,
)
from refgen.claims.uniform_convergence._radii import radii_between
from refgen.domains import first_wrong, integer, not_a, real, record


@dataclass(frozen=True, repr=False)
class Coupled(Instance):
    """A level, and the choices of the bound.

    Attributes
    ----------
    level : Level
    product, excess, n_right : arrays of shape (...)
        s/D, t and k.
    """

    level: Level
    product: Any
    excess: Any
    n_right: Any


def _coupled(
    beta: Any, dimension: Any, share: Any, excess: Any, n_right: Any, **sizes: Any
) -> Coupled:
    """m = βD, and s/D at a share between α and √(1 − β)."""
    xp = namespace(beta)
    m = xp.maximum(xp.floor(beta * dimension), 2.0)
    made = level_of(n_samples=m, dimension=dimension, **sizes)
    most = xp.sqrt(1 - made.example.sample_ratio)
    ratio = made.example.signal_ratio
    return Coupled(made, ratio + share * (most - ratio), excess, n_right + 0.0)


def _not_coupled(case: Any) -> str | None:
    """Why there is no level with choices of a bound."""
    reason = not_a(Coupled, case) or not_a_level(case.level)
    if reason:
        return reason
    for name in ("product", "excess", "n_right"):
        value = getattr(case, name)
        reason = first_wrong(value < 0, value, f"{name} must not be negative")
        if reason:
            return reason
    return None


def _choice(case: Level, product: float, excess: float, n_right: int = 0) -> Coupled:
    return Coupled(case, *(np.array(float(x)) for x in (product, excess, n_right)))


coupled_levels = record(
    _coupled,
    "m/D from .01 to .5, up to 1000 dimensions, a/V in [.02, .6], any δ, s, t and k",
    beta=real(0.01, 0.5, log=True),
    dimension=real(20, 1000, log=True),
    ratio=real(0.02, 0.6, log=True),
    delta=real(0.01, 0.95),
    share=real(0.3, 1.0),
    excess=real(1.0, 8.0),
    n_right=integer(0, 5),
    outside=_not_coupled,
    examples=lambda: [
        _choice(level(200, 1000, 0.05), 0.85, 4.0),
        _choice(level(200, 1000, 0.9), 0.8, 4.0, 5),
        _choice(level(100, 200, 0.05, 0.3), 0.6, 4.0, 2),
    ],
)


def _chance_below(example: Any, product: Any) -> Any:
    """Pr[RR' < s], given R'."""
    xp, D = namespace(product), example.dimension
    others = D - example.n_samples + 1
    none = 0 * product
    r, weights = radii_between(others, none, none + 1e3, n_nodes=60)
    needed = (product * D)[:, None] / (xp.sqrt(others)[:, None] * r)
    half = (D / 2)[:, None] + 0 * r
    below = special_functions(r).gammainc(half, needed * needed / 2)
    return (weights * below).sum(axis=-1)


@claim("UC-40c", kind="inequality", domain=coupled_levels, cost=150)
def by_coupling(rg, case, wider=1.0, kept=1.0):
    """1 − t_p − k/m ≤ ε_unif-alg ≤ 1 − t_δ for p = δ + Φ(z_{δ + q} − Δ), any δ < 1.

    q = Pr[RR' < s] + e^(−t²/2), Δ = √((k + 1)/m) (s − αD)/(√D + √m + t). Two sets of
    weights that are in no bound of each other, of measures p − δ and 1 − δ − q, are at
    least Δ√(mv) apart: then z_{1 − p + δ} + z_{δ + q} = Δ.
    """
    uc, xp = rg.uniform_convergence, namespace(case.product)
    special = special_functions(case.product)
    example, delta = case.level.example, case.level.delta
    m, D = example.n_samples, example.dimension
    p = kept * uc.coupling_level(
        example, delta, case.product, case.excess, case.n_right
    )
    q = _chance_below(example, case.product) + xp.exp(-(case.excess**2) / 2)
    apart = (case.product - example.signal_ratio) * D
    reach = wider * (xp.sqrt(D) + xp.sqrt(m) + case.excess)
    apart = xp.sqrt((case.n_right + 1) / m) * apart / reach
    proved = (delta + q < 1) & (apart > 0) & (case.n_right < m) & (p < 1)
    spent = xp.where(proved, delta + q, 0.5)
    expected = xp.where(proved, delta + special.ndtr(special.ndtri(spent) - apart), p)
    low, high, _ = uc.uniform_convergence_bracket(example, delta)
    z = special.ndtri(spent)
    return (
        equal(p, expected, D * (1 + xp.exp(z * z / 2))),
        at_most(low, high, sharp=True),
    )


by_coupling.twin("1.03 (√D + √m + t)", wider=1.03)
by_coupling.twin("0.97 p", kept=0.97)


@by_coupling.twin_function("for every δ as for δ → 0, 1 − t_0.01")
def _(rg, case):
    uc, example = rg.uniform_convergence, case.level.example
    low = uc.uniform_convergence_bracket(example, 0.01).low
    return at_most(low, uc.uniform_convergence_bracket(example, case.level.delta).high)
