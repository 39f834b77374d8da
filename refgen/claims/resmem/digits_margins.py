"""Where memory changes what a base says: only where margins are small."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.resmem.digits import TrainedBase, trained_bases
from refgen.domains import Domain

N_NEIGHBORS = 5


def _at_the_margin() -> TrainedBase:
    """Residuals are (½, −½), of the range 1, and margins of the queries .98 and .6."""
    rows = np.arange(N_NEIGHBORS)[:, None] * 1.0
    targets = np.tile([1.0, 0.0], (N_NEIGHBORS, 1))
    return TrainedBase(
        rows,
        targets,
        np.full_like(targets, 0.5),
        np.array([[0.0], [1.0]]),
        np.array([[0.01, 0.99], [0.2, 0.8]]),
    )


margins_domain = Domain(
    "bases trained on digits, with neighbours in hidden layers or pixels; and one case "
    "where margins are almost the range of residuals",
    lambda: [_at_the_margin(), *(base for base in trained_bases())],
)


def _gaps(values: Any) -> tuple[Any, Any]:
    """The class of each row of scores, and how far it is ahead of the next one."""
    ordered = namespace(values).sort(values, axis=-1)
    return values.argmax(axis=-1), ordered[..., -1] - ordered[..., -2]


@claim(
    "resmem-margins",
    kind="inequality",
    domain=margins_domain,
    source="RM-7 and RM-17; derived here",
    cost=100,
)
def classes_change_at_small_margins(rg, law, part=1.0, total=1.0):
    """Memory changes the class of x only if f's margin is ≤ Σ wᵢ (max rᵢ − min rᵢ).

    So the error changes by at most the share of these x, whatever the labels; and no
    score changes by more than Σ wᵢ max |rᵢ|: a base without residuals stays as it is.
    """
    results = []
    for i in range(law.base.shape[0]):
        one = law.take(i)
        xp = namespace(one.base)
        near, weights = _neighbors(rg, one)
        residuals = one.targets - one.base
        moved = rg.resmem.smooth(residuals, near, weights)
        said, margin = _gaps(one.base_at_queries)
        now, _ = _gaps(one.base_at_queries + moved)
        ranges = residuals.max(axis=-1) - residuals.min(axis=-1)
        reach = part * (weights * ranges[near]).sum(axis=-1)
        largest = total * (weights * abs(residuals).max(axis=-1)[near]).sum(axis=-1)
        changed = 1.0 * (now != said)
        # A tie is one within rounding.
        possible = 1.0 * (margin <= reach + 1e-12)
        results.append((changed, possible, abs(moved).max(axis=-1), largest))
    changed, possible, moved, largest = (
        xp.stack(side) for side in zip(*results, strict=True)
    )
    return (
        at_most(changed, possible, sharp=True),
        at_most(changed.mean(axis=-1), possible.mean(axis=-1), sharp=True),
        at_most(moved, largest, sharp=True),
    )


def _neighbors(rg: Any, one: TrainedBase) -> tuple[Any, Any]:
    distances, near = rg.neighbors.nearest_neighbors(
        one.points, one.queries, N_NEIGHBORS
    )
    return near, rg.resmem.neighbor_weights(distances, "uniform")


classes_change_at_small_margins.twin("only if the margin is ≤ 0.97 of that", part=0.97)
classes_change_at_small_margins.twin(
    "0.96 of the mean residual bounds scores", total=0.96
)
