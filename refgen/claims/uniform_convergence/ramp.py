"""UC-14 and UC-58: the linear example for every margin of the ramp loss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER
from refgen.domains import distribution, integer, real, record, vector

# Dimensions per sample, of 20 samples.
SIZES = (1e2, 1e4, 1e6, 1e8)


@dataclass(frozen=True, repr=False)
class Margins(Instance):
    """A signal, noise and margin γ, all in the same units."""

    signal: Any
    noise: Any
    gamma: Any


margins = record(
    Margins,
    "signals of 0.5 to 8, noise of 0.5 to 40, γ of 0.1 to 300",
    signal=real(0.5, 8.0, log=True),
    noise=real(0.5, 40.0, log=True),
    gamma=real(0.1, 300.0, log=True),
    examples=lambda: [
        Margins(np.array(a), np.array(v), np.array(g))
        for a, v, g in (
            *((4.0, 32.0, g) for g in (1.0, 4.0, 8.0, 63.0, 65.0, 66.0, 100.0)),
            (8.0, 2.0, 0.5),
            (8.0, 2.0, 7.5),
        )
    ],
)


# --- UC-14: limits of losses, and what guarantees are worth


def _losses(rg: Any, case: Margins) -> tuple[Any, Any, Any]:
    """For R² = D and 20 samples in more and more dimensions, (..., n_sizes).

    With w₂ of this length, the three margins are normal; a trapezoidal rule.
    """
    xp = namespace(case.signal)
    z = xp.asarray(np.linspace(-8, 8, 129))
    weights = xp.exp(-z * z / 2)
    weights = weights / weights.sum()
    a, v, gamma = (x[..., None, None] for x in (case.signal, case.noise, case.gamma))
    spread = v * xp.asarray(np.array(SIZES))[:, None] ** -0.5

    def mean(centre: Any, spread: Any) -> Any:
        loss = rg.uniform_convergence.ramp_loss(centre + spread * z, gamma)
        return (weights * loss).sum(axis=-1)

    # Of 20 samples, margins less their mean have 19/20 of the variance.
    inner = math.sqrt(19 / 20) * spread
    return mean(a, spread), mean(a + v, inner), mean(a - v, inner)


@claim(
    "UC-14",
    kind="limit",
    domain=margins,
    source=NAGARAJAN_KOLTER.corrected("theorem 3.1, for all γ"),
    cost=400,
)
def guarantees(rg, case, own=1.0, worth=1.0, up_to=2.0):
    """Losses tend to those of margins a, a + V and a − V, as the means of ramp losses.

    Where V ≥ a, the guarantee L̂ + ε is max(L, 1 − (L − L̂)) ≥ ½ at least. Up to γ = 2V
    the bound ε is 1 − (L − L̂) at least, as the theorem is stated for all γ.
    """
    xp, (a, v, gamma) = namespace(case.signal), (case.signal, case.noise, case.gamma)
    found = rg.uniform_convergence.ramp_limits(a, v, gamma)
    # |ℓ(M) − ℓ(M')| ≤ |M − M'|/γ, and E|Z| = 0.798; by the rule 0.799.
    envelope = ((0.8 * v / gamma, 0.5),)
    ends = rg.uniform_convergence.ramp_limits(a, own * v, gamma)
    parts = [
        tends_to(values, end[..., None], envelope, SIZES)
        for values, end in zip(
            _losses(rg, case), (ends.test, ends.train, ends.transformed), strict=True
        )
    ]
    gap, loud = found.test - found.train, v >= a
    least = worth * xp.where(loud, xp.maximum(found.test, 1 - gap), 0.0)
    literal = loud & (gamma <= up_to * v)
    return [
        *parts,
        equal(found.guarantee, found.train + found.uniform),
        at_most(least, found.guarantee, sharp=True),
        at_most(xp.where(loud, 0.5, 0.0), found.guarantee, sharp=True),
        at_most(xp.where(literal, 1 - gap, 0.0), found.uniform, sharp=True),
    ]


guarantees.twin("a noise 3 % larger", own=1.03)
guarantees.twin("the guarantee is 1.03 of that", worth=1.03)
guarantees.twin("ε ≥ 1 − (L − L̂) up to γ = 2.06 V", up_to=2.06)
guarantees.twin("ε ≥ 1 − (L − L̂) for all γ", up_to=math.inf)


# --- UC-58: the best possible bound for all γ


@dataclass(frozen=True, repr=False)
class NoisyMargins(Instance):
    """Margins, and a law of the noise in a sample's margins: sizes and shares.

    Attributes
    ----------
    margins : Margins
    shape : array of shape (..., n_parts)
        Up to a factor.
    shares : array of shape (..., n_parts)
    """

    margins: Any
    shape: Any
    shares: Any

    @property
    def noise(self) -> Any:
        """With a mean square of V², of shape (..., n_parts)."""
        xp = namespace(self.shape)
        square = (self.shares * self.shape**2).sum(axis=-1, keepdims=True)
        unit = xp.where(square > 0, xp.sqrt(square), 1.0)
        return self.margins.noise[..., None] * self.shape / unit


def _example(a: float, v: float, gamma: float, share: float) -> NoisyMargins:
    """A share that is as wrong as can be."""
    case = Margins(np.array(a), np.array(v), np.array(gamma))
    return NoisyMargins(case, np.array([-1.0, 0.0]), np.array([share, 1 - share]))


noisy_margins = record(
    NoisyMargins,
    "laws of noise with up to 4 values; signals of 0.5 to 8, γ of 0.1 to 300",
    k=integer(1, 4),
    margins=margins,
    shape=vector("k", norm=1),
    shares=distribution("k"),
    examples=lambda: [
        _example(4.0, 32.0, 6.0, 1.0),
        _example(8.0, 2.0, 0.5, (2 / 8) ** 2 * (1 - 1e-9)),
        _example(8.0, 2.0, 6.0, (2 / 4) ** 2),
        _example(8.0, 4.0, 7.5, 1.0),
        NoisyMargins(
            Margins(np.array(4.0), np.array(32.0), np.array(100.0)),
            np.array([1.0]),
            np.array([1.0]),
        ),
    ],
)


@claim(
    "UC-58",
    kind="inequality",
    domain=noisy_margins,
    source=NAGARAJAN_KOLTER.sharpened("theorem 3.1, for all γ"),
    cost=3,
)
def best_for_margins(rg, case, share=1.0, negated=False):
    """As β → 0, ε is the most that noise of mean square V² changes a mean ramp loss.

    That is max{min(1, a/γ), min(V, (γ − a)₊)/γ} for V ≥ a.
    """
    uc, xp = rg.uniform_convergence, namespace(case.shape)
    a, v, gamma = case.margins.signal, case.margins.noise, case.margins.gamma
    found = uc.ramp_limits(a, v, gamma)
    noisy = uc.ramp_loss(a[..., None] + case.noise, gamma[..., None])
    change = (case.shares * noisy).sum(axis=-1) - uc.ramp_loss(a, gamma)
    pairs = xp.maximum(found.transformed - found.test, found.test - found.train)
    closed = xp.maximum(
        xp.minimum(1.0, a / gamma), xp.minimum(v, xp.maximum(gamma - a, 0.0)) / gamma
    )
    best = share * (pairs if negated else found.uniform)
    return (
        at_most(abs(change), best, sharp=True),
        at_most(pairs, found.uniform, sharp=True),
        equal(found.uniform, xp.where(v >= a, closed, found.uniform)),
    )


best_for_margins.twin("0.97 of that", share=0.97)
best_for_margins.twin("S′ and S themselves show the most", negated=True)
