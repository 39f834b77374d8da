"""Calls of networks of ReLU neurons."""

import functools

import numpy as np
from sklearn.neural_network import MLPRegressor

from refgen.explainability import TwoLayerReLU
from refgen.networks import initial_networks
from refgen.random import Stream

X = np.random.default_rng(0).normal(size=(6, 2))


def fields(draws, d):
    """Of four networks of three neurons."""
    return (
        draws.child("weights").normal((4, 3, d)),
        draws.child("biases").normal((4, 3)),
        draws.child("output").normal((4, 3)),
        draws.child("intercept").normal(4),
    )


def network(draws, d):
    return TwoLayerReLU(*fields(draws, d))


def around(draws, d):
    """Networks, five points and a scale for each."""
    networks = network(draws, d).map(lambda array: array[:, None])
    points = draws.child("points").normal((4, 5, d))
    return networks, points, 0.2 + draws.child("scale").exponential((4, 1))


@functools.cache
def model():
    """One that takes no time to fit."""
    return MLPRegressor(
        hidden_layer_sizes=3, max_iter=20, tol=10, n_iter_no_change=9, random_state=0
    ).fit(X, X[:, 0])


def law(draws, d):
    """Networks and normal laws."""
    spread = 0.2 + draws.child("spread").exponential(4)
    return network(draws, d), draws.child("mean").normal((4, d)), spread


ARGUMENTS = {"TwoLayerReLU": fields, "kink_rate": law}
CALLS = {
    "TwoLayerReLU.from_networks": lambda: (
        initial_networks(Stream(0, "calls"), 2, 3, 2, n_members=4),
        1,
    ),
    "TwoLayerReLU.directions": lambda: (network(Stream(0, "calls"), 2),),
    "TwoLayerReLU.inputs": lambda: around(Stream(0, "calls"), 2)[:2],
    "TwoLayerReLU.local_fit": lambda: around(Stream(0, "calls"), 2),
    "TwoLayerReLU.values": lambda: around(Stream(0, "calls"), 2)[:2],
    "exact_local_fit": lambda: (model(), X, 0.5),
    "relu_network": lambda: (model(),),
}
