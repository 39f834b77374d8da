"""What training warns of: divergence, goals that were not reached, unscaled data."""

import numpy as np
import pytest
from support.networks import assert_same_training, data

from refgen.networks import TrainingWarning, train
from refgen.random import Stream

X, Y = data(60, 5, 3)


def training(**given):
    options = {"n_members": 3, "n_hidden": 9, "n_epochs": 12} | given
    return train(options.pop("X", X), options.pop("y", Y), Stream(1), **options)


def test_a_member_that_diverges_is_named_and_leaves_others_alone():
    options = {"loss": "squared", "y": Y - 1.0, "batch_size": None}
    with pytest.warns(TrainingWarning) as caught:
        found = training(step_size=[0.1, 1e20, 0.1], **options)
    assert str(caught[0].message) == (
        "1 of 3 members diverged (member 1 in epoch "
        f"{found.n_epochs[1]}): their losses or weights are no finite numbers any "
        "more; others are not affected. Take a smaller step_size, or scale X and y"
    )
    assert caught[0].filename == __file__
    assert found.outcomes.tolist() == ["epochs", "diverged", "epochs"]
    assert found.n_epochs[1] < 12
    well = training(**options)
    for j in (0, 2):
        assert_same_training(found[j : j + 1], well[j : j + 1])


def test_weights_that_overflow_in_the_last_step_are_found():
    with pytest.warns(TrainingWarning, match="1 of 3 members diverged"):
        found = training(loss="squared", y=Y - 1.0, step_size=[0.1, 1e90, 0.1],
                         activation="linear", n_epochs=3, batch_size=None)  # fmt: skip
    assert not np.isfinite(found.networks.hidden_weights[1]).all()


@pytest.mark.parametrize("own", [False, True])
def test_goals_that_no_member_reaches_are_told_with_what_was_reached(own):
    rows = [np.arange(10, 40), np.arange(50), np.arange(60)] if own else None
    points = np.stack([X, X / 2, X]) if own else X
    wanted = np.array([2.0, 2.5, 3.0])
    with pytest.warns(TrainingWarning) as caught:
        found = training(X=points, stop_margin=wanted, stop_loss=1e-3, rows=rows)
    text = str(caught[0].message)
    lowest = found.loss_curves[:, -1].argmin()
    assert text.startswith(
        "no member reached what it stops at within n_epochs: the lowest mean loss in "
        f"the last epoch is {found.loss_curves[lowest, -1]:.4g} (member {lowest}), "
        "with stop_loss=0.001; the largest share"
    )
    reached = found.margins(points, Y) >= wanted[:, None]
    own_rows = rows if own else [np.arange(60)] * 3
    shares = [part[own].mean() for part, own in zip(reached, own_rows, strict=True)]
    best = int(np.argmax(shares))
    assert (
        f"margins of at least stop_margin={wanted[best]:.4g} is {max(shares):.4g} "
        f"(member {best}), with stop_share=0.99"
    ) in text


def test_the_lowest_loss_is_that_of_each_members_own_last_epoch():
    epochs = np.array([12, 3, 8])
    with pytest.warns(TrainingWarning, match="no member reached") as caught:
        found = training(n_epochs=epochs, stop_loss=1e-3, step_size=[0.001, 0.1, 0.01])
    last = found.loss_curves[np.arange(3), epochs - 1]
    assert last.argmin() == 1
    assert f"epoch is {last[1]:.4g} (member 1)" in str(caught[0].message)


def test_of_some_members_the_outcome_says_whether_they_reached_their_goal():
    found = training(n_epochs=100, stop_margin=[0.5, 50.0, 0.5])
    assert found.outcomes.tolist() == ["margin", "epochs", "margin"]


@pytest.mark.parametrize("goal", [{"stop_loss": 1e-3}, {"stop_margin": 9.0}])
def test_only_the_goal_that_was_given_is_told(goal):
    with pytest.warns(TrainingWarning) as caught:
        training(**goal)
    (name,) = goal
    text = str(caught[0].message)
    assert f"{name}=" in text
    assert ("stop_share=" in text) == (name == "stop_margin")


@pytest.mark.parametrize(("factor", "column"), [(30.0, 2), (30.0, 0), (1e-5, None)])
def test_points_of_other_scales_are_told_with_the_remedy(factor, column):
    is_scaled = True if column is None else np.arange(5) == column
    points = X * np.where(is_scaled, factor, 1.0)
    column = int((points**2).mean(axis=0).argmax())
    told = f"X is unscaled: column {column} has"
    with pytest.warns(TrainingWarning, match=told) as caught:
        training(X=points, step_size=1e-6)
    assert "StandardScaler" in str(caught[0].message)


def test_numbers_taken_as_classes_are_told_with_the_remedy():
    numbers = np.arange(60) // 2 + 0.0
    with pytest.warns(TrainingWarning, match="30 different ones") as caught:
        training(y=numbers)
    with pytest.warns(TrainingWarning, match="21 different ones"):
        training(y=np.arange(60) % 21 + 0.0)
    assert "loss='squared'" in str(caught[0].message)
    for y in (numbers.astype(int), numbers // 2, np.arange(60) % 20 + 0.0):
        training(y=y)
    training(y=numbers, classes=np.arange(30.0))
    training(y=numbers / 30, loss="squared")


def test_usual_points_are_not_doubted():
    for points in (X, X / 3, np.abs(X) / 2, np.zeros_like(X)):
        training(X=points)
