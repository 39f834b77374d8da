"""Norms of weights, and distances between networks."""

import numpy as np
import pytest

from refgen.networks import Architecture, TwoLayerNetworks, train
from refgen.random import Stream

RNG = np.random.default_rng(1)


def drawn(batch, d=4, h=6, k=3, scale=1.0, architecture=None):
    shapes = ((d, h), (h,), (h, k), (k,))
    fields = [scale * RNG.normal(size=batch + shape) for shape in shapes]
    return TwoLayerNetworks(*fields, architecture or Architecture())


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
@pytest.mark.parametrize("shape", [(4, 6), (6, 4), (1, 5), (5, 1)])
def test_norms_are_those_of_numpy_at_every_scale(shape, scale):
    networks = drawn((2, 3), *shape, scale=scale)
    for ours, of_numpy in (
        (networks.frobenius_norms(), "fro"),
        (networks.spectral_norms(), 2),
    ):
        for layer in ("hidden", "output"):
            weights = getattr(networks, f"{layer}_weights") / scale
            expected = np.linalg.norm(weights, of_numpy, axis=(-2, -1))
            np.testing.assert_allclose(
                getattr(ours, layer) / scale, expected, rtol=1e-12
            )


def test_weights_of_zero_have_no_length():
    none = drawn(()).map(np.zeros_like)
    assert none.spectral_norms() == none.frobenius_norms() == (0.0, 0.0)


def test_the_distance_is_the_length_of_all_differences():
    some, others = drawn((5,)), drawn(())
    off = [
        (getattr(some, name) - getattr(others, name)).reshape(5, -1)
        for name in ("hidden_weights", "hidden_biases", "output_weights",
                     "output_biases")
    ]  # fmt: skip
    expected = np.linalg.norm(np.concatenate(off, axis=1), axis=1)
    np.testing.assert_allclose(some.distance(others), expected, rtol=1e-14)
    assert (some.distance(some) == 0).all()


def test_networks_of_another_shape_have_no_distance():
    for other in (drawn((), h=7), drawn((), architecture=Architecture("tanh"))):
        with pytest.raises(ValueError, match="another shape or architecture"):
            drawn(()).distance(other)
    with pytest.raises(ValueError, match="do not broadcast"):
        drawn((2,)).distance(drawn((3,)))
    with pytest.raises(TypeError, match=r"other must be .*TwoLayerNetworks"):
        drawn(()).distance(1.0)


def test_without_scales_functions_stay_the_same():
    X = RNG.normal(size=(7, 4))
    for activation in ("linear", "relu", "tanh", "exponential"):
        given = drawn((2,), architecture=Architecture(activation, 0.5, 0.25))
        plain = given.without_scales()
        assert (plain.outputs(X) == given.outputs(X)).all()
        assert (plain.hidden_weights == given.hidden_weights / 2).all()


def test_change_is_what_training_added():
    X = RNG.normal(size=(9, 2))
    some = train(X, X[:, 0] > 0, Stream(0), n_members=3, n_epochs=5, n_hidden=4)
    again = some.change.map(lambda array: array)
    assert (
        again.output_weights + some.initial.output_weights
        == pytest.approx(some.networks.output_weights, rel=1e-14, abs=1e-16)
    )  # fmt: skip
    zero = again.map(np.zeros_like)
    assert some.change.distance(zero) == pytest.approx(
        some.distance_from_initialization(), rel=1e-14
    )


@pytest.mark.parametrize("scale", [0, -1.0, np.inf, np.nan, "1"])
def test_scales_are_positive(scale):
    for name in ("hidden_scale", "output_scale"):
        with pytest.raises(ValueError, match=f"{name} must be a positive number"):
            Architecture(**{name: scale})
