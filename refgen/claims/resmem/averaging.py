"""RM-16: what averaging saves of the memorized noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled

EDGE = sqrt(3.0)


@dataclass(frozen=True, repr=False)
class AveragedNoise(Instance):
    """What the base misses, |θ* − θₙ|, and the noise σ; arrays of shape (...)."""

    gap: Any
    noise: Any


averaged_noise = Domain(
    "averaged_noise",
    "|θ* − θₙ| in [0.1, 1], σ/|θ* − θₙ| in [0.1, 10]",
    lambda: [AveragedNoise(np.array(0.5), np.array(0.5))],
    lambda: st.builds(
        lambda gap, ratio: AveragedNoise(
            np.array(gap / 10), np.array(gap * ratio / 100)
        ),
        st.integers(1, 10),
        st.integers(1, 100),
    ),
    lambda rg, stream, size: _averaged(
        0.1 + 0.9 * stream.child("gap").uniform(size),
        0.1 * 100 ** stream.child("ratio").uniform(size),
    ),
)


def _averaged(gap: Any, ratio: Any) -> AveragedNoise:
    return AveragedNoise.trusted(gap=gap, noise=gap * ratio)


MANY_POINTS = (1e4, 1e5, 1e6, 1e7, 1e8, 1e10, 1e12)


def _slopes(rg: Any, case: AveragedNoise) -> Any:
    """Local slopes of log risk over log n at the best k, (batch, sizes − 1)."""
    xp = namespace(case.gap)
    n = xp.asarray(MANY_POINTS)
    gap, noise = case.gap[..., None], case.noise[..., None]
    k = rg.resmem.best_neighbors(n, gap, noise)
    risk = rg.resmem.noisy_interval_risk(n, k, gap, noise)
    return xp.diff(xp.log(risk), axis=-1) / xp.diff(xp.log(n))


def _slope_envelope(case: AveragedNoise) -> Any:
    """Proven distance of the slopes from −¾; see the theory page."""
    xp = namespace(case.gap)
    n = xp.asarray(MANY_POINTS)
    ratio = (case.noise / case.gap)[..., None]
    k = (ratio**2 * n**3 / 3) ** 0.25
    cubic = (1 + 3 / k) ** 3 + n * (1 + 3 / k) / k**2
    above = xp.log(0.75 + 0.25 * (1 + 2 / k) * cubic)
    below = -(xp.log1p(1 / n) + xp.log1p(2 / n) + xp.log1p(3 / n)) / 4 + 0 * k
    rising = above[..., 1:] - below[..., :-1]
    falling = above[..., :-1] - below[..., 1:]
    return xp.maximum(rising, falling) / xp.diff(xp.log(n))


@claim("RM-16", kind="rate", domain=averaged_noise, source="derived here", cost=60)
def rate_of_averaging(rg, case):
    """On the interval, min over k of (1 − L)² E (x − x̄ₖ)² + σ²/k decays like n^−¾."""
    # Logarithms up to 60, and a quotient by at least log 10.
    return measured(_slopes(rg, case), -0.75, 60.0, 16, _slope_envelope(case))


@rate_of_averaging.twin("like 1/n, as on the torus, which has no edge")
def _(rg, case):
    return measured(_slopes(rg, case), -1.0, 60.0, 16, _slope_envelope(case))


N_POINTS = 12
KS = (1, 5)


def _mean_noise(case: AveragedNoise, draws: Any, k: int) -> Any:
    """Σⱼ εⱼ/k with ε = ±σ, which has the variance of any other noise of that σ."""
    signs = draws.stream.child("noise").signs((len(case.gap), draws.n, N_POINTS))
    return case.noise[:, None] * signs[..., :k].mean(axis=-1)


def _torus_errors(rg: Any, case: AveragedNoise, draws: Any, k: int) -> Any:
    """Squared errors at a query in the middle of the cube, (batch, n); d = 2."""
    xp = namespace(case.gap)
    shape = (len(case.gap), draws.n, N_POINTS)
    stream = draws.stream.child("points")
    points = rg.resmem.sample_points(stream, shape, 2, "torus") - 0.5
    distances = abs(points).max(axis=-1)
    nearest = xp.argsort(distances, axis=-1)[..., :k]
    first = xp.take_along_axis(points[..., 0], nearest, axis=-1).mean(axis=-1)
    second = xp.take_along_axis(points[..., 1], nearest, axis=-1).mean(axis=-1)
    # v in the direction (0.6, 0.8).
    shift = case.gap[:, None] * (0.6 * first + 0.8 * second)
    return (shift + _mean_noise(case, draws, k)) ** 2


def _interval_errors(rg: Any, case: AveragedNoise, draws: Any, k: int) -> Any:
    shape = (len(case.gap), draws.n)
    points, query = draws.stream.child("line"), draws.stream.child("query")
    apart = rg.resmem.displacements(
        rg.resmem.sample_points(points, (*shape, N_POINTS), 1),
        rg.resmem.sample_points(query, (*shape, 1), 1),
        k,
        "uniform",
    )[..., 0, 0]
    return (case.gap[:, None] * apart - _mean_noise(case, draws, k)) ** 2


def _simulated(rg: Any, case: AveragedNoise, draws: Any, floor: Any) -> list[Any]:
    """Both laws and both k against the closed forms, with `floor(k)` added."""
    parts = []
    top = float(case.gap.max()), float(case.noise.max())
    for k in KS:
        torus = rg.resmem.noisy_torus_risk(2, N_POINTS, k, case.gap, case.noise)
        line = rg.resmem.noisy_interval_risk(N_POINTS, k, case.gap, case.noise)
        for values, right, reach in (
            (_torus_errors(rg, case, draws, k), torus, 0.7),
            (_interval_errors(rg, case, draws, k), line, 2 * EDGE),
        ):
            most = (reach * top[0] + top[1]) ** 2
            bounds, precision = (0.0, 1.01 * most), 0.03 * most
            parts.append(sampled(values, right + floor(k), precision, bounds=bounds))
    return parts


mostly_gap_or_noise = Domain(
    "mostly_gap_or_noise",
    "(|θ* − θₙ|, σ) = (1, 0.1), where the neighbours' part shows, and (0.2, 0.5)",
    lambda: [
        AveragedNoise(np.array(1.0), np.array(0.1)),
        AveragedNoise(np.array(0.2), np.array(0.5)),
    ],
)


@claim(
    "RM-16s",
    kind="identity",
    domain=mostly_gap_or_noise,
    source="derived here; by simulation",
    cost=20,
)
def averaged_residuals(rg, case, draws):
    """E risk = |θ* − θₙ|² E⟨u, x − x̄ₖ⟩² + σ²/k, on the torus and on the interval.

    For 12 uniform points, on the torus in two dimensions, for k = 1 and 5.
    """
    return _simulated(rg, case, draws, lambda k: 0.0)


@averaged_residuals.twin("the noise is not averaged: σ² in place of σ²/k")
def _(rg, case, draws):
    return _simulated(rg, case, draws, lambda k: case.noise**2 * (1 - 1 / k))
