"""How often a student in the span of few inputs and its linear teacher disagree."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative, refuse, together
from refgen.arrays import as_floats, namespace, special_functions

# Numbers of inputs and features: the exponents of the law of the angle have roundings
# of √n of themselves.
_MOST = 1e9

# Nodes of the trapezoidal rule on the line, and its reach in standard deviations and in
# logarithms of the density: what is left out, and the error, are below rounding.
_NODES, _DEVIATIONS, _LOGARITHMS = 512, 10.0, 45.0

# Of the rule for mixtures, which is exact to rounding up to these numbers.
_MIXTURE_NODES, _MIXTURE_FEATURES, _MIXTURE_INPUTS = 256, 1000, 2000.0

# Tails of a normal law are 0 from here on, over any χ of the rule.
_FAR = 1e200

# Largest size of a (batch, nodes) table: 32 MB.
_ENTRIES = 1 << 22


@finite
def gaussian_transfer_risk(n_points: Any, n_features: Any) -> Any:
    """How often student and teacher disagree after n standard normal inputs.

    The student is the limit of soft labels (`logistic_limit`); the share is averaged
    over inputs and a new point. It is E arccos(√B)/π with B ~ Beta(n/2, (p − n)/2).

    Parameters
    ----------
    n_points : array of whole numbers
        n, from 1 to 10⁹.
    n_features : array of whole numbers
        p, from 1 to 10⁹.

    Returns
    -------
    array
        In [0, ½]; 0 for n ≥ p.

    Raises
    ------
    ValueError
        If a number is not whole or out of range.

    Notes
    -----
    Source: derived here, claims KD-15g and KD-47. The relative error is that of a few
    hundred roundings, and √n more for large numbers.

    Examples
    --------
    >>> round(float(gaussian_transfer_risk(2, 7)), 12)
    0.330234727369
    """
    n, p = together(
        n_points=_as_size("n_points", n_points),
        n_features=_as_size("n_features", n_features),
    )
    xp, full = namespace(n), n >= p
    rest = xp.where(full, 1.0, p - n)
    risks = _by_rows(_mean_angle, n, rest) / math.pi
    return xp.where(full, 0.0, risks)


def _as_size(name: str, value: Any) -> Any:
    array = as_counts(name, value)
    refuse(name, array, array > _MOST, "be at most 10**9")
    return array


def _by_rows(function: Any, *arrays: Any) -> Any:
    """`function` of the flattened arrays, a part of them at a time."""
    shape, xp = arrays[0].shape, namespace(arrays[0])
    rows = [array.reshape(-1) for array in arrays]
    step = max(1, _ENTRIES // _NODES)
    parts = [
        function(*(row[start : start + step] for row in rows))
        for start in range(0, rows[0].size, step)
    ]
    return xp.concatenate(parts).reshape(shape)


def _mean_angle(a: Any, b: Any) -> Any:
    """E φ for the angle φ in (0, π/2) of density ∝ cos^(a−1) φ sin^(b−1) φ."""
    xp = namespace(a)
    small, large = xp.minimum(a, b)[:, None], xp.maximum(a, b)[:, None]
    # The line log(cot φ), or log(tan φ) if a > b, from its mode on.
    nodes, logs = _log_density(small, large)
    mass = xp.exp(logs)
    from_mode = xp.exp(nodes) * xp.sqrt(small / large)
    tangent = xp.where((a > b)[:, None], from_mode, 1 / from_mode)
    return (mass * xp.arctan(tangent)).sum(axis=-1) / mass.sum(axis=-1)


def _log_density(small: Any, large: Any) -> tuple[Any, Any]:
    """Nodes δ, and a δ − (a+b)/2 log(1 + a/(a+b) (e^(2δ) − 1)) there; a ≤ b."""
    xp, total = namespace(small), small + large
    deviation = xp.sqrt(total / (2 * small * large))
    low = -_DEVIATIONS * deviation - _LOGARITHMS / small
    high = _DEVIATIONS * deviation + _LOGARITHMS / large
    nodes = low + (high - low) * xp.asarray(_steps())
    rest = xp.log1p(small / total * xp.expm1(2 * nodes))
    return nodes, small * nodes - total / 2 * rest


@cache
def _steps() -> np.ndarray:
    return np.arange(_NODES) / (_NODES - 1)


@finite
def directed_transfer_risk(first_coordinates: Any, query: Any, n_features: Any) -> Any:
    """How often they disagree if inputs have these coordinates along the teacher's w.

    All other coordinates are standard normal. It is E Φ(−|b| ‖a‖/χ) with χ² of p − n
    degrees of freedom, where a are the first coordinates of n inputs and b is that of
    a new point.

    Parameters
    ----------
    first_coordinates : array of shape (..., n_points)
        a, the coordinates of the inputs along w; n is below p.
    query : array of shape (...)
        b, that of the new point.
    n_features : array of shape (...)
        p, whole numbers up to 10⁹.

    Returns
    -------
    array of shape (...)
        In [0, ½], with an absolute error of a few roundings.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-25.

    Examples
    --------
    >>> round(float(directed_transfer_risk([2.0, -1.0], 0.5, 4)), 12)
    0.163460947676
    """
    a = as_floats("first_coordinates", first_coordinates, 1)
    xp = namespace(a)
    # ‖a‖ without squares that overflow or vanish.
    size = abs(a).max(axis=-1, keepdims=True)
    scaled = a / xp.where(size > 0, size, 1.0)
    length = size[..., 0] * xp.sqrt((scaled * scaled).sum(axis=-1))
    length, b, p = together(
        first_coordinates=length,
        query=as_floats("query", query),
        n_features=_as_size("n_features", n_features),
    )
    rest = p - a.shape[-1]
    wanted = f"be above the number of inputs, {a.shape[-1]}"
    refuse("n_features", p, rest < 1, wanted, "; n or more inputs teach w itself")
    with np.errstate(over="ignore"):
        product = xp.minimum(length * abs(b), _FAR)
    return _by_rows(_mean_tail, product, rest)


def _mean_tail(size: Any, degrees: Any) -> Any:
    """E Φ(−size/χ)."""
    xp, degrees = namespace(size), degrees[:, None]
    deviation = 1 / xp.sqrt(2 * degrees)
    low = -_DEVIATIONS * deviation - _LOGARITHMS / degrees
    high = xp.minimum(_DEVIATIONS * deviation, 3.0)
    # log χ from its mode on.
    nodes = low + (high - low) * xp.asarray(_steps())
    mass = xp.exp(degrees * nodes - degrees / 2 * xp.expm1(2 * nodes))
    quotient = size[:, None] / (xp.sqrt(degrees) * xp.exp(nodes))
    tails = special_functions(size).ndtr(-quotient)
    return (mass * tails).sum(axis=-1) / mass.sum(axis=-1)


@finite
def mixture_transfer_risk(n_points: Any, n_features: Any, separation: Any) -> Any:
    """How often they disagree if inputs come from two normal clusters.

    The teacher's w points from the centre of one, −μ, to that of the other, μ. Both
    have covariance I, and are as likely.

    Parameters
    ----------
    n_points : array of whole numbers
        n ≥ 1.
    n_features : array of whole numbers
        p, from 1 to 1000.
    separation : array
        ‖μ‖ ≥ 0, half of the distance between the centres; n‖μ‖² is at most 2000.

    Returns
    -------
    array
        In [0, ½], with an absolute error of some hundred roundings; 0 for n ≥ p.

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Source: derived here, claim KD-25m.

    Examples
    --------
    >>> [round(float(mixture_transfer_risk(n, 6, 2.2)), 12) for n in (1, 2, 4)]
    [0.085312821662, 0.031458833578, 0.009454053351]
    """
    n, p, size = together(
        n_points=_as_size("n_points", n_points),
        n_features=_as_size("n_features", n_features),
        separation=as_not_negative("separation", separation),
    )
    most = _MIXTURE_FEATURES
    refuse("n_features", p, p > most, f"be at most {most} for mixtures")
    xp, full = namespace(n), n >= p
    size_squared = size * xp.minimum(size, 1e9)
    too_large = n * size_squared > _MIXTURE_INPUTS
    wanted = f"have n_points * separation**2 of at most {_MIXTURE_INPUTS:g}"
    refuse("separation", size, too_large, wanted)
    inside = xp.where(full, 1.0, n), xp.where(full, 1.0, p - n), size
    return xp.where(full, 0.0, _by_rows(_mixture_risk, *inside))


def _mixture_risk(n: Any, rest: Any, size: Any) -> Any:
    """∫ p(ω) P(φ > ω) dω over (0, π/2), with the angle φ between student and w.

    p is the density of the angle between a new point and the plane where w is 0.
    """
    xp = namespace(n)
    nodes, weights = (xp.asarray(part) for part in _quarter_turn())
    n, rest, size = (array[:, None] for array in (n, rest, size))
    s = size * xp.sin(nodes)
    bell = xp.exp(-size * size / 2)
    wide = special_functions(n).erf(s / math.sqrt(2))
    far = xp.exp(-((size * xp.cos(nodes)) ** 2) / 2)
    density = bell + math.sqrt(math.pi / 2) * s * wide * far
    tail = _angle_tail(n / 2, rest / 2, n * size * size / 2, nodes)
    return (weights * density * tail).sum(axis=-1) / math.pi


def _angle_tail(a: Any, b: Any, rate: Any, angles: Any) -> Any:
    """P(φ > ω) = P(B < cos² ω) with B ~ Beta(a + J, b) and J ~ Poisson(rate)."""
    xp, special = namespace(a), special_functions(a)
    cosine, sine = xp.cos(angles), xp.sin(angles)
    square = cosine * cosine
    below = special.betainc(a, b, xp.minimum(square, 1.0))
    logs = 2 * (a * xp.log(cosine) + b * xp.log(sine)) - special.betaln(a, b)
    # What a step from a to a + 1 takes away.
    step = xp.exp(logs) / a
    total = 0.0
    for j in range(_most_terms(float(rate.max()))):
        count = xp.asarray(float(j))
        logs = special.xlogy(count, rate) - rate - special.gammaln(count + 1)
        total = total + xp.exp(logs) * below
        below = xp.maximum(below - step, 0.0)
        step = step * square * ((a + b + j) / (a + 1 + j))
    return total


def _most_terms(rate: float) -> int:
    """So many that the rest of a Poisson law is below rounding."""
    return math.ceil(rate + 10 * math.sqrt(rate) + 30) if rate > 0 else 1


@cache
def _quarter_turn() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Legendre on (0, π/2)."""
    x, w = np.polynomial.legendre.leggauss(_MIXTURE_NODES)
    return (x + 1) * (math.pi / 4), w * (math.pi / 4)
