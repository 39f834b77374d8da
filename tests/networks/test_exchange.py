"""Ensembles of plain weights, and networks of scikit-learn in both directions."""

import pickle
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier, MLPRegressor

from refgen.networks import (
    Architecture,
    Ensemble,
    TwoLayerNetworks,
    from_sklearn,
    initial_networks,
    train,
)
from refgen.random import Stream

RNG = np.random.default_rng(3)
X = RNG.normal(size=(30, 3))
THREE = np.array(["a", "b", "c"])[np.abs(X).argmax(axis=1)]
TWO = np.where(X[:, 0] > 0, 7, 3)


def fitted(kind, y, **options):
    options = {"hidden_layer_sizes": 4, "max_iter": 15, "random_state": 0} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(**options).fit(X, y)


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh"])
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.parametrize(
    ("kind", "y"),
    [
        (MLPClassifier, THREE),
        (MLPClassifier, TWO),
        (MLPRegressor, X[:, 0]),
        (MLPRegressor, X[:, :2]),
    ],
)
def test_networks_of_scikit_learn_say_the_same_here(kind, y, solver, activation):
    model = fitted(kind, y, solver=solver, activation=activation)
    ours = from_sklearn(model)
    if kind is MLPRegressor:
        np.testing.assert_allclose(ours.predict(X), model.predict(X), rtol=1e-12)
    else:
        assert (ours.predict(X) == model.predict(X)).all()
        np.testing.assert_allclose(
            ours.predict_proba(X), model.predict_proba(X), rtol=1e-12, atol=1e-15
        )
        assert 1 - ours.error(X, y) == pytest.approx(model.score(X, y))


def test_several_estimators_are_members():
    models = [fitted(MLPClassifier, TWO, random_state=s, max_iter=5 + s)
              for s in range(3)]  # fmt: skip
    ours = from_sklearn(models)
    assert len(ours) == 3
    assert ours.n_epochs.tolist() == [5, 6, 7]
    for member, model in zip(ours, models, strict=True):
        assert (member.predict(X) == model.predict(X)).all()
        curve = member.loss_curves[: len(model.loss_curve_)]
        assert curve.tolist() == model.loss_curve_


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh"])
@pytest.mark.parametrize("scaling", ["standard", "ntk"])
@pytest.mark.parametrize(
    ("y", "loss"),
    [
        (THREE, "cross_entropy"),
        (TWO, "cross_entropy"),
        (TWO, "logistic"),
        (X[:, 0], "squared"),
        (X[:, :2], "squared"),
    ],
)
def test_members_say_the_same_in_scikit_learn(y, loss, scaling, activation):
    ours = train(
        X, y, Stream(0), n_members=2, n_hidden=4, n_epochs=15, step_size=0.05,
        loss=loss, scaling=scaling, activation=activation,
    )  # fmt: skip
    for member, model in zip(ours, ours.to_sklearn(), strict=True):
        if loss == "squared":
            np.testing.assert_allclose(
                model.predict(X), member.predict(X), rtol=1e-11, atol=1e-14
            )
            continue
        assert (model.predict(X) == member.predict(X)).all()
        np.testing.assert_allclose(
            model.predict_proba(X), member.predict_proba(X), rtol=1e-12
        )


def test_what_goes_there_comes_back():
    ours = train(X, THREE, Stream(0), n_members=2, n_hidden=4, n_epochs=9)
    again = from_sklearn(ours.to_sklearn(), initial=ours.initial)
    assert (again.outputs(X) == ours.outputs(X)).all()
    assert (again.loss_curves == ours.loss_curves).all()
    assert again.task == ours.task
    away = ours.distance_from_initialization()
    assert (again.distance_from_initialization() == away).all()


def test_estimators_can_be_pickled_cloned_and_trained_further():
    model = train(X, TWO, Stream(0), n_epochs=5, loss="logistic")[0].to_sklearn()
    assert (pickle.loads(pickle.dumps(model)).predict(X) == model.predict(X)).all()
    assert clone(model).get_params() == model.get_params()
    before = model.coefs_[0].copy()
    model.partial_fit(X, TWO)
    assert (model.coefs_[0] != before).any()


def test_the_best_loss_is_the_least_of_the_curve():
    ours = train(X, TWO, Stream(0), n_epochs=3, loss="logistic")
    risen = replace(ours, loss_curves=np.array([[3.0, 1.0, 2.0]]))
    [model] = risen.to_sklearn()
    assert (model.loss_curve_, model.loss_, model.best_loss_) == ([3, 1, 2], 2, 1)


def test_classes_in_another_order_are_put_in_order():
    for k, classes in ((3, ["c", "a", "b"]), (1, ["b", "a"]), (2, ["b", "a"])):
        loss = "logistic" if k == 1 else "cross_entropy"
        start = initial_networks(Stream(1), 3, 4, k)
        networks = start.map(lambda array: array + RNG.normal(size=array.shape))
        ours = Ensemble.from_networks(networks, loss=loss, classes=classes)
        [model] = ours.to_sklearn()
        assert (model.predict(X) == ours.predict(X)[0]).all()
        places = [classes.index(label) for label in model.classes_]
        np.testing.assert_allclose(
            model.predict_proba(X), ours.predict_proba(X)[0][:, places], rtol=1e-12
        )


@pytest.mark.parametrize(
    ("models", "error", "message"),
    [
        (3, TypeError, "models must be an MLPClassifier"),
        ("model", TypeError, "models must be an MLPClassifier"),
        ([], ValueError, "models is empty"),
        ([3], TypeError, r"models\[0\] must be an MLPClassifier"),
        (MLPRegressor(), ValueError, "models is not fitted"),
    ],
)
def test_what_is_no_fitted_network_is_refused(models, error, message):
    with pytest.raises(error, match=message):
        from_sklearn(models)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden_layer_sizes": (3, 3)}, "2 hidden layers"),
        ({"hidden_layer_sizes": ()}, "0 hidden layers"),
        ({"activation": "logistic"}, "activation 'logistic'"),
        ({"loss": "poisson"}, "its loss is none"),
    ],
)
def test_networks_that_are_not_of_this_kind_are_refused(options, message):
    if not set(options) <= set(MLPRegressor().get_params()):
        pytest.skip("this scikit-learn has no such losses")
    with pytest.raises(ValueError, match=message):
        from_sklearn(fitted(MLPRegressor, abs(X[:, 0]), **options))


def test_several_labels_of_a_point_are_refused():
    for k in (2, 3):
        model = fitted(MLPClassifier, (X[:, :k] > 0).astype(int))
        with pytest.raises(ValueError, match=f"{k} output"):
            from_sklearn(model)


def test_estimators_have_to_fit_together():
    one = fitted(MLPClassifier, TWO)
    for other in (
        fitted(MLPClassifier, THREE),
        fitted(MLPClassifier, TWO + 1),
        fitted(MLPClassifier, TWO, hidden_layer_sizes=5),
        fitted(MLPClassifier, TWO, activation="tanh"),
        fitted(MLPRegressor, X[:, 0]),
    ):
        with pytest.raises(ValueError, match=r"models\[1\] is not as models\[0\]"):
            from_sklearn([one, other])


def test_what_scikit_learn_has_not_is_refused():
    networks = initial_networks(Stream(1), 3, 4, 2, activation="exponential")
    ours = Ensemble.from_networks(networks, loss="squared")
    with pytest.raises(ValueError, match="no neurons with the activation 'exp"):
        ours.to_sklearn()
    rest = Ensemble.from_networks(initial_networks(Stream(1), 3, 4, 2), loss="logistic")
    with pytest.raises(ValueError, match="one against the rest"):
        rest.to_sklearn()


def test_weights_from_anywhere_make_an_ensemble():
    fields = [RNG.normal(size=shape) for shape in ((2, 3, 4), (4,), (4, 1), (1,))]
    ours = Ensemble.from_networks(TwoLayerNetworks(*fields), loss="squared")
    U, u, V, v = fields
    expected = np.maximum(X @ U + u, 0) @ V + v
    np.testing.assert_allclose(ours.predict(X), expected[..., 0], rtol=1e-12)
    assert ours.outcomes.tolist() == ["epochs", "epochs"]
    with pytest.raises(ValueError, match="before training are not known"):
        ours.distance_from_initialization()


def test_the_change_of_a_member_is_known_if_its_first_weights_are():
    networks = initial_networks(Stream(1), 3, 4, 1, n_members=2)
    known = np.array([1.0, np.nan])
    some = networks.map(lambda array: array * known.reshape(2, *[1] * (array.ndim - 1)))
    ours = Ensemble.from_networks(networks, loss="squared", initial=some)
    assert ours[0].distance_from_initialization() == 0
    for asked in (ours, ours[1]):
        with pytest.raises(ValueError, match="before training are not known"):
            asked.distance_from_initialization()


@pytest.mark.parametrize(
    ("k", "options", "message"),
    [
        (1, {"loss": "cross_entropy"}, "needs an output for each class"),
        (1, {"loss": "hinge"}, "loss must be one of"),
        (1, {"loss": "squared", "classes": [0, 1]}, "classes must be None"),
        (3, {"loss": "logistic", "classes": [0, 1]}, "3 different labels"),
        (3, {"loss": "logistic", "classes": [0, 1, 1]}, "3 different labels"),
        (1, {"loss": "logistic", "classes": [[0, 1]]}, "2 different labels"),
    ],
)
def test_losses_and_classes_have_to_fit_the_outputs(k, options, message):
    with pytest.raises(ValueError, match=message):
        Ensemble.from_networks(initial_networks(Stream(0), 2, 3, k), **options)


def test_first_weights_have_to_fit_the_networks():
    networks = initial_networks(Stream(0), 2, 3, 1)
    other = initial_networks(Stream(0), 2, 4, 1)
    with pytest.raises(ValueError, match="initial has shape"):
        Ensemble.from_networks(networks, loss="squared", initial=other)
    scaled = TwoLayerNetworks(
        [[1.0]], [0.0], [[1.0]], [0.0], Architecture("relu", 2.0, 3.0)
    )
    with pytest.raises(TypeError, match=r"networks must be .*TwoLayerNetworks"):
        Ensemble.from_networks(scaled.hidden_weights, loss="squared")
