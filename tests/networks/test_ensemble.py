"""What an ensemble says of points: classes, probabilities, margins, losses."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from refgen.networks import train
from refgen.random import Stream

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 3))
LABELS = np.array(["a", "b", "c"])[np.abs(X).argmax(axis=1)]
PAIRS = np.where(X[:, 0] > 0, 7, 3)


def trained(y, **options):
    return train(X, y, Stream(0), n_members=4, n_hidden=5, n_epochs=20, **options)


@pytest.fixture(scope="module")
def three():
    return trained(LABELS)


@pytest.fixture(scope="module")
def two():
    return trained(PAIRS, loss="logistic")


@pytest.fixture(scope="module")
def numbers():
    return trained(X[:, :2], loss="squared", step_size=0.01)


def test_the_class_of_the_largest_output_is_predicted(three):
    places = three.outputs(X).argmax(axis=-1)
    assert (three.predict(X) == np.array(["a", "b", "c"])[places]).all()


def test_a_single_output_says_which_of_two_classes(two):
    assert (two.predict(X) == np.where(two.outputs(X)[..., 0] > 0, 7, 3)).all()


def test_of_equal_outputs_the_first_class_wins(three, two):
    for members in (three, two):
        level = replace(members, networks=members.networks.map(np.zeros_like))
        for said in (level.predict(X), level.vote(X)):
            assert (said == members.classes[0]).all()


def test_probabilities_are_those_of_softmax_and_of_the_sigmoid(three, two):
    expected = special.softmax(three.outputs(X), axis=-1)
    np.testing.assert_allclose(three.predict_proba(X), expected, rtol=1e-14)
    second = special.expit(two.outputs(X)[..., 0])
    np.testing.assert_allclose(two.predict_proba(X)[..., 1], second, rtol=1e-14)
    np.testing.assert_allclose(two.predict_proba(X).sum(axis=-1), 1, rtol=1e-14)


def test_one_class_against_the_rest_has_its_share_of_all_sigmoids():
    rest = trained(LABELS, loss="logistic")
    chances = special.expit(rest.outputs(X))
    shares = chances / chances.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(rest.predict_proba(X), shares, rtol=1e-13)


def test_losses_are_logarithms_of_probabilities(three, two):
    places = np.searchsorted(["a", "b", "c"], LABELS)
    right = three.predict_proba(X)[:, np.arange(len(X)), places]
    np.testing.assert_allclose(three.losses(X, LABELS), -np.log(right), rtol=1e-12)
    right = two.predict_proba(X)[:, np.arange(len(X)), (PAIRS == 7).astype(int)]
    np.testing.assert_allclose(two.losses(X, PAIRS), -np.log(right), rtol=1e-12)


def test_squared_losses_are_half_the_squares(numbers):
    off = numbers.outputs(X) - X[:, :2]
    np.testing.assert_allclose(
        numbers.losses(X, X[:, :2]), (off**2).sum(axis=-1) / 2, rtol=1e-14
    )
    np.testing.assert_allclose(
        numbers.error(X, X[:, :2]), (off**2).mean(axis=(1, 2)), rtol=1e-14
    )


def test_a_positive_margin_is_a_right_answer(three, two):
    for members, y in ((three, LABELS), (two, PAIRS)):
        assert ((members.margins(X, y) > 0) == (members.predict(X) == y)).all()


def test_of_equal_shares_the_first_class_is_the_right_one(three, two):
    halves, thirds = np.full((24, 1), 0.5), np.full((24, 3), 1 / 3)
    assert (two.margins(X, halves) == two.margins(X, np.full(24, 3))).all()
    assert (two.error(X, halves) == two.error(X, np.full(24, 3))).all()
    assert (three.margins(X, thirds) == three.margins(X, ["a"] * 24)).all()
    assert (three.error(X, thirds) == three.error(X, ["a"] * 24)).all()


def test_a_margin_is_how_far_the_right_output_is_ahead(three):
    outputs = three.outputs(X)
    for i in range(len(X)):
        right = ["a", "b", "c"].index(LABELS[i])
        others = np.delete(outputs[:, i], right, axis=1).max(axis=1)
        assert (three.margins(X, LABELS)[:, i] == outputs[:, i, right] - others).all()


def test_the_error_is_the_share_of_wrong_classes(three, two):
    for members, y in ((three, LABELS), (two, PAIRS)):
        assert (members.error(X, y) == (members.predict(X) != y).mean(axis=1)).all()


def test_labels_may_be_of_each_members_own(three):
    own = np.stack([np.roll(LABELS, i) for i in range(4)])
    for method in (three.error, three.losses, three.margins):
        found = method(X, own)
        for i in range(4):
            assert (found[i] == method(X, own[i])[i]).all()


def test_numbers_may_be_of_each_members_own():
    members = trained(X[:, 0], loss="squared", step_size=0.01)
    own = np.stack([np.roll(X[:, 0], i) for i in range(4)])
    for method in (members.error, members.losses, members.margins):
        found = method(X, own)
        assert (found == method(X, own[..., None])).all()
        for i in range(4):
            assert (found[i] == method(X, own[i])[i]).all()


def test_points_may_be_of_each_members_own(three):
    own = np.stack([X + i for i in range(4)])
    for i in range(4):
        assert (three.predict(own)[i] == three[i].predict(X + i)).all()


def test_indicators_are_labels(three):
    indicators = (LABELS[:, None] == three.classes).astype(float)
    for method in (three.error, three.losses, three.margins):
        assert (method(X, indicators) == method(X, LABELS)).all()


def test_the_cross_entropy_with_shares_is_a_mean_of_losses(three):
    shares = special.softmax(X, axis=1)
    each = np.stack([three.losses(X, np.full(24, c)) for c in three.classes], axis=-1)
    np.testing.assert_allclose(
        three.losses(X, shares), (each * shares).sum(axis=-1), rtol=1e-13
    )


def test_losses_of_sure_answers_keep_their_digits(two):
    far = two.take(0).networks.map(lambda array: 10 * array)
    sure = type(two).trusted(**{**two.take(0).__dict__, "networks": far})
    f = sure.outputs(X)[..., 0]
    expected = np.log1p(np.exp(-np.where(PAIRS == 7, f, -f)))
    assert expected.min() < 1e-20
    np.testing.assert_allclose(sure.losses(X, PAIRS), expected, rtol=1e-12)


def test_votes_are_shares_of_members(three):
    said = three.predict(X)
    for place, name in enumerate(three.classes):
        assert (three.votes(X)[:, place] == (said == name).mean(axis=0)).all()
    assert (three.vote(X) == three.classes[three.votes(X).argmax(axis=1)]).all()


def test_the_mean_prediction_averages_members(three, numbers):
    np.testing.assert_allclose(
        three.mean_prediction(X), three.predict_proba(X).mean(axis=0), rtol=1e-15
    )
    np.testing.assert_allclose(
        numbers.mean_prediction(X), numbers.predict(X).mean(axis=0), rtol=1e-15
    )


def test_rows_of_a_grid_are_ensembles_of_their_own(three, numbers):
    for members, methods in (
        (three, ("votes", "vote", "mean_prediction")),
        (numbers, ("mean_prediction",)),
    ):
        grid = members[[[0, 1], [2, 3]]]
        for method in methods:
            found = getattr(grid, method)(X)
            for row, mine in zip(grid, found, strict=True):
                assert (getattr(row, method)(X) == mine).all()


def test_the_vote_of_one_member_is_its_choice(three):
    assert (three[2].vote(X) == three.predict(X)[2]).all()
    assert (three[2].mean_prediction(X) == three.predict_proba(X)[2]).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.where(LABELS == "a", "z", LABELS), "label 'z', which training had not"),
        (np.arange(24), "mix"),
        (LABELS[:3], r"y must have shape \(24,\) or \(4, 24\)"),
        (np.ones((24, 2)), r"y must have shape \(24, 3\)"),
        (np.ones((24, 3)), "sum to 1"),
    ],
)
def test_labels_that_do_not_fit_are_refused(three, y, message):
    for method in (three.error, three.losses, three.margins):
        with pytest.raises((TypeError, ValueError), match=message):
            method(X, y)


def test_shares_of_one_class_against_the_rest_are_probabilities():
    rest = trained(LABELS, loss="logistic")
    for shares in (np.full((24, 3), 1.5), np.full((24, 3), -0.5)):
        with pytest.raises(ValueError, match=r"y must .*\[0, 1\]"):
            rest.losses(X, shares)


def test_points_have_to_be_those_of_as_many_members(three):
    for own in (np.stack([X] * 3), np.stack([X] * 5), X[None]):
        with pytest.raises(ValueError, match=r"X must have shape .* or \(4,\) in"):
            three.predict(own)


def test_numbers_have_no_classes(numbers):
    for method in (numbers.predict_proba, numbers.votes, numbers.vote):
        with pytest.raises(ValueError, match="needs classes"):
            method(X)


def test_the_number_0_has_no_margin():
    single = trained(X[:, 0], loss="squared", step_size=0.01)
    signs = np.sign(X[:, 0])
    assert ((single.margins(X, signs) > 0) == (single.predict(X) * signs > 0)).all()
    with pytest.raises(ValueError, match="y must not be 0"):
        single.margins(X, np.zeros(24))


def test_an_ensemble_is_made_of_what_fits_together(three):
    parts = dict(vars(three))
    again = type(three)(**parts)
    assert (again.predict(X) == three.predict(X)).all()
    wrong = [
        ("networks", three.networks.hidden_weights, TypeError, "networks must be"),
        ("initial", three.initial.take(0), ValueError, "initial has shape"),
        ("loss_curves", three.loss_curves[0], ValueError, "an axis for epochs"),
        (
            "n_epochs",
            three.n_epochs[:2],
            ValueError,
            r"n_epochs must have shape \(4,\)",
        ),
        ("n_epochs", three.n_epochs * 0.5, TypeError, "n_epochs must hold integers"),
        (
            "loss_curves",
            three.loss_curves.astype(np.longdouble),
            TypeError,
            "loss_curves must hold numbers of at most 64 bits",
        ),
        ("status", three.status + 4, ValueError, "status must hold 0 to 3"),
        ("velocity", three.velocity[:, 1:], ValueError, "velocity must have shape"),
        ("task", "squared", TypeError, "take ensemble.task"),
        (
            "task",
            type(three.task)("logistic", (0, 1)),
            ValueError,
            "3 different labels",
        ),
    ]
    for name, value, error, message in wrong:
        with pytest.raises(error, match=message):
            type(three)(**(parts | {name: value}))
