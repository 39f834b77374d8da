"""ResMemDisplay: risks against loops, intervals, drawing, bad input."""

import sys

import matplotlib
import numpy as np
import pytest
from scipy.stats import ttest_1samp
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import Ridge
from sklearn.model_selection import ShuffleSplit
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import refgen_gpu.resmem.display as on_gpu
from refgen.resmem.display import ResMemDisplay
from refgen.resmem.estimators import ResMemClassifier, ResMemRegressor
from refgen_gpu.arrays import to_device
from refgen_gpu.resmem.estimators import ResMemRegressor as DeviceRegressor

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # after the backend is chosen

X, Y = (part[:120] for part in load_diabetes(return_X_y=True))
STUMP = DecisionTreeRegressor(max_depth=1, random_state=0)
MEMORY = ResMemRegressor(STUMP, 3, "uniform")
UNEVEN = [(range(9), range(9, 20)), (range(3), range(3, 9))]
SPLITS = ShuffleSplit(3, test_size=0.25, random_state=0)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def risk(model, train, test):
    return np.mean((model.fit(X[train], Y[train]).predict(X[test]) - Y[test]) ** 2)


@pytest.mark.parametrize("name", ["n_neighbors", "n_samples"])
def test_risks_are_those_of_fits_on_each_split(name):
    values = [2, 7] if name == "n_neighbors" else [20, 90]
    display = ResMemDisplay.from_estimator(
        MEMORY, X, Y, param_name=name, param_range=values, cv=SPLITS
    )
    for row, value in enumerate(values):
        for column, (train, test) in enumerate(SPLITS.split(X)):
            k, kept = (value, train) if name == "n_neighbors" else (3, train[:value])
            memory = clone(MEMORY).set_params(n_neighbors=k)
            got = [getattr(display, n)[row, column] for n in ("base", "resmem", "knn")]
            models = (clone(STUMP), memory, KNeighborsRegressor(k))
            want = [risk(model, kept, test) for model in models]
            assert got == pytest.approx(want)
    rows_per_row = [30 / 90] * 2 if name == "n_neighbors" else [30 / 20, 30 / 90]
    assert display.overlap.tolist() == pytest.approx(rows_per_row)


def test_intervals_are_students():
    rng = np.random.default_rng(0)
    risks = rng.normal(size=(3, 2, 6))
    display = ResMemDisplay([1, 2], *risks, confidence_level=0.9)
    wider = ResMemDisplay([1, 2], *risks, confidence_level=0.9, overlap=0.5)
    for name, samples in zip(("base", "resmem", "knn"), risks, strict=True):
        mean, low, high = display.interval(name)
        want = ttest_1samp(samples, 0, axis=1).confidence_interval(0.9)
        np.testing.assert_allclose(low, want.low, rtol=1e-12)
        np.testing.assert_allclose(high, want.high, rtol=1e-12)
        # 1/6 + 1/2 in place of 1/6.
        _, _, upper = wider.interval(name)
        np.testing.assert_allclose(upper - mean, 2 * (high - mean), rtol=1e-12)


def test_classes_and_seeds():
    iris, kinds = load_iris(return_X_y=True)
    memory = ResMemClassifier(DecisionTreeClassifier(max_depth=1, random_state=0))
    first, second = (
        ResMemDisplay.from_estimator(
            memory, iris, kinds, param_range=[1, 5], cv=3, random_state=0
        )
        for _ in range(2)
    )
    assert first.loss == "zero_one"
    assert (first.resmem < first.base).all()
    np.testing.assert_array_equal(first.resmem, second.resmem)


def test_draws_three_lines_with_bands():
    figure, ax = plt.subplots()
    display = ResMemDisplay.from_estimator(
        MEMORY, X, Y, param_name="n_samples", param_range=[20, 50], cv=2, ax=ax
    )
    assert display.ax_ is ax
    assert display.figure_ is figure
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["base", "ResMem", "k-NN"]
    assert len(ax.collections) == 3
    assert ax.get_xlabel() == "training rows n"
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), display.resmem.mean(axis=1))
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"estimator": Ridge()}, TypeError, "must be a ResMemRegressor .*got Ridge"),
        ({"param_name": "bandwidth"}, ValueError, "param_name must be one of"),
        ({"param_range": [0]}, ValueError, "param_range must be at least 1"),
        ({"param_range": [1.5]}, TypeError, "param_range must be an integer"),
        ({"param_range": [91]}, ValueError, "n_neighbors=91, and a split has 90"),
        (
            {"param_name": "n_samples", "param_range": [91]},
            ValueError,
            "n_samples=91, and a split has 90 training rows",
        ),
        (
            {"param_name": "n_samples", "param_range": [4], "cv": UNEVEN},
            ValueError,
            "n_samples=4, and a split has 3 training rows",
        ),
        ({"param_range": np.array(3)}, ValueError, "list of at least one integer"),
        ({"loss": "brier"}, ValueError, "loss must be one of"),
        ({"confidence_level": 2}, ValueError, "confidence_level must be strictly"),
        ({"cv": 1}, ValueError, "cv must be at least 2, got 1"),
        ({"cv": 100_001}, ValueError, "cv must be at most 100000, got 100001"),
        ({"cv": [(range(9), [9])]}, ValueError, "1 split, and intervals need at least"),
        ({"y": Y[:-1]}, ValueError, "inconsistent numbers of samples"),
    ],
)
def test_refuses(settings, error, message):
    memory = clone(MEMORY)
    if (
        settings.get("param_name") == "n_samples"
    ):  # whose number of rows is checked in any case
        memory.set_params(weights="nearest")
    arguments = {"estimator": memory, "X": X, "y": Y, "param_range": [1], "cv": 2}
    with pytest.raises(error, match=message):
        ResMemDisplay.from_estimator(**(arguments | settings))


def test_refuses_arrays_that_do_not_fit():
    with pytest.raises(ValueError, match=r"must have shape \(n_values, n_splits"):
        ResMemDisplay([1, 2], [[1, 2]], [[1, 2]], [[1, 2]])
    with pytest.raises(ValueError, match="name must be one of"):
        ResMemDisplay([1], [[1, 2]], [[1, 2]], [[1, 2]]).interval("ridge")


def test_missing_matplotlib_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install refgen\[plot\]"):
        ResMemDisplay([1], [[1, 2]], [[1, 2]], [[1, 2]]).plot()


@pytest.mark.parametrize("move", [np.asarray, to_device], ids=["numpy", "device"])
def test_the_same_on_the_device(device, move):
    points, y = X[:30], Y[:30]
    settings = {"param_range": [1, 2], "cv": 2, "random_state": 0}
    want = ResMemDisplay.from_estimator(MEMORY, points, y, **settings)
    memory = DeviceRegressor(STUMP, 3, "uniform")
    got = on_gpu.ResMemDisplay.from_estimator(memory, move(points), move(y), **settings)
    assert isinstance(got, on_gpu.ResMemDisplay)
    for name in ("base", "resmem", "knn"):
        drawn = getattr(got, name)
        assert isinstance(drawn, np.ndarray)
        # Means of 8 squares of sums of 4: their rounding is far below the tolerance.
        np.testing.assert_allclose(drawn, getattr(want, name), rtol=1e-12)
    given = on_gpu.ResMemDisplay([1, 2], *map(move, (want.base, want.resmem, want.knn)))
    np.testing.assert_array_equal(given.resmem, want.resmem)


@pytest.mark.filterwarnings("ignore:A column-vector y")
def test_a_column_of_labels_is_labels():
    points, kinds = load_iris(return_X_y=True)
    memory = ResMemClassifier(DecisionTreeClassifier(max_depth=1, random_state=0))
    options = {"param_range": [1, 3], "cv": 2, "random_state": 0}
    column = ResMemDisplay.from_estimator(memory, points, kinds[:, None], **options)
    flat = ResMemDisplay.from_estimator(memory, points, kinds, **options)
    assert column.resmem.tolist() == flat.resmem.tolist()
    plt.close("all")


@pytest.mark.parametrize(
    ("empty", "message"),
    [("param_range", "list of at least one integer"), ("cv", "cv holds no split")],
)
def test_nothing_to_measure_is_refused(empty, message):
    options = {"param_range": [1], "cv": 2, empty: []}
    with pytest.raises(ValueError, match=message):
        ResMemDisplay.from_estimator(MEMORY, X, Y, **options)
