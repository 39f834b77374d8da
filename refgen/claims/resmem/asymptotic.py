"""RM-5 and 5b: the size of the training error of a base."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen.arrays import namespace, special_functions
from refgen.claims.draws import ball_points
from refgen.claims.registry import claim
from refgen.claims.resmem.domains import anisotropic_problem
from refgen.claims.resmem.first_order import FirstOrder
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.domains import Domain, integer, real, record, vector
from refgen.resmem import LinearProblem

# --- RM-5: the trained base, for many normal points


def _near_the_end(problem: LinearProblem) -> str | None:
    """The limit is another one at L = ‖θ*‖, and reached late next to it."""
    radius = float(problem.radius)
    if 0.8 < radius < 1.2:
        return f"L must not be within 0.2 of ‖θ*‖ = 1, got {radius:g}"
    return None


normal_designs = record(
    LinearProblem,
    "normal points, Σ of condition up to 50, 2 to 4 features, L up to 0.8, with noise",
    d=integer(2, 4),
    spectrum=real(0.2, 10, log=True, shape=("d",)),
    coefficients=vector("d", norm=1),
    radius=real(0.1, 0.8, members=(0.1, math.inf)),
    outside=_near_the_end,
    noise=real(0, 1),
    examples=lambda: [
        anisotropic_problem(),
        anisotropic_problem(noise=0.5),
        LinearProblem([1.0, 0.5], [0.6, 0.8], 1.6, 0.3),  # inactive, with room
    ],
)

MANY = (2**14, 2**20)
REPEATS = 8  # designs whose mean is one draw

# Differences from the first order had a kurtosis of about 20, and up to 60: a mean of
# eight then has 3 + 57/8.
_KURTOSIS = 10.0


def _factors(stream: Any, shape: tuple[int, ...], d: int, n: int) -> Any:
    """T with TᵀT = WᵀW for n independent standard normal rows W, (*shape, d, d).

    Bartlett's decomposition: normal above the diagonal, and the square of the diagonal
    entry i is χ² with n − i degrees of freedom.
    """
    normal = stream.child("normal").normal((*shape, d, d))
    uniform = stream.child("square").uniform((*shape, d))
    xp, freedom = namespace(normal), n - namespace(normal).arange(d)
    square = 2 * special_functions(uniform).gammaincinv(freedom / 2, uniform)
    return xp.triu(normal, 1) + xp.sqrt(square)[..., None] * xp.eye(d)


def _compressed(problem: LinearProblem, stream: Any, shape: Any, n: int) -> Any:
    """d rows that say as much about a base as n normal rows, and their noise.

    W = UT with orthonormal columns of U, so that WᵀW/n = TᵀT/n and Wᵀε/n = Tᵀz/n, with
    z = Uᵀε normal: rows T√(d/n) with noise z√(d/n) give the same two.
    """
    d, xp = problem.n_features, namespace(problem.radius)
    white = _factors(stream, shape, d, n)
    noise = problem.noise[..., None] * stream.child("noise").normal((*shape, d))
    rows = xp.sqrt(problem.spectrum)[..., None, :] * white
    return math.sqrt(d / n) * rows, math.sqrt(d / n) * noise


def _beyond_first_order(
    rg: Any, problem: LinearProblem, points: Any, noise: Any
) -> Any:
    """R(θₙ) − R∞ − gᵀQg, which is small; the mean of n gᵀQg is known (RM-5e)."""
    r, xp, n = rg.resmem, namespace(points), points.shape[-2]
    form = FirstOrder.of(rg, problem)

    def values(coefficients: Any) -> Any:
        return xp.matmul(points, coefficients[..., None])[..., 0]

    theta, _ = r.empirical_base(
        points, values(problem.coefficients) + noise, problem.radius
    )
    left = values(form.missing) + noise
    gradient = xp.matmul(points.swapaxes(-1, -2), left[..., None])[..., 0] / n
    gradient = gradient - problem.spectrum * form.missing
    excess = r.base_risk(problem, theta) - r.irreducible_risk(problem)
    return excess - form.error(gradient)


def _normal_limit(rg: Any, problem: LinearProblem) -> Any:
    return rg.resmem.asymptotic_excess_risk(problem, "gaussian")


def _off_the_sphere(rg: Any, problem: LinearProblem) -> Any:
    """(R∞ + σ²) tr((Σ + μI)⁻¹Σ)."""
    _, multiplier = rg.resmem.population_base(problem)
    shifted = problem.spectrum + multiplier[..., None]
    trace = (problem.spectrum / shifted).sum(axis=-1)
    return (rg.resmem.irreducible_risk(problem) + problem.noise**2) * trace


@claim("RM-5", kind="limit", domain=normal_designs, source=SIMULATED, slow=True)
def asymptotic_excess_risk(rg, problem, draws, limit=_normal_limit, share=1.0):
    """n E[R(θₙ) − R∞] → (R∞ + σ²) tr(QΣ) for normal points; shown relative."""
    unit, xp = _normal_limit(rg, problem), namespace(problem.radius)
    each = problem.map(lambda array: array[:, None, None])
    shape = (len(problem.radius), draws.n, REPEATS)
    found = []
    for n in MANY:
        stream = draws.stream.child(str(n))
        beyond = _beyond_first_order(rg, each, *_compressed(each, stream, shape, n))
        found.append(1 + n * beyond.mean(axis=-1) / unit[:, None])
    relative = share * limit(rg, problem) / unit
    values = xp.stack(found, axis=-1)
    return sampled(values, relative, 0.01, kurtosis=_KURTOSIS, sizes=MANY)


asymptotic_excess_risk.twin("the limit is three per cent larger", share=1.03)
asymptotic_excess_risk.twin(
    "Q = (Σ + μI)⁻¹: θₙ may leave the sphere", limit=_off_the_sphere
)
asymptotic_excess_risk.twin("it tends to 0: the excess is below 1/n", share=0.0)

# --- RM-5b: points in a ball

ball_designs = Domain(
    "Σ = I in the plane and in space, with and without noise",
    lambda: [
        LinearProblem([1.0, 1.0], [0.6, 0.8], 0.5, 0.3),
        LinearProblem(np.ones(3), [0.6, 0.0, 0.8], 0.5),
    ],
)

FEW = (16, 256)


@claim("RM-5b", kind="limit", domain=ball_designs, source=SIMULATED, slow=True)
def excess_in_a_ball(rg, problem, draws, share=1.0):
    """Points in the ball: n E[R(θₙ) − R∞] → (κ(1 − L)² + σ²)L(d − 1), κ = (d+2)/(d+4).

    Shown relative to the limit.
    """
    unit = rg.resmem.asymptotic_excess_risk(problem, "ball")
    each, xp = problem.map(lambda array: array[:, None, None]), namespace(unit)
    shape, d = (len(unit), draws.n, REPEATS, FEW[-1]), problem.n_features
    points = ball_points(draws.stream.child("ball"), (*shape, d), math.sqrt(d + 2))
    noise = each.noise[..., None] * draws.stream.child("noise").normal(shape)
    found = []
    for n in FEW:
        beyond = _beyond_first_order(rg, each, points[..., :n, :], noise[..., :n])
        found.append(1 + n * beyond.mean(axis=-1) / unit[:, None])
    kappa, missed = share * (d + 2) / (d + 4), (1 - problem.radius) ** 2
    limit = (kappa * missed + problem.noise**2) * problem.radius * (d - 1)
    values = xp.stack(found, axis=-1)
    return sampled(values, limit / unit, 0.03, kurtosis=_KURTOSIS, sizes=FEW)


excess_in_a_ball.twin("κ is five per cent more", share=1.05)
excess_in_a_ball.twin("κ is half as large again", share=1.5)
