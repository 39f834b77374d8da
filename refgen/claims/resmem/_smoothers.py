"""Weights of neighbours that statements about smoothers are checked on."""

from __future__ import annotations

from typing import Any


def summing_to_one(rg: Any, distances: Any, bandwidth: Any) -> list[Any]:
    """Weights (..., n_queries, k) of four kinds; some of the last are negative."""
    kinds = ("nearest", "uniform", "exponential")
    found = [rg.resmem.neighbor_weights(distances, kind, bandwidth) for kind in kinds]
    return [*found, 2 * found[2] - found[1]]


def smoothed(rg: Any, values: Any, indices: Any, weights: Any) -> Any:
    """S values, Σⱼ wⱼ values[indexⱼ], at the queries: (..., n_queries, n_outputs)."""
    near = rg.resmem.at_neighbors(values, indices)
    return (weights[..., None] * near).sum(axis=-2)
