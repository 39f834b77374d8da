"""Points of spheres: drawn for each instance in turn, and how high they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refgen.arrays import namespace
from refgen.claims.quadrature import beta_rule


def sphere_points(stream: Any, shape: tuple[int, ...]) -> Any:
    """Uniform points of the unit sphere, `shape` being (..., d)."""
    normal = stream.normal(shape)
    length = namespace(normal).sqrt((normal * normal).sum(axis=-1, keepdims=True))
    return normal / length


# Independent draws whose mean is one draw of a claim: it varies less in its bounds.
REPEATS = 2


def in_repeats(values: Any, repeats: int = REPEATS) -> Any:
    """Means of so many values each, of n · repeats independent ones."""
    return values.reshape(-1, repeats).mean(axis=-1)


def of_each(instances: Any, draws: Any, measure: Callable[..., Any]) -> list[Any]:
    """What `measure(instance, stream)` returns, a tuple, stacked along the batch."""
    count = len(next(iter(vars(instances).values())))
    measured = []
    for i in range(count):
        one = instances.map(lambda array, i=i: array[i])
        measured.append(measure(one, draws.stream.child("instance", str(i))))
    xp = namespace(*measured[0])
    return [xp.stack(parts) for parts in zip(*measured, strict=True)]


def tail_on_sphere(height: Any, dimension: Any) -> Any:
    """P(|t| > h), as 1 − t² ~ Beta((D − 1)/2, 1/2)."""
    xp = namespace(height)
    square = xp.minimum(height, 1.0) ** 2
    above = xp.maximum(1 - square, 1e-300)[:, None]
    half = 0.5 + 0 * above
    weights = beta_rule((dimension[:, None] - 1) / 2, half, above)[2]
    return xp.where(height < 1, weights.sum(axis=-1), 0.0)
