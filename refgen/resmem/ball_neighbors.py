"""Displacement of the mean of the k nearest of n points in a ball, by quadrature."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.resmem._lens import (
    ball_dimension,
    cap,
    halvings,
    inner_nodes,
    outer_nodes,
    seen_from_point,
)
from refgen.resmem._ranges import n_and_k
from refgen.special import log_rising_factorial

# Largest size of a (batch, nodes) table: 32 MB.
_ENTRIES = 1 << 22


def ball_displacement(n_features: int, n_points: Any, n_neighbors: Any = 1) -> Any:
    """E⟨v, x − x̄ₖ⟩², query and n points uniform on a ball of covariance I, ‖v‖ = 1.

    x̄ₖ is the mean of the k nearest points. Given the distance r to the next one they
    are uniform in the lens within r of x, so that the square is 1/k of the lens's
    second moment around x and 1 − 1/k of the square of its centroid's distance.

    Parameters
    ----------
    n_features : int
        d, from 1 to 64.
    n_points, n_neighbors : arrays of integers
        n and k, with 1 ≤ k ≤ n.

    Returns
    -------
    array
        Of the shape to which the arguments broadcast.

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Source: derived here, claim RM-12k. The relative error is a few times 1e-15 d for
    the quadrature, and some roundings for each unit of log n.

    Examples
    --------
    >>> [round(float(ball_displacement(3, 100, k)), 6) for k in (1, 2, 3)]
    [0.079926, 0.059699, 0.054838]
    """
    d = ball_dimension(n_features)
    n, k = n_and_k(n_points, n_neighbors)
    xp = namespace(n)
    n, k = xp.broadcast_arrays(n, k)
    near = xp.where(k < n, k, 1.0)
    more = 4 * math.ceil(math.sqrt(float(near.max())))
    rule = [xp.asarray(part) for part in _rule(d, halvings(d, n), more)]
    rows = [array.reshape(-1) for array in (n, near)]
    step = max(1, _ENTRIES // rule[0].size)
    parts = [
        _square(*(row[start : start + step, None] for row in rows), *rule)
        for start in range(0, rows[0].size, step)
    ]
    found = xp.concatenate(parts).reshape(n.shape)
    # Without a next point the k are uniform on the whole ball.
    return xp.where(k == n, 1 + 1 / n, (d + 2) / d * found)


def _square(
    n: Any, k: Any, log_share: Any, log_rest: Any, second: Any, first: Any, mass: Any
) -> Any:
    """E‖x − x̄ₖ‖² in the unit ball for k < n: F of point k + 1 ~ Beta(k + 1, n − k)."""
    xp = namespace(n)
    others = xp.maximum(n - 1 - k, 0.0)
    log_beta = log_rising_factorial(xp.ones(k.shape), k) - log_rising_factorial(
        others + 1, k + 1
    )
    density = xp.exp(k * log_share + others * log_rest - log_beta)
    return (density * (second / k + (1 - 1 / k) * first) * mass).sum(axis=-1)


@lru_cache(maxsize=32)
def _rule(d: int, levels: int, more: int) -> tuple[np.ndarray, ...]:
    """log F, log(1 − F), moments of the lens around x, and weights of dF, radius 1.

    The moments are E‖z − x‖² and ‖E z − x‖² for z uniform on the lens.
    """
    u, wu = inner_nodes(d, levels, more)
    mass = wu * d * u ** (d - 1) * (1 - u) ** d
    inner = d * np.log(u), np.log1p(-(u**d)), u**2 * d / (d + 2), 0 * u, mass
    outer = _outer(d, *outer_nodes(d, levels, more))
    return tuple(np.concatenate(pair) for pair in zip(inner, outer, strict=True))


def _outer(
    d: int, delta: np.ndarray, alpha: np.ndarray, area: np.ndarray
) -> tuple[np.ndarray, ...]:
    """The same where the ball around x leaves the unit ball: the lens is two caps."""
    at, (r, *own), other = 1 - delta, seen_from_point(delta, alpha), _angles(alpha)
    caps = r**d * cap(d, *own), cap(d, *other)
    # Nothing is left of a lens that underflows: its moments are 0, too.
    share = np.clip(sum(caps), 1e-300, 1 - 2.0**-53)
    second = r ** (d + 2) * _second_moment(d, own) + _second_moment(d, other)
    # That of the other cap is around its own centre, at a distance of 1 − δ from x.
    second = second - 2 * at * _first_moment(d, other) + at**2 * caps[1]
    # First moments around x: those of the caps along x differ by this one alone.
    first = at * caps[1]
    mass = area * d**2 * at**d * np.sin(alpha) * r ** (d - 2) * cap(d - 2, *own)
    logs = np.log(share), np.log1p(-share)
    return *logs, second / share, (first / share) ** 2, mass


def _angles(alpha: np.ndarray) -> list[np.ndarray]:
    return [np.sin(alpha), np.cos(alpha)]


def _second_moment(d: int, angle: Any) -> np.ndarray:
    """∫‖z‖² over a cap of the unit ball, by the ball's volume."""
    return cap(d, *angle) - 2 / (d + 2) * cap(d + 2, *angle)


def _first_moment(d: int, angle: Any) -> np.ndarray:
    """∫⟨z, axis⟩ over a cap of the unit ball, by the ball's volume."""
    whole = math.sqrt(math.pi) * math.gamma((d + 1) / 2) / math.gamma(d / 2 + 1)
    return angle[0] ** (d + 1) / ((d + 1) * whole)
