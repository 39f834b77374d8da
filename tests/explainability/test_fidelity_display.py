"""Curves against the scale: the picture, the published ones, and how ρ_S grows."""

import json
import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.neighbors import KNeighborsRegressor
from support.parity import assert_within
from support.parity import model as model_of

import refgen_gpu.explainability as on_gpu
from refgen.explainability import (
    FidelityDisplay,
    GaussianNeighborhoods,
    disjointedness,
    disjointedness_growth,
    mirrored_neighborhood_fidelity,
    published_fidelity,
)
from refgen.random import Stream
from refgen_gpu.arrays import to_device
from refgen_gpu.random import Stream as on_gpu_stream

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # after the backend is chosen

EXAMPLE = Path(__file__).parents[2] / "examples/plot_fidelity_against_scale.py"
RNG = np.random.default_rng(0)
POINTS, VALUES = RNG.normal(size=(24, 2)), RNG.normal(size=24)
SCALES, TRAIN, TEST = [0.5, 1.0, 2.0], [0.0, 0.1, 0.3], [0.4, 0.2, 0.35]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def lines(ax):
    return [line.get_xydata().tolist() for line in ax.lines]


def test_the_picture_has_both_errors_and_the_factor():
    display = FidelityDisplay(SCALES, TRAIN, TEST, disjointedness=[3.0, 2.0, 1.0])
    assert display.best_scale == 1.0
    errors, factor = display.plot().axes_
    right = [np.stack([SCALES, curve], axis=1).tolist() for curve in (TRAIN, TEST)]
    assert lines(errors)[:2] == right
    assert lines(factor) == [[[0.5, 3], [1, 2], [2, 1]]]
    legend = [text.get_text() for text in errors.get_legend().get_texts()]
    assert legend == ["train", "test"]
    assert errors.get_xlim()[0] < 0.5 < 2.0 < errors.get_xlim()[1]
    assert FidelityDisplay(SCALES, TRAIN).best_scale == 0.5
    assert len(FidelityDisplay(SCALES, TRAIN).plot().axes_) == 1


def test_published_curves_are_dotted():
    curves = published_fidelity("Housing")
    display = FidelityDisplay(
        SCALES, TRAIN, exponent=[0.4, 0.2, 0.1], published="Housing"
    ).plot()
    drawn = [line for ax in display.axes_ for line in ax.lines]
    dotted = [line.get_ydata().tolist() for line in drawn if line.get_ls() == ":"]
    for name in ("train", "test", "exponent"):
        assert curves[name] in dotted


@pytest.mark.parametrize("name", ["Autompgs", "Housing", "Wine"])
def test_published_curves_are_as_theorems_say(name):
    """Train MNF rises (LE-20), test MNF is above it, and exponents fall from ½ to 0."""
    curves = {key: np.array(v) for key, v in published_fidelity(name).items()}
    assert {len(curve) for curve in curves.values()} == {9}
    assert (np.diff(curves["train"]) >= 0).all()
    assert (curves["test"] > curves["train"]).all()
    assert (np.diff(curves["exponent"]) < 0).all()
    assert 0 < curves["exponent"][-1] < curves["exponent"][0] < 0.5


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([1.0, 1.0], [0.1, 0.2]), {}, "scale must be one list"),
        ((SCALES, TRAIN[:2]), {}, "train must have a number for each of the 3 scales"),
        ((SCALES, TRAIN), {"disjointedness": [0.5, 1, 1]}, "at least 1, got 0.5"),
        ((SCALES, TRAIN), {"published": "Boston"}, "published"),
    ],
)
def test_bad_curves_are_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        FidelityDisplay(*arguments, **options)


# --- curves from data


def test_exponents_of_diabetes():
    """The reference values of features of unit variance, to .03."""
    X = load_diabetes().data
    scales = [0.2, 0.6, 0.9, 1.2, 1.6, 1.9, 2.6, 3.9]
    found = disjointedness_growth(
        X / X.std(axis=0), scales, Stream(0), n_draws=884, n_repeats=4
    )
    right = [0.499, 0.335, 0.212, 0.121, 0.065, 0.043, 0.024, 0.004]
    assert abs(found.exponent - right).max() < 0.03
    assert found.sizes.tolist() == [55, 110, 221, 442]
    logs = np.log(found.disjointedness).mean(axis=-1)
    slopes = np.polyfit(np.log(found.sizes), logs.T, 1)[0]
    np.testing.assert_allclose(found.exponent, slopes, rtol=1e-9)


def test_a_model_is_explained_and_drawn():
    model = KNeighborsRegressor(2).fit(POINTS, VALUES)
    options = {"n_draws": 400, "X_test": POINTS[:3]}
    display = FidelityDisplay.from_estimator(model, POINTS, [0.5, 1.0], **options)
    right = mirrored_neighborhood_fidelity(model, POINTS, [0.5, 1.0], **options)
    np.testing.assert_array_equal(display.train, right.train)
    np.testing.assert_array_equal(display.test, right.test)
    sample = GaussianNeighborhoods(POINTS, [0.5, 1.0])
    low, high = disjointedness(sample, 4000, Stream(1))[2:]
    assert (low < display.disjointedness).all()
    assert (display.disjointedness < high).all()
    other, again = (
        FidelityDisplay.from_estimator(model, POINTS, [1.0], n_draws=48, random_state=i)
        for i in (0, 1)
    )
    assert other.disjointedness != again.disjointedness


def test_a_device_gives_the_same(device):
    model = KNeighborsRegressor(2).fit(POINTS, VALUES)
    there = on_gpu.FidelityDisplay.from_estimator(
        model, to_device(POINTS), [0.5], n_draws=48
    )
    here = FidelityDisplay.from_estimator(model, POINTS, [0.5], n_draws=48)
    np.testing.assert_array_equal(there.train, here.train)
    scales = np.array([0.5, 1.0])
    got = on_gpu.disjointedness_growth(
        to_device(POINTS), to_device(scales), on_gpu_stream(0), n_draws=48
    )
    want = disjointedness_growth(POINTS, scales, Stream(0), n_draws=48)
    # Means of ratios in [1, 5] with the bits of the CPU, and their logarithms.
    assert_within(got, want, model_of(256, 5.0))


def test_bad_points_are_refused():
    few = disjointedness_growth(POINTS[:16], [1.0], Stream(0), n_draws=16, n_repeats=1)
    assert few.sizes.tolist() == [2, 4, 8, 16]
    with pytest.raises(ValueError, match="points must be 16 rows at least"):
        disjointedness_growth(POINTS[:15], [1.0], Stream(0))
    with pytest.raises(ValueError, match="scale must be a list of numbers"):
        disjointedness_growth(POINTS, [[1.0]], Stream(0))


# --- the example


@pytest.fixture(scope="module")
def example():
    return runpy.run_path(str(EXAMPLE))


def test_the_text_says_what_was_measured(example, capsys):
    results = json.loads(example["STORED"].read_text())["results"]
    off = example["distances"](results)
    rounded = {
        name: [round(value, 2) for value in by_convention.values()]
        for name, by_convention in off.items()
    }
    assert rounded == {"Autompgs": [0.47, 0.18, 0.04], "Housing": [0.39, 0.12, 0.03]}
    for name, low, high in (("Autompgs", 2.35, 4.65), ("Housing", 1, 1.14)):
        curves, found = published_fidelity(name), results[name]["whitened"]
        assert np.argmin(found["test"]) == 1 + np.argmin(curves["test"])
        ratios = np.array(found["train"][3:]) / curves["train"][3:]
        assert low < ratios.min()
        assert ratios.max() < high
    example["main"]()
    assert "Housing, whitened" in capsys.readouterr().out


@pytest.mark.slow
def test_curves_are_measured_as_stored(example):
    pytest.importorskip("mlxtend", reason="the data come with refgen[examples]")
    found = example["curves"]("Autompgs", "whitened")
    stored = json.loads(example["STORED"].read_text())["results"]
    np.testing.assert_allclose(
        found["exponent"], stored["Autompgs"]["whitened"]["exponent"], atol=1e-3
    )
