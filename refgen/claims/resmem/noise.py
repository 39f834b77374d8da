"""RM-15: what memorized label noise costs."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal, tends_to
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.domains import first_wrong, integer, not_a, real, record
from refgen.resmem import LinearProblem

EDGE = sqrt(3.0)

# --- RM-15: given the points


@dataclass(frozen=True, repr=False)
class NoisyDesign(Instance):
    """Training points in [−√3, √3], a slope θ*, L and the noise σ.

    Attributes
    ----------
    points : array of shape (..., n)
    coefficient, radius, noise : arrays of shape (...)
    """

    points: Any
    coefficient: Any
    radius: Any
    noise: Any

    @property
    def energy(self) -> Any:
        """Σxᵢ²."""
        return (self.points**2).sum(axis=-1)

    @property
    def setting(self) -> tuple[Any, Any, Any, Any]:
        """What the functions of a noisy risk take."""
        return self.points, self.coefficient, self.radius, self.noise


def _noisy_design(
    points: Any, coefficient: Any, radius: Any, noise: Any
) -> NoisyDesign:
    """Points that are all 0 say nothing about a slope: they go to the edge."""
    informative = (points != 0).any(axis=-1, keepdims=True)
    points = namespace(points).where(informative, points, EDGE)
    return NoisyDesign(points, coefficient, radius, noise)


def _example(points: list[float], *numbers: float) -> NoisyDesign:
    return NoisyDesign(np.array(points), *(np.array(number) for number in numbers))


def not_a_noisy_design(case: Any) -> str | None:
    """Why there are no points of the interval, not all 0, with θ*, L and σ."""
    reason = not_a(NoisyDesign, case)
    if reason:
        return reason
    points = np.asarray(case.points, float)
    if points.ndim != 1 or not points.size:
        return f"points must have the axis (n,), got shape {points.shape}"
    if not (points != 0).any():
        return "points must not all be 0: they say nothing about a slope"
    inside = abs(points) <= EDGE * (1 + 1e-9)
    numbers = np.array([case.radius, case.noise], float)
    return (
        first_wrong(~inside, points, "points must lie in [−√3, √3]")
        or first_wrong(~np.isfinite(case.coefficient), case.coefficient, "θ* is finite")
        or first_wrong(~(numbers > 0), numbers, "L and σ must be positive")
    )


noisy_designs = record(
    _noisy_design,
    "points in [−√3, √3], |θ*| ≤ 1, L in [0.04, 1.24], σ in [0.02, 2]",
    n=integer(1, 12),
    points=real(-EDGE, EDGE, shape=("n",)),
    coefficient=real(-1, 1),
    radius=real(0.04, 1.24),
    noise=real(0.02, 2, log=True),
    outside=not_a_noisy_design,
    examples=lambda: [
        _example([-0.4, 0.3, 0.9], 1.0, 0.9, 0.7),
        _example([1.5], 1.0, 0.5, 0.1),
        _example([0.2, 0.2, -0.1], -1.0, 1.25, 1.0),
    ],
)


def _cells(points: Any, k: int) -> tuple[Any, Any, Any]:
    """Means of k neighbours in order, and where in [−√3, √3] they are the nearest."""
    xp = namespace(points)
    x = xp.sort(points, axis=-1)
    n = x.shape[-1]
    means = xp.stack([x[..., i : i + k].mean(axis=-1) for i in range(n - k + 1)], -1)
    ends = 0 * x[..., :1]
    borders = [ends - EDGE, (x[..., k:] + x[..., : n - k]) / 2, ends + EDGE]
    borders = xp.concatenate(borders, axis=-1)
    return means, borders[..., :-1], borders[..., 1:]


def _conditional_risk(case: NoisyDesign, k: int) -> Any:
    """The risk by quadrature: over θ̂, and the mean noise W given θ̂, which is normal.

    E[W | θ̂] = x̄ₖ(θ̂ − θ*) and Var[W | θ̂] = σ²/k − σ²x̄ₖ²/Σxᵢ²; no Stein's lemma.
    """
    xp, target, limit = namespace(case.points), case.coefficient, case.radius
    spread = case.noise / xp.sqrt(case.energy)
    z, mass = normal_rule((-limit - target) / spread, (limit - target) / spread)
    off = spread[:, None] * z  # θ̂ − θ*
    clipped = xp.clip(target[:, None] + off, -limit[:, None], limit[:, None])
    missing = (target[:, None] - clipped)[:, None]
    means, left, right = _cells(case.points, k)
    noise = means[..., None] * off[:, None]
    total = case.noise[:, None] ** 2 / k - means**2 * spread[:, None] ** 2
    # Simpson's rule is exact for the squares of linear functions.
    for x, share in ((left, 1 / 6), ((left + right) / 2, 2 / 3), (right, 1 / 6)):
        error = missing * (x - means)[..., None] - noise
        total = total + share * (error**2 * mass[:, None]).sum(axis=-1)
    return (total * (right - left)).sum(axis=-1) / (2 * EDGE)


def _scale(case: NoisyDesign) -> Any:
    """Sum of the absolute terms: squares of what is missing, and of the noise."""
    missing = (abs(case.coefficient) + case.radius) ** 2 * (2 * EDGE) ** 2
    largest = (case.points**2).max(axis=-1)
    return missing + case.noise**2 * (2 + (10 * largest + 12) / case.energy)


def _agreement(rg: Any, case: NoisyDesign, k: int) -> Any:
    """2σ² P(|θ̂| < L) m₁₁/Σxᵢ², which a base that is independent of the noise lacks."""
    _, unclipped = rg.resmem.noisy_slope(*case.setting)
    agreement = rg.resmem.neighbor_agreement(case.points, k)
    return 2 * case.noise**2 * unclipped * agreement / case.energy


@claim("RM-15", kind="identity", domain=noisy_designs, cost=200)
def memorized_noise(rg, case, copied=1.0, agreement=1.0):
    """d = 1: E risk = E(θ* − θₙ)² m₂ + σ²/k + 2σ² P(|θ̂| < L) m₁₁/Σxᵢ², given x₁….

    With m₂ = E (x − x̄ₖ)² and m₁₁ = E [(x − x̄ₖ) x̄ₖ], for one neighbour and for three.
    """
    n, scale, parts = case.points.shape[-1], _scale(case), []
    # Nodes of the quadrature; exp of up to 12²/2 multiplies its rounding by that.
    roundings = 3 * 64 * n + 12**2
    for k in (1, min(3, n)):
        risk = rg.resmem.noisy_risk(*case.setting, k)
        risk = risk + (agreement - 1) * _agreement(rg, case, k)
        risk = risk + (copied - 1) * case.noise**2 / k
        parts.append(
            equal(risk, _conditional_risk(case, k), scale, roundings=roundings)
        )
    return parts


memorized_noise.twin("the noise copied is 0.97 σ²/k", copied=0.97)
memorized_noise.twin("the last term counts 0.95", agreement=0.95)
memorized_noise.twin("without σ²: the noise is not memorized", copied=0.0)
memorized_noise.twin(
    "without the last term: the base is independent of the noise", agreement=0.0
)
memorized_noise.twin("with the last term subtracted", agreement=-1.0)

# --- RM-15l: many points

SIZES = (16, 64, 256, 1024)

# With larger L or σ a base keeps to its own side of L only after more points.
noisy_problems = record(
    LinearProblem,
    "one feature of variance 1, θ* = 1, L in [0.02, 0.85], σ in [0.02, 1.5]",
    spectrum=real(1, 1, shape=(1,)),
    coefficients=real(1, 1, shape=(1,)),
    radius=real(0.02, 0.85),
    noise=real(0.02, 1.5, log=True),
    examples=lambda: [LinearProblem([1.0], [1.0], 0.5, noise) for noise in (0.4, 0.6)],
)


def _differences(rg: Any, problem: LinearProblem, k: int) -> Any:
    """Risk of ResMem minus that of its base on grids, (batch, sizes)."""
    xp, found = namespace(problem.radius), []
    for n in SIZES:
        # Midpoints of n equal parts of [−√3, √3].
        grid = EDGE * ((2 * xp.arange(n) + 1.0) / n - 1)
        points = xp.broadcast_to(grid, (*problem.radius.shape, n))
        setting = (points, 1.0, problem.radius, problem.noise)
        base = rg.resmem.noisy_base_risk(*setting)
        found.append(rg.resmem.noisy_risk(*setting, k) - base)
    return xp.stack(found, axis=-1)


def _envelope(problem: LinearProblem, k: int) -> Any:
    """Proven distance from the limit as a function of n; see the theory page."""
    limit, variance = problem.radius[:, None], problem.noise[:, None] ** 2

    def at(n: Any) -> Any:
        energy, apart = n - 1 / n, EDGE * k / n
        unclipped = namespace(n).exp(-((1 - limit) ** 2) * energy / (2 * variance)) / 2
        stein = 2 * variance * unclipped * EDGE * apart / energy
        return 4 * limit * unclipped + (1 + limit) ** 2 * apart**2 + stein

    return at


@claim("RM-15l", kind="limit", domain=noisy_problems, cost=400)
def when_memorizing_helps(rg, problem, copied=1.0, sign=1.0, averaged=True):
    """risk(ResMem) − risk(base) → σ²/k − (1 − L)²: helps if σ² < k(1 − L)², else hurts.

    On grids of n = 16, 64, 256 and 1024 points, for one neighbour and for three.
    """
    scale, parts = 12 * (1 + problem.radius) ** 2 + 4 * problem.noise**2, []
    for k in (1, 3):
        cost = -rg.resmem.memorization_gain(problem, k if averaged else 1)
        limit = sign * cost + (copied - 1) * problem.noise**2 / k
        parts.append(
            tends_to(
                _differences(rg, problem, k),
                limit[:, None],
                _envelope(problem, k),
                SIZES,
                scale[:, None],
            )
        )
    return parts


when_memorizing_helps.twin("→ 0.97 σ²/k − (1 − L)²", copied=0.97)
when_memorizing_helps.twin("→ (1 − L)² − σ²", sign=-1.0)
when_memorizing_helps.twin(
    "for three neighbours too, iff σ² < (1 − L)²", averaged=False
)
