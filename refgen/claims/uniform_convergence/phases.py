"""UC-12, UC-12b and UC-13: errors when samples and dimensions grow together."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER
from refgen.claims.uniform_convergence._phase_points import (
    SIZES,
    PhasePoint,
    errors_by_quadrature,
    highest,
    phase_points,
)

FIRST, THIRD = highest(1), highest(3)


# --- UC-12: limits


def _bends(point: PhasePoint) -> tuple[Any, Any, Any]:
    """Bounds K on |f(q) − f(1) − f'(1)(q − 1)|/(q − 1)²; see the page."""
    xp = namespace(point.signal_ratio)
    # Of m − 1 in place of m: m is 100 at least.
    beta = 0.99 * point.sample_ratio
    both, c = (1 + point.signal_ratio) / xp.sqrt(beta), point.signal_ratio / beta
    least = 4 + FIRST + 0 * c
    inner = (THIRD + (4 * c + 3) * FIRST + 6 * 0.4 * xp.sqrt(c)) / 2
    return least, least, xp.maximum(4 + 0.4 * both, inner)


@claim(
    "UC-12",
    kind="limit",
    domain=phase_points,
    source=NAGARAJAN_KOLTER.sharpened("theorem 3.1, as m/D → β"),
    cost=800,
)
def limits_of_errors(rg, point, signal=1.0, sign=1.0):
    """Errors tend to Φ(−α/√β), Φ(−(1+α)/√β) and, transformed, Φ((1−α)/√β)."""
    xp, beta = namespace(point.signal_ratio), point.sample_ratio
    found = errors_by_quadrature(point.examples(rg, SIZES))
    limits = rg.uniform_convergence.limit_errors(signal * point.signal_ratio, beta)
    ends = [limits.test, limits.train, limits.transformed]
    ends[2] = ends[2] if sign > 0 else 1 - limits.train
    parts = []
    for values, end, bend in zip(found, ends, _bends(point), strict=True):

        def envelope(sizes: Any, bend: Any = bend) -> Any:
            sizes = xp.asarray(sizes)
            m = beta[..., None] * sizes
            return 2 * bend[..., None] / sizes - FIRST / 2 * xp.log1p(-1 / m)

        parts.append(tends_to(values, end[..., None], envelope, SIZES))
    return parts


limits_of_errors.twin("a signal 3 % larger", signal=1.03)
limits_of_errors.twin("Φ((1+α)/√β), transformed", sign=-1.0)


# --- UC-12b: the phase diagram at a finite size

RATIOS = (0.05, 0.25, 1.0, 2.0)


@claim("UC-12b", kind="identity", domain=phase_points, cost=800)
def exact_diagram(rg, point, samples=1000):
    """The phase diagram of 1000 samples has their expected errors, by quadrature."""
    alpha = point.signal_ratio
    xp = namespace(alpha)
    given = xp.asarray(np.array(RATIOS))
    found = rg.uniform_convergence.phase_diagram(alpha, given, samples)
    example = rg.uniform_convergence.LinearExample(
        1000.0, xp.rint(1000 / given), alpha[:, None], 1.0
    )
    parts = found.test, found.train, found.transformed
    wanted = errors_by_quadrature(example)
    return [
        equal(xp.swapaxes(part, 0, 1), want)
        for part, want in zip(parts, wanted, strict=True)
    ]


exact_diagram.twin("that of 1020 samples", samples=1020)


# --- UC-13: the best noise level for negation


@claim(
    "UC-13",
    kind="inequality",
    domain=phase_points,
    source=NAGARAJAN_KOLTER.sharpened("the noise level"),
)
def best_noise(rg, point, best=0.5, dimensions=1.0):
    """Negation shows most for α = ½: a gap of 1 − ε needs D = 4m z²_{1−ε/2}."""
    uc, alpha, beta = rg.uniform_convergence, point.signal_ratio, point.sample_ratio
    gap, errors = uc.negation_gap(alpha, beta), uc.limit_errors(alpha, beta)
    most, epsilon = uc.best_negation_gap(beta), 2 * uc.limit_errors(0.5, beta).test
    return (
        equal(gap, errors.transformed - errors.test),
        at_most(gap, uc.negation_gap(best, beta), sharp=True),
        equal(most, 1 - epsilon),
        equal(dimensions * uc.negation_dimensions(epsilon), 1 / beta, 1 + 1 / beta),
    )


best_noise.twin("α = 0.52 is best", best=0.52)
best_noise.twin("the published α = ⅛ is best", best=0.125)
best_noise.twin("D = 4.12 m z² dimensions", dimensions=1.03)
best_noise.twin("64 m z² dimensions, as for the published noise", dimensions=16.0)
