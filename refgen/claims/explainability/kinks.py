"""LE-25r and 25p: kinks that are far away, and kinks on a line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._placed import between
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import normal_rule, unit_nodes
from refgen.claims.registry import claim
from refgen.domains import integer, real, record

# --- LE-25r: kinks


@dataclass(frozen=True, repr=False)
class Bent(Instance):
    """A kink so many deviations t away, and how wide the neighbourhood is there.

    Attributes
    ----------
    apart, width : arrays of shape (...)
    """

    apart: Any
    width: Any


bends = record(
    Bent,
    "kinks up to 16 deviations away",
    apart=real(-16, 16),
    width=real(0.1, 10.0, log=True),
    examples=lambda: [
        Bent(np.array(t), np.array(w)) for t, w in ((0.0, 1.0), (16.0, 2.0), (8.0, 1.0))
    ],
)


@claim("LE-25r", kind="identity", domain=bends, cost=40)
def kinks_far_away(rg, case, others=4.0, far=2.0):
    """A kink t deviations away has NF = σ²/(2π) ∫₀¹ √((1−τ)/(1+τ)) e^(−t²/(1+τ)) dτ
    ≤ 2σ²φ(t)/|t|³; that of |t| is four times as large."""
    le, xp, t = rg.explainability, namespace(case.apart), case.apart
    y, weights = unit_nodes(xp, 160)
    left = 2 - y * y  # 1 + τ
    # e^(−t²/2) is left out, so that nothing is too small to be compared.
    bent = xp.exp(-(t[..., None] ** 2) * (1 / left - 0.5)) * y * y / xp.sqrt(left)
    integral = (bent * weights).sum(axis=-1) / math.pi
    point, weight = t[..., None], 1 / case.width[..., None]
    growth = xp.exp(t * t / 2)
    one, both = (
        growth * kind(weight).local_fit(case.width[..., None] * point, case.width)[2]
        for kind in (le.ReLURidge, le.Absolute)
    )
    size = (1 + t * t) * integral
    tail = far / math.sqrt(2 * math.pi) / xp.maximum(abs(t), 0.1) ** 3
    return [
        equal(one, integral, size),
        equal(both, others * integral, 4 * size),
        at_most(one, tail, (1 + t * t) * tail, sharp=0.95),
    ]


kinks_far_away.twin("|t| has 3.9 times as much", others=3.9)
kinks_far_away.twin("the bound 1.9 σ²φ(t)/|t|³", far=1.9)

# --- LE-25p: piecewise linear functions on the line


@dataclass(frozen=True, repr=False)
class Broken(Instance):
    """A piecewise linear function on the line, and a scale.

    Attributes
    ----------
    kinks, changes : arrays of shape (..., n_kinks)
    scale : array of shape (...)
    """

    kinks: Any
    changes: Any
    scale: Any


broken = record(
    Broken,
    "1 to 3 kinks in [-1, 1], changes of slope in [-1, 1], scales in [0.1, 2]",
    k=integer(1, 3),
    kinks=real(-1, 1, shape=("k",)),
    changes=real(-1, 1, shape=("k",)),
    scale=real(0.1, 2.0, log=True),
    examples=lambda: [
        Broken(np.zeros(1), np.ones(1), np.array(1.0)),
        Broken(np.array([-0.2, 0.1]), np.array([1.0, -0.5]), np.array(0.3)),
    ],
)


def _over_positions(case: Broken) -> Any:
    """∫ NF_x dx: a rule of trapezoids in x, and pieces between the kinks in x′."""
    xp, scale, reach = namespace(case.kinks), case.scale[..., None], 9.0
    kinks = xp.sort(case.kinks, axis=-1)
    low, high = kinks[..., :1] - reach * scale, kinks[..., -1:] + reach * scale
    n = 96
    x = low + (high - low) * xp.arange(n + 1.0) / n
    ends = [(kinks[..., j, None] - x) / scale for j in range(kinks.shape[-1])]
    z, weights = normal_rule(*ends)
    at = x[..., None] + scale[..., None] * z
    parts = xp.maximum(at[..., None] - kinks[..., None, None, :], 0.0)
    order = xp.argsort(case.kinks, axis=-1)
    changes = xp.take_along_axis(case.changes, order, axis=-1)
    values = (parts * changes[..., None, None, :]).sum(axis=-1)
    mean = (values * weights).sum(axis=-1)
    rise = (values * weights * z).sum(axis=-1)
    rest = values - mean[..., None] - rise[..., None] * z
    return (rest * rest * weights).sum(axis=(-1, -2)) * (high - low)[..., 0] / n


@claim("LE-25p", kind="identity", domain=broken, cost=4000)
def broken_lines(rg, case, cubes=1.0):
    """∫ NF = s³ Σ c_j c_l G((κ_j − κ_l)/s), G(Δ) = ∫₀¹ y (4πy)^(−½) e^(−Δ²/4y) dy."""
    kinks, changes, scale = case.kinks, case.changes, case.scale
    found = rg.explainability.piecewise_linear_fidelity(kinks, changes, scale)
    xp = namespace(kinks)
    half = abs(kinks[..., :, None] - kinks[..., None, :]) / 2 / scale[..., None, None]
    # y = e^(−2v), in which the integrand is smooth.
    v, weights = between(0 * half, 0 * half + 12, 96)
    kernel = xp.exp(-((half[..., None] * xp.exp(v)) ** 2) - 3 * v) / math.sqrt(math.pi)
    pairs = changes[..., :, None] * changes[..., None, :]
    sums = ((kernel * weights).sum(axis=-1) * pairs).sum(axis=(-1, -2))
    size = scale**3 * abs(changes).sum(axis=-1) ** 2 * (1 + 9 / scale)
    return [
        equal(found, _over_positions(case), size),
        equal(found, cubes * scale**3 * sums, size),
    ]


broken_lines.twin("2 % more", cubes=1.02)


@broken_lines.twin_function("kinks count one by one")
def _(rg, case):
    le, changes = rg.explainability, case.changes
    found = le.piecewise_linear_fidelity(case.kinks, changes, case.scale)
    alone = (changes**2).sum(axis=-1) * case.scale**3 / (3 * math.sqrt(math.pi))
    return equal(found, alone, case.scale**3 * abs(changes).sum(axis=-1) ** 2)
