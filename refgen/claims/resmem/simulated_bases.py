"""RM-13s: the recalled rate, with bases that are fitted to the drawn points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance
from refgen.claims.registry import claim
from refgen.claims.resmem._drawn import squared_along, to_nearest
from refgen.claims.resmem.ball import CONSTANT
from refgen.claims.sampled import sampled
from refgen.claims.sources import YANG
from refgen.domains import Domain

# Designs whose mean is one draw; a base is fitted to each.
REPEATS = 4


@dataclass(frozen=True, repr=False)
class BaseSample(Instance):
    """θ* of length 1, shape (..., d), the number of points, and L."""

    coefficients: Any
    n_points: Any
    radius: Any


fitted_bases = Domain(
    "few points in the ball of radius √(d + 2), in one to five dimensions",
    lambda: [
        BaseSample(np.eye(d)[0], np.array(n), np.array(radius))
        for d, n, radius in ((1, 2, 0.1), (3, 2, 0.5), (5, 8, 0.9))
    ],
)


@claim(
    "RM-13s",
    kind="inequality",
    domain=fitted_bases,
    source=f"{YANG}, recalled; by simulation",
)
def simulated_rate(rg, sample, draws, constant=CONSTANT):
    """Recalled: the bound of RM-13 for bases fitted to the drawn points.

    That these bases are the fitted ones is RM-4b.
    """
    theta, n = sample.coefficients[0], int(sample.n_points[0])
    d, radius = len(theta), float(sample.radius[0])
    delta, points = to_nearest(draws, d, n, REPEATS)
    base, _ = rg.resmem.empirical_base(points, points @ theta, radius)
    rate = float(rg.resmem.recalled_risk_bound(d, n, radius))
    most = (1 + radius) ** 2 * 4 * (d + 2)
    values = squared_along(delta, theta - base)
    return sampled(values, constant * rate, 0.5, bounds=(0, most))


simulated_rate.twin("the constant 1 suffices", constant=1)
