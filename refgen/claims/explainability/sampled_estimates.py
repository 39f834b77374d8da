"""LE-54 and 53c: a system's complexity from the mixture, and certified intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._lines import line_integral
from refgen.claims.kinds import ascending, equal
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.domains import integer, matrix, real, record
from refgen.explainability import GaussianNeighborhoods


@dataclass(frozen=True, repr=False)
class LinearSystem(Instance):
    """Points on a line, the norms that explanations see, and a bound of their weights.

    Attributes
    ----------
    points : array of shape (..., n_points, 1)
    scale, norm_bound : arrays of shape (...)
    lengths : array of shape (..., n_points)
    """

    points: Any
    scale: Any
    lengths: Any
    norm_bound: Any

    @property
    def n_points(self) -> int:
        """m."""
        return int(self.points.shape[-2])

    @property
    def sample(self) -> Any:
        """The neighbourhoods."""
        return GaussianNeighborhoods.trusted(points=self.points, scale=self.scale)


def _system(*fields: Any) -> LinearSystem:
    return LinearSystem(*map(np.asarray, fields))


linear_systems = record(
    LinearSystem,
    "2 to 5 points with one feature, scales in [0.2, 5], norms in [0.1, 5]",
    n=integer(2, 5),
    points=matrix("n", 1),
    scale=real(0.2, 5.0, log=True),
    lengths=real(0.1, 5.0, log=True, shape=("n",)),
    norm_bound=real(0.1, 5.0, log=True),
    examples=lambda: [
        _system(np.zeros((3, 1)), 1.0, np.ones(3), 2.0),
        _system(np.array([[0.0], [9.0]]), 0.5, np.array([1.0, 2.0]), 1.0),
    ],
)


@claim("LE-54", kind="inequality", domain=linear_systems, cost=1024)
def complexity_from_the_mixture(rg, case, lower=1.0, upper=1.0):
    """U_N = W E √(Σ wᵢ²ℓᵢ²) over the mixture; W/√(Σ ℓᵢ⁻²) ≤ U_N ≤ W max ℓ ρ_S/√m."""
    xp, m, sample = namespace(case.points), case.n_points, case.sample
    rho = rg.explainability.line_disjointedness
    factor = case.norm_bound / m**0.5
    found = factor * rho(sample, case.lengths)
    largest = case.lengths.max(axis=-1)
    scale = 2 * case.norm_bound * largest
    least = case.norm_bound / xp.sqrt((case.lengths**-2.0).sum(axis=-1))
    return (
        equal(found, factor * line_integral(sample, case.lengths), scale),
        *ascending(
            lower * least,
            found,
            upper * factor * largest * rho(sample),
            scale=scale,
            sharp=True,
        ),
    )


complexity_from_the_mixture.twin("at least 1.04 W/√(Σ ℓᵢ⁻²)", lower=1.04)
complexity_from_the_mixture.twin("at most 0.96 W max ℓ ρ_S/√m", upper=0.96)


# --- LE-53c

DELTA = 0.25
LOOSE = "the interval holds for all draws in the range, and these are mild"


def _repeated(case: Any, n: int) -> Any:
    """The same neighbourhoods so many times, as a batch."""
    xp = namespace(case.points)
    points = xp.broadcast_to(
        case.points[..., None, :, :], (*case.scale.shape, n, *case.points.shape[-2:])
    )
    scale = xp.broadcast_to(case.scale[..., None], (*case.scale.shape, n))
    return GaussianNeighborhoods.trusted(points=points, scale=scale)


@claim("LE-53c", kind="inequality", domain=linear_systems, source=SIMULATED)
def certified_intervals(rg, case, draws, n_draws=20, width=1.0):
    """Intervals of ρ_S and of U_N by 20 draws miss them with probability δ at most."""
    e = rg.explainability
    sample = _repeated(case, draws.n)
    lengths = case.lengths[..., None, :]
    norm = case.norm_bound[..., None]
    rho = e.disjointedness(sample, n_draws, draws.stream, DELTA)
    found = e.system_complexity(sample, norm, n_draws, draws.stream, lengths, DELTA)
    factor = case.norm_bound / case.n_points**0.5
    truths = (
        line_integral(case.sample),
        factor * line_integral(case.sample, case.lengths),
    )
    return tuple(
        sampled(
            1.0 * (abs(mean.value - truth[..., None]) > _reach(mean, width) + 1e-9),
            DELTA,
            binary=True,
            reason=LOOSE,
        )
        for mean, truth in zip((rho, found), truths, strict=True)
    )


def _reach(mean: Any, width: float) -> Any:
    """The longer side of the interval, or less of it."""
    xp = namespace(mean.value)
    return width * xp.maximum(mean.high - mean.value, mean.value - mean.low)


certified_intervals.twin(
    "a tenth of the interval would do",
    width=0.1,
    reason="the interval is for the worst draws in the range, which these are not",
)
