"""How bounds grow: slopes, training on parts of a sample, the picture, references."""

import math

import matplotlib
import numpy as np
import pytest
from scipy.stats import linregress, t
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor

import refgen_gpu.uniform_convergence as on_gpu
from refgen.uniform_convergence import (
    BoundGrowth,
    BoundGrowthDisplay,
    growth_slope,
    norm_bound_growth,
    norm_bounds,
    published_growth,
)
from refgen_gpu.arrays import to_device

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # after the backend is chosen

RNG = np.random.default_rng(1)
X = RNG.normal(size=(40, 3))
Y = (X[:, 0] > 0).astype(int)
TRAINING = {"tol": 10, "n_iter_no_change": 30, "learning_rate_init": 0.1}
MODEL = MLPClassifier(4, **TRAINING)
GROWING = {"sizes": [8, 16], "share": 0.5}
NAMES = ["Bartlett 2017", "Neyshabur 2018", "Neyshabur 2019", "distance"]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_slopes_are_those_of_least_squares():
    sizes = np.array([10, 20, 50, 100.0])
    values = np.exp(RNG.normal(size=(4, 2)))
    values[0, 1] = 0.0
    found = growth_slope(sizes, values, 0.9)
    x = np.log(np.repeat(sizes, 2)[values.ravel() > 0])
    line = linregress(x, np.log(values[values > 0]))
    reach = t.ppf(0.95, 5) * line.stderr
    assert found.slope == pytest.approx(line.slope, 1e-12)
    assert found.high == pytest.approx(line.slope + reach, 1e-10)
    assert (found.n_points, found.n_left_out) == (7, 1)
    assert growth_slope([1, 2], [1, 2]).high == np.inf
    growth = BoundGrowth(sizes, {"mine": values}, "theorem", "", "")
    assert growth.slope("mine", 0.9) == found


def test_copies_are_trained_on_parts_that_hold_the_smaller_ones():
    found = norm_bound_growth(MODEL, X, Y, **GROWING, X_test=X, y_test=Y)
    rng = np.random.RandomState(0)
    order = rng.permutation(40)
    for i, size in enumerate((8, 16)):
        rows, seed = order[:size], rng.randint(2**31)
        model = MLPClassifier(4, **TRAINING, random_state=seed).fit(X[rows], Y[rows])
        bounds = norm_bounds(model, X[rows], Y[rows], share=0.5)
        assert found.curves["distance"][i, 0] == bounds.distance
        assert found.curves["test error"][i, 0] == (model.predict(X) != Y).mean()
        for bound in bounds.bounds:
            assert found.curves[bound.name][i, 0] == bound.value
    assert not hasattr(MODEL, "coefs_")


def test_a_regressor_errs_by_its_sign():
    signs, model = 2 * Y - 1, MLPRegressor(hidden_layer_sizes=4, **TRAINING)
    options = {"sizes": [30], "share": 0.5, "X_test": X, "y_test": signs}
    assert norm_bound_growth(model, X, signs, **options).curves["test error"] < 0.5


def test_arrays_of_a_device_are_taken(device):
    there = to_device(X), to_device(Y)
    found = on_gpu.norm_bound_growth(MODEL, *there, **GROWING).curves
    for name, curve in norm_bound_growth(MODEL, X, Y, **GROWING).curves.items():
        assert (found[name] == curve).all()
    display = on_gpu.BoundGrowthDisplay.from_estimator(MODEL, *there, **GROWING)
    assert sorted(display.slopes) == NAMES


def test_the_picture_has_curves_slopes_and_the_published_figure():
    sizes, error = np.array([256, 1024]), np.array([[0.4, 0.5], [0.2, 0.2]])
    curves = {"test error": error, "mine": [2.0, 8.0], "hidden_spectral": [0.0, 0.0]}
    display = BoundGrowthDisplay(sizes, curves, published="notebook").plot()
    lines = [line.get_xydata().tolist() for line in display.ax_.lines]
    assert [[256, 0.45], [1024, 0.2]] in lines
    assert [[256, 3607 / 8192], [512, 3042 / 8192]] in [line[:2] for line in lines]
    words = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert words[1:3] == ["mine: $m^{1.00}$", "hidden_spectral (2 at 0 not shown)"]
    assert words[-1] == "dotted: published figure (notebook)"
    low = display.slopes["test error"].low
    assert f"[{low:.2f}".replace("-", "−") in words[0]


def test_zeros_have_markers_in_no_place_and_slopes_without_them():
    curves = {"mine": [[0.0, 1.0], [2.0, 4.0]], "other": [[0.0, 0.0], [2.0, 4.0]]}
    display = BoundGrowthDisplay([10, 20], curves, confidence_level=0.5).plot()
    assert display.slopes == {"mine": growth_slope([10, 20], curves["mine"], 0.5)}
    means, markers = (line.get_xydata() for line in display.ax_.lines[:2])
    np.testing.assert_array_equal(means, [[10, np.nan], [20, 3]])
    points = [[10, np.nan], [10, 1], [20, 2], [20, 4]]
    np.testing.assert_array_equal(markers, points)
    assert display.ax_.lines[-1].get_ydata() == [1, 1]
    # Two values at one size have no slope.
    assert BoundGrowthDisplay([10, 10], {"mine": [1.0, 2.0]}).slopes == {}


def test_axes_are_looked_at_before_networks_are_trained():
    with pytest.raises(TypeError, match="ax must be Axes"):
        BoundGrowthDisplay.from_estimator(None, X, Y, ax="axes", **GROWING)


def test_published_slopes():
    """The notebook's: to their printed digits; of the poster's bounds to .01."""
    found = published_growth("notebook")
    wanted = {
        "test_error": -0.694, "distance": 0.360, "hidden_spectral": 0.141,
        "output_spectral": 0.227, "Bartlett 2017": 0.154, "Neyshabur 2018": 0.105,
        "Neyshabur 2019": 0.101,
    }  # fmt: skip
    for name, slope in wanted.items():
        assert growth_slope(found["n_samples"], found[name]).slope == pytest.approx(
            slope, abs=5.1e-4
        )
    poster = published_growth("poster, MNIST")
    for name, slope in (("test_error", -0.47), ("Bartlett 2017", 0.79)):
        got = growth_slope(poster["n_samples"], poster[name]).slope
        assert got == pytest.approx(slope, abs=0.01)


def test_published_bounds_agree_with_published_factors():
    """Distances of both layers follow from the distance and one bound; so does that
    the other bounds are possible."""
    found = published_growth("notebook")
    columns = zip(*(found[name] for name in ("n_samples", "hidden_spectral",
        "output_spectral", *NAMES)), strict=True)  # fmt: skip
    for m, s, t_, bartlett, n18, n19, distance in columns:
        size = n18 * 4 * math.sqrt(m) / (2 * math.sqrt(1000))
        hidden = (size**2 - (distance * s) ** 2) / (t_**2 - s**2)
        output = distance**2 - hidden
        assert 0 < hidden < distance**2
        # The hidden layer has 1000 columns, the output layer two.
        most = (hidden * 1000 * t_**2) ** (1 / 3) + (output * 2 * s**2) ** (1 / 3)
        assert bartlett * 4 * math.sqrt(m) <= most**1.5
        assert bartlett * 4 * math.sqrt(m) >= size
        # ‖V‖ is above its spectral norm, and at most √2 times it.
        initial = n19 * 4 * math.sqrt(m) / np.array([1, math.sqrt(2)]) / t_
        assert initial[0] > math.sqrt(hidden)
    # Another margin changes all bounds by the same factor.
    medians = published_growth("notebook, median margin")
    shares = [np.divide(medians[name], found[name]) for name in NAMES[:3]]
    np.testing.assert_allclose(shares, [shares[1]] * 3, rtol=5e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"estimator": LogisticRegression()}, "must be a MLPClassifier, MLPRegr"),
        ({"sizes": [16, 8]}, "sizes must be one or more different numbers in asc"),
        ({"sizes": 8}, "sizes must be a list of integers"),
        ({"sizes": [8, 8]}, "sizes must be one or more different numbers in asc"),
        ({"sizes": []}, "sizes must be one or more different numbers in ascending"),
        ({"sizes": np.array(8)}, "sizes must be a list of integers"),
        ({"sizes": [41]}, "sizes must be at most 40"),
        ({"X_test": X[:, 1:], "y_test": Y}, "X_test must have 3 columns, as X has, g"),
        ({"X_test": X, "y_test": 2 * Y - 1}, "y_test holds -1, which y does not have"),
        ({"X_test": X}, "X_test and y_test must both be given"),
        ({"y": Y[1:]}, "X must have shape"),
        ({"share": 1 - 1e-9, "sizes": [16]}, "the part of 16 rows|share"),
    ],
)
def test_what_cannot_be_trained_is_refused(change, words):
    given = {"estimator": MODEL, "X": X, "y": Y, **GROWING, **change}
    if "share" in change:
        given["y"] = RNG.integers(0, 2, 40)
    with pytest.raises((TypeError, ValueError), match=words):
        norm_bound_growth(**given)


@pytest.mark.parametrize(
    ("sizes", "curves", "options", "words"),
    [
        ([10, 20], {"mine": [1.0]}, {}, "one row or number for each of the sizes"),
        ([10, 20], {}, {}, "curves must be a dict"),
        (
            [10],
            {"mine": [1.0]},
            {"published": "thesis"},
            "published: figure must be one of",
        ),
        ([10], {"mine": [-1.0]}, {}, "values must not be negative"),
    ],
)
def test_what_cannot_be_drawn_is_refused(sizes, curves, options, words):
    with pytest.raises((TypeError, ValueError), match=words):
        BoundGrowthDisplay(sizes, curves, **options)
