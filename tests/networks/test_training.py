"""Members of a training: the same bits alone and among others, whole and in pieces."""

import numpy as np
import pytest
from support.networks import assert_same_training, data

from refgen.networks import train
from refgen.random import Stream

X, Y = data(60, 5, 3)
STREAM = Stream(3, "training")

# One value for each of three members.
SETTINGS = {
    "step_size": [0.1, 0.02, 0.3],
    "batch_size": [7, 60, 1],
    "n_epochs": [5, 9, 4],
    "momentum": [0.0, 0.9, 0.5],
    "weight_decay": [0.0, 0.1, 0.01],
    "sam_radius": [0.0, 0.0, 0.05],
    "stop_loss": [-np.inf, 0.9, 0.01],
    "stop_margin": [np.inf, np.inf, 0.0],
    "stop_share": [0.99, 0.5, 0.8],
}
OF_THEIR_OWN = {
    "rows": [np.arange(20), np.arange(60), np.array([3, 3, 50, 9])],
    "y": np.stack([Y, 2 - Y, np.roll(Y, 1)]),
    "X": np.stack([X, 2 * X, X[::-1]]),
    "sample_weight": np.stack([np.ones(60), np.arange(60.0), Y / 2]),
}
ALL = SETTINGS | OF_THEIR_OWN


def with_defaults(**given):
    options = {"n_members": 3, "n_hidden": 9, "n_epochs": 6} | given
    return options.pop("X", X), options.pop("y", Y), options


def training(**given):
    points, labels, options = with_defaults(**given)
    return train(points, labels, options.pop("stream", STREAM), **options)


@pytest.mark.filterwarnings("ignore::refgen.networks.TrainingWarning")
@pytest.mark.parametrize("names", [*([name] for name in ALL), [*SETTINGS], [*ALL]])
def test_a_member_has_the_same_bits_alone_and_among_others(names):
    given = {name: ALL[name] for name in names}
    together = training(**given)
    for j in range(3):
        own = {name: value[j] for name, value in given.items()}
        alone = training(**own, n_members=1, stream=STREAM.at(j))
        assert_same_training(together[j : j + 1], alone)


@pytest.mark.parametrize("name", OF_THEIR_OWN)
def test_one_of_two_members_has_its_own_data(name):
    both = training(**{name: OF_THEIR_OWN[name][:2]}, n_members=2)
    for j in range(2):
        own = {name: OF_THEIR_OWN[name][j]}
        alone = training(**own, n_members=1, stream=STREAM.at(j))
        assert_same_training(both[j : j + 1], alone)


def test_later_members_are_those_of_a_later_stream():
    later = training(n_members=2, stream=STREAM.at(1))
    assert_same_training(training()[1:], later)
    training(n_members=2, n_epochs=0, stream=STREAM.at(2**64 - 2))


@pytest.mark.filterwarnings("ignore::refgen.networks.TrainingWarning")
@pytest.mark.parametrize("name", ALL)
def test_a_value_for_all_is_that_value_for_each(name):
    shared = np.asarray(ALL[name][1])
    each = np.stack([shared] * 3)
    assert_same_training(training(**{name: shared}), training(**{name: each}))


def test_repeated_rows_weigh_like_weights():
    """In one step of all rows, twice a row is a row of weight 2."""
    twice = np.r_[np.arange(60), np.arange(30)]
    rows = training(rows=twice, batch_size=None, n_epochs=8, shuffle=False)
    weights = np.where(np.arange(60) < 30, 2.0, 1.0) * 60 / 90
    weighted = training(sample_weight=weights, batch_size=None, n_epochs=8)
    np.testing.assert_allclose(rows.loss_curves, weighted.loss_curves, rtol=1e-12)


def test_rows_are_the_data_set_of_these_rows():
    own = np.array([5, 2, 41, 7, 30])
    few = training(X=X[own], y=Y[own])
    assert_same_training(training(rows=own), few)
    mask = np.isin(np.arange(60), own)
    assert_same_training(training(rows=mask), training(rows=np.sort(own)))
    masks = np.stack([mask, ~mask, mask])
    assert_same_training(
        training(rows=masks), training(rows=[np.flatnonzero(m) for m in masks])
    )


def test_labels_are_their_indicators():
    words = np.array(["ant", "bee", "cow"])[Y]
    soft = np.eye(3)[Y]
    assert_same_training(training(y=words), training(y=soft))
    assert training(y=words).classes.tolist() == ["ant", "bee", "cow"]
    for loss in ("logistic", "squared"):
        hard = training(y=Y if loss == "logistic" else soft, loss=loss)
        assert_same_training(hard, training(y=soft, loss=loss))


def test_classes_may_be_more_than_those_of_the_labels():
    """A member whose labels lack a class is the same alone, if that is told."""
    sets = np.stack([Y, Y % 2, np.where(Y == 0, 7, Y)])
    together = training(y=sets)
    assert together.classes.tolist() == [0, 1, 2, 7]
    for j in range(3):
        alone = training(
            y=sets[j], classes=[7, 0, 1, 2], n_members=1, stream=STREAM.at(j)
        )
        assert_same_training(together[j : j + 1], alone)
    always = training(y=Y * 0, classes=[0, 1], n_epochs=60)
    assert (always.predict(X) == 0).all()
    soft = training(y=np.eye(3)[Y], classes=["ant", "bee", "cow"])
    assert soft.classes.tolist() == ["ant", "bee", "cow"]


def test_two_classes_have_one_logistic_output():
    y = Y % 2
    one = training(y=y, loss="logistic")
    assert one.networks.n_outputs == 1
    assert_same_training(one, training(y=y[:, None].astype(float), loss="logistic"))


@pytest.mark.parametrize("vary", ["both", "initialization", "order"])
def test_what_varies_is_what_was_asked_for(vary):
    found = training(vary=vary)
    start = found.initial.hidden_weights
    assert (start[0] == start[1]).all() == (vary == "order")
    same = training(vary=vary, initial=found.initial)
    assert_same_training(found, same)
    alike = found.initial.map(lambda a: np.stack([a[0]] * 3))
    curves = training(vary=vary, initial=alike).loss_curves
    assert (curves[0] == curves[1]).all() == (vary == "initialization")


def test_one_network_is_the_start_of_all():
    start = training().initial
    one = training(initial=start.take(1))
    three = training(initial=start.map(lambda a: np.stack([a[1]] * 3)))
    assert_same_training(one, three)


def test_parts_that_are_not_trained_stay():
    kept = training(train_hidden=False, momentum=0.9, weight_decay=0.1)
    for name in ("hidden_weights", "hidden_biases"):
        assert (getattr(kept.networks, name) == getattr(kept.initial, name)).all()
    assert (kept.networks.output_biases != 0).all()
    straight = training(bias=False, momentum=0.9)
    for name in ("hidden_biases", "output_biases"):
        assert (getattr(straight.networks, name) == 0).all()
    assert (straight.networks.hidden_weights != straight.initial.hidden_weights).all()


def test_no_epoch_leaves_networks_as_they_are():
    found = training(n_epochs=0)
    assert found.loss_curves.shape == (3, 0)
    assert (found.networks.hidden_weights == found.initial.hidden_weights).all()
    assert found.outcomes.tolist() == ["epochs"] * 3
