"""KD-15g, KD-47 and KD-48: how often student and teacher disagree, normal inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.quadrature import beta_mean
from refgen.claims.registry import claim
from refgen.claims.sources import PHUONG_LAMPERT
from refgen.domains import integer, record
from refgen.special import gamma_ratio


@dataclass(frozen=True, repr=False)
class Sizes(Instance):
    """Numbers of inputs n, and of directions that they leave out, p − n."""

    n_points: Any
    n_left: Any

    @property
    def n_features(self) -> Any:
        return self.n_points + self.n_left


sizes = record(
    Sizes,
    "up to 50 inputs, and up to 50 directions outside of their span",
    n_points=integer(1, 50),
    n_left=integer(1, 50),
    examples=lambda: [
        Sizes(np.array(n), np.array(p - n))
        for n, p in ((1, 6), (2, 7), (5, 7), (3, 6), (1, 2), (10, 50))
    ],
)


def _angle(share: Any, rest: Any) -> Any:
    """arccos(√B)/π."""
    xp = namespace(share)
    return xp.arctan2(xp.sqrt(rest), xp.sqrt(share)) / math.pi


@claim(
    "KD-15g",
    kind="identity",
    domain=sizes,
    source=PHUONG_LAMPERT.sharpened("the risk for normal inputs"),
    cost=800,
)
def angle_law(rg, size, half=0.5, more=0.0, mean=None):
    """Normal inputs: the risk is E arccos(√B)/π, B ~ Beta(n/2, (p − n)/2), if n < p.

    It adds up to ½ with that of p − n inputs.
    """
    n, left = size.n_points + 0.0, size.n_left + 0.0
    risk = rg.distillation.gaussian_transfer_risk
    here = risk(n, n + left)
    if mean is None:
        a, b = half * (n + more)[:, None], (left / 2)[:, None]
        other = beta_mean(_angle, a, b)
    else:
        other = mean(n, left)
    return (
        equal(here, other),
        equal(here, 0.5 - risk(left, n + left)),
    )


angle_law.twin("B ~ Beta(0.51 n, (p − n)/2)", half=0.51)
angle_law.twin("B ~ Beta((n + 1)/2, (p − n)/2)", more=1.0)
angle_law.twin("(1 − n/p)/2", mean=lambda n, left: left / (n + left) / 2)


# --- KD-47: exact values

larger_sizes = sizes.but(
    "up to 2000 inputs, and up to 2000 directions outside of their span",
    lambda: [Sizes(np.array(1), np.array(1)), Sizes(np.array(1), np.array(2))],
    n_points=integer(1, 2000),
    n_left=integer(1, 2000),
)


def _quotient(a: Any) -> Any:
    """Γ((a + 1)/2)/Γ(a/2 + 1)."""
    return gamma_ratio((a + 1) / 2, 0.5)


@claim("KD-47", kind="identity", domain=larger_sizes, cost=800)
def exact_steps(rg, size, share=1.0, above=1.0):
    """Two more features: p E(n, p) = n E(n+2, p+2) + (p−n) E(n, p+2), E the risk.

    And E(n, p+2) − E(n+2, p+2) = ρ(n) ρ(p−n)/2π with ρ(a) = Γ((a+1)/2)/Γ(a/2+1). As
    E(1, 2) = ¼ and E(1, 3) = 1/π, all risks are finite sums.
    """
    n, left = size.n_points + 0.0, size.n_left + 0.0
    risk, p = rg.distillation.gaussian_transfer_risk, n + left
    inside, outside = risk(n + 2, p + 2), risk(n, p + 2)
    step = _quotient(n) * _quotient(left) / (2 * math.pi)
    return (
        equal(risk(n, p), above * (n * inside + left * outside) / p),
        equal(outside - inside, share * step),
    )


exact_steps.twin("a step of 0.97 of that", share=0.97)
exact_steps.twin("1.01 times the mean", above=1.01)


# --- KD-48: closed bounds


@claim("KD-48", kind="inequality", domain=larger_sizes, cost=300)
def closed_bounds(rg, size, angle=1.0, line=1.0, exchanged=True):
    """arccos(√(n/p))/π ≤ E ≤ (1 − n/p)/2 for n ≤ p/2, and reversed for n ≥ p/2."""
    n, left = size.n_points + 0.0, size.n_left + 0.0
    xp, p = namespace(n), n + left
    risk = rg.distillation.gaussian_transfer_risk(n, p)
    low, high = rg.distillation.gaussian_transfer_risk_bounds(n, p)
    angles = angle * xp.arccos(xp.sqrt(n / p)) / math.pi
    lines = line * left / p / 2
    few = n <= left if exchanged else n > 0
    return (
        ascending(low, risk, high, scale=risk, sharp=True),
        equal(low, xp.minimum(angles, lines)),
        at_most(xp.where(few, angles, risk), xp.where(few, risk, angles), risk),
        at_most(xp.where(few, risk, lines), xp.where(few, lines, risk), risk),
    )


closed_bounds.twin("1.02 arccos(√(n/p))/π", angle=1.02)
closed_bounds.twin("0.49 (1 − n/p)", line=0.98)
closed_bounds.twin("in this order for all n", exchanged=False)
