"""LE-51: cells bound the disjointedness factor from both sides."""

from __future__ import annotations

from refgen.claims.explainability._known_samples import line_factor, lines
from refgen.claims.kinds import ascending
from refgen.claims.registry import claim


@claim("LE-51", kind="inequality", domain=lines, cost=2000)
def between_cells(rg, sample, low=1.0, high=1.0):
    """Σ √(mean P²) ≤ ρ_S ≤ Σ √(volume · ∫ F²) over cells, which meet as they shrink."""
    bracket = rg.explainability.cell_bracket
    coarse, fine = bracket(sample, 32), bracket(sample, 128)
    rho = line_factor(sample.points[..., 0], sample.scale)
    best = rg.explainability.disjointedness_bracket(sample)
    lows = [low * bound for bound in (coarse.low, fine.low, best.low)]
    highs = [high * bound for bound in (best.high, fine.high, coarse.high)]
    return ascending(*lows, rho, *highs, scale=2, sharp=0.99)


between_cells.twin("the lower bound holds with 3 % more", low=1.03)
between_cells.twin("the upper bound holds with 3 % less", high=0.97)
