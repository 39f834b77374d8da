"""UC-41, UC-41b and UC-57: where uniform convergence is bad for every proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import DERIVED, NAGARAJAN_KOLTER
from refgen.claims.uniform_convergence._phase_points import phase_points
from refgen.domains import integer, record

SIZES = (1e2, 1e4, 1e6, 1e8)

# Of a projected gradient method; a margin that has not converged is too small.
_STEPS = 12

# Six standard deviations of a difference of two margins, where it is cut: it has a
# mean of 1e-9 beyond. And so many differences are averaged.
_FAR, _CLOUDS = 2.0, 4


def _square(margin: Any, positive: bool = True) -> Any:
    """E(g + κ)₊² by quadrature, or E(g + κ)²."""
    z, weights = normal_rule(-margin)
    above = z + margin[..., None]
    xp = namespace(above)
    return (weights * (xp.maximum(above, 0.0) if positive else above) ** 2).sum(-1)


dense_points = phase_points.but(
    "signals of 0.05 to 3 times the noise, 0.05 to 1.95 samples per dimension",
    phase_points.examples,
    twentieths=integer(1, 39),
)


@claim(
    "UC-41",
    kind="identity",
    domain=dense_points,
    source=NAGARAJAN_KOLTER.sharpened("theorem 3.1: the sharp phase diagram"),
    cost=250,
)
def critical_signals(rg, point, positive=True, reach=1.0, more=1.0):
    """α* = √β κ* with E(g + κ*)₊² = 1/β: below it bounds are off by 1 − p_te at least.

    The least D/m for a test error ε and a gap of 1 − ε is E(g + z)₊², z = z_{1−ε}.
    """
    uc, alpha, beta = rg.uniform_convergence, point.signal_ratio, point.sample_ratio
    xp, ndtr = namespace(alpha), special_functions(alpha).ndtr
    root = xp.sqrt(beta)
    x, critical = alpha / root, uc.critical_signal(beta)
    inside = reach * critical * xp.minimum(alpha, 1 - 1e-9)
    error = uc.limit_errors(alpha, beta).test
    gap, whole = uc.limit_bracket(inside, beta), ndtr(inside / root)
    return (
        equal(_square(critical / root, positive), 1 / beta, 1 + 1 / beta),
        equal(more * uc.least_dimensions(error), _square(x, positive), 2 + 2 * x**2),
        equal(gap.low, whole),
        equal(gap.high, whole),
    )


critical_signals.twin("α* = √(1 − β), by least squares; D/m = 1 + z²", positive=False)
critical_signals.twin("up to 1.03 α*", reach=1.03)
critical_signals.twin("3 % fewer dimensions would do", more=1.03)


# --- UC-41b: the largest margin of random points


@dataclass(frozen=True, repr=False)
class Cloud(Instance):
    """Numbers of normal points, and of dimensions: `more` than points."""

    n_points: Any
    more: Any


clouds = record(
    Cloud,
    "3 to 6 points in 6 to 14 dimensions more",
    n_points=integer(3, 6),
    more=integer(6, 14),
    examples=lambda: [Cloud(np.array(6), np.array(6))],
)


def _largest_margin(gram: Any, start: Any) -> Any:
    """A margin min ξ·x/‖x‖, nearly the largest: by the dual of the hard-margin SVM."""
    xp = namespace(gram)
    step = 1 / abs(gram).sum(axis=-1).max(axis=-1)
    weight = last = xp.maximum(start, 0.0)
    for k in range(_STEPS):
        ahead = weight + k / (k + 3) * (weight - last)
        last = weight
        weight = xp.maximum(ahead + step[..., None, None] * (1 - gram @ ahead), 0.0)
    margins = (gram @ weight)[..., 0]
    length = xp.sqrt((margins * weight[..., 0]).sum(axis=-1))
    return margins.min(axis=-1) / length


def _level(normal: Any, radius: Any) -> Any:
    """κ with Σ(κ − g)₊² = r², for numbers g along the last axis."""
    xp = namespace(normal)
    ordered = xp.sort(normal, axis=-1)
    n = xp.arange(1, ordered.shape[-1] + 1) + 0.0
    total = xp.cumsum(ordered, axis=-1)
    squares = xp.cumsum(ordered * ordered, axis=-1) - radius[..., None] ** 2
    # If the n smallest are below κ; they are the first for which no more are.
    root = xp.sqrt(xp.maximum(total * total - n * squares, 0.0))
    levels = (total + root) / n
    ends = levels[..., :-1] <= ordered[..., 1:]
    found = levels[..., -1]
    for k in reversed(range(ends.shape[-1])):
        found = xp.where(ends[..., k], levels[..., k], found)
    return found


def _margins(
    rg: Any, stream: Any, shape: tuple[int, ...], m: int, dimension: int
) -> tuple[Any, Any]:
    """Of each cloud a large margin, and a κ: correlated, so that few draws decide.

    With every point at the same distance the margin is 1/√(1ᵀK⁻¹1), K the matrix of
    products; its square is χ² with D − m + 1 degrees, over m. The χ²_D of κ is m times
    that and an independent rest, and κ the mean of those of g and −g.
    """
    points = stream.child("points").normal((*shape, m, dimension))
    xp = namespace(points)
    gram = points @ xp.swapaxes(points, -1, -2)
    start = rg.linalg.solve_positive(gram, xp.ones((*shape, m, 1)))
    rest = stream.child("rest").normal((*shape, m - 1))
    radius = xp.sqrt(m / start.sum(axis=(-1, -2)) + (rest * rest).sum(axis=-1))
    normal = stream.child("level").normal((*shape, m))
    level = (_level(normal, radius) + _level(-normal, radius)) / 2
    return _largest_margin(gram, start), level


@claim("UC-41b", kind="inequality", domain=clouds, source=f"{DERIVED}; by simulation")
def largest_margins(rg, cloud, draws, larger=1.0):
    """E of m normal points' largest margin ≥ E κ, with Σ(κ − g)₊² = χ²_D."""
    xp, values = namespace(cloud.n_points), []
    for i in range(len(cloud.n_points)):
        m, more = int(cloud.n_points[i]), int(cloud.more[i])
        stream = draws.stream.child(f"{m} points, {m + more} dimensions")
        margin, level = _margins(rg, stream, (draws.n, _CLOUDS), m, m + more)
        values.append(xp.clip(larger * level - margin, -_FAR, _FAR).mean(axis=-1))
    bounds = -_FAR, _FAR
    return sampled(xp.stack(values), 0.0, 0.1, bounds=bounds, repeats=_CLOUDS)


largest_margins.twin("a margin 5 % larger", larger=1.05)


# --- UC-57: beyond the critical signal


@claim(
    "UC-57",
    kind="inequality",
    domain=phase_points,
    source=NAGARAJAN_KOLTER.sharpened("theorem 3.1, beyond the critical signal"),
    cost=250,
)
def beyond_critical(rg, point, share=1.0, power=2.0, positive=True):
    """Gaps are E(g+α/√β)₊^−2 Φ(α/√β)/β at least, up to 1; min(1, α^−2) as β → 0."""
    uc, alpha, beta = rg.uniform_convergence, point.signal_ratio, point.sample_ratio
    xp, ndtr = namespace(alpha), special_functions(alpha).ndtr
    x = alpha / xp.sqrt(beta)
    found, error, right = uc.limit_bracket(alpha, beta), ndtr(-x), ndtr(x)
    part = xp.minimum(1.0, share / (beta * _square(x, positive)))
    squares = xp.minimum(1.0, 1 / (alpha**2 + beta))
    wrong = xp.minimum(1.0, (1 + xp.sqrt(beta)) ** 2 / alpha**2)
    above = alpha > uc.critical_signal(beta)
    high = xp.where(above, xp.maximum(error, wrong - error), right)
    sizes = xp.asarray(np.array(SIZES))
    ends = uc.limit_bracket(alpha[:, None], 1 / sizes)
    limit = xp.minimum(1.0, alpha**-power)[:, None]
    envelope = (
        (xp.where(alpha > 1, 2 / alpha**2, 0.0), 0.5),
        (1 + 2 / alpha**2, 1),
    )
    return (
        equal(found.low, part * right),
        equal(found.high, high),
        at_most(squares * right, found.low, sharp=True),
        at_most(found.low, found.high, sharp=True),
        tends_to(ends.low, limit, envelope, SIZES),
        tends_to(ends.high, limit, envelope, SIZES),
    )


beyond_critical.twin("a share 3 % larger", share=1.03)
beyond_critical.twin("a share 1/(α² + β), by least squares", positive=False)
beyond_critical.twin("α^−2.1 as β → 0", power=2.1)
