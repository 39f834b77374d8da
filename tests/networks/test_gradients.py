"""Gradients of losses and outputs, against complex steps and differences."""

import numpy as np
import pytest

from refgen.networks import Architecture, TwoLayerNetworks, train
from refgen.random import Stream

RNG = np.random.default_rng(2)
X = RNG.normal(size=(6, 3))
NAMES = ("hidden_weights", "hidden_biases", "output_weights", "output_biases")
ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": lambda z: np.where(z.real > 0, z, 0),
    "tanh": np.tanh,
    "exponential": np.exp,
}


def drawn(activation, batch=(2,), d=3, h=5, k=2):
    shapes = ((d, h), (h,), (h, k), (k,))
    fields = [RNG.normal(size=batch + shape) for shape in shapes]
    return TwoLayerNetworks(*fields, Architecture(activation, 0.7, 0.3))


def plain_outputs(parameters, architecture, points):
    """f by one formula, that takes complex parameters."""
    U, u, V, v = parameters
    hidden = ACTIVATIONS[architecture.activation](
        architecture.hidden_scale * points @ U + u
    )
    return architecture.output_scale * hidden @ V + v


def complex_steps(function, parameters, h=1e-30):
    """The derivatives of a function of parameters, exact up to rounding."""
    found = [np.zeros(p.shape) for p in parameters]
    for place, array in enumerate(parameters):
        for entry in np.ndindex(array.shape):
            moved = [p.astype(complex) for p in parameters]
            moved[place][entry] += 1j * h
            found[place][entry] = function(moved).imag / h
    return np.concatenate([part.ravel() for part in found])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_of_outputs_are_complex_steps(activation):
    networks = drawn(activation)
    slopes = RNG.normal(size=(2, 6, 2))
    rows = networks.gradients(X, slopes).rows()
    for m in range(2):
        parameters = [getattr(networks, name)[m] for name in NAMES]
        for i in range(6):
            expected = complex_steps(
                lambda p, m=m, i=i: (
                    plain_outputs(p, networks.architecture, X[i]) @ slopes[m, i]
                ),
                parameters,
            )
            np.testing.assert_allclose(rows[m, i], expected, rtol=1e-12, atol=1e-14)


def loss_of(outputs, target, loss):
    if loss == "squared":
        return ((outputs - target) ** 2).sum() / 2
    if loss == "logistic":
        return (np.log(1 + np.exp(outputs)) - target * outputs).sum()
    return np.log(np.exp(outputs).sum()) - (target * outputs).sum()


@pytest.mark.parametrize(
    ("loss", "y"),
    [
        ("squared", X[:, :2]),
        ("logistic", np.array([0, 1, 1, 0, 1, 0])),
        ("logistic", np.array([2, 1, 1, 0, 1, 0])),
        ("cross_entropy", np.array([2, 1, 1, 0, 1, 0])),
        ("cross_entropy", np.array([[0.2, 0.8], [1, 0], [0.5, 0.5]] * 2)),
    ],
)
def test_gradients_of_losses_are_complex_steps(loss, y):
    ensemble = train(
        X, y, Stream(0), n_members=2, n_hidden=4, n_epochs=3, loss=loss,
        activation="tanh", scaling="ntk",
    )  # fmt: skip
    rows = ensemble.gradients(X, y).rows()
    targets = y if y.ndim > 1 else (y[:, None] == ensemble.classes).astype(float)
    targets = targets[:, -ensemble.networks.n_outputs :]
    for m in range(2):
        parameters = [getattr(ensemble.networks, name)[m] for name in NAMES]
        for i in range(6):
            expected = complex_steps(
                lambda p, i=i: loss_of(
                    plain_outputs(p, ensemble.networks.architecture, X[i]),
                    targets[i],
                    loss,
                ),
                parameters,
            )
            np.testing.assert_allclose(rows[m, i], expected, rtol=1e-11, atol=1e-14)


def test_a_step_of_training_is_a_mean_of_gradients():
    y = np.array([0, 1, 1, 0, 1, 2])
    options = {"n_members": 3, "n_hidden": 4, "n_epochs": 1, "batch_size": None}
    one = train(X, y, Stream(0), step_size=0.5, **options)
    before = type(one).trusted(**{**one.__dict__, "networks": one.initial})
    step = before.gradients(X, y).map(lambda g: g.mean(axis=1))
    for name in NAMES:
        np.testing.assert_allclose(
            getattr(one.change, name), -0.5 * getattr(step, name),
            rtol=1e-12, atol=1e-15,
        )  # fmt: skip


def test_norms_are_lengths_of_rows():
    found = drawn("relu").gradients(X, np.ones((1, 2)))
    np.testing.assert_allclose(
        found.norms(), np.linalg.norm(found.rows(), axis=-1), rtol=1e-14
    )


def test_points_of_each_networks_own():
    networks, own = drawn("tanh"), RNG.normal(size=(2, 6, 3))
    rows = networks.gradients(own, np.ones((6, 2))).rows()
    for m in range(2):
        alone = networks.take(m).gradients(own[m], np.ones((6, 2))).rows()
        np.testing.assert_allclose(rows[m], alone, rtol=1e-13, atol=1e-15)


def test_slopes_that_do_not_fit_are_refused():
    for slopes in (np.ones((5, 2)), np.ones((6, 3)), np.ones((3, 6, 2))):
        with pytest.raises(ValueError, match=r"slopes must have shape \(2, 6, 2\)"):
            drawn("relu").gradients(X, slopes)
    with pytest.raises(ValueError, match="derivatives leave the range of float64"):
        drawn("linear").gradients(X, np.full((6, 2), 1e308))
