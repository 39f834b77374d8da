"""The k nearest of n points in a ball, by slices of the lens across its axis.

Nothing here uses a formula or a rule of `refgen.resmem`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.quadrature import unit_nodes
from refgen.claims.resmem._balls import graded_nodes

_ROWS = 64


@dataclass(frozen=True)
class _Slices:
    """Integrals over caps of a ball of d dimensions, by slices across their axis."""

    d: int

    def over(self, angle: Any, of: Callable[[Any], Any], power: int) -> Any:
        """∫ sin^power · `of` from 0 to the angle, by the same from 0 to π of 1."""
        x, w = unit_nodes(np, 24 + self.d)
        turn = angle[..., None] * x
        whole = math.pi * (np.sin(math.pi * x) ** power * w).sum()
        return angle * (np.sin(turn) ** power * of(turn) * w).sum(axis=-1) / whole

    def share(self, angle: Any) -> Any:
        return self.over(angle, np.ones_like, self.d)

    def surface(self, angle: Any) -> Any:
        """Of the sphere, not of the ball."""
        return self.over(angle, np.ones_like, self.d - 2)

    def along(self, angle: Any, start: Any) -> Any:
        """The mean of the first coordinate from `start` on, times the share."""
        return self.over(angle, lambda t: np.cos(t) - start[..., None], self.d)

    def square(self, angle: Any, start: Any) -> Any:
        """The mean square of the distance from `start`, times the share."""
        # In a ball of d − 1 dimensions the mean square is that part of the radius's.
        part = (self.d - 1) / (self.d + 1)

        def distance(t: Any) -> Any:
            return (np.cos(t) - start[..., None]) ** 2 + part * np.sin(t) ** 2

        return self.over(angle, distance, self.d)


@functools.cache
def _lens_table(d: int) -> tuple[Any, ...]:
    """Share F, moments of the lens around the query, and weights of dF; d from 2 on."""
    caps, (u, wu) = _Slices(d), graded_nodes(np, 28 + 2 * d)
    at, turn = np.meshgrid(1 - u, math.pi * u, indexing="ij")
    r, alpha, beta = _meeting(at, turn)
    share = r**d * caps.share(beta) + caps.share(alpha)
    second = r ** (d + 2) * caps.square(beta, 0 * r) + caps.square(alpha, at)
    first = caps.along(alpha, at) - r ** (d + 1) * caps.along(beta, 0 * r)
    # dF is d r^(d−1) times the surface, and dr is ρ sin ψ dψ.
    growth = d * r ** (d - 1) * caps.surface(beta) * at * np.sin(turn)
    weights = wu[:, None] * math.pi * wu * d * at ** (d - 1) * growth
    beyond = share, second / share, (first / share) ** 2, weights
    within = u**d, u**2 * d / (d + 2), 0 * u, wu * d * u ** (d - 1) * (1 - u) ** d
    return tuple(
        np.concatenate([a, b.ravel()]) for a, b in zip(within, beyond, strict=True)
    )


def _meeting(at: Any, turn: Any) -> tuple[Any, Any, Any]:
    """r = 1 − ρ cos ψ; the angles at which centre and query see the spheres meet."""
    fall, lift = 1 - np.cos(turn), 1 + np.cos(turn)
    cos = np.cos(turn) + at * fall * lift / 2
    sin = np.sin(turn) * np.sqrt((1 - at * lift / 2) * (1 + at * fall / 2))
    angles = np.arctan2(sin, cos), np.arctan2(sin, at - cos)
    return 1 - at * np.cos(turn), *angles


def by_slices(d: int, n: Any, k: Any) -> Any:
    """E⟨v, x − x̄ₖ⟩² in the ball of radius √(d + 2), (batch,); k < n, d from 2 on.

    Given the distance to point k + 1 the k nearest are uniform in the lens.
    """
    xp = namespace(n)
    share, second, first, weights = (xp.asarray(part) for part in _lens_table(d))
    found = []
    for i in range(0, n.size, _ROWS):
        size, near = n[i : i + _ROWS, None], k[i : i + _ROWS, None]
        law = share**near * xp.maximum(1 - share, 0.0) ** (size - 1 - near) * weights
        square = (law * (second + (near - 1) * first)).sum(axis=-1) / near[:, 0]
        found.append(square * _choices(size[:, 0], near[:, 0]))
    return (d + 2) / d * xp.concatenate(found)


def _choices(n: Any, k: Any) -> Any:
    """n (n − 1) … (n − k) / k!."""
    product = n
    for j in range(1, int(k.max()) + 1):
        product = product * namespace(n).where(j <= k, (n - j) / j, 1.0)
    return product
