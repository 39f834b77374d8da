"""How far runs part that start near each other, as theory/networks.md says (NN-17)."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from refgen.networks import initial_networks, train
from refgen.random import Stream

MEMBERS = 20


def growth(activation, step_size, n_epochs):
    """How many times as far apart members are after training."""
    X, y = load_digits(return_X_y=True)
    start = initial_networks(
        Stream(0), 64, 64, 10, n_members=MEMBERS, activation=activation
    )
    moves = np.random.default_rng(0)
    other = start.map(lambda array: array + 1e-7 * moves.normal(size=array.shape))
    ends = [
        train(
            X[:1000] / 16,
            y[:1000],
            Stream(1),
            initial=initial,
            n_members=MEMBERS,
            n_epochs=n_epochs,
            step_size=step_size,
        ).networks
        for initial in (start, other)
    ]
    return ends[0].distance(ends[1]) / start.distance(other)


@pytest.mark.parametrize("step_size", [0.1, 0.5])
def test_smooth_networks_stay_near(step_size):
    grown = growth("tanh", step_size, 5)
    assert grown.min() > 1
    assert grown.max() < 2


def test_a_kink_between_two_relu_networks_parts_them():
    grown = growth("relu", 0.5, 5)
    assert np.median(grown) < 3
    assert grown.max() > 1000


def test_one_rounding_error_changes_no_answer():
    """What training in another order of sums would do."""
    X, y = load_digits(return_X_y=True)
    X = X / 16
    start = initial_networks(Stream(0), 64, 64, 10, n_members=MEMBERS)
    weights = start.hidden_weights.copy()
    weights[:, 10, 0] = np.nextafter(weights[:, 10, 0], 9)
    moved = type(start)(
        weights,
        start.hidden_biases,
        start.output_weights,
        start.output_biases,
        start.architecture,
    )
    said = [
        train(
            X[:1000], y[:1000], Stream(1), initial=initial, n_members=MEMBERS,
            n_epochs=5,
        ).outputs(X[1000:])
        for initial in (start, moved)
    ]  # fmt: skip
    apart = abs(said[0] - said[1]).max()
    assert 0 < apart < 1e-12
