"""The lens of two balls: its share of one of them, and nodes to integrate over it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen._quadrature import unit_nodes

# The quadrature's error was checked up to here, at n = 1 against 2d.
_MOST_FEATURES = 64


def ball_dimension(n_features: Any) -> int:
    d = check_integer("n_features", n_features, 1)
    if d > _MOST_FEATURES:
        raise ValueError(
            f"n_features must be at most {_MOST_FEATURES}, got {d}: beyond that the "
            "quadrature was not checked"
        )
    return d


def halvings(d: int, n: Any) -> int:
    """Halvings down to a quarter of the distance n^(−1/d) of the nearest points."""
    levels = math.ceil(math.log2(float(n.max())) / d) + 2
    # Rounded up, so that calls with other numbers of points may share a rule.
    return levels if levels <= 4 else -(-levels // 4) * 4


def inner_nodes(d: int, levels: int, more: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Nodes r in (0, 1) and weights, finer towards 0.

    As many as make rounding dominate: the larger d is, the faster (1 − F)ⁿ falls from
    1 to 0. `more` are added to each panel.
    """
    return _panels(levels, 16 + 5 * d // 2 + more)


def outer_nodes(
    d: int, levels: int, more: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes δ in (0, 1) and α in (0, π), and their weights.

    A ball around a point x of the unit ball, δ = 1 − ‖x‖, reaches beyond it from
    r = δ on. There r is replaced by the angle α, seen from the centre, at which the two
    spheres meet. Integrands are smooth except at δ = α = 0. The rectangle is cut into
    two triangles that meet there, and each is scaled by u toward that corner, which
    makes them smooth, too.
    """
    u, wu = inner_nodes(d, levels, more)
    v, wv = unit_nodes(24 + 5 * d // 2 + more)
    area = (np.pi * u[:, None] * wu[:, None] * wv).ravel()
    below, edge = (u[:, None] * v).ravel(), (u[:, None] + 0 * v).ravel()
    delta = np.concatenate([edge, below])
    alpha = np.pi * np.concatenate([below, edge])
    return delta, alpha, np.concatenate([area, area])


def lens_share(d: int, delta: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """F for ‖x‖ = 1 − δ and the r of α: the share of the unit ball within r of x."""
    r, sine, cosine = seen_from_point(delta, alpha)
    return r**d * cap(d, sine, cosine) + cap(d, np.sin(alpha), np.cos(alpha))


def seen_from_point(
    delta: np.ndarray, alpha: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """r, and sine and cosine of the angle β under which x sees the spheres' meeting.

    β is measured from the direction to the centre.
    """
    fall = 2 * np.sin(alpha / 2) ** 2  # 1 − cos α
    r = np.sqrt(delta**2 + 2 * (1 - delta) * fall)
    return r, np.sin(alpha) / r, (fall - delta) / r


def cap(d: int, sine: np.ndarray, cosine: np.ndarray) -> np.ndarray:
    """Fraction ∫₀^φ sinᵈ / ∫₀^π sinᵈ of a ball that is its cap of half-angle φ.

    With d − 2 for d it is that of the sphere; two points on a line, one on each side.
    """
    if d == -1:
        return np.where(cosine < 1, 0.5, 0.0)
    from scipy.special import betainc

    a, c = (d + 1) / 2, np.minimum(cosine**2, 1)
    # Each form is used where its argument is small; the other would lose digits there.
    small = betainc(a, 0.5, np.minimum(sine**2, 1)) / 2
    half = (1 - betainc(0.5, a, c)) / 2
    half = np.where(c * (d + 1) > 1, small, half)
    return np.where(cosine > 0, half, 1 - half)


def _panels(levels: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss–Legendre on [0, 2^−levels], …, [¼, ½], [½, 1]."""
    x, w = unit_nodes(m)
    starts = np.array([0.0, *(2.0 ** (j - levels) for j in range(levels))])
    lengths = np.append(np.diff(starts), 0.5)
    nodes = starts[:, None] + lengths[:, None] * x
    return nodes.ravel(), (lengths[:, None] * w).ravel()
