"""Networks on their way: those of shorter trainings."""

import numpy as np
import pytest
from support.networks import assert_same_training, data

from refgen.networks import TrainingWarning, snapshots, train
from refgen.random import Stream

X, Y = data(60, 5, 3)
OPTIONS = {"n_members": 3, "n_hidden": 7, "momentum": 0.5}


def path(epochs, **given):
    return snapshots(X, Y, Stream(2), epochs, **(OPTIONS | given))


@pytest.mark.filterwarnings("ignore::refgen.networks.TrainingWarning")
@pytest.mark.parametrize("goal", [{}, {"stop_loss": 0.4}])
def test_each_is_what_training_gives(goal):
    found = path([0, 1, 4, 12, 30], **goal)
    for n, ensemble in zip([0, 1, 4, 12, 30], found, strict=True):
        options = OPTIONS | goal
        assert_same_training(ensemble, train(X, Y, Stream(2), n_epochs=n, **options))


def test_they_share_nothing():
    first, last = path([2, 3])
    first.velocity[:] = np.nan
    first.status[:] = 3
    assert_same_training(last, path([3])[0])


@pytest.mark.filterwarnings("ignore::refgen.networks.TrainingWarning")
def test_a_member_that_overflowed_in_the_last_step_of_a_snapshot_is_as_in_training():
    given = {"loss": "squared", "activation": "linear", "batch_size": None,
             "step_size": [0.1, 1e60, 1e70]}  # fmt: skip
    for n, ensemble in zip(range(5), path(list(range(5)), **given), strict=True):
        options = OPTIONS | given
        assert_same_training(ensemble, train(X, Y, Stream(2), n_epochs=n, **options))


def test_a_goal_that_is_not_reached_is_told_once():
    with pytest.warns(TrainingWarning, match="no member reached") as caught:
        path([1, 2, 3], stop_loss=1e-9)
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_epochs_are_any_rising_sequence():
    for epochs in (range(3), np.arange(3), (0, 1, 2)):
        found = path(epochs)
        assert [int(each.n_epochs[0]) for each in found] == [0, 1, 2]


@pytest.mark.parametrize(
    ("epochs", "options", "text"),
    [
        ([3, 3], {}, "epochs must rise"),
        ([], {}, "epochs must be a list"),
        (range(0), {}, "epochs must be a list"),
        (5, {}, "epochs must be a list"),
        ([-1, 2], {}, "epochs must be at least 0"),
        ([1.5], {}, "epochs must be an integer"),
        ([1], {"n_epochs": 3}, "n_epochs is no option"),
        ([1], {"checkpoint": "here"}, "checkpoint is no option"),
        ([1], {"resume": None}, "resume is no option"),
        ([1], {"steps": 3}, "unexpected keyword argument 'steps'"),
        ([1], {"step_size": -1}, "step_size must not be negative"),
    ],
)
def test_other_arguments_are_refused(epochs, options, text):
    with pytest.raises((TypeError, ValueError), match=text):
        path(epochs, **options)
