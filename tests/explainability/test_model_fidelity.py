"""Tools for the fidelity of models on data, against loops and against what is known."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import refgen_gpu.explainability as gpu
from refgen.explainability import (
    GaussianNeighborhoods,
    best_scale,
    leave_one_out_mnf,
    line_mirrored_fidelity,
    mirrored_errors,
    mirrored_neighborhood_fidelity,
    neighborhood_fidelity,
)
from refgen.random import Stream
from refgen_gpu.arrays import to_device

X = Stream(0, "rows").normal((40, 2))


def curved(points):
    points = np.asarray(points)
    return points[:, 0] * points[:, 1] + 3 * points[:, 0] + 5


def near(found, right, error, deviations=4):
    return (abs(found - right) < deviations * error).all()


# Near the rows


def test_fidelity_of_the_best_explanations():
    """s⁴ at every point, of xy (LE-5); not at all for a linear model."""
    found = neighborhood_fidelity(curved, X, [0.5, 2.0], n_samples=400)
    right = np.array([[0.5**4], [2.0**4]])
    assert found.fidelity.shape == (2, 40)
    assert near(found.mean, right[:, 0], found.mean_standard_error)
    assert near(found.fidelity, right, found.standard_error, 6)
    default = neighborhood_fidelity(curved, X, 0.5)
    right = neighborhood_fidelity(curved, X, 0.5, n_samples=200)
    np.testing.assert_array_equal(default.fidelity, right.fidelity)
    linear = LinearRegression().fit(X, X @ [1.0, 2.0])
    assert neighborhood_fidelity(linear, X, 1.0).fidelity.max() < 1e-25


def test_fidelity_of_given_explanations(monkeypatch):
    """The tangent misses s⁴ of xy; a shift by c adds c², however rows are cut."""
    slopes = X[:, ::-1] + [3.0, 0.0]
    starts = curved(X) - (slopes * X).sum(axis=1)
    given = {"coefficients": slopes, "intercepts": starts + 0.5}
    found = neighborhood_fidelity(curved, X, 1.0, n_samples=1000, **given)
    draws = Stream(0, "neighborhood fidelity").normal((40, 1000, 2))
    squares = (draws[..., 0] * draws[..., 1] - 0.5) ** 2
    np.testing.assert_allclose(found.fidelity, squares.mean(axis=1), rtol=1e-9)
    error = squares.std(axis=1, ddof=1) / np.sqrt(1000)
    np.testing.assert_allclose(found.standard_error, error, rtol=1e-9)
    assert near(found.mean, 1.25, found.mean_standard_error)
    error = found.fidelity.std(ddof=1) / np.sqrt(40)
    np.testing.assert_allclose(found.mean_standard_error, error, rtol=1e-12)
    one = {name: array[:1] for name, array in given.items()}
    alone = neighborhood_fidelity(curved, X[:1], 1.0, n_samples=9, **one)
    assert alone.mean_standard_error == alone.standard_error[0] > 0
    monkeypatch.setattr("refgen.explainability.fidelity_of_models._ENTRIES", 9000)
    again = neighborhood_fidelity(curved, X, 1.0, n_samples=1000, **given)
    np.testing.assert_allclose(again.fidelity, found.fidelity, rtol=1e-13)


def test_frames_and_classifiers():
    """Columns that are no numbers stay; of two classes the second is meant."""
    frame = pd.DataFrame({"a": X[:, 0], "kind": list("uv") * 20, "b": X[:, 1]})

    def model(rows):
        assert list(rows.columns) == ["a", "kind", "b"]
        return rows["a"] ** 2 + np.where(rows["kind"] == "u", 1.0, 2.0)

    found = neighborhood_fidelity(model, frame, 0.5)
    assert near(found.mean, 2 * 0.5**4, found.mean_standard_error)
    labels = X[:, 0] + X[:, 1] ** 2 > 0.5
    classes = LogisticRegression().fit(X, labels)
    shares = classes.predict_proba(X)[:, 1]
    for option, right in (({}, shares), ({"output": 0}, 1 - shares)):
        mine = leave_one_out_mnf(classes, X, 1.0, **option)
        assert mine.left_out == leave_one_out_mnf(right, X, 1.0).left_out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scale": 0.0}, "scale must be positive, got 0.0"),
        ({"scale": [[1.0]]}, "scale must be a number or a list of numbers, got shape"),
        ({"n_samples": 7}, "n_samples must be at least 8, got 7"),
        (
            {"n_samples": 1, "coefficients": X, "intercepts": X[:, 0]},
            "n_samples must be at least 2, got 1",
        ),
        ({"coefficients": X}, "give coefficients and intercepts together"),
        ({"coefficients": X, "intercepts": [1.0]}, r"must have shapes \(40, 2\) and"),
        ({"model": lambda x: x[:-1]}, "it must return one row per point"),
        ({"model": lambda x: np.nan * x[:, 0]}, "returned NaN or infinity"),
        ({"model": lambda x: np.c_[x, x]}, "the model has 4 outputs; say by output=0"),
        ({"model": lambda x: 1e200 * x[:, 0]}, "squares overflow in float64"),
    ],
)
def test_what_has_no_fidelity(change, message):
    given = {"model": curved, "X": X, "scale": 1.0} | change
    with pytest.raises(ValueError, match=message):
        neighborhood_fidelity(**given)


# Mirrored


def three(points):
    return np.c_[points, np.sin(2 * points[:, 0])]


def test_options_of_curves():
    """Of three outputs the one that is meant; any seed; an offset; Student's law."""
    options = {"X_test": X[:3] + 1, "n_draws": 20}

    def fidelity(model, **more):
        return mirrored_neighborhood_fidelity(model, X, 1.0, **options, **more)

    found = fidelity(three, output=2)
    more = mirrored_neighborhood_fidelity(three, X, [1.0, 3.0], output=2, **options)
    assert more.test[0] == found.test != more.test[1]
    assert found == fidelity(lambda x: np.sin(2 * x[:, 0]))
    assert fidelity(three, output=2, random_state=1).train != found.train
    shifted = fidelity(lambda x: three(x) + 7, output=2, offset=7.0)
    np.testing.assert_allclose(
        shifted, fidelity(three, output=2, offset=0.0), rtol=1e-9
    )
    width = found.test_high - found.test_low
    reach = 2 * 4.30265 * found.test_standard_error  # two degrees of freedom
    np.testing.assert_allclose(width, reach, rtol=1e-5)


def test_training_by_the_quadrature_of_a_line():
    x = X[:8, :1]
    sample, values = GaussianNeighborhoods(x, 0.7), np.sin(3 * x[:, 0])
    right = line_mirrored_fidelity(sample, values)
    found = leave_one_out_mnf(values, x, 0.7, penalty=1e-9, n_draws=8000)
    assert near(found.train, right, found.train_standard_error)
    # Every second source is near every second row, so that its error is smaller.
    assert found.train_standard_error < 0.02 * right


def test_curves_by_a_loop_over_sources(monkeypatch):
    """A source near every row, in the order of the draws; blocks do not matter."""
    values = curved(X)
    found = leave_one_out_mnf(curved, X, [0.5, 2.0], n_draws=100)
    monkeypatch.setattr("refgen.explainability._mirrored_curves._ENTRIES", 40 * 7)
    again = mirrored_neighborhood_fidelity(values, X, [0.5, 2.0], n_draws=100)
    np.testing.assert_allclose(again.train, found.train, rtol=1e-12)
    stream = Stream(0, "mirrored fidelity")
    order = stream.child("order").permutation(40)
    normals = stream.child("normals").normal((100, 2))
    for i, s in enumerate((0.5, 2.0)):
        sample = GaussianNeighborhoods(X, s)
        sources = X[order[np.arange(100) % 40]] + s * normals
        errors = mirrored_errors(sample, values - values.mean(), sources, 0.01)
        for mine, right in ((found.train, errors.train), (found.left_out, errors[1])):
            np.testing.assert_allclose(mine[i], right.mean(), rtol=1e-12)
        se = errors.left_out.std(ddof=1) / 10
        np.testing.assert_allclose(found.left_out_standard_error[i], se, rtol=1e-12)
    assert again.test is None


def test_errors_on_new_rows_are_those_of_the_law():
    """Of many new rows, against sources of each of them; the interval is Student's."""
    new = Stream(1, "rows").normal((3000, 2))
    found = mirrored_neighborhood_fidelity(
        curved, X, 1.0, X_test=new, n_draws=9000, random_state=3
    )
    z = new + Stream(2, "sources").normal((3000, 2))
    weights = np.exp(-((z[:, None] - X) ** 2).sum(axis=-1) / 2)
    weights /= weights.sum(axis=1, keepdims=True)
    design, values = np.c_[np.ones(40), X], curved(X) - curved(X).mean()
    gram = np.einsum("qm,mi,mj->qij", weights, design, design) + 0.01 * np.eye(3)
    moment = (weights * values) @ design
    fits = np.linalg.solve(gram, moment[..., None])[..., 0]
    said = (fits * np.c_[np.ones(3000), new]).sum(axis=1)
    squares = (said - curved(new) + curved(X).mean()) ** 2
    assert near(found.test, squares.mean(), squares.std() / np.sqrt(3000))
    width = found.test_high - found.test_low
    np.testing.assert_allclose(width / found.test_standard_error, 2 * 1.9608, rtol=1e-4)


def test_rows_are_independent_and_their_sources_are_not():
    """One row has all of the error: it is half of the sum, and so is its error."""
    new = np.array([[0.0, 0.0], [30.0, 30.0]])
    found = mirrored_neighborhood_fidelity(curved, X, 1.0, X_test=new, n_draws=200)
    np.testing.assert_allclose(found.test_standard_error, found.test, rtol=1e-3)


def test_leaving_out_estimates_errors_on_new_rows():
    """Over samples, at a scale where no row is alone."""
    draws = Stream(5, "samples").normal((60, 30, 2))
    found = [
        mirrored_neighborhood_fidelity(curved, x, 1.5, X_test=y, n_draws=200)
        for x, y in zip(draws[:30], draws[30:], strict=True)
    ]
    test = np.array([f.test for f in found])
    left = [leave_one_out_mnf(curved, x, 1.5, n_draws=200).left_out for x in draws[:30]]
    train, error = np.mean([f.train for f in found]), test.std() / np.sqrt(30)
    assert train < 0.8 * test.mean()
    assert near(
        np.mean(left), test.mean(), np.hypot(error, np.std(left) / np.sqrt(30)), 3
    )


def test_the_best_scale_has_the_smallest_error():
    scales = np.array([0.03, 0.2, 0.5, 1.0, 4.0])
    options = {"offset": 0.3, "random_state": 7, "n_draws": 500}
    found = best_scale(three, X, scales, output=2, **options)
    curve = leave_one_out_mnf(np.sin(2 * X[:, 0]), X, scales, **options)
    for name in ("left_out", "left_out_standard_error", "train"):
        np.testing.assert_array_equal(getattr(found, name), getattr(curve, name))
    assert found.scale == scales[curve.left_out.argmin()] > 0.03
    assert found.train.argmin() == 0
    # Nothing is wider than wide for a linear model.
    values, moved, options = X @ [1.0, 2.0], X + np.array([0.0, 9.0]), {"penalty": 1e-6}
    linear = best_scale(values, moved, **options)
    curve = leave_one_out_mnf(values, moved, linear.scales, **options)
    np.testing.assert_array_equal(linear.left_out, curve.left_out)
    size = np.sqrt(X.var(axis=0).mean())
    np.testing.assert_allclose(linear.scales, size * 10 ** np.linspace(-1, 1, 13))
    assert linear.scale > size


def test_equal_rows_and_a_single_one():
    twice = np.repeat(X, 2, axis=0)
    found = leave_one_out_mnf(curved, twice, 0.1, n_draws=100, penalty=1e-6)
    assert found.left_out < 1e-3
    one = mirrored_neighborhood_fidelity(curved, X[:1], 1.0)
    assert one.train == 0.0
    for function in (leave_one_out_mnf, best_scale):
        with pytest.raises(ValueError, match="X must have at least 2 rows, got 1"):
            function(curved, X[:1], 1.0)
    with pytest.raises(ValueError, match="X has equal rows only"):
        best_scale(curved, X[[0, 0]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"penalty": 0.0}, "penalty must be above 0"),
        ({"offset": np.inf}, "offset must be a finite number or None, got inf"),
        ({"n_draws": 1}, "n_draws must be at least 2, got 1"),
        ({"confidence_level": 1}, "confidence_level must be strictly between 0 and 1"),
        ({"X_test": X[:1]}, "X_test must have at least 2 rows, got 1"),
        ({"X_test": X[:, :1]}, "X_test has 1 columns of numbers and X has 2"),
        ({"model": X[:, 0], "X_test": X}, "X_test needs a model that can be asked"),
        ({"model": X[:3, 0]}, r"model has shape \(3,\); as values it must have one"),
    ],
)
def test_what_has_no_mirrored_fidelity(change, message):
    given = {"model": lambda x: x[:, 0], "X": X, "scale": 1.0} | change
    with pytest.raises(ValueError, match=message):
        mirrored_neighborhood_fidelity(**given)


def test_arrays_of_a_device(device):
    values, size = curved(X), {"n_draws": 20}
    given = {"coefficients": X, "intercepts": X[:, 0], "n_samples": 20}
    moved = {name: to_device(array) for name, array in given.items() if name[0] in "ci"}
    pairs = [
        (gpu.leave_one_out_mnf, leave_one_out_mnf, (values, X, [0.5, 1.0]), size, {}),
        (gpu.best_scale, best_scale, (values, X, [0.5, 1.0]), size, {}),
        (
            gpu.mirrored_neighborhood_fidelity,
            mirrored_neighborhood_fidelity,
            (curved, X, 1.0),
            size | {"X_test": X + 1},
            {"X_test": to_device(X + 1)},
        ),
        (
            gpu.neighborhood_fidelity,
            neighborhood_fidelity,
            (curved, X, 1.0),
            given,
            moved,
        ),
    ]
    for mine, host, arguments, options, on_device in pairs:
        there = [to_device(a) if isinstance(a, np.ndarray) else a for a in arguments]
        found, right = mine(*there, **options | on_device), host(*arguments, **options)
        for one, other in zip(found, right, strict=True):
            np.testing.assert_array_equal(one, other)
