"""Deterministic quadrature: the other side of closed forms, independent of them."""

from __future__ import annotations

import functools
import math
from itertools import pairwise
from typing import Any

import numpy as np

from refgen.arrays import namespace

# Step and reach of the tanh-sinh rule: for Beta laws of parameters in [0.05, 50] its
# error, and the mass beyond its reach, are below rounding.
_STEP, _REACH = 1 / 64, 6.5

# Beyond this a normal law has a mass of 1e-32.
_FAR = 12.0


@functools.cache
def _tanh_sinh() -> tuple[Any, Any, Any]:
    """Nodes q in (0, 1), their complements 1 − q and log dq."""
    t = np.arange(-_REACH, _REACH, _STEP)
    rising = np.pi * np.sinh(t)
    low = np.exp(-np.logaddexp(0, -rising))
    high = np.exp(-np.logaddexp(0, rising))
    with np.errstate(divide="ignore"):
        weight = np.log(low) + np.log(high) + np.log(np.pi * np.cosh(t))
    return low, high, weight


def beta_rule(a: Any, b: Any, upper: Any = 1.0) -> tuple[Any, Any, Any]:
    """Nodes q, complements 1 − q and weights for E[f(q, 1 − q); q ≤ upper].

    By tanh-sinh quadrature for q ~ Beta(a, b). The density is normalized by the same
    rule, so that no closed form is used.

    Parameters
    ----------
    a, b : array of shape (..., 1)
        In [0.05, 50].
    upper : array of shape (..., 1), or float
        In (0, 1].

    Returns
    -------
    nodes, complements, weights : arrays that broadcast to (..., n_nodes)

    Notes
    -----
    A weight is the exponential of a sum of three logarithms, each with four roundings
    that count as often as it is large. Averaged over the law these sizes add up to less
    than 70, so that the weights, their normalization and the pairwise sums carry fewer
    roundings than a claim allows by default.

    Examples
    --------
    >>> a = np.array([2.0])
    >>> nodes, rest, weights = beta_rule(a, a, upper=0.5)
    >>> round(float(weights.sum()), 12)
    0.5
    """
    xp = namespace(a)
    low, high, weight = (xp.asarray(part) for part in _tanh_sinh())

    def mass(q: Any, complement: Any) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = (a - 1) * xp.log(q) + (b - 1) * xp.log(complement) + weight
        # A node that underflows has a mass below 1e-300; it counts as 0.
        return xp.where(xp.isfinite(logs), xp.exp(logs), 0.0)

    nodes = upper * low
    # Next to 1 the complement of a node has more digits than 1 − node.
    rest = xp.where(xp.asarray(upper) == 1.0, high, 1 - nodes)
    total = mass(low, high).sum(axis=-1, keepdims=True)
    return nodes, rest, upper * mass(nodes, rest) / total


def beta_mean(f: Any, a: Any, b: Any, upper: Any = 1.0) -> Any:
    """E[f(q, 1 − q); q ≤ upper] for q ~ Beta(a, b), by the nodes of `beta_rule`.

    Parameters
    ----------
    f : callable
        Of nodes and their complements, arrays that broadcast to (..., n_nodes).
    a, b, upper
        As in `beta_rule`.

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> a = np.array([2.0])
    >>> round(float(beta_mean(lambda q, rest: q, a, a)), 12)
    0.5
    """
    nodes, rest, weights = beta_rule(a, b, upper)
    return (f(nodes, rest) * weights).sum(axis=-1)


def unit_nodes(xp: Any, m: int) -> tuple[Any, Any]:
    """Nodes and weights of Gauss and Legendre on [0, 1], exact up to degree 2m − 1.

    Examples
    --------
    >>> x, w = unit_nodes(np, 3)
    >>> round(float((w * x**5).sum()), 12)  # 1/6
    0.166666666667
    """
    x, w = _gauss_legendre(m)
    return xp.asarray(x), xp.asarray(w)


@functools.cache
def _gauss_legendre(m: int) -> tuple[Any, Any]:
    """The same on the host, once: finding them takes longer than using them."""
    x, w = np.polynomial.legendre.leggauss(m)
    nodes, weights = (x + 1) / 2, w / 2
    for array in (nodes, weights):
        array.flags.writeable = False
    return nodes, weights


def normal_rule(*kinks: Any, n_nodes: int = 64) -> tuple[Any, Any]:
    """Nodes and weights for E f(Z), Z ~ N(0, 1), with f smooth between its kinks.

    Parameters
    ----------
    *kinks : arrays of shape (...)
        One or more, in ascending order.
    n_nodes : int
        Between two kinks.

    Returns
    -------
    nodes, weights : arrays of shape (..., (len(kinks) + 1) * n_nodes)

    Examples
    --------
    >>> z, w = normal_rule(np.array(0.0))
    >>> round(float((w * abs(z)).sum()), 12)  # √(2/π)
    0.797884560803
    """
    xp = namespace(*kinks)
    x, weights = unit_nodes(xp, n_nodes)
    ends = [-_FAR + 0 * kinks[0], *kinks, _FAR + 0 * kinks[0]]
    ends = [xp.clip(end, -_FAR, _FAR)[..., None] for end in ends]
    pieces = list(pairwise(ends))
    z = xp.concatenate([a + (b - a) * x for a, b in pieces], axis=-1)
    mass = xp.concatenate([(b - a) * weights for a, b in pieces], axis=-1)
    return z, mass * xp.exp(-z * z / 2) / math.sqrt(2 * math.pi)
