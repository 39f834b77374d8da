"""Margins of samples of the linear example that are drawn point by point."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen.arrays import namespace
from refgen.claims.uniform_convergence._levels import level, levels

MOST_SAMPLES, MOST_DIMENSIONS = 3, 6

# Sizes that are drawn in full for every draw.
few_points = levels(
    f"2 to {MOST_SAMPLES} samples, 2 to {MOST_DIMENSIONS} dimensions, a/V in [.02, 2]",
    lambda: [level(3, 6, 0.7, 0.3), level(2, 6, 0.8, 0.05), level(3, 4, 0.7, 1.0)],
    n_samples=(2, MOST_SAMPLES + 0.99),
    dimension=(2, MOST_DIMENSIONS + 0.99),
    delta=(0.6, 0.9),
)


class Drawn(NamedTuple):
    """What samples give, of shapes (batch, n) and (batch, n, MOST_SAMPLES)."""

    margins: Any
    is_point: Any
    """Whether an example has so many points, (batch, 1, MOST_SAMPLES)."""
    spread: Any
    """v‖w₂‖/√v, the standard deviation of a new margin."""


def drawn_margins(example: Any, draws: Any, repeats: int = 1) -> Drawn:
    """Margins a + Σ_i ξ_i·ξ_j of n = draws.n · repeats samples of each example."""
    xp = namespace(example.signal)
    batch = example.signal.shape[0]
    m, D, v, a = (
        x.reshape(batch, 1, 1)
        for x in (
            example.n_samples,
            example.dimension,
            example.variance,
            example.signal,
        )
    )
    is_point = xp.arange(MOST_SAMPLES) < m
    is_coordinate = (xp.arange(MOST_DIMENSIONS) < D)[:, :, None, :]
    shape = (batch, draws.n * repeats, MOST_SAMPLES, MOST_DIMENSIONS)
    noise = draws.stream.child("noise").normal(shape)
    noise = noise * (is_point[..., None] & is_coordinate)
    weights = noise.sum(axis=-2)
    margins = a + v * (noise * weights[:, :, None, :]).sum(axis=-1)
    length = xp.sqrt((weights * weights).sum(axis=-1))
    return Drawn(margins, is_point, v[..., 0] * length)
