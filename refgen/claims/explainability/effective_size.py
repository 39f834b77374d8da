"""LE-26: what the effective sample size says of the disjointedness factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._lines import densities, lines
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.domains import distribution, integer, record


@dataclass(frozen=True, repr=False)
class CellLaws(Instance):
    """Points whose neighbourhoods are laws on finitely many cells.

    Attributes
    ----------
    laws : array of shape (..., n_points, n_cells)
    """

    laws: Any

    @property
    def n_points(self) -> int:
        """m."""
        return int(self.laws.shape[-2])

    @property
    def moments(self) -> tuple[Any, Any, Any]:
        """Mean ρ and variance of √(m/n_eff) over the mixture, and the mean χ̄² + 1."""
        rho, second = 0.0, 0.0
        for cell in range(self.laws.shape[-1]):
            p = self.laws[..., cell]
            mass, size = p.mean(axis=-1), self._sizes(p)
            rho = rho + mass * (self.n_points / size) ** 0.5
            second = second + mass * self.n_points / size
        variance = 0.0
        for cell in range(self.laws.shape[-1]):
            p = self.laws[..., cell]
            off = (self.n_points / self._sizes(p)) ** 0.5 - rho
            variance = variance + p.mean(axis=-1) * off * off
        return rho, variance, second

    def _sizes(self, p: Any) -> Any:
        """n_eff in a cell, 1 where no law has it."""
        total, squares = p.sum(axis=-1), (p * p).sum(axis=-1)
        xp = namespace(p)
        return xp.where(total > 0, total * total, 1.0) / xp.where(
            total > 0, squares, 1.0
        )


def _blend(share: float, m: int) -> CellLaws:
    """Each law has a cell of its own, of this share, and one that all have."""
    return CellLaws(
        np.concatenate([np.full((m, 1), 1 - share), share * np.eye(m)], axis=1)
    )


cell_laws = record(
    CellLaws,
    "2 to 5 laws on 2 to 6 cells",
    m=integer(2, 5),
    k=integer(2, 6),
    laws=distribution("m", "k"),
    examples=lambda: [_blend(0.25, 4), _blend(0.5, 2), _blend(0.75, 5), _blend(1, 3)],
)


@claim("LE-26", kind="inequality", domain=cell_laws, cost=4)
def chi_square_and_the_factor(rg, sample, chord=1.0, spread=1.0):
    """1 + χ̄²/(1 + √m) ≤ ρ_S ≤ √(1 + χ̄²), and Var √(m/n_eff) ≤ (√m − ρ)(ρ − 1)."""
    e, m, xp = rg.explainability, sample.n_points, namespace(sample.laws)
    rho, variance, second = sample.moments
    chi = xp.clip(second - 1, 0.0, m - 1.0)
    ends = e.disjointedness_from_chi_square(chi, m)
    most = e.ratio_variance_bound(xp.clip(rho, 1.0, m**0.5), m)
    finite = e.FiniteNeighborhoods(xp.full((m,), 1 / m), sample.laws)
    return (
        equal(finite.disjointedness, rho, 2 * m),
        *ascending(1 + (ends.low - 1) / chord, rho, ends.high, scale=2 * m, sharp=True),
        at_most(variance, spread * most, 2 * m, sharp=True),
    )


chi_square_and_the_factor.twin("0.95 (1 + √m) in the lower bound", chord=0.95)
chi_square_and_the_factor.twin("0.95 of the variance", spread=0.95)


@claim("LE-26g", kind="identity", domain=lines, cost=512)
def effective_size_of_a_query(rg, sample, power=1.0):
    """n_eff = (Σ pᵢ)²/Σ pᵢ², and ∫ (Σ pᵢ²)/(Σ pᵢ) = E m/n_eff over the mixture."""
    xp, (heights, step) = namespace(sample.points), densities(sample)
    low, scale = sample.points.min(axis=-2), sample.scale[..., None]
    n_nodes, m = heights.shape[-1], sample.n_points
    nodes = low + scale * (step * xp.arange(n_nodes) - 10.0)
    sizes = rg.explainability.effective_sample_size(sample, nodes[..., None])
    total, squares = heights.sum(axis=-2), (heights * heights).sum(axis=-2)
    mixture = total / m * step
    ratios = xp.where(total > 0, squares, 1.0) / xp.where(total > 0, total**2, 1.0)
    # Far out, densities of the grid lose digits of exponents of up to 10⁴.
    return equal(
        (mixture * (m / sizes) ** power).sum(axis=-1),
        (mixture * m * ratios).sum(axis=-1),
        2 * m,
    )


effective_size_of_a_query.twin("the mean of (m/n_eff)^1.02", power=1.02)
