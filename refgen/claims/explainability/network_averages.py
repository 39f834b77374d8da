"""LE-8k, 46 and 48: networks where points follow a normal law."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._placed import normal_grid
from refgen.claims.kinds import equal, tends_to
from refgen.claims.registry import claim
from refgen.domains import integer, matrix, not_a, real, record, vector
from refgen.explainability import TwoLayerReLU


@dataclass(frozen=True, repr=False)
class Placed(Instance):
    """A network, points N(μ, τ²I) and neighbourhoods of scale s.

    Attributes
    ----------
    network : TwoLayerReLU of shape (...)
    mean : array of shape (..., n_features)
    spread, scale : arrays of shape (...)
    """

    network: Any
    mean: Any
    spread: Any
    scale: Any

    @property
    def share(self) -> Any:
        """κ = τ²/(τ² + s²)."""
        return self.spread**2 / (self.spread**2 + self.scale**2)

    @property
    def size(self) -> Any:
        """Σ |c|‖w‖√(τ² + s²), whose square bounds both fidelities."""
        xp, weights = namespace(self.scale), self.network.weights
        lengths = xp.sqrt((weights * weights).sum(axis=-1))
        loads = (abs(self.network.output) * lengths).sum(axis=-1)
        return loads * xp.sqrt(self.spread**2 + self.scale**2)


def _placed(
    weights: Any, biases: Any, output: Any, mean: Any, spread: Any, ratio: Any
) -> Placed:
    network = TwoLayerReLU(weights, biases, output)
    return Placed(network, mean, spread, spread * ratio)


def of(weights: Any, biases: Any, output: Any, mean: Any, *numbers: float) -> Placed:
    """An instance from lists, the spread and the scale."""
    network = TwoLayerReLU(weights, biases, output)
    return Placed(network, np.array(mean, float), *map(np.array, numbers))


placed = record(
    _placed,
    "1 or 2 ReLU neurons in 1 or 2 features, a scale of 1 to 3 spreads in [0.5, 2]",
    outside=lambda case: not_a(Placed, case),
    k=integer(1, 2),
    d=integer(1, 2),
    weights=matrix("k", "d"),
    biases=vector("k"),
    output=vector("k"),
    mean=vector("d"),
    spread=real(0.5, 2.0, log=True),
    ratio=real(1.0, 3.0, log=True),
    examples=lambda: [
        of([[1.0]], [0.0], [1.0], [0.0], 1.0, 1.0),
        of([[1.0, 0.0], [0.6, 0.8]], [0.3, 0.0], [1.0, 1.0], [0.0, 0.1], 0.9, 1.0),
    ],
)

# --- LE-46


def _average(case: Placed, spread: Any, scale: Any) -> Any:
    """The mean of NF over x ~ N(μ, spread²I) and N(x, scale²I), by a grid."""
    xp, d = namespace(case.scale), case.mean.shape[-1]
    z, weights = normal_grid(xp, 0.4)
    grid = xp.stack([part.ravel() for part in xp.meshgrid(*[z] * d)], axis=-1)
    mass = weights
    for _ in range(d - 1):
        mass = (mass[:, None] * weights).ravel()
    points = case.mean[..., None, :] + spread[..., None, None] * grid
    network = case.network.map(lambda array: array[:, None])
    return (network.local_fit(points, scale[..., None]).fidelity * mass).sum(axis=-1)


@claim("LE-46", kind="identity", domain=placed, cost=12000)
def average_network(rg, case, wider=1.0):
    """Over x ~ N(μ, Γ) a pair has (Γ + q)‖w_j‖‖w_k‖r² ∫ (1 − τ)φ₂(h_j, h_k; τr)dτ.

    τ runs from Γ/(Γ + q) to 1, and kinks h are in units of √(Γ + q)‖w‖; Γ, q are τ², s²
    for NF*, and κτ², κs² for MNF*.
    """
    found = rg.explainability.gaussian_fidelity(
        case.network, case.mean, case.spread, wider * case.scale
    )
    root = namespace(case.share).sqrt(case.share)
    direct = _average(case, case.spread, case.scale)
    mirrored = _average(case, root * case.spread, root * case.scale)
    return [
        equal(found.fidelity, direct, case.size**2),
        equal(found.mirrored, mirrored, case.size**2),
    ]


average_network.twin("neighbourhoods that are 2 % wider", wider=1.02)


@average_network.twin_function("MNF* is NF*")
def _(rg, case):
    found = rg.explainability.gaussian_fidelity(
        case.network, case.mean, case.spread, case.scale
    )
    return equal(found.mirrored, found.fidelity)


# --- LE-48


@claim("LE-48", kind="identity", domain=placed, cost=8000)
def homogeneous(rg, case, more=0.0, bias=0.0):
    """MNF* = κ^p NF* for points N(0, τ²I), if f(λx) = λ^p f(x) for λ > 0.

    So networks without biases have MNF* = κ NF*, steps through 0 have equal fidelities,
    and squares κ².
    """
    le, zero, share = rg.explainability, 0 * case.mean, case.share
    weights, c = case.network.weights, case.network.output
    network = TwoLayerReLU(weights, bias * case.network.biases, c)
    centred = Placed(network, zero, case.spread, case.scale)
    xp, law = namespace(share), (zero, case.spread, case.scale)
    root = xp.sqrt(share)
    mirrored = _average(centred, root * case.spread, root * case.scale)
    found = le.gaussian_fidelity(network, *law).fidelity
    first = xp.where(abs(weights).max(axis=(-1, -2)) > 0, weights[..., 0, 0], 1.0)
    line = xp.where(abs(first) > 0.1, first, 0.1)[..., None] + zero
    step = le.gaussian_fidelity(le.Step(line), *law)
    matrix = c[..., 0, None, None] * xp.eye(zero.shape[-1])
    square = le.gaussian_fidelity(le.Quadratic(matrix), *law)
    return [
        equal(mirrored, share ** (1 + more) * found, case.size**2),
        equal(step.mirrored, share**more * step.fidelity),
        equal(square.mirrored, share ** (2 + more) * square.fidelity, case.scale**4),
    ]


homogeneous.twin("κ to the power p + 0.015", more=0.015)
homogeneous.twin("networks with biases, too", bias=1.0)

# --- LE-8k

SIZES = (10.0, 100.0, 1e3, 1e4)  # τ/s


def _kinked(turns: Any, lengths: Any, biases: Any, output: Any, spread: Any) -> Placed:
    """Kinks with angles of π/10 between them, at least."""
    xp, k = namespace(spread), lengths.shape[-1]
    angles = (xp.arange(k) + 0.7 * turns) * (math.pi / k)
    units = xp.stack([xp.cos(angles), xp.sin(angles)], axis=-1)
    network = TwoLayerReLU(lengths[..., None] * units, biases, output)
    return Placed(network, 0 * units[..., 0, :], spread, spread)


kinked = record(
    _kinked,
    "1 to 3 ReLU neurons in the plane, no two with an angle below π/10",
    outside=lambda case: not_a(Placed, case),
    k=integer(1, 3),
    turns=real(0.0, 1.0, shape=("k",)),
    lengths=real(0.5, 2.0, shape=("k",)),
    biases=real(-2.0, 2.0, shape=("k",)),
    output=real(0.5, 2.0, shape=("k",)),
    spread=real(0.5, 2.0),
    examples=lambda: [of([[1.0, 0.0]], [0.0], [1.0], [0.0, 0.0], 1.0, 1.0)],
)


def _distance(case: Placed) -> Any:
    """Proven coefficients of s/τ and (s/τ)²: of pairs, and of single kinks."""
    xp, network = namespace(case.spread), case.network
    weights, c, spread = network.weights, network.output, case.spread[..., None]
    lengths = xp.sqrt((weights * weights).sum(axis=-1))
    loads = abs(c) * lengths
    cosines = (weights @ weights.swapaxes(-1, -2)) / (
        lengths[..., :, None] * lengths[..., None, :]
    )
    apart = 1 - xp.eye(lengths.shape[-1])
    r2 = xp.minimum(cosines**2, 0.999) * apart
    pairs = loads[..., :, None] * loads[..., None, :] * r2 / xp.sqrt(1 - r2)
    first = pairs.sum(axis=(-1, -2)) / (4 * math.pi * case.spread)
    far = (network.biases / (lengths * spread)) ** 2 / 2
    rate = loads**2 * xp.exp(-far) / (3 * math.sqrt(2) * math.pi * spread)
    growth = far * xp.exp(far / SIZES[0] ** 2)
    return first, (rate * xp.maximum(0.5, growth)).sum(axis=-1)


@claim("LE-8k", kind="limit", domain=kinked, cost=20)
def kinks(rg, case, constant=1.0, order=3.0):
    """NF*/s³ → Σ cⱼ²‖wⱼ‖³qⱼ(−βⱼ)/(3√π), qⱼ the density of wⱼ·x, if kinks differ."""
    le, xp = rg.explainability, namespace(case.spread)
    values = []
    for size in SIZES:
        scale = case.spread / size
        found = le.gaussian_fidelity(case.network, case.mean, case.spread, scale)
        values.append(found.fidelity / scale**3 * size ** (order - 3))
    rate = le.kink_rate(case.network, case.mean, case.spread)
    limit = constant * rate[..., None]
    first, second = _distance(case)
    envelope = [(first, 1), (second, 2)]
    return tends_to(xp.stack(values, axis=-1), limit, envelope, SIZES, limit)


def _doubled(turns: Any, lengths: Any, biases: Any, output: Any, spread: Any) -> Placed:
    """Every neuron twice."""
    case = _kinked(turns, lengths, biases, output, spread)
    xp, network = namespace(case.spread), case.network
    twice = [
        xp.concatenate([part] * 2, axis=-1) for part in (network.biases, network.output)
    ]
    weights = xp.concatenate([network.weights] * 2, axis=-2)
    return Placed(TwoLayerReLU(weights, *twice), case.mean, case.spread, case.scale)


doubled = kinked.but(
    "2 to 6 neurons in the plane, two of each kink",
    build=_doubled,
    outside=lambda case: not_a(Placed, case),
)
kinks.twin("3 % more", constant=1.03)
kinks.twin("of order s^3.05", order=3.05)
kinks.twin("two neurons of one kink count each", domain=doubled)
