"""Members of an ensemble: chosen, counted, and those that diverged."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from refgen.networks import train
from refgen.networks._members import named_members
from refgen.random import Stream

X = np.random.default_rng(0).normal(size=(16, 2))
Y = (X[:, 0] > 0).astype(int)


def trained(step_size=0.1, **options):
    return train(
        X, Y, Stream(0), n_members=5, n_hidden=3, n_epochs=6, step_size=step_size,
        loss="squared", **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def five():
    return trained()


def test_a_member_says_what_it_says_among_others(five):
    assert len(five) == len(list(five)) == 5
    for i, member in enumerate(five):
        assert member.batch_shape == ()
        assert (member.outputs(X) == five.outputs(X)[i]).all()
        assert member.error(X, Y) == five.error(X, Y)[i]
    assert (five[-1].predict(X) == five.predict(X)[-1]).all()


@pytest.mark.parametrize(
    "index",
    [
        slice(1, 4),
        slice(None, None, -2),
        [3, 0],
        np.array([True, False, True, True, False]),
        np.array([[0, 1], [2, 4]]),
    ],
)
def test_members_are_chosen_as_entries_of_an_array_are(five, index):
    chosen = five[index]
    assert (chosen.predict(X) == five.predict(X)[index]).all()
    assert (chosen.losses(X, Y) == five.losses(X, Y)[index]).all()
    away = five.distance_from_initialization()
    assert (chosen.distance_from_initialization() == away[index]).all()
    assert (chosen.outcomes == five.outcomes[index]).all()


def test_outcomes_are_a_mask_of_members(five):
    stopped = trained(stop_loss=five.loss_curves[:, 3].mean())
    ended = stopped.outcomes == "loss"
    assert 0 < ended.sum() < 5
    assert len(stopped[ended]) == ended.sum()
    assert (stopped[ended].n_epochs < 6).all()


@pytest.mark.parametrize(
    ("index", "error"),
    [
        (5, IndexError),
        (-6, IndexError),
        ([0, 5], IndexError),
        ([0, -6], IndexError),
        (np.ones(4, bool), IndexError),
        (1.0, TypeError),
        ("1", TypeError),
        (None, TypeError),
        ((0, 1), TypeError),
        ([], TypeError),
        (True, TypeError),
    ],
)
def test_what_is_no_index_of_members_is_refused(five, index, error):
    with pytest.raises(error, match="member"):
        five[index]


def test_no_member_may_be_chosen_but_not_asked(five):
    none = five[five.outcomes == "margin"]
    assert len(none) == 0
    assert list(none) == []
    for asked in (
        lambda: none.predict(X),
        lambda: none.mean_prediction(X),
        none.distance_from_initialization,
        none.to_sklearn,
    ):
        with pytest.raises(ValueError, match="no members were chosen"):
            asked()


def test_an_ensemble_is_shown_in_a_line(five):
    assert repr(five) == (
        "Ensemble(2–3–1 relu, members: (5,), loss: squared, ended by: epochs × 5)"
    )
    assert "members: one," in repr(five[0])
    assert "ended by: none" in repr(five[five.outcomes == "margin"])


def test_an_ensemble_can_be_pickled(five):
    again = pickle.loads(pickle.dumps(five))
    assert (again.outputs(X) == five.outputs(X)).all()
    assert again.task == five.task


def test_one_member_has_no_others(five):
    one = five[0]
    for wrong in (lambda: one[0], lambda: len(one), lambda: list(one)):
        with pytest.raises(TypeError, match="one member"):
            wrong()


@pytest.mark.filterwarnings("ignore")
def test_a_member_that_diverged_gives_no_numbers():
    steps = np.array([0.1, 1e30, 0.1, 1e30, 0.1])
    mixed, calm = trained(steps), trained()
    assert mixed.is_finite.tolist() == [True, False, True, False, True]
    for method in (mixed.predict, mixed.outputs, mixed.mean_prediction):
        with pytest.raises(
            ValueError, match=r"members 1, 3 \(2 of 5\) diverged.*finite"
        ):
            method(X)
    with pytest.raises(ValueError, match="diverged"):
        mixed.distance_from_initialization()
    with pytest.raises(ValueError, match="this member diverged"):
        mixed[3].error(X, Y)
    assert (mixed.finite().outputs(X) == calm.outputs(X)[[0, 2, 4]]).all()
    assert (mixed[2].finite().predict(X) == calm[2].predict(X)).all()
    with pytest.raises(ValueError, match="all members diverged"):
        mixed[1:2].finite()


def test_points_at_which_outputs_overflow_are_refused(five):
    far = np.full((1, 2), 1e308)
    with pytest.raises(ValueError, match="overflow float64 at a point of X"):
        five.map(lambda array: array * 100).predict(far)
    some = np.array([1.0, 1e9, 1.0, 1.0, 1.0])
    networks = five.networks.map(
        lambda array: array * some.reshape(5, *[1] * (array.ndim - 1))
    )
    with pytest.raises(ValueError, match=r"member 1 \(1 of 5\) overflow"):
        replace(five, networks=networks).predict(far / 1e6)


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "member 0 (1 of 7)"), (5, "members 0, 1, 2, 3, 4 (5 of 7)"),
     (6, "members 0, 1, 2, 3, 4, … (6 of 7)")],
)  # fmt: skip
def test_up_to_five_members_are_named(n, said):
    assert named_members(np.arange(7) < n) == said
