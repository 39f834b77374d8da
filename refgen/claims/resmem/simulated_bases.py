"""RM-13s: the recalled rate, with bases that are fitted to the drawn points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.claims.resmem.ball import CONSTANT
from refgen.claims.resmem.simulated_displacement import squared_along, to_nearest
from refgen.claims.sampled import sampled

# Designs whose mean is one draw; each needs eigenvalues and a bisection.
REPEATS = 4

YANG = "Yang et al. 2023 (arXiv 2302.01576), recalled; by simulation"


@dataclass(frozen=True, repr=False)
class BaseSample(Instance):
    """θ* of length 1, shape (..., d), the number of points, and L."""

    coefficients: Any
    n_points: Any
    radius: Any


fitted_bases = Domain(
    "fitted_bases",
    "few points in the ball of radius √(d + 2), in one to five dimensions",
    lambda: [
        BaseSample(np.eye(d)[0], np.array(n), np.array(radius))
        for d, n, radius in ((1, 2, 0.1), (3, 2, 0.5), (5, 8, 0.9))
    ],
)


def _unlearnt(points: Any, theta: Any, radius: float) -> Any:
    """θ* − θₙ, the base fitted to `points` (..., n, d) by bisection on μ.

    θₙ = (Σ̂ + μ)⁻¹ Σ̂ θ*, with μ = 0 where it is no longer than L; μ to 12 digits.
    """
    xp, n = namespace(points), points.shape[-2]
    spectrum, vectors = xp.linalg.eigh(xp.swapaxes(points, -1, -2) @ points / n)
    # Fewer points than dimensions: eigenvalues that are 0, but for rounding.
    largest = spectrum[..., -1:]
    spectrum = xp.where(spectrum > 1e-12 * largest, spectrum, 0.0)
    rotated = xp.einsum("...ij,i->...j", vectors, theta)
    low, high = 0 * largest, largest / radius
    for _ in range(40):
        middle = (low + high) / 2
        learnt = spectrum / (spectrum + middle) * rotated
        too_long = (learnt**2).sum(axis=-1, keepdims=True) > radius**2
        low, high = xp.where(too_long, middle, low), xp.where(too_long, high, middle)
    missed = rotated * (high / (spectrum + high))
    return xp.einsum("...ij,...j->...i", vectors, missed)


def _fitted_risk(rg: Any, sample: BaseSample, draws: Any) -> tuple[Any, ...]:
    """Squared errors of ResMem, (1, draws), their bounds, and the recalled rate."""
    d, n = sample.coefficients.shape[-1], int(sample.n_points[0])
    radius = float(sample.radius[0])
    delta, points = to_nearest(draws, d, n, REPEATS)
    unlearnt = _unlearnt(points, sample.coefficients[0], radius)
    most = (1 + radius) ** 2 * 4 * (d + 2)
    rate = float(rg.resmem.recalled_risk_bound(d, n, radius))
    return squared_along(delta, unlearnt), (0, most), rate


@claim("RM-13s", kind="inequality", domain=fitted_bases, source=YANG)
def simulated_rate(rg, sample, draws):
    """Recalled: the bound of RM-13 for bases fitted to the drawn points."""
    values, bounds, rate = _fitted_risk(rg, sample, draws)
    return sampled(values, CONSTANT * rate, 0.5, bounds=bounds)


@simulated_rate.twin("the constant 1 suffices")
def _(rg, sample, draws):
    values, bounds, rate = _fitted_risk(rg, sample, draws)
    return sampled(values, rate, 0.5, bounds=bounds)
