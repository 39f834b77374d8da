"""How far the largest of several normals is above their mean."""

from __future__ import annotations

import math
from typing import Any

from refgen._finite import finite
from refgen._numbers import as_counts, together
from refgen.arrays import as_floats, namespace, special_functions
from refgen.uniform_convergence._complex_normal import scaled_tail, times, turned

_Rule = tuple[float, float, float, int]

# Numbers of normals, and u, from and below which a rule serves: bend and growth of the
# path, step and number of nodes. The more normals, and the larger u, the faster the
# integrand decays.
_FAR, _END = 0.3, math.inf
_RULES: tuple[tuple[tuple[float, float], tuple[float, float], _Rule], ...] = (
    ((3, 5), (0.0, _FAR), (0.3, 1.0, 0.09, 150)),
    ((3, 5), (_FAR, _END), (0.3, 1.0, 0.09, 76)),
    ((5, 12), (0.0, _FAR), (0.3, 1.0, 0.095, 84)),
    ((5, 12), (_FAR, _END), (0.3, 1.0, 0.095, 64)),
    ((12, _END), (0.0, _END), (0.0, 0.25, 0.35, 28)),
)
# Pairs of an argument and a node that are in memory at once.
_AT_ONCE = 2**18
# Tails of which the square is below this part of 1/n² add up without a correction that
# rounding would see.
_NEGLIGIBLE = 1e-34


@finite
def max_deviation_sf(n: Any, u: Any) -> Any:
    """H_n(u) = Pr[max_j (g_j − ḡ) > u] for n independent standard normals.

    Parameters
    ----------
    n : array of whole numbers
        At least 2.
    u : array
        Of any sign; H is 1 for u ≤ 0.

    Returns
    -------
    array
        The relative error is a few roundings; below 1e-300, see `log_max_deviation_sf`.

    Raises
    ------
    ValueError
        If `n` is below 2, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-7.

    Examples
    --------
    >>> [round(float(max_deviation_sf(n, u)), 6) for n, u in ((3, 2), (20, 2.5))]
    [0.021459, 0.100029]
    """
    return namespace(n, u).exp(_log_tail(n, u))


@finite
def log_max_deviation_sf(n: Any, u: Any) -> Any:
    """log of `max_deviation_sf`, also where that is too small for a float64.

    Parameters
    ----------
    n : array of whole numbers
        At least 2.
    u : array
        Of any sign.

    Returns
    -------
    array
        At most 0.

    Raises
    ------
    ValueError
        As `max_deviation_sf`.

    Notes
    -----
    Source: derived here, claim UC-7.

    Examples
    --------
    >>> round(float(log_max_deviation_sf(100, 60.0)), 6)
    -1818.595231
    """
    return _log_tail(n, u)


def _log_tail(n: Any, u: Any) -> Any:
    n, u = together(n=as_counts("n", n, 2), u=as_floats("u", u))
    xp = namespace(n)
    above = xp.maximum(u, 0.0).ravel()
    found = log_tail(n.ravel(), above).reshape(n.shape)
    return xp.where(u > 0, found, 0.0)


def log_tail(n: Any, u: Any) -> Any:
    """`log_max_deviation_sf` for u ≥ 0, without checks; n and u have one axis."""
    xp = namespace(n)
    # The deviations of two normals are equal but for their sign.
    pair = special_functions(n).log_ndtr(-math.sqrt(2) * u)
    found = xp.minimum(math.log(2) + pair, 0.0)
    for (few, many), (near, far), rule in _RULES:
        inside = (n >= few) & (n < many) & (u >= near) & (u < far)
        chosen = xp.nonzero(inside)[0]
        if chosen.size:
            found[chosen] = _in_blocks(rule, n[chosen], u[chosen])
    return found


def _in_blocks(rule: _Rule, n: Any, u: Any) -> Any:
    step = _AT_ONCE // rule[-1]
    starts = range(0, n.size, step)
    found = [_on_path(rule, n[i : i + step], u[i : i + step]) for i in starts]
    return namespace(n).concatenate(found)


def _on_path(rule: _Rule, n: Any, u: Any) -> Any:
    """log H by the trapezoidal rule on z(t) = τ + s (bend (cosh − 1) + i sinh)(ct)/c.

    H = √(n/2π) ∫ e^(nz²/2) (1 − Φ(u + z)^n) dz/i upwards on any path from −i∞ to i∞.
    At τ = u/(n − 1) the first term of the integrand, n e^(nz²/2) Q(u + z), does not
    oscillate, so that small tails do not come from a difference. The bend lets
    e^(−nuz) decay, which few normals need.
    """
    xp = namespace(n)
    bend, growth, step, n_nodes = rule
    t = step * xp.arange(n_nodes)
    n, u = n[:, None], u[:, None]
    width = 1 / xp.sqrt(n)
    rising, falling = xp.sinh(growth * t), xp.cosh(growth * t)
    aside = width * (bend * (falling - 1) / growth)
    along = width * (rising / growth)
    real, imaginary = _integrand(n, u, aside, along)
    values = real * (width * falling) + imaginary * (width * (bend * rising))
    weights = xp.where(t > 0, step, step / 2)
    total = (values * weights).sum(axis=-1)
    exponent = (n * u * u / (2 * (n - 1)))[:, 0]
    found = xp.log(total * xp.sqrt(n[:, 0] * (2 / math.pi))) - exponent
    return xp.minimum(found, 0.0)


def _integrand(n: Any, u: Any, aside: Any, along: Any) -> tuple[Any, Any]:
    """e^(nz²/2) (1 − Φ(u + z)^n) over e^(−nu²/2(n − 1)) at τ + aside + i along."""
    xp = namespace(n)
    x = u + u / (n - 1) + aside
    tail = scaled_tail(x, along)
    # w = (u + z)²/2, and by how much more nz²/2 + nu²/2(n − 1) is: both touch at τ.
    size, angle = (x - along) * (x + along) / 2, x * along
    more = (n - 1) * (aside - along) * (aside + along) / 2
    turn, extra = turned(1.0, angle), turned(1.0, (n - 1) * aside * along)
    decay = xp.exp(-abs(size))
    # Q = e^(−w) q where e^(−w) is small.
    q = times((decay * turn[0], -decay * turn[1]), tail)
    square = q[0] * q[0] + q[1] * q[1]
    shrinks = size >= 0
    # Where n|Q| is below rounding, 1 − Φ^n = nQ, and e^(nz²/2) alone may be too large.
    tiny = shrinks & (n * n * square < _NEGLIGIBLE)
    power = _log_distribution(xp, shrinks, q, square, (decay, size, angle), turn, tail)
    weight = xp.where(tiny, 0.0, size + more)
    below = _one_minus_power(xp, weight, times(turn, extra), n, *power)
    scale = n * xp.exp(xp.where(tiny, more, 0.0))
    first = times((scale * extra[0], scale * extra[1]), tail)
    return tuple(xp.where(tiny, a, b) for a, b in zip(first, below, strict=True))


def _log_distribution(
    xp: Any, shrinks: Any, q: Any, square: Any, w: Any, turn: Any, tail: Any
) -> tuple[Any, Any]:
    """Logarithm and angle of Φ = 1 − Q."""
    decay, size, angle = w
    small = xp.log1p(xp.where(shrinks, square - 2 * q[0], 0.0)) / 2
    # Where e^(−w) is large: Φ = e^(−w) (e^w − q).
    a, b = decay * turn[0] - tail[0], decay * turn[1] - tail[1]
    large = xp.log(xp.where(shrinks, 1.0, a * a + b * b)) / 2 - size
    turned_by = xp.arctan2(xp.where(shrinks, -q[1], b), xp.where(shrinks, 1 - q[0], a))
    return (
        xp.where(shrinks, small, large),
        xp.where(shrinks, turned_by, turned_by - angle),
    )


def _one_minus_power(
    xp: Any, weight: Any, direction: Any, n: Any, log_size: Any, angle: Any
) -> tuple[Any, Any]:
    """e^w (1 − Φ^n) from the real part and direction of w, and log Φ."""
    rise, half = n * log_size, n * angle / 2
    grows = rise > 1
    # Φ^n − 1 by expm1, unless Φ^n is large.
    change = xp.expm1(xp.where(grows, 0.0, rise))
    sine, cosine = xp.sin(half), xp.cos(half)
    turn = 1 - 2 * sine * sine, 2 * sine * cosine
    near = change * turn[0] - 2 * sine * sine, (1 + change) * turn[1]
    factor = xp.exp(weight)
    # There |e^w| is small, and exponents are added before they are large.
    other = xp.exp(xp.where(grows, weight + rise, 0.0))
    rest = tuple(
        xp.where(grows, factor * one - other * far, -factor * close)
        for one, far, close in zip((1.0, 0.0), turn, near, strict=True)
    )
    return times(direction, rest)
