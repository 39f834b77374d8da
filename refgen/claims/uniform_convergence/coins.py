"""UC-68: the divergence of two coins and its inverses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.domains import real, record


@dataclass(frozen=True, repr=False)
class Coins(Instance):
    """Two coins. Shapes (...).

    Attributes
    ----------
    first, second : arrays
        Chances of heads.
    """

    first: Any
    second: Any


coins = record(
    Coins,
    "two chances in [0.001, 0.999]",
    first=real(0.001, 0.999),
    second=real(0.001, 0.999),
    examples=lambda: [
        Coins(np.array(p), np.array(q))
        for p, q in ((0.001, 0.999), (0.3, 0.3 + 2.0**-40), (0.5, 0.25))
    ],
)


def _by_quadrature(p: Any, q: Any) -> Any:
    """kl(p‖q) as the integral of r − p over the log-odds of r from p to q."""
    xp = namespace(p)
    low, high = xp.minimum(p, q), xp.maximum(p, q)
    odds = xp.log1p((high - low) / (low * (1 - high))) * xp.where(p < q, 1.0, -1.0)
    x, weights = unit_nodes(xp, 48)
    p, u = p[..., None], odds[..., None] * x
    ahead = p * (1 - p) * xp.expm1(u) / ((1 - p) + p * xp.exp(u))
    return odds * (weights * ahead).sum(axis=-1)


@claim("UC-68", kind="identity", domain=coins, cost=8)
def inverse_divergence(rg, case, counted=1.0):
    """kl(p‖q) is the integral of r − p over the log-odds of r; inverses give q back.

    The largest q with kl(p‖q) ≤ c is `kl_inverse`, the smallest `kl_lower_inverse`.
    """
    uc, xp = rg.uniform_convergence, namespace(case.first)
    low, high = (f(case.first, case.second) for f in (xp.minimum, xp.maximum))
    up, down = _by_quadrature(low, high), _by_quadrature(high, low)
    return (
        equal(counted * uc.bernoulli_kl(low, high), up, up),
        equal(counted * uc.bernoulli_kl(high, low), down, down),
        equal(uc.kl_inverse(low, counted * up), high, high),
        equal(uc.kl_lower_inverse(high, counted * down), low, low),
    )


inverse_divergence.twin("divided by 1.03", counted=1.03)


@inverse_divergence.twin_function("the same with the coins exchanged")
def _(rg, case):
    p, q = case.first, case.second
    return equal(rg.uniform_convergence.bernoulli_kl(q, p), _by_quadrature(p, q))


@inverse_divergence.twin_function("Pinsker's bound p + √(c/2) is attained")
def _(rg, case):
    p, q = case.first, case.second
    reach = namespace(p).sqrt(_by_quadrature(p, q) / 2)
    return equal(abs(q - p), reach)
