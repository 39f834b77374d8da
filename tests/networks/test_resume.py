"""Training that is stopped and goes on has the bits of training without a stop."""

import numpy as np
import pytest
from support.networks import assert_same_training, data

from refgen.networks import train
from refgen.random import Stream

X, Y = data(60, 5, 3)
OPTIONS = {"momentum": 0.9, "sam_radius": 0.01, "n_hidden": 7, "n_members": 3}


def training(n_epochs, **given):
    options = OPTIONS | given
    return train(X, Y, Stream(1), n_epochs=n_epochs, **options)


@pytest.mark.parametrize("first", [0, 1, 4, [1, 7, 3], 9])
def test_two_trainings_are_one(first):
    whole = training(9)
    assert_same_training(whole, training(9, resume=training(first)))


def test_earlier_training_is_left_as_it_was():
    first, copy = training(3), training(3)
    training(9, resume=first)
    assert_same_training(first, copy)


@pytest.mark.filterwarnings("ignore::refgen.networks.TrainingWarning")
@pytest.mark.parametrize(
    "stop", [{"stop_loss": 0.5}, {"stop_margin": 0.5, "stop_share": 0.8}]
)
def test_members_that_stopped_stay_as_they_are(stop):
    whole = training(40, **stop)
    assert set(whole.outcomes) != {"epochs"}
    assert_same_training(whole, training(40, **stop, resume=training(10, **stop)))


def test_members_go_on_that_are_short_of_a_higher_goal():
    whole = training(40, stop_margin=1.0, stop_share=0.8)
    first = training(40, stop_margin=0.5, stop_share=0.8)
    assert set(first.outcomes) == {"margin"}
    assert_same_training(whole, training(40, stop_margin=1.0, stop_share=0.8,
                                         resume=first))  # fmt: skip
    lower = training(40, stop_loss=0.2, resume=training(40, stop_loss=0.4))
    assert_same_training(training(40, stop_loss=0.2), lower)
    without = training(20, resume=training(20, stop_loss=0.4))
    assert_same_training(training(20), without)


@pytest.mark.parametrize("loss", ["squared", "logistic", "cross_entropy"])
def test_goals_are_found_as_kernels_find_them(loss):
    """With rows, weights and labels of their own, members stay where they stopped."""
    options = {
        "loss": loss,
        "rows": [np.arange(50), np.array([4, 4, 9]), np.arange(60)],
        "sample_weight": np.stack([np.ones(60), np.arange(60.0), Y + 1.0]),
    }
    y = np.stack([np.eye(3)[np.roll(Y, j)] for j in range(3)])
    given = OPTIONS | options
    losses = train(X, y, Stream(1), n_epochs=60, **given).loss_curves[:, 30]
    for goal in ({"stop_loss": losses}, {"stop_margin": 0.0, "stop_share": 0.6}):
        given = OPTIONS | options | goal
        first = train(X, y, Stream(1), n_epochs=60, **given)
        assert "epochs" not in first.outcomes
        again = train(X, y, Stream(1), n_epochs=60, **given, resume=first)
        assert_same_training(first, again)


def test_goals_are_found_of_some_members_on_their_own_points():
    """The first member has no goal; the others stay where they stopped."""
    points = np.stack([X, X / 2, X[:, ::-1]])
    goals = [-np.inf, 0.5, 0.6]
    given = OPTIONS | {"stop_loss": goals, "n_epochs": 40}
    first = train(points, Y, Stream(1), **given)
    assert first.outcomes.tolist() == ["epochs", "loss", "loss"]
    again = train(points, Y, Stream(1), **given, resume=first)
    assert_same_training(first, again)


def test_less_than_was_done_is_refused():
    with pytest.raises(ValueError, match=r"n_epochs=3 .* member 0 has done 5 already"):
        training([3, 9, 9], resume=training(5))


def test_a_step_size_may_change_on_the_way():
    slow = training(9, step_size=0.01, resume=training(5))
    assert (slow.loss_curves[:, :5] == training(5).loss_curves).all()
    assert (slow.loss_curves[:, 6:] != training(9).loss_curves[:, 6:]).all()


@pytest.mark.filterwarnings("ignore::refgen.networks.TrainingWarning")
def test_a_member_that_overflowed_in_its_last_step_is_found_as_without_a_stop():
    start = training(0, loss="squared").initial
    factors = np.array([1.0, 1e75, 1e75])
    huge = start.map(lambda a: a * factors.reshape(3, *[1] * (a.ndim - 1)))
    options = {
        "loss": "squared",
        "step_size": [0.1, 1e90, 1e-9],
        "batch_size": None,
        "sam_radius": 0.0,
        "initial": huge,
    }
    first = training(1, **options)
    assert np.isfinite(first.loss_curves).all()
    assert first.outcomes.tolist() == ["epochs", "diverged", "epochs"]
    del options["initial"]
    again = training(4, **options, resume=first)
    whole = training(4, **options, initial=huge)
    assert_same_training(whole, again)
    assert whole.n_epochs.tolist()[:2] == [4, 2]


def test_a_share_that_is_just_reached_is_reached():
    first = training(40, stop_margin=0.5, stop_share=0.6)
    shares = (first.margins(X, Y) >= 0.5).mean(axis=1)
    assert (shares > 0.6).all()
    exact = training(40, stop_margin=0.5, stop_share=shares)
    assert_same_training(exact, first)
    again = training(40, stop_margin=0.5, stop_share=shares, resume=exact)
    assert_same_training(exact, again)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"n_members": 2}, ValueError, r"resume has 3 member\(s\), for n_members=2"),
        ({"resume": training(1)[0]}, ValueError, "resume has one member without an"),
        ({"loss": "logistic"}, ValueError, "resume was trained for"),
        ({"initial": training(0).initial}, ValueError, "initial and resume exclude"),
        ({"resume": training(0).networks}, TypeError, "resume must be an Ensemble"),
    ],
)
def test_other_training_is_refused(change, error, text):
    given = {"resume": training(2)} | change
    with pytest.raises(error, match=text):
        training(4, **given)


def test_labels_of_another_name_are_refused():
    with pytest.raises(ValueError, match=r"resume was trained for .* classes"):
        train(X, Y + 1, Stream(1), n_epochs=4, resume=training(2), **OPTIONS)
