"""Bounds by norms of networks of `refgen.networks`: those of their matrices."""

from dataclasses import replace

import numpy as np
import pytest

import refgen_gpu
from refgen.networks import (
    Architecture,
    TwoLayerClassifier,
    TwoLayerNetworks,
    TwoLayerRegressor,
    train,
)
from refgen.random import Stream
from refgen.uniform_convergence import (
    draw_hyperspheres,
    norm_bound_growth,
    norm_bounds,
)
from refgen.uniform_convergence._networks import Layer, without_zero_biases

X, SIGNS = draw_hyperspheres(20, 3, 1.0, 2.0, Stream(0))
NAMES = np.where(SIGNS > 0, "outer", "inner")


def ensemble(y=NAMES, **options):
    given = {"n_members": 2, "n_hidden": 8, "n_epochs": 60, "step_size": 0.3}
    return train(X, y, Stream(1), **{**given, **options})


def matrices(networks, j=0):
    """Layers of the j-th network as they act, with their scales."""
    a = networks.architecture
    return [
        (a.hidden_scale * networks.hidden_weights[j], networks.hidden_biases[j]),
        (a.output_scale * networks.output_weights[j], networks.output_biases[j]),
    ]


@pytest.mark.parametrize("scaling", ["standard", "ntk", "mean_field", "mup"])
@pytest.mark.parametrize(
    ("loss", "codes"),
    [
        ("cross_entropy", np.searchsorted(["inner", "outer"], NAMES)),
        ("logistic", SIGNS),
    ],
)
def test_a_member_has_the_bounds_of_its_matrices(scaling, loss, codes):
    trained = ensemble(loss=loss, scaling=scaling)
    for j in range(2):
        found = norm_bounds(trained[j], X, NAMES, share=0.5)
        initial = matrices(trained.initial, j)
        own = matrices(trained.networks, j)
        wanted = norm_bounds(own, X, codes.astype(int), initial=initial, share=0.5)
        assert found.bounds == wanted.bounds
        assert found.margin == wanted.margin
        assert found.reference == "the initial weights"


def test_numbers_are_signs_or_columns():
    trained = ensemble(SIGNS, loss="squared", n_members=1)
    found = norm_bounds(trained, X, SIGNS, share=0.5)
    assert found.training_error == (trained.margins(X, SIGNS) <= 0).mean()


def test_networks_alone_are_measured_from_0_or_from_what_is_given():
    trained = ensemble(loss="logistic")
    one, start = trained.networks.take(0), trained.initial.take(0)
    far = norm_bounds(one, X, SIGNS, share=0.5)
    near = norm_bounds(one, X, SIGNS, share=0.5, initial=start)
    assert near.bounds == norm_bounds(trained[0], X, NAMES, share=0.5).bounds
    assert far.reference.startswith("0, as no initial weights")


def test_biases_that_were_never_trained_are_none():
    trained = ensemble(loss="logistic", bias=False, n_members=1)
    found = norm_bounds(trained, X, NAMES, share=0.5)
    own = [weights for weights, _ in matrices(trained.networks)]
    initial = [weights for weights, _ in matrices(trained.initial)]
    wanted = norm_bounds(own, X, SIGNS.astype(int), initial=initial, share=0.5)
    assert found.biases == "the network has none"
    assert found.bounds == wanted.bounds


def test_the_distance_is_that_of_the_ensemble():
    trained = ensemble(loss="logistic")
    distances = [norm_bounds(one, X, NAMES, share=0.5).distance for one in trained]
    assert distances == pytest.approx(trained.distance_from_initialization(), rel=1e-14)


@pytest.mark.parametrize(
    ("activation", "biases"),
    [("linear", "appended"), ("tanh", "left out"), ("relu", "appended")],
)
def test_neurons_do_what_the_network_says(activation, biases):
    trained = ensemble(loss="logistic", activation=activation, n_members=1)
    margins = np.sort(trained.margins(X, NAMES)[0])
    positive = int((margins > 0).sum())
    share = (positive - 0.5) / len(X)
    found = norm_bounds(trained, X, NAMES, share=share, biases=biases)
    assert found.margin == pytest.approx(margins[-positive], rel=1e-12)


def test_several_networks_are_refused_by_name():
    trained = ensemble(loss="logistic")
    with pytest.raises(
        ValueError, match=r"network has 2 networks.*such as network\[0\]"
    ):
        norm_bounds(trained, X, NAMES)
    with pytest.raises(ValueError, match=r"such as network\.take\(0\)"):
        norm_bounds(trained.networks, X, SIGNS)
    with pytest.raises(ValueError, match="initial has 2 networks"):
        norm_bounds(trained[0], X, NAMES, initial=trained.initial, share=0.5)


def test_a_network_that_diverged_is_refused():
    one = ensemble(loss="logistic")[0]
    diverged = replace(one, status=np.array(3))
    with pytest.raises(ValueError, match="network diverged in training"):
        norm_bounds(diverged, X, NAMES)


def test_exponential_neurons_are_refused():
    kind = Architecture("exponential")
    one = TwoLayerNetworks([[1.0]] * 3, [0.0], [[1.0]], [0.0], kind)
    with pytest.raises(ValueError, match="'exponential', which is not 0 at 0"):
        norm_bounds(one, X, SIGNS)


def test_networks_on_a_device_are_brought_to_the_host_by_their_own_package(device):
    from refgen_gpu.arrays import to_device

    one = ensemble(np.where(SIGNS > 0, 1, 0), loss="logistic")[0]
    there, y = to_device(one), to_device(SIGNS > 0).astype(int)
    found = refgen_gpu.uniform_convergence.norm_bounds(
        there, to_device(X), y, share=0.5
    )
    assert found == norm_bounds(one, X, (SIGNS > 0).astype(int), share=0.5)
    with pytest.raises(TypeError, match=r"bring it here with refgen_gpu\.arrays"):
        norm_bounds(there, X, (SIGNS > 0).astype(int))


@pytest.mark.parametrize("loss", ["cross_entropy", "logistic"])
def test_an_estimator_has_the_bounds_of_its_ensemble(loss):
    model = TwoLayerClassifier(8, loss=loss, random_state=0).fit(X, NAMES)
    found = norm_bounds(model, X, NAMES, share=0.5)
    codes = (NAMES == "outer").astype(int)
    assert found.bounds == norm_bounds(model.ensemble_, X, codes, share=0.5).bounds
    assert found.training_error == pytest.approx(1 - model.score(X, NAMES))


def test_a_regressor_on_signs_has_margins():
    model = TwoLayerRegressor(8, random_state=0).fit(X, SIGNS)
    found = norm_bounds(model, X, SIGNS, share=0.5)
    assert found.training_error == (model.predict(X) * SIGNS <= 0).mean()
    assert found.reference == "the initial weights"


def test_an_estimator_of_several_networks_is_refused():
    model = TwoLayerClassifier(8, n_members=2, random_state=0).fit(X, NAMES)
    with pytest.raises(ValueError, match="network has 2 networks"):
        norm_bounds(model, X, NAMES)


def test_an_estimator_that_was_not_fitted_is_refused():
    with pytest.raises(TypeError, match="fit it first"):
        norm_bounds(TwoLayerClassifier(), X, NAMES)


def test_growth_of_networks_that_are_trained_to_a_margin():
    model = TwoLayerClassifier(
        30, loss="logistic", batch_size=1, n_epochs=400, stop_margin=1.0
    )
    found = norm_bound_growth(model, X, NAMES, sizes=[10, 20], margin=1.0)
    assert found.reference == "the initial weights"
    assert all((curve > 0).all() for curve in found.curves.values())


def test_one_bias_that_is_not_0_makes_all_of_them_count():
    layer = Layer(np.ones((2, 2)), np.array([0.0, 1.0]))
    bare = Layer(np.ones((2, 2)), np.zeros(2))
    for layers, initial in (([layer], [bare]), ([bare], [layer])):
        found = without_zero_biases(layers, initial)
        assert all(one.biases is not None for part in found for one in part)
