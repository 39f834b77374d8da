"""Networks of ReLU neurons are explained exactly, those of scikit-learn, too."""

import numpy as np
import pytest
from scipy import special
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, Normalizer, StandardScaler
from support.calls.explainability.networks import X as POINTS
from support.calls.explainability.networks import around, model
from support.parity import assert_on_device, assert_within, gamma, stream

import refgen_gpu as rg_gpu
from refgen.explainability import TwoLayerReLU, exact_local_fit, relu_network
from refgen_gpu.check.sections.smoke import moved


def bivariate(h, k, r):
    """Φ₂(h, k; r) by Owen's T, for h, k ≠ 0."""
    q = np.sqrt(1 - r * r)
    rest = np.where(h * k > 0, 0.0, 0.5)
    found = (special.ndtr(h) + special.ndtr(k)) / 2 - rest
    return (
        found
        - special.owens_t(h, (k / h - r) / q)
        - special.owens_t(k, (h / k - r) / q)
    )


def density(z):
    return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def of_a_neuron(t):
    """What the affine part leaves of one neuron."""
    mean, share = t * special.ndtr(t) + density(t), special.ndtr(t)
    return (t * t + 1) * share + t * density(t) - mean**2 - share**2


def of_two_neurons(h, k, r):
    """What their rests share, by Owen's T."""
    q = np.sqrt(1 - r * r)
    exponent = (h * h - 2 * r * h * k + k * k) / (2 * q * q)
    both = (h * k + r) * bivariate(h, k, r)
    both += k * density(h) * special.ndtr((k - r * h) / q)
    both += h * density(k) * special.ndtr((h - r * k) / q)
    both += q / (2 * np.pi) * np.exp(-exponent)
    mean_h, mean_k = (z * special.ndtr(z) + density(z) for z in (h, k))
    return both - mean_h * mean_k - r * special.ndtr(h) * special.ndtr(k)


def test_fidelity_by_owens_t():
    network, points, scale = around(stream(1), 3)
    found = network.local_fit(points, scale).fidelity
    for b in range(4):
        w, c = network.weights[b, 0], network.output[b, 0]
        lengths = np.linalg.norm(w, axis=1)
        loads = c * scale[b] * lengths
        t = (points[b] @ w.T + network.biases[b, 0]) / (scale[b] * lengths)
        right = of_a_neuron(t) @ loads**2
        for j, k in ((0, 1), (0, 2), (1, 2)):
            cosine = w[j] @ w[k] / (lengths[j] * lengths[k])
            pair = of_two_neurons(t[:, j], t[:, k], cosine)
            right += 2 * loads[j] * loads[k] * pair
        np.testing.assert_allclose(found[b], right, atol=1e-12 * loads @ loads)


def test_explanations_by_brute_force():
    """Means over a grid of 600² points of the plane, which kinks cross anywhere."""
    network, points, scale = around(stream(5), 2)
    one, x, s = network.take(0).take(0), points[0, 0], scale[0, 0]
    z = (np.arange(600) + 0.5) / 40 - 7.5
    grid = np.stack(np.meshgrid(z, z), axis=-1).reshape(-1, 2)
    mass = np.exp(-(grid**2).sum(axis=1) / 2) / (2 * np.pi * 40**2)
    f, fit = one.values(x + s * grid), one.local_fit(x, s)
    assert abs(mass @ f - fit.value) < 1e-4
    np.testing.assert_allclose(mass * f @ grid / s, fit.slope, atol=1e-4)
    for shift, tilt in ((0.0, 0.0), (0.3, -0.2)):  # the excess of another explanation
        g = fit.value + shift + s * grid @ (fit.slope + tilt)
        excess = shift**2 + s * s * 2 * tilt**2
        assert abs(mass @ (f - g) ** 2 - fit.fidelity - excess) < 1e-4


def test_neurons_that_make_one_linear_function_leave_nothing():
    """(z)₊ − (−z)₊ = z."""
    line = TwoLayerReLU([[0.3, 1.0], [-0.3, -1.0]], [0.2, -0.2], [1.0, -1.0])
    fit = line.local_fit([[0.1, 0.5], [4.0, 5.0]], 1.0)
    np.testing.assert_allclose(fit.slope, [[0.3, 1.0]] * 2, rtol=1e-15)
    np.testing.assert_allclose(fit.fidelity, 0.0, atol=1e-16)
    assert (fit.fidelity >= 0).all()


def test_a_neuron_without_weights_is_a_constant():
    network = TwoLayerReLU([[0.0], [1.0]], [0.7, 0.0], [2.0, 1.0], -1.0)
    alone = TwoLayerReLU([[1.0]], [0.0], [1.0], 0.4)
    points = [[-1.0], [0.0], [3.0]]
    for mine, right in zip(
        (network.values(points), *network.local_fit(points, 0.5)),
        (alone.values(points), *alone.local_fit(points, 0.5)),
        strict=True,
    ):
        np.testing.assert_allclose(mine, right, rtol=1e-14)


def test_networks_and_points_broadcast():
    network, points, scale = around(stream(4), 2)
    right = network.local_fit(points, scale)
    for i in range(4):
        found = network.take(i).take(0).local_fit(points[i], scale[i])
        for mine, part in zip(found, right, strict=True):
            np.testing.assert_allclose(mine, part[i], rtol=1e-13)
    crossed = network.local_fit(points[:, :1][:, None], scale[:, :, None])
    assert crossed.slope.shape == (4, 4, 1, 2)
    found = network.take(2).local_fit(points[1, :1], scale[1])
    np.testing.assert_allclose(crossed.fidelity[1, 2], found.fidelity, rtol=1e-13)


def test_tiny_and_huge_units():
    """In units of 10^±60 nothing overflows or vanishes on the way."""
    network, points, scale = around(stream(2), 2)
    right = network.local_fit(points, scale)
    for unit in (1e-60, 1e60):
        other = TwoLayerReLU(
            network.weights / unit, network.biases, network.output, network.intercept
        )
        found = other.local_fit(points * unit, scale * unit)
        np.testing.assert_allclose(found.fidelity, right.fidelity, rtol=1e-12)
        np.testing.assert_allclose(found.slope * unit, right.slope, rtol=1e-12)


def test_devices_agree(device):
    network, points, scale = around(stream(3), 3)
    found = moved(network).local_fit(moved(points), moved(scale))
    assert_on_device(tuple(found), device)
    right = network.local_fit(points, scale)
    # Kinks have the rounding of w·x + β, in units of the width.
    inputs = (abs(points)[..., None, :] * abs(network.weights)).sum(axis=-1)
    lengths = network.directions()[0]
    kinks = 1 + (inputs + abs(network.biases)) / (scale[..., None] * lengths)
    loads = abs(network.output) * lengths
    size = (loads * kinks**2).sum(axis=-1) * (1 + scale)
    intercept = abs(network.intercept)
    off = 2 * gamma(200)
    bounds = {
        "result.0": off * (size + intercept),
        "result.1": off * size[..., None],
        "result.2": off * size**2,
    }
    assert_within(tuple(found), tuple(right), bounds.get)
    values = moved(network).values(moved(points))
    assert_within(values, network.values(points), off * (size + intercept))


# Networks of scikit-learn


def check_logits(estimator, X, right, **options):
    """The network gives `right`, and its explanations far from kinks are exact."""
    network = relu_network(estimator, **options)
    np.testing.assert_allclose(network.values(X), right, rtol=1e-9, atol=1e-9)
    fit = exact_local_fit(estimator, X, 1e-9, **options)
    np.testing.assert_allclose(fit.value, right, rtol=1e-6, atol=1e-6)


SCALERS = [
    StandardScaler(),
    StandardScaler(with_mean=False),
    MaxAbsScaler(),
    "passthrough",
]


def fitted(kind, X, y):
    return kind(hidden_layer_sizes=5, max_iter=3, solver="lbfgs", random_state=0).fit(
        X, y
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_outputs_of_every_kind():
    X, y = POINTS, np.arange(6) % 3
    check_logits(model(), X, model().predict(X))
    targets = np.column_stack([y, X[:, 0]])
    both = fitted(MLPRegressor, X, targets)
    check_logits(both, X, both.predict(X)[:, 1], output=1)
    two = fitted(MLPClassifier, X, np.where(y > 0, "yes", "no"))
    logit = special.logit(two.predict_proba(X)[:, 1])
    check_logits(two, X, logit)
    check_logits(two, X, logit, output="yes")
    check_logits(two, X, -logit, output="no")
    three = fitted(MLPClassifier, X, y)
    logits = np.column_stack(
        [relu_network(three, output=k).values(X) for k in range(3)]
    )
    np.testing.assert_allclose(special.softmax(logits, axis=1), three.predict_proba(X))
    for wrong in (None, 3, "a"):
        with pytest.raises(ValueError, match=r"output must be a class .*\(0, 1, 2\)"):
            relu_network(three, output=wrong)
    with pytest.raises(ValueError, match=r"output must be a number of a target .*0, 1"):
        relu_network(both)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("first", SCALERS)
def test_networks_behind_scalers(first):
    X = POINTS * [3.0, 0.1] + [10.0, 0.0]
    pipeline = make_pipeline(
        first,
        MinMaxScaler((-1, 2)),
        MLPRegressor(hidden_layer_sizes=4, max_iter=5, random_state=0),
    )
    check_logits(pipeline.fit(X, X[:, 0]), X, pipeline.predict(X))


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (MLPRegressor(hidden_layer_sizes=3), "not fitted"),
        (StandardScaler(), r"a fitted MLPRegressor .* got StandardScaler"),
        (MLPRegressor(hidden_layer_sizes=3, activation="tanh"), "activation='tanh'"),
        (MLPRegressor(hidden_layer_sizes=(3, 2)), r"2 hidden layer\(s\)"),
        (MLPRegressor(hidden_layer_sizes=3), "out_activation"),
        (
            make_pipeline(Normalizer(), MLPRegressor(hidden_layer_sizes=3)),
            r"the step Normalizer\(\)",
        ),
        (
            make_pipeline(MinMaxScaler(clip=True), MLPRegressor(hidden_layer_sizes=3)),
            "without clipping",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_is_no_network_of_one_layer_of_relus(estimator, message):
    if message != "not fitted" and hasattr(estimator, "predict"):
        names = [name for name in estimator.get_params() if name.endswith("max_iter")]
        estimator.set_params(**dict.fromkeys(names, 1)).fit(POINTS, POINTS[:, 0])
    if message == "out_activation":  # as with loss="poisson", in newer versions
        estimator.out_activation_ = "exp"
    with pytest.raises((TypeError, ValueError), match=message):
        relu_network(estimator)


def test_many_rows_are_explained_some_at_a_time(monkeypatch):
    whole = exact_local_fit(model(), POINTS, 0.5)
    monkeypatch.setattr("refgen.explainability.exact_fit._ENTRIES", 12)
    for mine, right in zip(exact_local_fit(model(), POINTS, 0.5), whole, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-13)
    with pytest.raises(ValueError, match=r"one number for all rows, got shape \(2,\)"):
        exact_local_fit(model(), POINTS, [0.5, 0.5])
    with pytest.raises(ValueError, match=r"X must have shape \(n_samples, 2\)"):
        exact_local_fit(model(), POINTS[:, :1], 0.5)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_rows_of_a_frame_are_read_by_name():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(POINTS, columns=["a", "b"])
    named = MLPRegressor(
        hidden_layer_sizes=3, max_iter=1, solver="lbfgs", random_state=0
    )
    named.fit(frame, POINTS[:, 0])
    right = exact_local_fit(named, POINTS, 0.5)
    found = exact_local_fit(named, frame, 0.5)
    np.testing.assert_array_equal(found.slope, right.slope)
    with pytest.raises(ValueError, match="same order"):
        exact_local_fit(named, frame[["b", "a"]], 0.5)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_explanations_stay_where_the_points_are(device):
    found = rg_gpu.explainability.exact_local_fit(model(), moved(POINTS), 0.5)
    assert_on_device(tuple(found), device)
    assert_on_device((rg_gpu.explainability.relu_network(model()).weights,), device)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"biases": [0.0]}, "biases has 1 entries for 2 rows of weights"),
        ({"output": [1.0]}, "output has 1 entries for 2 rows of weights"),
        ({"output": np.ones((2, 2)), "intercept": [1.0] * 3}, "axes do not broadcast"),
        ({"weights": np.full((2, 2), 1e200)}, "products overflow"),
    ],
)
def test_what_is_no_network(changed, message):
    given = {"weights": np.eye(2), "biases": [0.0, 1.0], "output": [1.0, 1.0]}
    with pytest.raises(ValueError, match=message):
        TwoLayerReLU(**given | changed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0.0]], 1.0), "must have 2 feature"),
        (([[0.0, 1.0]], 0.0), "scale must be positive"),
        (([[0.0, np.nan]], 1.0), "points holds NaN"),
        ((1.0, 1.0), "points must have at least 1 dim"),
    ],
)
def test_points_that_do_not_fit(arguments, message):
    network = TwoLayerReLU(np.eye(2), [0.0, 1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match=message):
        network.local_fit(*arguments)
