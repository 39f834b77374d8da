"""Designs with a linear target and any linear base: where RM-6 to RM-9 are checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement.domains import block_sizes
from refgen.claims.model import Domain
from refgen.claims.resmem.domains import radii, unit_vectors


@dataclass(frozen=True, repr=False)
class ResMemCase(Instance):
    """A design, a linear target with noise, and any linear base with ‖θₙ‖ ≤ L.

    Attributes
    ----------
    points, queries : arrays of shape (..., n, n_features), (..., n_queries, n_features)
        x is uniform on the queries.
    coefficients, base : arrays of shape (..., n_features)
        θ* and θₙ.
    radius, bandwidth : arrays of shape (...)
    noise : array of shape (..., n)
        ε.
    """

    points: Any
    queries: Any
    coefficients: Any
    base: Any
    radius: Any
    bandwidth: Any
    noise: Any

    @property
    def n_neighbors(self) -> int:
        return min(self.points.shape[-2], 5)


def _case(rg: Any, stream: Any, size: int) -> ResMemCase:
    d, n, n_queries = block_sizes(stream, (1, 5), (1, 29), (1, 8))
    points = stream.child("points").normal((size, n, d))
    queries = stream.child("queries").normal((size, n_queries, d))
    xp = namespace(points)
    # A quarter on a lattice, where neighbours tie and queries are points.
    lattice = stream.child("lattice").uniform(size)[:, None, None] < 0.25
    radius = radii(stream.child("radius"), size)
    shrink = (radius * stream.child("norm").uniform(size))[:, None]
    return ResMemCase.trusted(
        points=xp.where(lattice, xp.rint(points), points),
        queries=xp.where(lattice, xp.rint(queries), queries),
        coefficients=unit_vectors(stream.child("coefficients"), (size, d)),
        base=shrink * unit_vectors(stream.child("base"), (size, d)),
        radius=radius,
        bandwidth=0.05 * 100 ** stream.child("bandwidth").uniform(size),
        noise=0.5 * stream.child("noise").normal((size, n)),
    )


def _small_case(n: int, d: int) -> Any:
    def array(*shape: int) -> Any:
        size = int(np.prod(shape))
        entries = st.lists(st.integers(-3, 3), min_size=size, max_size=size)
        return entries.map(lambda numbers: np.array(numbers, float).reshape(shape))

    def build(points: Any, queries: Any, theta: Any, base: Any, noise: Any) -> Any:
        radius = np.sqrt((base**2).sum()) + 0.5
        return ResMemCase(points, queries, theta, base, radius, np.array(0.7), noise)

    return st.builds(build, array(n, d), array(2, d), array(d), array(d), array(n))


def _example(points: Any, queries: Any, base: Any, radius: float) -> ResMemCase:
    theta = np.eye(np.shape(points)[1])[0]
    noise = 0.1 * np.arange(len(points))
    return ResMemCase(
        np.array(points, float),
        np.array(queries, float),
        theta,
        np.array(base, float),
        np.array(radius),
        np.array(0.7),
        noise,
    )


resmem_cases = Domain(
    "resmem_cases",
    "small designs, some on a lattice, a linear target with noise, any base ‖θₙ‖ ≤ L",
    lambda: [
        _example([[-1.0], [0.5], [2.0]], [[0.0], [3.0]], [0.5], 0.5),
        # The bound of RM-8 with its factor 3 is attained.
        _example([[-1.0]], [[1.0]], [0.7], 0.9),
        # The point is orthogonal to the target: nothing can be learnt from it.
        _example([[0.0, 1.0]], [[1.0, 0.0], [-1.0, 1.0]], [0.0, 0.0], 0.5),
        _example([[1.0, 0.0], [0.0, 1.0]], [[2.0, 2.0]], [-0.3, 0.4], 0.5),
    ],
    lambda: st.tuples(st.integers(1, 6), st.integers(1, 3)).flatmap(
        lambda shape: _small_case(*shape)
    ),
    _case,
)
