"""Memory for networks of few and many neurons: the claims' rows, and the example."""

import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from sklearn.datasets import load_iris

import refgen
from refgen.claims.resmem import digits_widths
from refgen.claims.resmem.digits import trained_bases
from refgen.claims.sampled import Draws
from refgen.neighbors import nearest_neighbors
from refgen.networks import TwoLayerClassifier, TwoLayerNetworks, train
from refgen.random import Stream
from refgen.resmem import ResMemClassifier, smooth

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_resmem_widths.py"


def test_rows_of_the_claims_are_distinct_in_hidden_layers():
    for base in trained_bases():
        near, found = nearest_neighbors(base.points, base.points, 1)
        assert (near == 0).all()
        assert (found[:, 0] == np.arange(len(base.points))).all()


def test_gains_of_the_claim_are_those_of_each_network_alone():
    digits, draws = digits_widths.digits_to_remember.examples()[0], Draws(Stream(0), 3)
    gains = digits_widths._gains(refgen, digits, digits.labels, 4, 5, draws)
    members = train(
        digits.points,
        digits.labels,
        draws.stream.child("4 neurons, 5 epochs"),
        n_members=3,
        n_hidden=4,
        n_epochs=5,
        batch_size=20,
        step_size=0.5,
    )
    for j, one in enumerate(members):
        rows, queries = map(one.networks.hidden, (digits.points, digits.new_points))
        residuals = np.eye(10)[digits.labels] - one.predict_proba(digits.points)
        base = one.predict_proba(digits.new_points)
        for k, found in zip((5, 1), gains, strict=True):
            near = nearest_neighbors(rows, queries, k)[1]
            scores = base + residuals[near].mean(axis=1)
            wrong, alone = (
                (said.argmax(axis=1) != digits.new_labels).mean()
                for said in (scores, base)
            )
            assert found[0, j] == pytest.approx(alone - wrong, abs=1e-12)


def test_a_layer_of_dead_neurons_forgets():
    dead = TwoLayerNetworks([[1.0]], [-5.0], [[1.0, 0.0]], [0.0, 0.0])
    points = np.array([[0.0], [1.0], [2.0]])
    assert len(np.unique(dead.hidden(points), axis=0)) == 1


@pytest.fixture(scope="module")
def example():
    matplotlib.use("agg")
    return runpy.run_path(str(EXAMPLE))


def test_the_example_prints_its_tables_and_says_what_they_show(example, capsys):
    example["main"]()
    matplotlib.pyplot.close("all")
    lines = capsys.readouterr().out.splitlines()
    tables = [lines[9 * i : 9 * i + 9] for i in range(3)]
    gains = [[float(line.split()[6]) for line in table[2:]] for table in tables]
    errors = np.array([[line.split()[1:6] for line in table[2:]] for table in tables])
    base, layer, pixels, knn, _ = np.moveaxis(errors.astype(float), 2, 0)
    assert len(lines) == 27
    # Right labels: memory in pixels pays for few neurons, and none for many.
    assert (base - pixels)[0, :3].min() > 0.1
    assert abs(base - layer)[0, 4:].max() < 0.005
    assert pixels[0, 1] < layer[0, 3]
    # Wrong ones: one neighbour costs, five help few neurons.
    assert max(gains[1]) < 0
    assert min(gains[2][1:4]) > 0
    assert knn[2, -1] < 0.6 * layer[2, -1]


def test_neighbours_in_the_hidden_layer_of_a_fitted_network():
    # As the claims compute it: residuals of probabilities, means over five rows.
    points, labels = load_iris(return_X_y=True)
    network = TwoLayerClassifier(4, n_epochs=5, random_state=0).fit(points, labels)

    def hidden(X):
        return network.ensemble_.networks.hidden(X)[0]

    memory = ResMemClassifier(network, 5, "uniform", embedding=hidden, prefit=True)
    memory.fit(points[::2], labels[::2])
    residuals = np.eye(3)[labels[::2]] - network.predict_proba(points[::2])
    near = nearest_neighbors(hidden(points[::2]), hidden(points[1::2]), 5)[1]
    equal = np.full(near.shape, 0.2)
    expected = network.predict_proba(points[1::2]) + smooth(residuals, near, equal)
    found = memory.class_scores(points[1::2])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)
