"""RM-13s: the recalled rate, with bases that are fitted to the drawn points."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import YANG
from refgen.domains import integer, real, record, vector

# Designs whose mean is one draw, each with a base, and queries of each design.
DESIGNS, QUERIES = 16, 8


@dataclass(frozen=True, repr=False)
class BaseSample(Instance):
    """θ* of length 1, shape (..., d), the number of points, and L."""

    coefficients: Any
    n_points: Any
    radius: Any


fitted_bases = record(
    BaseSample,
    "2 to 8 points in the ball of radius √(d + 2), d up to 4, and ‖θ*‖ = 1",
    d=integer(1, 4),
    coefficients=vector("d", norm=1),
    n_points=integer(2, 8),
    radius=real(1e-3, 0.97),
    examples=lambda: [
        BaseSample(np.eye(d)[0], np.array(n), np.array(radius))
        # The first attains the bound as L → 0.
        for d, n, radius in ((1, 2, 1e-3), (2, 2, 0.1), (3, 2, 0.5), (5, 8, 0.9))
    ],
)


def _risks(rg: Any, stream: Any, shape: tuple[int, ...], one: BaseSample) -> Any:
    """Risks given drawn designs, over their queries, (draws,)."""
    r, theta, n = rg.resmem, one.coefficients, int(one.n_points)
    d, shape = len(theta), (*shape, DESIGNS)
    points = r.sample_points(stream.child("points"), (*shape, n), d)
    queries = r.sample_points(stream.child("queries"), (*shape, QUERIES), d)
    labels = (points * theta).sum(axis=-1)
    base, _ = r.empirical_base(points, labels, one.radius)
    matrices = r.displacement_matrices(points, queries, 1)
    return r.resmem_risk(theta, base, matrices).mean(axis=-1)


@claim(
    "RM-13s",
    kind="inequality",
    domain=fitted_bases,
    source=f"{YANG}, recalled; by simulation",
    slow=True,
)
def simulated_rate(rg, sample, draws, share=1.0):
    """Recalled: the bound of RM-13 for bases fitted to the drawn points.

    That these bases are the fitted ones is RM-4b.
    """
    xp, d = namespace(sample.coefficients), sample.coefficients.shape[-1]
    risks = [
        _risks(rg, draws.stream.child(str(i)), (draws.n,), sample.take(i))
        for i in range(len(sample.radius))
    ]
    constant = share * (9 / (5 * log(2)) if d == 1 else 1.0)
    rate = rg.resmem.recalled_risk_bound(d, sample.n_points, sample.radius)
    # ‖θ* − θₙ‖ < 2 and ‖x − x̃‖ ≤ 2√(d + 2).
    bounds = (0, 16 * (d + 2))
    values = xp.stack(risks)
    return sampled(values, constant * rate, bounds=bounds, repeats=DESIGNS)


simulated_rate.twin("five per cent less is enough", share=0.95)
