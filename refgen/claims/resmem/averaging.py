"""RM-16 and 16s: what averaging saves of the memorized noise."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from math import comb, sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, equal, tends_to
from refgen.claims.registry import claim
from refgen.claims.resmem._drawn import PRECISION, REPEATS, mean_nearest
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.domains import not_a, real, record


@dataclass(frozen=True, repr=False)
class AveragedNoise(Instance):
    """What the base misses, |θ* − θₙ|, and the noise σ; arrays of shape (...)."""

    gap: Any
    noise: Any


# --- RM-16


def not_averaged_noise(case: Any) -> str | None:
    """Why there is no positive |θ* − θₙ|, with a noise that RM-16's sizes resolve."""
    reason = not_a(AveragedNoise, case)
    if reason:
        return reason
    gap, noise = float(case.gap), float(case.noise)
    if not 0 < gap < np.inf:
        return f"|θ* − θₙ| must be positive, got {gap:g}"
    if not 0.1 * (1 - 1e-9) <= noise / gap <= 10 * (1 + 1e-9):
        return f"σ/|θ* − θₙ| must be in [0.1, 10], got {noise / gap:g}"
    return None


averaged_noise = record(
    lambda gap, ratio: AveragedNoise(gap, gap * ratio),
    "|θ* − θₙ| in [0.1, 1], σ/|θ* − θₙ| in [0.1, 10]",
    gap=real(0.1, 1),
    ratio=real(0.1, 10, log=True),
    outside=not_averaged_noise,
    examples=lambda: [AveragedNoise(np.array(0.5), np.array(0.5))],
)

MANY_POINTS = (1e4, 1e5, 1e6, 1e7, 1e8, 1e10, 1e12)
FEW_POINTS = 40


def _excess(ratio: Any, n: Any) -> Any:
    """U: the proven relative distance of n^¾ min r above its limit; see the page."""
    k = (ratio**2 * n**3 / 3) ** 0.25
    cubic = (1 + 3 / k) ** 3 + n * (1 + 3 / k) / k**2
    return 0.75 + 0.25 * (1 + 2 / k) * cubic - 1


def _least_of_few(rg: Any, case: AveragedNoise) -> Any:
    """The least risk with 40 points, by trying every k."""
    k = namespace(case.gap).arange(1.0, FEW_POINTS + 1)
    gap, noise = case.gap[:, None], case.noise[:, None]
    return rg.resmem.noisy_interval_risk(FEW_POINTS, k, gap, noise).min(axis=-1)


@claim("RM-16", kind="limit", domain=averaged_noise, cost=60)
def rate_of_averaging(rg, case, exponent=3 / 4, share=1.0, number=1.0):
    """On the interval, n^¾ min over k of (1 − L)² E (x − x̄ₖ)² + σ²/k has a limit.

    It is 4·3^(−3/4) σ^(3/2) (1 − L)^(1/2). The best k is κ = (σ²n³/(3(1 − L)²))^¼ but
    for a factor that tends to 1: √(κ² − n/6) − 3/2 ≤ k ≤ κ(1 + 6/n + …)^¼ + 1.
    """
    r, xp = rg.resmem, namespace(case.gap)
    n, gap, noise = xp.asarray(MANY_POINTS), case.gap[:, None], case.noise[:, None]
    k = r.best_neighbors(n, gap, noise)
    scaled = n**exponent * r.noisy_interval_risk(n, k, gap, noise)
    limit = share * r.averaged_risk_limit(case.gap, case.noise)[:, None]
    few = r.best_neighbors(FEW_POINTS, case.gap, case.noise)
    kappa = number * (noise**2 * n**3 / (3 * gap**2)) ** 0.25
    fewest = xp.sqrt(xp.maximum(kappa**2 - n / 6, 0.0)) - 1.5
    most = kappa * ((1 + 1 / n) * (1 + 2 / n) * (1 + 3 / n)) ** 0.25 + 1
    return (
        tends_to(
            scaled,
            limit,
            lambda n: limit * xp.maximum(_excess(noise / gap, n), 1.5 / n),
            MANY_POINTS,
            4 * limit,
        ),
        equal(
            r.noisy_interval_risk(FEW_POINTS, few, case.gap, case.noise),
            _least_of_few(rg, case),
            case.gap**2 + case.noise**2,
        ),
        ascending(fewest, k, most, scale=most, sharp=True),
    )


rate_of_averaging.twin("the limit is 1.03 times that", share=1.03)
rate_of_averaging.twin("like n^−0.74", exponent=0.74)
rate_of_averaging.twin("at 1.01 κ neighbours", number=1.01)
rate_of_averaging.twin("like 1/n, as on the torus, which has no edge", exponent=1.0)


# --- RM-16s

mostly_gap_or_noise = averaged_noise.but(
    "|θ* − θₙ| in [0.1, 1], σ/|θ* − θₙ| in [0.1, 10], with 5 points",
    lambda: [
        AveragedNoise(np.array(1.0), np.array(0.1)),  # the neighbours' part shows
        AveragedNoise(np.array(0.2), np.array(0.5)),
    ],
    outside=not_averaged_noise,
)

N_POINTS = 5


def _mean_noise(k: int) -> tuple[list[float], list[float]]:
    """Values of Σⱼ εⱼ/k for k signs εⱼ, and their probabilities."""
    rises = range(k + 1)
    return [2 * j / k - 1 for j in rises], [comb(k, j) / 2**k for j in rises]


def _on_torus(rg: Any, stream: Any, shape: tuple[int, ...], k: int) -> Any:
    """x − x̄ₖ (*shape, 2), for a query in the middle of the unit cube."""
    points = rg.resmem.sample_points(
        stream.child("points"), (*shape, N_POINTS), 2, "torus"
    )
    apart = 0.5 - points
    return mean_nearest(apart, abs(apart).max(axis=-1), k)


def _torus_risks(case: AveragedNoise, apart: Any, k: int) -> Any:
    """Means of (⟨v, x − x̄ₖ⟩ − noise)² over the signs of the noise, v and v^⊥."""
    total: Any = 0.0
    gap = case.gap[:, None, None]
    for along in (
        0.6 * apart[..., 0] + 0.8 * apart[..., 1],
        0.8 * apart[..., 0] - 0.6 * apart[..., 1],
    ):
        for value, mass in zip(*_mean_noise(k), strict=True):
            error = gap * along - value * case.noise[:, None, None]
            total = total + mass / 2 * error**2
    return total.mean(axis=-1)


def _interval_risks(
    rg: Any, case: AveragedNoise, stream: Any, shape: Any, k: int
) -> Any:
    """The same on [−√3, √3], with x integrated by RM-10; the noise has mean 0."""
    points = rg.resmem.sample_points(stream.child("line"), (*shape, N_POINTS), 1)[
        ..., 0
    ]
    points = namespace(points).sort(points, axis=-1)
    apart = rg.resmem.interval_displacement(points, k, -sqrt(3), sqrt(3)).mean(axis=-1)
    values, masses = _mean_noise(k)
    square = sum(m * v**2 for v, m in zip(values, masses, strict=True))
    return case.gap[:, None] ** 2 * apart + case.noise[:, None] ** 2 * square


# Of errors over their mean: |x − x̄ₖ|² has a mean of at most 7 = E(|x| + √3)² on the
# interval, 33 times its expectation for k = 1, and half of it is at most 1/4 on the
# torus, 14 times the least expectation.
_BOUNDS = (0.0, 34.0)


@claim(
    "RM-16s",
    kind="identity",
    domain=mostly_gap_or_noise,
    source=SIMULATED,
    slow=True,
)
def averaged_residuals(rg, case, draws, power=1.0, reach=1.0):
    """E risk = |θ* − θₙ|² E⟨u, x − x̄ₖ⟩² + σ²/k, on the torus and on the interval.

    For 5 uniform points, on the torus in two dimensions, for k = 1 and 3; shown
    relative to the right side.
    """
    r, parts, shape = rg.resmem, [], (draws.n, REPEATS)
    gap, noise = reach**0.5 * case.gap, case.noise
    for k in (1, 3):
        torus = _torus_risks(case, _on_torus(rg, draws.stream, shape, k), k)
        interval = _interval_risks(rg, case, draws.stream, shape, k)
        # σ²/k, or what a twin makes of it.
        claimed = N_POINTS, k, gap, noise * k ** ((1 - power) / 2)
        for values, risk in (
            (torus, functools.partial(r.noisy_torus_risk, 2)),
            (interval, r.noisy_interval_risk),
        ):
            unit = risk(N_POINTS, k, case.gap, noise)
            relative = values / unit[:, None], risk(*claimed) / unit
            parts.append(sampled(*relative, PRECISION, bounds=_BOUNDS, repeats=REPEATS))
    return parts


averaged_residuals.twin("σ²/k^1.05 for σ²/k", power=1.05)
averaged_residuals.twin("the neighbours' part is five per cent more", reach=1.05)
averaged_residuals.twin("the noise is not averaged: σ² in place of σ²/k", power=0.0)
