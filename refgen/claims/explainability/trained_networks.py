"""LE-63, 63w and 63t: explanations of networks, before, while and after training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen import networks
from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import equal
from refgen.claims.quadrature import beta_mean
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.domains import Domain, integer, matrix, not_a, real, record, vector
from refgen.random import Stream
from refgen.special import normal_density

# --- LE-63: against neighbours that are drawn


# Independent draws whose mean is one draw of a claim: its tails are lighter.
REPEATS = 128


def in_repeats(values: Any) -> Any:
    """Means of so many values each, along the last axis."""
    return values.reshape(*values.shape[:-1], -1, REPEATS).mean(axis=-1)


@dataclass(frozen=True, repr=False)
class TrainedAround(Instance):
    """A trained network of one output, and the normal neighbourhood of a point.

    Attributes
    ----------
    network : TwoLayerNetworks of shape (...)
    point : array of shape (..., n_features)
    scale : array of shape (...)
    """

    network: Any
    point: Any
    scale: Any


def _trained(scale: float, n_epochs: int) -> TrainedAround:
    """A network that learned the sign of a product of two features."""
    stream = Stream(0, "LE-63")
    points = stream.child("points").normal((40, 2))
    ensemble = networks.train(
        points,
        np.sign(points[:, 0] * points[:, 1]),
        stream,
        n_hidden=8,
        loss="squared",
        n_epochs=n_epochs,
        step_size=0.2,
        batch_size=8,
    )
    return TrainedAround(ensemble.networks.take(0), points[0], np.array(scale))


trained_around = Domain(
    "a network of 8 ReLU neurons, trained for 5 or 200 epochs, at a scale of 1",
    lambda: [_trained(1.0, 5), _trained(1.0, 200)],
)


@claim("LE-63", kind="identity", domain=trained_around, source=SIMULATED)
def trained_network_explained(rg, case, draws, wider=1.0):
    """Of trained networks, the exact explanation is what drawn neighbours tend to.

    For ε ~ N(0, I): E f(x + sε) is its value, E f(x + sε) ε/s its slope (SmoothGrad),
    and the mean square of what it misses its fidelity.
    """
    xp, d = namespace(case.point), case.point.shape[-1]
    network = rg.explainability.TwoLayerReLU.from_networks(case.network)
    fit = network.local_fit(case.point, wider * case.scale)
    normals, values = _near(case, draws)
    linear = (normals * fit.slope[:, None, :]).sum(axis=-1) * case.scale[:, None]
    missed = values - fit.value[:, None] - linear
    missed = missed / xp.sqrt(fit.fidelity)[:, None]
    return [
        sampled(in_repeats(missed), 0.0, 0.1, kurtosis=4.0),
        *(
            sampled(in_repeats(missed * normals[:, j]), 0.0, 0.1, kurtosis=5.0)
            for j in range(d)
        ),
        sampled(in_repeats(missed * missed), 1.0, 0.1, kurtosis=5.0),
    ]


def _near(case: TrainedAround, draws: Any) -> tuple[Any, Any]:
    """Standard normal draws, (n, d), and what networks say there, (batch, n)."""
    normals = draws.stream.normal((draws.n * REPEATS, case.point.shape[-1]))
    points = case.point[:, None, :] + case.scale[:, None, None] * normals
    return normals, case.network.outputs(points)[..., 0]


trained_network_explained.twin(
    "of neighbourhoods that are 10 % wider",
    wider=1.1,
    reason="draws tell a few per cent only",
)


@trained_network_explained.twin_function("the gradient at the point is the slope")
def _(rg, case, draws):
    network = rg.explainability.TwoLayerReLU.from_networks(case.network)
    inputs = (network.weights * case.point[:, None, :]).sum(axis=-1) + network.biases
    active = (inputs > 0) * network.output
    gradient = (active[..., None] * network.weights).sum(axis=-2)
    normals, values = _near(case, draws)
    linear = (normals * gradient[:, None, :]).sum(axis=-1) * case.scale[:, None]
    rest = values - network.values(case.point)[:, None] - linear
    length = namespace(gradient).sqrt((gradient**2).sum(axis=-1))
    rest = rest / (case.scale * length)[:, None]
    return [
        sampled(in_repeats(rest * normals[:, j]), 0.0, 0.1, kurtosis=5.0)
        for j in range(normals.shape[-1])
    ]


# --- LE-63w: before training


@dataclass(frozen=True, repr=False)
class FirstNetwork(Instance):
    """A network in the plane before training, and a neighbourhood.

    Attributes
    ----------
    weights : array of shape (..., 2, n_hidden)
        Of the hidden layer, before it is divided by √2.
    output : array of shape (..., n_hidden)
        Of the output layer, before it is divided by √n_hidden.
    radius, scale : arrays of shape (...)
        ‖x‖ and s.
    """

    weights: Any
    output: Any
    radius: Any
    scale: Any


def _first(*fields: Any) -> FirstNetwork:
    return FirstNetwork(*(np.asarray(field, float) for field in fields))


first_networks = record(
    lambda weights, output, ratio, scale: FirstNetwork(
        weights, output, ratio * scale, scale
    ),
    "1 to 4 ReLU neurons in the plane, scales in [0.2, 2], ‖x‖ up to 3 of them",
    h=integer(1, 4),
    weights=matrix(2, "h"),
    output=vector("h"),
    ratio=real(0.0, 3.0),
    scale=real(0.2, 2.0, log=True),
    outside=lambda case: not_a(FirstNetwork, case),
    examples=lambda: [
        _first([[1.0], [0.0]], [1.0], 0.0, 1.0),
        _first([[1.0, 0.5], [0.0, 1.0]], [1.0, -2.0], 1.0, 0.5),
        _first(np.ones((2, 4)), np.ones(4), 2.0, 1.0),
    ],
)

# Columns are orthogonal: over rows, products of different columns have the mean 0.
SIGNS = ((1, 1, 1, 1), (1, -1, 1, -1), (1, 1, -1, -1), (1, -1, -1, 1))
N_DIRECTIONS = 64


def one_neuron(kinks: Any) -> Any:
    """What an affine function misses of one neuron: Var (t + Z)₊ − Φ(t)²."""
    ndtr = special_functions(kinks).ndtr
    share, density = ndtr(kinks), normal_density(kinks)
    mean = kinks * share + density
    return (1 + kinks * kinks) * share + kinks * density - mean**2 - share**2


def mean_of_a_neuron(case: FirstNetwork, wider: float) -> Any:
    """s² E q(t), where t = ‖x‖/s times a coordinate of a point of the circle."""
    xp = namespace(case.scale)
    scale, half = wider * case.scale, 0.5 + 0 * case.scale[:, None]
    ratio = (case.radius / scale)[:, None]

    def both_sides(square: Any, _: Any) -> Any:
        kinks = ratio * xp.sqrt(square)
        return (one_neuron(kinks) + one_neuron(-kinks)) / 2

    return scale**2 * beta_mean(both_sides, half, half)


@claim("LE-63w", kind="identity", domain=first_networks, cost=4000)
def mean_over_first_weights(rg, case, wider=1.0, power=1.0):
    """Before training, E NF_x = s² E q(‖x‖U/s), whatever the width is.

    Over first weights of the scaling "ntk", biases being 0: U is a coordinate of a
    uniform point of the sphere, and q(t) what an affine function misses of (t + Z)₊.
    Given lengths of weights it is Σ c²‖w‖²/n_hidden times that, over directions and
    signs; in the plane, these means are finite sums.
    """
    xp, h = namespace(case.scale), case.output.shape[-1]
    turns = xp.arange(N_DIRECTIONS) * (2 * math.pi / N_DIRECTIONS)
    circle = xp.stack([xp.cos(turns), xp.sin(turns)], axis=-1)
    signs = xp.asarray(SIGNS, dtype=float)[:, :h]
    first = rg.networks.TwoLayerNetworks(
        case.weights[:, None],
        xp.zeros((1, 1, h)),
        (signs * case.output[:, None])[..., None],
        xp.zeros((1, 1, 1)),
        rg.networks.Architecture("relu", 2**-0.5, h**-0.5),
    )
    network = rg.explainability.TwoLayerReLU.from_networks(first)
    fit = network.map(lambda array: array[:, :, None]).local_fit(
        case.radius[:, None, None, None] * circle, case.scale[:, None, None]
    )
    loads = (case.output * case.output)[:, None] * case.weights**2 / 2
    size = loads.sum(axis=(-1, -2)) / h**power
    told = size * mean_of_a_neuron(case, wider)
    return equal(fit.fidelity.mean(axis=(-1, -2)), told, h * size * case.scale**2)


mean_over_first_weights.twin("of neighbourhoods that are 2 % wider", wider=1.02)
mean_over_first_weights.twin("it grows with the width", power=0.0)

# --- LE-63t: while networks are trained


@dataclass(frozen=True, repr=False)
class Lines(Instance):
    """Points whose label is their first coordinate, and noise; arrays of shape (...).

    Attributes
    ----------
    n_points, n_features : integer arrays
    noise : array
    """

    n_points: Any
    n_features: Any
    noise: Any


N_HIDDEN, STEP_SIZE, SHORT, LONG, SCALE = 16, 0.4, 8, 250, 0.5
N_FRESH = 4
STEPS = (0, SHORT, LONG)

ROUND = "measured, and rounded: no theorem gives these shares"

noisy_lines = Domain(
    "20 points N(0, I) in 3 dimensions, y = x₁ + e, e ~ N(0, 1)",
    lambda: [Lines(*map(np.array, (20, 3, 1.0)))],
)


class _Runs:
    """Networks on points and first weights of `draws`, others for each."""

    def __init__(self, rg: Any, lines: Any, draws: Any) -> None:
        self.rg, self.n, self.stream = rg, draws.n, draws.stream
        n, d = int(lines.n_points), int(lines.n_features)
        normals = self.stream.child("points").normal((self.n, n + N_FRESH, d))
        noise = float(lines.noise) * self.stream.child("noise").normal((self.n, n))
        self.points, self.fresh = normals[:, :n], normals[:, n:]
        self.labels = (self.points[..., 0] + noise)[..., None]

    def after(self, n_steps: int) -> tuple[Any, Any]:
        """The share of the variance near fresh points that explanations miss; errors.

        Errors are of f at fresh points, without noise.
        """
        ensemble = self.rg.networks.train(
            self.points,
            self.labels,
            self.stream,
            n_members=self.n,
            n_hidden=N_HIDDEN,
            loss="squared",
            batch_size=None,
            shuffle=False,
            n_epochs=n_steps,
            step_size=STEP_SIZE,
        )
        found = self.rg.explainability.TwoLayerReLU.from_networks(ensemble.networks)
        network = found.map(lambda array: array[:, None])
        missed, all_of_it = (
            part.sum(axis=1) for part in missed_near(network, self.fresh)
        )
        off = ensemble.outputs(self.fresh)[..., 0] - self.fresh[..., 0]
        return missed / all_of_it, (off * off).mean(axis=-1)


def missed_near(network: Any, points: Any) -> tuple[Any, Any]:
    """What the best linear explanation misses near each point, and the variance."""
    fit = network.local_fit(points, SCALE)
    return fit.fidelity, fit.fidelity + SCALE**2 * (fit.slope**2).sum(axis=-1)


@claim("LE-63t", kind="inequality", domain=noisy_lines, source=SIMULATED, slow=True)
def faithful_until_noise_is_learned(rg, lines, draws, early=0.3, steps=STEPS):
    """Explanations get more faithful in training, and less again once noise is learned.

    The share of a network's variance near a point that its best linear explanation
    misses is smaller after 8 steps than at first for 70 % of networks, and larger after
    250 steps for 85 %. Errors on fresh points fall and rise again likewise, for 75 %.
    """
    runs = _Runs(rg, lines.take(0), draws)
    (first, before), (middle, best), (last, after) = map(runs.after, steps)
    rare = (
        (middle >= first, early),
        (middle >= last, 0.15),
        (best >= before, 0.25),
        (best >= after, 0.25),
    )
    return [
        sampled(1.0 * found[None], share, binary=True, reason=ROUND)
        for found, share in rare
    ]


faithful_until_noise_is_learned.twin(
    "for all but 8 % of networks",
    early=0.08,
    reason="draws tell a few per cent only",
)
faithful_until_noise_is_learned.twin(
    "they get ever more faithful", steps=(0, LONG, SHORT)
)
