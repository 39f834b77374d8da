"""RM-15: what memorized label noise costs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import pi, sqrt
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement.domains import block_sizes
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.resmem import LinearProblem

EDGE = sqrt(3.0)


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


def _design(points: Any, coefficient: float, radius: float, noise: float) -> Any:
    numbers = (np.array(x, float) for x in (points, coefficient, radius, noise))
    return NoisyDesign(*numbers)


def _noisy_designs(rg: Any, stream: Any, size: int) -> NoisyDesign:
    (n,) = block_sizes(stream, (1, 12))
    points = rg.resmem.sample_points(stream.child("points"), (size, n), 1)[..., 0]
    return NoisyDesign.trusted(
        points=points,
        coefficient=2 * stream.child("slope").uniform(size) - 1,
        radius=0.05 + 1.2 * stream.child("radius").uniform(size),
        noise=0.02 * 100 ** stream.child("noise").uniform(size),
    )


noisy_designs = Domain(
    "noisy_designs",
    "points in [−√3, √3], |θ*| ≤ 1, L in (0.05, 1.25], σ in [0.02, 2]",
    lambda: [
        _design([-0.4, 0.3, 0.9], 1.0, 0.9, 0.7),
        _design([1.5], 1.0, 0.5, 0.1),
        _design([0.2, 0.2, -0.1], -1.0, 1.25, 1.0),
    ],
    lambda: st.integers(1, 5).flatmap(
        lambda n: st.builds(
            lambda points, theta, radius, noise: _design(
                np.array(points) / 4, theta / 4, radius / 20, noise / 10
            ),
            st.lists(st.integers(-6, 6), min_size=n, max_size=n).filter(any),
            st.integers(-4, 4),
            st.integers(1, 25),
            st.integers(1, 20),
        )
    ),
    _noisy_designs,
)

# Each third of the normal law, between its kinks and ±12, beyond which is 1e-32.
NODES = 64
FAR = 12.0


def _normal_rule(xp: Any, first: Any, second: Any) -> tuple[Any, Any]:
    """Nodes and weights for a function of N(0, 1) with kinks at two places."""
    nodes, weights = (xp.asarray(a) for a in np.polynomial.legendre.leggauss(NODES))
    ends = [-FAR + 0 * first, first, second, FAR + 0 * first]
    ends = [xp.minimum(xp.maximum(end, -FAR), FAR)[..., None] for end in ends]
    pieces = list(pairwise(ends))
    z = [(a + b) / 2 + (b - a) / 2 * nodes for a, b in pieces]
    mass = [(b - a) / 2 * weights for a, b in pieces]
    z, mass = xp.concatenate(z, axis=-1), xp.concatenate(mass, axis=-1)
    return z, mass * xp.exp(-z * z / 2) / sqrt(2 * pi)


def _cells(points: Any, k: int) -> tuple[Any, Any, Any]:
    """Means of k neighbours in order, and where in [−√3, √3] they are the nearest."""
    xp = namespace(points)
    x = xp.sort(points, axis=-1)
    n = x.shape[-1]
    means = xp.stack([x[..., i : i + k].mean(axis=-1) for i in range(n - k + 1)], -1)
    ends = xp.zeros(x.shape[:-1])[..., None]
    borders = [ends - EDGE, (x[..., k:] + x[..., : n - k]) / 2, ends + EDGE]
    borders = xp.concatenate(borders, axis=-1)
    return means, borders[..., :-1], borders[..., 1:]


def _conditional_risk(case: NoisyDesign, k: int) -> Any:
    """The risk by quadrature: over θ̂, and the mean noise W given θ̂, which is normal.

    E[W | θ̂] = x̄ₖ(θ̂ − θ*) and Var[W | θ̂] = σ²/k − σ²x̄ₖ²/Σxᵢ²; no Stein's lemma.
    """
    xp = namespace(case.points)
    energy = (case.points**2).sum(axis=-1)
    spread = case.noise / xp.sqrt(energy)
    kinks = [(end - case.coefficient) / spread for end in (-case.radius, case.radius)]
    z, mass = _normal_rule(xp, *kinks)
    slope = case.coefficient[..., None] + spread[..., None] * z
    limit = case.radius[..., None]
    missing = case.coefficient[..., None] - xp.minimum(xp.maximum(slope, -limit), limit)
    means, left, right = _cells(case.points, k)
    noise = means[..., None] * (spread[..., None] * z)[..., None, :]
    total = 0.0
    # Simpson's rule is exact for the squares of linear functions.
    for x, share in ((left, 1 / 6), ((left + right) / 2, 2 / 3), (right, 1 / 6)):
        error = missing[..., None, :] * (x - means)[..., None] - noise
        second = xp.einsum("...cz,...z->...c", error**2, mass)
        total = total + share * second
    variance = case.noise**2 / k
    rest = variance[..., None] - means**2 * (spread**2)[..., None]
    return ((total + rest) * (right - left)).sum(axis=-1) / (2 * EDGE)


def _scale(case: NoisyDesign) -> Any:
    """Sum of the absolute terms: squares of what is missing, and of the noise."""
    energy = (case.points**2).sum(axis=-1)
    missing = (abs(case.coefficient) + case.radius) ** 2 * (2 * EDGE) ** 2
    largest = (case.points**2).max(axis=-1)
    return missing + case.noise**2 * (2 + 10 * largest / energy + 12 / energy)


def _rounding(case: NoisyDesign) -> int:
    """Terms of the quadrature; exp of up to FAR²/2 multiplies its rounding by that."""
    return 3 * NODES * case.points.shape[-1] + int(FAR**2)


def _noisy_risk(rg: Any, case: NoisyDesign, k: int) -> Any:
    return rg.resmem.noisy_risk(
        case.points, case.coefficient, case.radius, case.noise, k
    )


@claim("RM-15", kind="identity", domain=noisy_designs, source="derived here", cost=200)
def memorized_noise(rg, case):
    """d = 1: E risk = E(θ* − θₙ)² m₂ + σ²/k + 2σ² P(|θ̂| < L) m₁₁/Σxᵢ², given x₁….

    With m₂ = E (x − x̄ₖ)² and m₁₁ = E [(x − x̄ₖ) x̄ₖ], for one neighbour and for three.
    """
    scale, terms = _scale(case), _rounding(case)
    return [
        measured(_noisy_risk(rg, case, k), _conditional_risk(case, k), scale, terms)
        for k in (1, min(3, case.points.shape[-1]))
    ]


def _stein(rg: Any, case: NoisyDesign) -> Any:
    _, unclipped = rg.resmem.noisy_slope(
        case.points, case.coefficient, case.radius, case.noise
    )
    agreement = rg.resmem.neighbor_agreement(case.points, 1)
    energy = (case.points**2).sum(axis=-1)
    return 2 * case.noise**2 * unclipped * agreement / energy


def _against(rg: Any, case: NoisyDesign, change: Any) -> Any:
    wrong = _noisy_risk(rg, case, 1) + change
    return measured(wrong, _conditional_risk(case, 1), _scale(case), _rounding(case))


@memorized_noise.twin("without σ²: the noise is not memorized")
def _(rg, case):
    return _against(rg, case, -(case.noise**2))


@memorized_noise.twin("without the last term: the base is independent of the noise")
def _(rg, case):
    return _against(rg, case, -_stein(rg, case))


@memorized_noise.twin("with the last term subtracted")
def _(rg, case):
    return _against(rg, case, -2 * _stein(rg, case))


# --- the limit

SIZES = (16, 64, 256, 1024)


def _noisy_problem(radius: Any, noise: Any) -> LinearProblem:
    xp = namespace(radius)
    ones = xp.ones((*radius.shape, 1))
    return LinearProblem.trusted(
        spectrum=ones, coefficients=ones, radius=radius, noise=noise
    )


noisy_problems = Domain(
    "noisy_problems",
    "one feature of variance 1, θ* = 1, L in (0.02, 0.97), σ in [0.02, 2]",
    lambda: [
        _noisy_problem(np.array(0.5), np.array(0.4)),
        _noisy_problem(np.array(0.5), np.array(0.6)),
    ],
    lambda: st.builds(
        lambda radius, noise: _noisy_problem(
            np.array(radius / 20), np.array(noise / 10)
        ),
        st.integers(1, 19),
        st.integers(1, 20),
    ),
    lambda rg, stream, size: _noisy_problem(
        0.02 + 0.95 * stream.child("radius").uniform(size),
        0.02 * 100 ** stream.child("noise").uniform(size),
    ),
)


def _grid(xp: Any, n: int) -> Any:
    """Midpoints of n equal parts of [−√3, √3]."""
    return EDGE * ((2 * xp.arange(n) + 1.0) / n - 1)


def _differences(rg: Any, problem: LinearProblem, k: int) -> Any:
    """Risk of ResMem minus that of its base on grids, (batch, sizes)."""
    xp, found = namespace(problem.radius), []
    for n in SIZES:
        # The edges themselves are outside by their rounding.
        points = xp.broadcast_to(_grid(xp, n), (*problem.radius.shape, n))
        setting = (points, 1.0, problem.radius, problem.noise)
        found.append(
            rg.resmem.noisy_risk(*setting, k) - rg.resmem.noisy_base_risk(*setting)
        )
    return xp.stack(found, axis=-1)


def _limit_envelope(problem: LinearProblem, k: int) -> Any:
    """Proven distance from the limit, (batch, sizes); see the theory page."""
    xp, parts = namespace(problem.radius), []
    limit, variance = problem.radius, problem.noise**2
    for n in SIZES:
        energy = n - 1 / n
        unclipped = xp.exp(-((1 - limit) ** 2) * energy / (2 * variance)) / 2
        apart = EDGE * k / n
        stein = 2 * variance * unclipped * EDGE * apart / energy
        parts.append(4 * limit * unclipped + (1 + limit) ** 2 * apart**2 + stein)
    return xp.stack(parts, axis=-1)


def _limit(rg: Any, problem: LinearProblem, k: int, limit: Any) -> Any:
    terms = 8 * SIZES[-1]
    scale = ((1 + problem.radius) ** 2 * 12 + 4 * problem.noise**2)[..., None]
    return measured(
        _differences(rg, problem, k), limit[..., None], scale, terms,
        _limit_envelope(problem, k),
    )  # fmt: skip


@claim("RM-15l", kind="limit", domain=noisy_problems, source="derived here", cost=400)
def when_memorizing_helps(rg, problem):
    """risk(ResMem) − risk(base) → σ²/k − (1 − L)²: helps if σ² < k(1 − L)², else hurts.

    On grids of n = 16, 64, 256 and 1024 points, for one neighbour and for three.
    """
    gain = rg.resmem.memorization_gain
    return [_limit(rg, problem, k, -gain(problem, k)) for k in (1, 3)]


@when_memorizing_helps.twin("→ (1 − L)² − σ²")
def _(rg, problem):
    return _limit(rg, problem, 1, rg.resmem.memorization_gain(problem, 1))


@when_memorizing_helps.twin("for three neighbours too, iff σ² < (1 − L)²")
def _(rg, problem):
    return _limit(rg, problem, 3, -rg.resmem.memorization_gain(problem, 1))
