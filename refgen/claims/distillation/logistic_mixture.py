"""KD-25 and KD-25m: inputs whose coordinate along the teacher's w has any law."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.domains import integer, real, record

# --- KD-25: given coordinates along w


@dataclass(frozen=True, repr=False)
class FirstCoordinates(Instance):
    """First coordinates of inputs and of a new point, and half of p − n.

    Attributes
    ----------
    inputs : array of shape (..., n)
    query, half_left : arrays of shape (...)
    """

    inputs: Any
    query: Any
    half_left: Any


first_coordinates = record(
    FirstCoordinates,
    "up to 4 inputs, first coordinates of 0.05 to 5, p − n even and at most 40",
    n=integer(1, 4),
    inputs=real(0.05, 5, shape=("n",), log=True),
    query=real(0.05, 5, log=True),
    half_left=integer(1, 20),
    examples=lambda: [
        FirstCoordinates(np.array([2.0, 1.0]), np.array(0.5), np.array(1)),
        FirstCoordinates(np.array([0.5]), np.array(1.0), np.array(20)),
    ],
)

_MOST_HALVES = 20


def _even_tail(size: Any, half: Any) -> Any:
    """P(G − G' > y), G and G' of the law Gamma(k, 1): e^(−y) times a polynomial.

    The scalar product of 2k pairs of normal numbers has the law of G − G'. Until y the
    clock of G ticks j < k times; then it has to tick k − j times more after k ticks of
    the other clock.
    """
    xp = namespace(size)
    total, term = 0.0 * size, xp.exp(-size)
    for j in range(_MOST_HALVES):
        late, chance = 0.0 * size, 0.5**half
        for i in range(_MOST_HALVES):
            late = late + xp.where(i < half - j, chance, 0.0)
            chance = chance * (half + i) / (2.0 * (i + 1))
        total = total + term * xp.where(j < half, late, 0.0)
        term = term * size / (j + 1)
    return total


@claim("KD-25", kind="identity", domain=first_coordinates, cost=2000)
def first_coordinate_only(rg, case, share=1.0, more=0):
    """Coordinates along w are given, all others normal: the risk is E Φ(−|b| ‖a‖/χ).

    χ² has p − n degrees of freedom. If they are even, that is e^(−y) times a polynomial
    of y = |b| ‖a‖: the tail of a difference of two Gamma variables.
    """
    xp, n = namespace(case.query), case.inputs.shape[-1]
    p = n + 2 * case.half_left
    risk = rg.distillation.directed_transfer_risk(case.inputs, case.query, p + more)
    size = abs(case.query) * xp.sqrt((case.inputs**2).sum(axis=-1))
    return equal(share * risk, _even_tail(size, case.half_left))


first_coordinate_only.twin("0.99 of that", share=0.99)
first_coordinate_only.twin("χ² of p − n + 1 degrees", more=1)
first_coordinate_only.twin("χ² of p − n − 1 degrees", more=-1)


# --- KD-25m: two clusters


@dataclass(frozen=True, repr=False)
class Clusters(Instance):
    """Numbers of inputs and half of p − n, and ‖μ‖, shapes (...)."""

    n_points: Any
    half_left: Any
    separation: Any


clusters = record(
    Clusters,
    "up to 4 inputs from clusters at ±μ, ‖μ‖ up to 2.5, p − n even and at most 20",
    n_points=integer(1, 4),
    half_left=integer(1, 10),
    separation=real(0, 2.5),
    examples=lambda: [
        Clusters(np.array(2), np.array(2), np.array(2.2)),
        Clusters(np.array(4), np.array(1), np.array(2.2)),
        Clusters(np.array(1), np.array(3), np.array(0.0)),
    ],
)

_FAR = 11.0


def _lengths(n: Any, size: Any) -> tuple[Any, Any]:
    """Nodes and weights for ‖a‖, a normal vector in n dimensions of mean √n μ.

    By polar coordinates around 0, from the axis of its mean.
    """
    xp = namespace(size)
    u, wu = unit_nodes(xp, 64)
    v, wv = unit_nodes(xp, 96)
    mean, n = (xp.sqrt(n) * size)[:, None], n[:, None]
    high = mean + _FAR
    length = high * u
    turn = math.pi * v
    squares = (
        length[..., None] ** 2
        + mean[..., None] ** 2
        - 2 * (length * mean)[..., None] * xp.cos(turn)
    )
    around = xp.exp(-squares / 2) * xp.sin(turn) ** xp.maximum(n - 2, 0)[..., None]
    sphere = (around * wv).sum(axis=-1)
    line = xp.exp(-((length - mean) ** 2) / 2) + xp.exp(-((length + mean) ** 2) / 2)
    mass = wu * length ** (n - 1) * xp.where(n > 1, sphere, line)
    return length, mass / mass.sum(axis=-1, keepdims=True)


def _by_lengths(case: Clusters) -> Any:
    """E of the risk for given coordinates along w, over their laws."""
    n, size = case.n_points + 0.0, case.separation
    a, mass = _lengths(n, size)
    b, chance = _lengths(n / n, size)
    half = (case.half_left + 0.0)[:, None, None]
    tails = _even_tail(a[:, :, None] * b[:, None, :], half)
    return ((tails * chance[:, None, :]).sum(axis=-1) * mass).sum(axis=-1)


@claim("KD-25m", kind="identity", domain=clusters, cost=4000)
def two_clusters(rg, case, share=1.0, wider=1.0):
    """Normal clusters at ±μ on the line of w: the mean of KD-25 over a and b.

    By another route: P(φ > ω) of the student's angle, whose cos² is a mixture of Beta
    laws, times the density of the angle ω between a new point and the plane of w.
    """
    p = case.n_points + 2 * case.half_left
    found = rg.distillation.mixture_transfer_risk(
        case.n_points, p, wider * case.separation
    )
    return equal(share * found, _by_lengths(case))


two_clusters.twin("0.99 of that", share=0.99)
two_clusters.twin("clusters at ±1.02 μ", wider=1.02)
