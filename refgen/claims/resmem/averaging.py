"""RM-16 and 16s: what averaging saves of the memorized noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import tends_to
from refgen.claims.registry import claim
from refgen.claims.resmem._drawn import mean_nearest
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.domains import Domain, real, record


@dataclass(frozen=True, repr=False)
class AveragedNoise(Instance):
    """What the base misses, |θ* − θₙ|, and the noise σ; arrays of shape (...)."""

    gap: Any
    noise: Any


# --- RM-16

averaged_noise = record(
    lambda gap, ratio: AveragedNoise(gap, gap * ratio),
    "|θ* − θₙ| in [0.1, 1], σ/|θ* − θₙ| in [0.1, 10]",
    gap=real(0.1, 1),
    ratio=real(0.1, 10, log=True),
    examples=lambda: [AveragedNoise(np.array(0.5), np.array(0.5))],
)

MANY_POINTS = (1e4, 1e5, 1e6, 1e7, 1e8, 1e10, 1e12)


def _slope_envelope(ratio: Any, n: Any) -> Any:
    """Proven distance of the slopes from −¾; see the theory page."""
    xp = namespace(ratio)
    k = (ratio**2 * n**3 / 3) ** 0.25
    cubic = (1 + 3 / k) ** 3 + n * (1 + 3 / k) / k**2
    above = xp.log(0.75 + 0.25 * (1 + 2 / k) * cubic)
    below = -(xp.log1p(1 / n) + xp.log1p(2 / n) + xp.log1p(3 / n)) / 4 + 0 * k
    rising = above[..., 1:] - below[..., :-1]
    falling = above[..., :-1] - below[..., 1:]
    return xp.maximum(rising, falling) / xp.diff(xp.log(n))


@claim("RM-16", kind="rate", domain=averaged_noise, cost=60)
def rate_of_averaging(rg, case, exponent=3 / 4):
    """On the interval, min over k of (1 − L)² E (x − x̄ₖ)² + σ²/k decays like n^−¾."""
    xp = namespace(case.gap)
    n, gap, noise = xp.asarray(MANY_POINTS), case.gap[:, None], case.noise[:, None]
    k = rg.resmem.best_neighbors(n, gap, noise)
    risk = rg.resmem.noisy_interval_risk(n, k, gap, noise)
    slopes = xp.diff(xp.log(risk), axis=-1) / xp.diff(xp.log(n))
    # Logarithms up to 60, and a quotient by at least log 10.
    return tends_to(slopes, -exponent, _slope_envelope(noise / gap, n), 60)


rate_of_averaging.twin("like 1/n, as on the torus, which has no edge", exponent=1)


# --- RM-16s

mostly_gap_or_noise = Domain(
    "(|θ* − θₙ|, σ) = (1, 0.1), where the neighbours' part shows, and (0.2, 0.5)",
    lambda: [
        AveragedNoise(np.array(1.0), np.array(0.1)),
        AveragedNoise(np.array(0.2), np.array(0.5)),
    ],
)

N_POINTS = 12


def _on_torus(rg: Any, stream: Any, shape: tuple[int, ...], k: int) -> Any:
    """⟨u, x − x̄ₖ⟩ for u = (0.6, 0.8) and a query in the middle of the unit cube."""
    points = rg.resmem.sample_points(stream.child("points"), shape, 2, "torus")
    apart = 0.5 - points
    nearest = mean_nearest(apart, abs(apart).max(axis=-1), k)
    return (nearest * namespace(nearest).asarray((0.6, 0.8))).sum(axis=-1)


def _on_interval(rg: Any, stream: Any, shape: tuple[int, ...], k: int) -> Any:
    """x − x̄ₖ on [−√3, √3]."""
    points = rg.resmem.sample_points(stream.child("line"), shape, 1)
    query = rg.resmem.sample_points(stream.child("query"), (*shape[:-1], 1), 1)
    return rg.resmem.displacements(points, query, k, "uniform")[..., 0, 0]


def _errors(case: AveragedNoise, stream: Any, apart: Any, k: int) -> Any:
    """(gap · apart − Σⱼ εⱼ/k)², (batch, n), with ε = ±σ: only its variance matters."""
    signs = stream.child("noise").signs((*apart.shape, N_POINTS))[..., :k]
    noise = case.noise[:, None] * signs.mean(axis=-1)
    return (case.gap[:, None] * apart - noise) ** 2


@claim("RM-16s", kind="identity", domain=mostly_gap_or_noise, source=SIMULATED, cost=20)
def averaged_residuals(rg, case, draws, power=1):
    """E risk = |θ* − θₙ|² E⟨u, x − x̄ₖ⟩² + σ²/k, on the torus and on the interval.

    For 12 uniform points, on the torus in two dimensions, for k = 1 and 5.
    """
    r, parts = rg.resmem, []
    shape = (len(case.gap), draws.n, N_POINTS)
    for k in (1, 5):
        # σ²/k, or what a twin makes of it.
        sides = N_POINTS, k, case.gap, case.noise * k ** ((1 - power) / 2)
        for drawn, exact, reach in (
            (_on_torus, r.noisy_torus_risk(2, *sides), 0.7),
            (_on_interval, r.noisy_interval_risk(*sides), 2 * sqrt(3)),
        ):
            apart = drawn(rg, draws.stream, shape, k)
            errors = _errors(case, draws.stream, apart, k)
            most = (reach * float(case.gap.max()) + float(case.noise.max())) ** 2
            parts.append(sampled(errors, exact, 0.03 * most, bounds=(0, 1.01 * most)))
    return parts


averaged_residuals.twin("the noise is not averaged: σ² in place of σ²/k", power=0)
