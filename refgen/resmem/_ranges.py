"""Arguments that have to agree: points and their range, numbers of points and of k."""

from __future__ import annotations

from typing import Any

from refgen._numbers import as_counts, as_range, first_of, in_one_place, together
from refgen._scales import check_scale
from refgen.arrays import namespace


def n_and_k(n_points: Any, n_neighbors: Any) -> tuple[Any, Any]:
    """n and k, with k ≤ n."""
    n, k = together(
        n_points=as_counts("n_points", n_points),
        n_neighbors=as_counts("n_neighbors", n_neighbors),
    )
    if bool((k > n).any()):
        few, many = first_of(n, k > n), first_of(k, k > n)
        raise ValueError(
            f"n_neighbors={many:g} is more than n_points={few:g}; ask for fewer"
        )
    return n, k


def points_between(points: Any, low: Any, high: Any) -> tuple[Any, Any, Any]:
    """Points within [low, high], which get the batch axes of the points."""
    low, high = as_range(low, high)
    points, low, high = in_one_place(points=points, low=low, high=high)
    check_scale("low and high", high - low)
    batch = points.shape[:-1]
    for name, end in (("low", low), ("high", high)):
        if end.shape not in ((), batch):
            raise ValueError(
                f"{name} has shape {end.shape} where the designs of points have "
                f"{batch}; give one number, or one for each design"
            )
    xp = namespace(points)
    low, high = xp.broadcast_to(low, batch), xp.broadcast_to(high, batch)
    outside = (points.min(axis=-1) < low) | (points.max(axis=-1) > high)
    if bool(outside.any()):
        first, last = first_of(low, outside), first_of(high, outside)
        raise ValueError(
            f"points must lie in [low, high] = [{first:g}, {last:g}]; drop those "
            "outside or widen"
        )
    return points, low, high
