"""network_runs: what differs and what does not, for all networks at once."""

import inspect

import numpy as np
import pytest
from sklearn.datasets import load_iris
from support.parity import assert_on_device, assert_same_bits

import refgen_gpu
from refgen.disagreement import disagreement_estimate, ensemble_cace, network_runs
from refgen.disagreement.network_protocols import subsets
from refgen.networks import initial_networks, train
from refgen.random import Stream
from refgen_gpu.arrays import to_device

X, Y = load_iris(return_X_y=True)
X = X / 8
OWN, SHARED = Stream(3).child("own"), Stream(4)
SMALL = {"n_hidden": 5, "n_epochs": 3, "step_size": 0.5}
WEIGHTS = ("hidden_weights", "output_weights")


def runs(vary, n_runs=3, stream=OWN, y=Y, **settings):
    return network_runs(X, y, stream, n_runs, vary, **{**SMALL, **settings})


def same(first, second):
    return all(
        np.array_equal(getattr(first, name), getattr(second, name)) for name in WEIGHTS
    )


def common(members):
    """Whether all members are the same network."""
    return all(same(members.take(0), members.take(j)) for j in (1, 2))


@pytest.mark.parametrize("vary", ["init", "order", "data", "all"])
def test_only_what_varies_differs(vary):
    found = runs(vary)
    assert common(found.initial) == (vary in ("order", "data"))
    assert not common(found.networks)


@pytest.mark.parametrize("vary", ["init", "data"])
def test_networks_with_a_common_order_see_it(vary):
    given = runs(vary, batch_size=1)
    other = runs(vary, batch_size=1, shared=SHARED)
    assert not same(given.networks, other.networks)


def test_without_an_order_runs_of_different_orders_are_the_same():
    found = runs("order", batch_size=None)
    for name in WEIGHTS:
        values = getattr(found.networks, name)
        np.testing.assert_allclose(values[1:], values[:-1], rtol=1e-10)


def test_initializations_are_those_of_the_stream():
    drawn = initial_networks(OWN, 4, 5, 3, n_members=3)
    assert same(runs("init").initial, drawn)
    assert same(runs("all").initial, drawn)
    shared = initial_networks(SHARED, 4, 5, 3)
    assert same(runs("order", shared=SHARED).initial.take(2), shared.take(0))


@pytest.mark.parametrize("vary", ["init", "order", "data", "all"])
def test_each_run_is_one_network_trained_with_its_parts(vary):
    # Run j: weights, order and rows from the own stream at j, or the shared one at 0.
    found = runs(vary, shared=SHARED)
    for j in range(3):
        weights = OWN.at(j) if vary in ("init", "all") else SHARED
        order = OWN.at(j) if vary in ("order", "all") else SHARED
        is_part = vary in ("data", "all")
        alone = train(
            X,
            Y,
            order,
            initial=initial_networks(weights, 4, 5, 3),
            rows=subsets(Y, OWN.at(j), 1, 0.5) if is_part else None,
            **SMALL,
        )
        assert same(found.networks.take(j), alone.networks.take(0))


@pytest.mark.parametrize("vary", ["init", "order", "data", "all"])
def test_a_run_is_the_same_alone_and_among_others(vary):
    three, shared = runs(vary, shared=SHARED), {"shared": SHARED}
    alone = runs(vary, 1, OWN.at(2), **shared)
    assert same(three.networks.take(2), alone.networks.take(0))


@pytest.mark.parametrize("vary", ["data", "all"])
def test_subsets_have_their_share_of_each_class(vary):
    # Rows that no run was trained on may be anything.
    rows = subsets(Y, OWN, 3, 0.3)
    assert len({tuple(own) for own in rows.tolist()}) == 3
    for j, own in enumerate(rows):
        assert (np.bincount(Y[own]) == 15).all()
        assert (np.diff(own) > 0).all()
        hidden = np.full_like(X, -0.5)
        hidden[own] = X[own]
        given = network_runs(
            hidden, Y, OWN.at(j), 1, vary, max_samples=0.3, shared=SHARED, **SMALL
        )
        among = runs(vary, max_samples=0.3, shared=SHARED)
        assert same(among.networks.take(j), given.networks.take(0))


def test_sizes_of_subsets_are_rounded_and_no_class_is_left_out():
    labels = np.array([0, 0, 0, 0, 1])
    for share, sizes in ((0.7, [3, 1]), (0.6, [2, 1]), (0.2, [1, 1])):
        for own in subsets(labels, OWN, 3, share):
            assert np.bincount(labels[own]).tolist() == sizes


@pytest.mark.parametrize("vary", ["init", "order", "data"])
def test_what_runs_share_is_drawn_from_a_child_of_the_stream(vary):
    given = runs(vary, batch_size=1, shared=OWN.child("shared"))
    assert same(runs(vary, batch_size=1).networks, given.networks)


@pytest.mark.parametrize(
    "setting",
    [{"activation": "tanh"}, {"scaling": "ntk"}, {"initialization": "he_normal"}],
)
def test_first_weights_are_as_the_settings_say(setting):
    for vary, stream in (("all", OWN), ("order", SHARED)):
        drawn = initial_networks(stream, 4, 5, 3, **setting)
        found = runs(vary, shared=SHARED, **setting)
        assert same(found.initial.take(0), drawn.take(0))
        assert found.networks.architecture == drawn.architecture


def test_as_many_neurons_by_default_as_train_has():
    usual = inspect.signature(train).parameters["n_hidden"].default
    assert network_runs(X, Y, OWN, 1, "all", n_epochs=1).networks.n_hidden == usual


def test_the_last_replicate_may_be_used():
    drawn = initial_networks(OWN.at(2**64 - 1), 4, 5, 3)
    assert same(runs("init", 1, OWN.at(2**64 - 1)).initial, drawn)


def test_labels_may_be_text():
    named = np.array(["setosa", "versicolor", "virginica"])[Y]
    found = runs("all", y=named)
    assert same(found.networks, runs("all").networks)
    assert set(found.predict(X).ravel()) <= set(named)


def test_two_classes_have_one_output_by_the_logistic_loss():
    found = runs("data", y=Y > 0, loss="logistic")
    assert found.networks.n_outputs == 1
    assert runs("data", y=Y > 0).networks.n_outputs == 2


def test_estimates_take_the_predictions():
    predicted = runs("all", 20, n_epochs=30).predict(X)
    estimate = disagreement_estimate(predicted)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert ensemble_cace(predicted, Y) >= 0


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n_runs": 0}, ValueError, "n_runs must be at least 1, got 0"),
        ({"vary": "seed"}, ValueError, "vary must be one of .*got 'seed'"),
        ({"max_samples": 1.5}, ValueError, "max_samples must be a share"),
        ({"max_samples": 1.0}, ValueError, "every run on the same rows"),
        ({"y": Y[:-1]}, ValueError, "y must hold one label for each of the 150 rows"),
        ({"loss": "squared"}, ValueError, "runs vote for classes"),
        ({"rows": [[0, 1]]}, TypeError, "rows is decided by vary and n_runs"),
        ({"n_member": 2}, TypeError, "n_member is no setting; settings are n_hidden"),
        ({"stream": 0}, TypeError, "stream must be"),
        ({"shared": 0}, TypeError, "shared must be"),
        ({"stream": OWN.at(2**64 - 1)}, ValueError, "the last one is above"),
        ({"y": Y * 0}, ValueError, "one class"),
    ],
)
def test_network_runs_refuses(change, error, message):
    arguments = {"X": X, "y": Y, "stream": OWN, "n_runs": 2, "vary": "data", **SMALL}
    with pytest.raises(error, match=message):
        network_runs(**(arguments | change))


@pytest.mark.parametrize("vary", ["init", "data"])
def test_networks_on_a_device_have_the_same_bits(device, vary):
    there = refgen_gpu.random.Stream(3).child("own")
    found = refgen_gpu.disagreement.network_runs(
        to_device(X), to_device(Y), there, 3, vary, **SMALL
    )
    want = runs(vary)
    for name in WEIGHTS:
        got = getattr(found.networks, name)
        assert_on_device(got, device)
        assert_same_bits(got, getattr(want.networks, name))
