"""Networks that refgen trains are explained exactly, all members at once."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from refgen.claims.explainability.trained_networks import SCALE, missed_near
from refgen.explainability import (
    LocalLinearExplainer,
    TwoLayerReLU,
    exact_local_fit,
    relu_network,
)
from refgen.networks import (
    Ensemble,
    TwoLayerClassifier,
    TwoLayerNetworks,
    TwoLayerRegressor,
    initial_networks,
    train,
)
from refgen.random import Stream

X = np.random.default_rng(0).normal(size=(30, 3))
LABELS = np.array(["a", "b", "c"])[np.arange(30) % 3]


def trained(y, loss, **options):
    options = {"n_hidden": 5, "n_epochs": 4, "batch_size": 10} | options
    return train(X, y, Stream(0), n_members=3, loss=loss, **options)


@pytest.mark.parametrize("scaling", ["standard", "ntk", "mean_field", "mup"])
def test_values_are_outputs(scaling):
    ensemble = trained(X[:, :2], "squared", scaling=scaling, step_size=0.01)
    for column in (0, 1):
        found = relu_network(ensemble, output=column).map(lambda a: a[:, None])
        np.testing.assert_allclose(
            found.values(X), ensemble.outputs(X)[..., column], rtol=0, atol=1e-14
        )


def test_members_are_explained_as_when_they_are_alone():
    ensemble = trained(X[:, 0], "squared")
    together = exact_local_fit(ensemble, X, 0.5)
    assert together.value.shape == (3, 30)
    for j, member in enumerate(ensemble):
        alone = exact_local_fit(member, X, 0.5)
        for both, one in zip(together, alone, strict=True):
            np.testing.assert_allclose(both[j], one, rtol=1e-13, atol=1e-15)


def test_explanations_are_those_of_the_network_of_scikit_learn():
    ensemble = trained(X[:, 0], "squared")
    here = exact_local_fit(ensemble[1], X, 0.5)
    there = exact_local_fit(ensemble[1].to_sklearn(), X, 0.5)
    for mine, theirs in zip(here, there, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-13, atol=1e-15)


def test_parts_of_many_rows_are_put_together(monkeypatch):
    ensemble = trained(X[:, 0], "squared")
    whole = exact_local_fit(ensemble, X, 0.5)
    monkeypatch.setattr("refgen.explainability.exact_fit._ENTRIES", 5 * 3 * 7)
    for part, all_at_once in zip(exact_local_fit(ensemble, X, 0.5), whole, strict=True):
        np.testing.assert_array_equal(part, all_at_once)


def test_what_is_missed_near_points_is_a_part_of_the_variance_there():
    # As LE-63t measures it.
    network = relu_network(trained(X[:, 0], "squared")[0])
    missed, variance = missed_near(network, X[:2])
    near = X[:2] + SCALE * Stream(1).normal((40_000, 1, 3))
    values = network.values(near)
    np.testing.assert_allclose(values.var(axis=0), variance, rtol=0.04)
    assert (missed < variance).all()


def test_a_frame_is_read_by_its_columns_in_order():
    ensemble = trained(X[:, 0], "squared")
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    pairs = zip(
        exact_local_fit(ensemble, frame, 0.5),
        exact_local_fit(ensemble, X, 0.5),
        strict=True,
    )
    for framed, plain in pairs:
        np.testing.assert_array_equal(framed, plain)


@pytest.mark.parametrize("loss", ["logistic", "cross_entropy"])
def test_two_classes_have_one_logit(loss):
    ensemble = trained(np.where(LABELS == "a", "yes", "no"), loss)
    chances = ensemble.predict_proba(X)
    for given, column in ((None, 1), ("yes", 1), ("no", 0)):
        logit = relu_network(ensemble, output=given).map(lambda a: a[:, None])
        share = 1 / (1 + np.exp(-logit.values(X)))
        np.testing.assert_allclose(share, chances[..., column], rtol=0, atol=1e-14)


def test_two_labels_of_a_point_have_a_logit_each():
    shares = np.stack([X[:, 0] > 0, X[:, 1] > 0], axis=1) * 1.0
    ensemble = trained(shares, "logistic")
    for label in (0, 1):
        found = relu_network(ensemble, output=label).map(lambda a: a[:, None])
        np.testing.assert_allclose(
            found.values(X), ensemble.outputs(X)[..., label], rtol=0, atol=1e-14
        )


def test_of_three_classes_one_is_chosen():
    ensemble = trained(LABELS, "cross_entropy")
    found = relu_network(ensemble, output="b").map(lambda a: a[:, None])
    np.testing.assert_allclose(
        found.values(X), ensemble.outputs(X)[..., 1], rtol=0, atol=1e-14
    )
    with pytest.raises(ValueError, match="output must be a class"):
        relu_network(ensemble)


def test_what_cannot_be_explained_exactly_is_refused():
    tanh = initial_networks(Stream(0), 3, 4, 1, activation="tanh")
    with pytest.raises(TypeError, match="activation 'relu'"):
        TwoLayerReLU.from_networks(tanh)
    with pytest.raises(ValueError, match="numbered from 0"):
        TwoLayerReLU.from_networks(initial_networks(Stream(0), 3, 4, 2), 2)
    with pytest.raises(TypeError, match="got an Ensemble; give it to relu_network"):
        TwoLayerReLU.from_networks(trained(X[:, 0], "squared"))


@pytest.mark.parametrize("part", ["hidden_weights", "hidden_biases", "output_biases"])
def test_weights_that_are_not_finite_are_refused_by_name(part):
    network = initial_networks(Stream(0), 3, 4, 2)
    wrong = TwoLayerNetworks.trusted(
        **(vars(network) | {part: getattr(network, part) + np.inf})
    )
    with pytest.raises(ValueError, match=part):
        TwoLayerReLU.from_networks(wrong, 1)


@pytest.mark.filterwarnings("ignore::refgen.networks.TrainingWarning")
def test_members_that_diverged_are_refused_with_the_remedy():
    ensemble = trained(X[:, 0], "squared", step_size=[0.1, 1e9, 0.1], n_epochs=40)
    with pytest.raises(ValueError, match=r"\.finite\(\)"):
        relu_network(ensemble)
    assert isinstance(ensemble.finite(), Ensemble)
    assert relu_network(ensemble.finite()).intercept.shape == (2,)


@pytest.mark.parametrize("n_members", [1, 3])
def test_what_a_regressor_predicts_is_a_network(n_members):
    y = 100 + 5 * X[:, :2]
    model = TwoLayerRegressor(4, n_members=n_members, n_epochs=3, random_state=0)
    piped = make_pipeline(StandardScaler(), model).fit(3 * X, y)
    for column in (0, 1):
        found = relu_network(piped, output=column)
        assert found.n_neurons == 4 * n_members
        np.testing.assert_allclose(
            found.values(3 * X), piped.predict(3 * X)[:, column], rtol=1e-14, atol=0
        )
    with pytest.raises(ValueError, match="number of a target"):
        relu_network(piped)


@pytest.mark.parametrize("loss", ["logistic", "cross_entropy"])
def test_a_classifier_of_one_member_has_a_logit(loss):
    y = np.where(X[:, 0] > 0, "yes", "no")
    model = TwoLayerClassifier(4, loss=loss, n_epochs=3, random_state=0)
    piped = make_pipeline(StandardScaler(), model).fit(3 * X, y)
    for given, column in ((None, 1), ("yes", 1), ("no", 0)):
        share = 1 / (1 + np.exp(-relu_network(piped, output=given).values(3 * X)))
        np.testing.assert_allclose(
            share, piped.predict_proba(3 * X)[:, column], rtol=0, atol=1e-14
        )
    model.set_params(n_members=2).fit(X, y)
    with pytest.raises(TypeError, match=r"such as `ensemble_\[0\]`"):
        relu_network(model)


def test_members_are_explained_by_draws_and_without():
    ensemble = trained(LABELS, "cross_entropy")
    member = ensemble[1]
    exact = LocalLinearExplainer(member, scale=0.5, exact=True, output=2).explain(X)
    np.testing.assert_allclose(
        exact.coefficients,
        exact_local_fit(member, X, 0.5, output="c").slope,
        rtol=1e-12,
        atol=1e-15,
    )
    drawn = LocalLinearExplainer(member, scale=0.5, output=2).explain(X)
    told = LocalLinearExplainer(member.predict_proba, scale=0.5, output=2).explain(X)
    np.testing.assert_array_equal(drawn.coefficients, told.coefficients)
    for options in ({}, {"exact": True, "output": 0}):
        with pytest.raises(ValueError, match=r"model\[0\]"):
            LocalLinearExplainer(ensemble, scale=0.5, **options).explain(X)
