"""NN-15 to NN-18: networks before training, their kernels and laws, by simulation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.networks._training import trained
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import CHO_SAUL, JACOT, SIMULATED
from refgen.domains import Domain

# Neurons of a network, and how many networks, or neurons, are averaged for a draw.
WIDTH, NETWORKS, NEURONS = 16, 32, 128
# Of these averages: products of normal numbers have a kurtosis below 60, and the excess
# over 3 falls as 1 over their number.
KURTOSIS = 8.0


@dataclass(frozen=True, repr=False)
class Pair(Instance):
    """Two points, of shape (..., 2, d)."""

    points: Any


# Nothing depends on the points but for the angle and the lengths.
pairs = Domain(
    "four pairs of points at acute angles",
    lambda: [
        Pair(np.array(points))
        for points in (
            [[1.0], [1.0]],
            [[1.5, 0.25], [0.25, 1.5]],
            [[1.0, 0.5, 0.25], [0.5, 1.0, 0.5]],
            [[1.0, -0.5], [1.0, 1.0]],
        )
    ],
)


def _kernels(points: Any, bent: float) -> tuple[Any, Any, Any]:
    """x·x′/d, E σ(z)σ(z′) and P(z > 0 < z′) for z = ω·x/√d, σ = max(·, 0)."""
    xp, d = namespace(points), points.shape[-1]
    left, right = points[..., 0, :], points[..., 1, :]
    product = (left * right).sum(axis=-1)
    lengths = xp.sqrt((left * left).sum(axis=-1) * (right * right).sum(axis=-1))
    cosine = xp.minimum(product / lengths, 1.0)
    angle = xp.arccos(cosine)
    turned = bent * xp.sqrt(1 - cosine * cosine) + (math.pi - angle) * cosine
    both = (math.pi - angle) / (2 * math.pi)
    return product / d, lengths * turned / (2 * math.pi * d), both


def _networks(rg: Any, stream: Any, d: int, n: int) -> Any:
    """n networks of `WIDTH` ReLU neurons in NTK scaling, cut from a wide one."""
    wide = rg.networks.initial_networks(stream, d, n * WIDTH, 1, scaling="ntk")
    hidden = wide.hidden_weights.reshape(d, n, WIDTH).swapaxes(0, 1)
    output = wide.output_weights.reshape(n, WIDTH, 1)
    rule = rg.networks.Architecture("relu", 1 / math.sqrt(d), 1 / math.sqrt(WIDTH))
    return rg.networks.TwoLayerNetworks(
        hidden, 0 * output[..., 0], output, 0 * output[:, 0], rule
    )


def _of_each(
    case: Pair, draws: Any, repeats: int, measure: Callable[..., Any]
) -> list[Any]:
    """Means over `repeats` of what `measure` says of each instance's networks."""
    rows = []
    for i in range(len(case.points)):
        stream = draws.stream.child("instance", str(i))
        values = measure(case.points[i], stream, draws.n * repeats)
        rows.append([v.reshape(draws.n, repeats).mean(axis=1) for v in values])
    xp = namespace(case.points)
    return [xp.stack(parts) for parts in zip(*rows, strict=True)]


@claim(
    "NN-15",
    kind="identity",
    domain=pairs,
    source=CHO_SAUL.recalled("the kernel of degree 1"),
    slow=True,
)
def first_networks(rg, case, draws, bent=1.0, spread=5.0):
    """NTK scaling at θ₀: E f(x)f(x′) = K = ‖x‖‖x′‖(sin φ + (π − φ) cos φ)/(2πd).

    At any width h; what neurons say has the mean K, and at x the variance 5K²/h.
    """

    def measure(points: Any, stream: Any, n: int) -> Any:
        networks = _networks(rg, stream, points.shape[-1], n)
        hidden, said = networks.hidden(points), networks.outputs(points)[..., 0]
        products = (hidden[:, 0] * hidden[:, 1]).mean(axis=-1)
        squares = (hidden[:, 0] ** 2).mean(axis=-1)
        middle = (points[0] ** 2).sum() / (2 * points.shape[-1])
        off = WIDTH * (squares / middle - 1) ** 2
        return products, said[:, 0] * said[:, 1], off

    products, said, off = _of_each(case, draws, NETWORKS, measure)
    kernel = _kernels(case.points, bent)[1]
    return (
        sampled(products, kernel, 0.05, kurtosis=KURTOSIS),
        sampled(said, kernel, 0.1, kurtosis=KURTOSIS),
        sampled(off, spread, 0.1, kurtosis=KURTOSIS),
    )


first_networks.twin(
    "sin φ counts 0.7 times",
    bent=0.7,
    reason="draws tell a few per cent of the sum only",
)
first_networks.twin(
    "the variance is 4K²/h", spread=4.0, reason="draws tell a few per cent only"
)


@claim(
    "NN-16",
    kind="identity",
    domain=pairs,
    source=JACOT.recalled("the kernel at initialization"),
    slow=True,
)
def first_tangents(rg, case, draws, share=1.0):
    """NTK scaling at θ₀: E ∇f(x)·∇f(x′) = K + (1 + x·x′/d)(π − φ)/(2π) + 1.

    Each neuron has an h-th of it, and the output bias 1.
    """

    def measure(points: Any, stream: Any, n: int) -> Any:
        wide = rg.networks.initial_networks(
            stream, points.shape[-1], n, 1, scaling="ntk"
        )
        first, second = (_tangent(rg, wide, points[i]) for i in (0, 1))
        return [n * _of_neurons(first, second)]

    product, kernel, both = _kernels(case.points, 1.0)
    (values,) = _of_each(case, draws, NEURONS, measure)
    limit = kernel + (1 + product) * both
    return sampled(values, share * limit, 0.05, kurtosis=KURTOSIS)


def _tangent(rg: Any, network: Any, point: Any) -> Any:
    """∇f at a point: a step of size 1 on it, with the target f − 1."""
    said = network.outputs(point[None])
    after = trained(
        rg, network, point[None, None], said - 1, "squared", n_epochs=1, step_size=1.0,
        scaling="ntk",
    ).networks  # fmt: skip
    return network.minus(after)


def _of_neurons(first: Any, second: Any) -> Any:
    """What each neuron has of the product of two gradients."""
    outer = first.output_weights[0] * second.output_weights[0]
    return (
        (first.hidden_weights[0] * second.hidden_weights[0]).sum(axis=0)
        + first.hidden_biases[0] * second.hidden_biases[0]
        + outer.sum(axis=-1)
    )


first_tangents.twin("0.9 of it", share=0.9, reason="draws tell a few per cent only")


# --- NN-18


@dataclass(frozen=True, repr=False)
class Sizes(Instance):
    """Numbers of features, neurons and outputs, each of shape (...)."""

    n_features: Any
    n_hidden: Any
    n_outputs: Any


sizes = Domain(
    "two shapes of networks",
    lambda: [Sizes(*map(np.array, shape)) for shape in ((5, 8, 3), (3, 16, 4))],
)

# The variances of U and of V.
LAWS = {
    ("standard", "auto"): lambda d, h, k: (2 / (d + h), 2 / (h + k)),
    ("standard", "he_normal"): lambda d, h, k: (2 / d, 2 / h),
    ("standard", "normal"): lambda d, h, k: (1 / d, 1 / h),
    ("mean_field", "auto"): lambda d, h, k: (1 / d, 1.0),
    ("mup", "auto"): lambda d, h, k: (1 / d, 1 / h**2),
}


# A mean of n squares of normal numbers has the kurtosis 3 + 12/n, and n is 24 or more.
@claim("NN-18", kind="identity", domain=sizes, source=SIMULATED, slow=True)
def first_variances(rg, case, draws, share=1.0):
    """Weights have the variances that their law and scaling say.

    2/(fan_in + fan_out) is Glorot's and Bengio's, 2/fan_in He's.
    """
    relations = []
    for (scaling, law), variances in LAWS.items():
        rows = []
        for i in range(len(case.n_features)):
            d, h, k = (int(getattr(case, name)[i]) for name in vars(case))
            networks = rg.networks.initial_networks(
                draws.stream.child(scaling, law, str(i)), d, h, k,
                n_members=draws.n, scaling=scaling, initialization=law,
            )  # fmt: skip
            inner, outer = variances(d, h, k)
            squares = [
                (weights * weights).mean(axis=(1, 2)) / variance
                for weights, variance in (
                    (networks.hidden_weights, inner),
                    (networks.output_weights, outer),
                )
            ]
            rows.append(squares)
        xp = namespace(rows[0][0])
        relations += [
            sampled(xp.stack(values), share, kurtosis=4.0)
            for values in zip(*rows, strict=True)
        ]
    return relations


first_variances.twin(
    "they have 0.85 of it", share=0.85, reason="draws tell a few per cent only"
)
