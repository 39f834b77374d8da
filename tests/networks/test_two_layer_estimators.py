"""Classifier and regressor of two layers: contract, ensembles, early stopping."""

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from support.contract import run_check

from refgen.networks import (
    TrainingWarning,
    TwoLayerClassifier,
    TwoLayerRegressor,
    train,
)
from refgen.random import Stream

CHECKED = [
    TwoLayerClassifier(16, n_epochs=50),
    TwoLayerClassifier(16, loss="logistic", n_members=3, n_epochs=50),
    TwoLayerClassifier(16, n_members=2, n_epochs=50, early_stopping=True),
    TwoLayerRegressor(16, n_epochs=50),
    TwoLayerRegressor(16, n_members=3, activation="tanh", n_epochs=50),
]
IRIS, KINDS = load_iris(return_X_y=True)
IRIS = (IRIS - IRIS.mean(axis=0)) / IRIS.std(axis=0)
SUGAR, PROGRESS = load_diabetes(return_X_y=True, scaled=True)
SUGAR = SUGAR * np.sqrt(len(SUGAR))


@pytest.mark.filterwarnings("ignore::refgen.networks.TrainingWarning")
@parametrize_with_checks(CHECKED)
def test_scikit_learn_contract(estimator, check):
    run_check(estimator, check)


def test_a_member_is_the_same_alone():
    many = TwoLayerClassifier(8, n_members=4, n_epochs=5, random_state=3)
    alone = TwoLayerClassifier(8, n_members=1, n_epochs=5, random_state=3)
    together = many.fit(IRIS, KINDS).member_probabilities(IRIS)
    assert (together[0] == alone.fit(IRIS, KINDS).predict_proba(IRIS)).all()
    said = many.member_predictions(IRIS)[0]
    assert (said == alone.member_predictions(IRIS)).all()
    assert (said == alone.predict(IRIS)).all()


def test_an_ensemble_says_the_mean_of_its_members():
    model = TwoLayerClassifier(8, n_members=5, n_epochs=10, random_state=0)
    model.fit(IRIS, np.array(["a", "b", "c"])[KINDS])
    shares = model.member_probabilities(IRIS)
    assert model.predict_proba(IRIS) == pytest.approx(shares.mean(axis=0))
    np.testing.assert_allclose(shares.sum(axis=2), 1, atol=1e-12)
    assert set(model.predict(IRIS)) <= {"a", "b", "c"}
    chosen = np.array(["a", "b", "c"])[shares.argmax(axis=2)]
    assert (model.member_predictions(IRIS) == chosen).all()
    numbers = TwoLayerRegressor(8, n_members=5, n_epochs=10, random_state=0)
    numbers.fit(SUGAR, np.stack([PROGRESS, -PROGRESS], axis=1))
    each = numbers.member_predictions(SUGAR)
    assert each.shape == (5, 442, 2)
    assert numbers.predict(SUGAR) == pytest.approx(each.mean(axis=0))


def test_rows_keep_their_order_without_shuffles():
    model = TwoLayerRegressor(4, n_epochs=2, shuffle=False, random_state=0)
    first = model.fit(SUGAR, PROGRESS).predict(SUGAR)
    networks = model.ensemble_.initial
    targets = (PROGRESS - model.y_mean_) / model.y_scale_
    plain = train(
        SUGAR, targets, Stream(9), initial=networks, loss="squared", n_epochs=2,
        shuffle=False, step_size=model.step_size_,
    )  # fmt: skip
    assert (plain.outputs(SUGAR) == model.ensemble_.outputs(SUGAR)).all()
    shuffled = model.set_params(shuffle=True).fit(SUGAR, PROGRESS)
    assert (shuffled.predict(SUGAR) != first).any()


def test_targets_may_have_any_unit():
    plain = TwoLayerRegressor(8, n_epochs=20, random_state=0).fit(SUGAR, PROGRESS)
    other = TwoLayerRegressor(8, n_epochs=20, random_state=0)
    other.fit(SUGAR, 2**10 * PROGRESS - 2**20)
    want = 2**10 * plain.predict(SUGAR) - 2**20
    np.testing.assert_allclose(other.predict(SUGAR), want, rtol=1e-9)
    both = np.stack([PROGRESS, 2**20 * PROGRESS], axis=1)
    units = TwoLayerRegressor(8, n_epochs=20, random_state=0).fit(SUGAR, both)
    left, right = units.predict(SUGAR).T
    alike = TwoLayerRegressor(8, n_epochs=20, random_state=0)
    alike.fit(SUGAR, np.stack([PROGRESS, PROGRESS], axis=1))
    np.testing.assert_allclose(alike.predict(SUGAR), np.stack([left, right / 2**20], 1))
    constant = TwoLayerRegressor(8, n_epochs=5).fit(SUGAR, np.full(442, 7.0))
    assert abs(constant.predict(SUGAR) - 7.0).max() < 1.0


def test_early_stopping_keeps_the_best_epoch_of_each_member():
    digits, labels = load_digits(return_X_y=True)
    settings = {"n_hidden": 16, "n_members": 3, "step_size": 0.1}
    X, y = digits[:300] / 16, labels[:300]
    y = np.where(np.arange(300) % 3 == 0, (y + 1) % 10, y)  # it pays to stop
    model = TwoLayerClassifier(
        **settings, early_stopping=True, n_iter_no_change=4, random_state=0
    ).fit(X, y)
    seed = np.random.RandomState(0).randint(2**31 - 1)
    held_out = model._chosen(y, 0.1, seed)
    assert len(held_out) == sum(round(0.1 * n) for n in np.bincount(y))
    rows = np.setdiff1d(np.arange(300), held_out)
    settings |= {"rows": rows, "vary": "both"}
    found, curve = None, []
    for epochs in range(60):
        found = train(
            X, y, Stream(seed, "two-layer"), n_epochs=epochs, resume=found, **settings
        )
        curve.append(found.losses(X[held_out], y[held_out]).mean(axis=1))
    for member, losses in enumerate(np.stack(curve, axis=1)):
        best = 0
        for epoch, loss in enumerate(losses):
            if epoch - best > 4:
                break
            best = epoch if loss < losses[best] else best
        assert model.n_epochs_[member] == best < 50
        kept = model.ensemble_[member].losses(X[held_out], y[held_out]).mean()
        assert kept == losses[best]


@pytest.mark.parametrize("kind", [TwoLayerClassifier, TwoLayerRegressor])
def test_weights_at_the_start_are_kept_if_no_epoch_is_better(kind):
    idle = kind(4, step_size=1e-80, n_epochs=20, early_stopping=True, random_state=0)
    assert idle.fit(IRIS, KINDS).n_epochs_.tolist() == [0]


def test_a_goal_that_early_stopping_does_not_reach_is_told_once():
    model = TwoLayerClassifier(4, n_epochs=3, stop_loss=1e-9, early_stopping=True)
    with pytest.warns(TrainingWarning, match="no member reached") as caught:
        model.fit(IRIS, KINDS)
    assert len(caught) == 1


@pytest.mark.parametrize("kind", [TwoLayerClassifier, TwoLayerRegressor])
def test_defaults_are_those_of_train(kind):
    """But for the step, which an estimator takes from the data."""
    known = inspect.signature(train).parameters
    given = kind().get_params()
    assert given.pop("step_size") == "auto"
    if kind is TwoLayerRegressor:
        assert "loss" not in given
    shared = {name: given[name] for name in given if name in known}
    assert len(shared) >= 13
    assert shared == {name: known[name].default for name in shared}


def test_frames_searches_pipelines_and_pickles():
    frame = pd.DataFrame(IRIS, columns=list("abcd"))
    networks = TwoLayerClassifier(n_epochs=10, random_state=0)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), networks),
        {"twolayerclassifier__n_hidden": [4, 16]},
        cv=3,
    ).fit(frame, KINDS)
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    assert again.predict(frame).tolist() == search.predict(frame).tolist()
    assert again[-1].n_features_in_ == 4


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ({"step_size": "big"}, "step_size must be a positive number or 'auto'"),
        ({"step_size": -1.0}, "step_size"),
        ({"batch_size": 0}, "batch_size"),
        ({"n_hidden": 0}, "n_hidden"),
        ({"n_members": 0}, "n_members"),
        ({"activation": "gelu"}, "activation must be one of"),
        ({"loss": "squared"}, "loss must be one of"),
        ({"early_stopping": "yes"}, "early_stopping"),
        ({"early_stopping": True, "validation_fraction": 1.5}, "validation_fraction"),
        ({"early_stopping": True, "n_iter_no_change": 0}, "n_iter_no_change"),
        ({"random_state": "seed"}, "random_state"),
    ],
)
def test_wrong_settings_are_named(setting, what):
    model = TwoLayerClassifier(n_epochs=1).set_params(**setting)
    with pytest.raises((ValueError, TypeError), match=what):
        model.fit(IRIS, KINDS)
    assert not hasattr(model, "ensemble_")


def test_rows_that_stand_alone_cannot_be_held_out():
    model = TwoLayerClassifier(early_stopping=True)
    with pytest.raises(ValueError, match="early_stopping holds rows out"):
        model.fit(np.eye(3), [0, 1, 2])


def test_divergence_is_reported_and_gives_no_numbers():
    model = TwoLayerRegressor(8, step_size=1e3, n_epochs=20, random_state=0)
    with pytest.warns(TrainingWarning, match="diverged"):
        model.fit(SUGAR, PROGRESS)
    with pytest.raises(ValueError, match="diverged"):
        model.predict(SUGAR)


def test_small_features_do_not_make_long_steps():
    """The columns of scikit-learn's diabetes have norm 1: rows of length 0.15."""
    X, y = load_diabetes(return_X_y=True)
    model = TwoLayerRegressor(random_state=0).fit(X, y)
    assert model.step_size_ == 0.5
    assert model.score(X, y) > 0.4
    large = TwoLayerRegressor(n_epochs=1, random_state=0).fit(100 * X, y)
    assert large.step_size_ == pytest.approx(1 / (100**2 * (X * X).sum(1).mean()))


@pytest.mark.parametrize(("label", "told"), [(1.0, r"1\.0"), ("a", "'a'")])
def test_one_class_is_named_in_plain_words(label, told):
    with pytest.raises(ValueError, match=f"y holds one class, {told};"):
        TwoLayerClassifier(n_epochs=1).fit(IRIS, [label] * len(IRIS))
