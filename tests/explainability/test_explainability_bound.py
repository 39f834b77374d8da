"""The bound on a model's risk by its explanations."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

from refgen.explainability import (
    deviation_bound,
    explainability_bound,
    explainability_sweep,
    risk_bound,
)
from refgen.explainability._label_explanations import Fitted
from refgen.explainability._mean_limits import bernoulli_limits
from refgen.explainability._uniform_form import _uniform_forms
from refgen.intervals import hoeffding
from refgen.random import Stream

RNG = np.random.default_rng(0)
POINTS, NEW = RNG.normal(size=(6, 2)), RNG.normal(size=(4, 2))
LABELS = RNG.uniform(-0.5, 0.5, 6)
FITTED = Fitted(POINTS, LABELS, 0.7, 0.1, 0.5)


def naive(source, target, points, labels):
    """g_z(x) by solving the normal equations, and the weights at z."""
    weights = np.exp(-((points - source) ** 2).sum(axis=1) / (2 * FITTED.scale**2))
    weights /= weights.sum()
    design = np.c_[np.ones(len(points)), points]
    gram = design.T @ (weights[:, None] * design) + FITTED.penalty * np.eye(3)
    solution = np.linalg.solve(gram, design.T @ (weights * labels))
    assert np.linalg.norm(solution) <= FITTED.norm_bound
    return np.clip(np.r_[1, target] @ solution, -0.5, 0.5), weights


def test_explanations_are_those_of_a_loop():
    stream = Stream(0, "tests")
    said, noise = FITTED.of_new(NEW, 3, stream), stream.normal((3, 4, 2))
    lengths = np.sqrt(1 + (POINTS**2).sum(axis=1)) * (0.5 + abs(LABELS))
    for k in range(3):
        for i, point in enumerate(NEW):
            output, weights = naive(point + 0.7 * noise[k, i], point, POINTS, LABELS)
            assert said.outputs[k, i] == pytest.approx(output, rel=1e-12)
            ratio, steep = (6 * weights**2).sum() ** 0.5, weights * lengths
            assert said.ratios[k, i] == pytest.approx(ratio, rel=1e-12)
            assert said.complexities[k, i] == pytest.approx((steep**2).sum() ** 0.5)


def test_left_out_points_are_left_out():
    stream = Stream(0, "tests")
    said, noise = FITTED.of_left_out(2, stream), stream.normal((2, 6, 2))
    for k in range(2):
        for i, point in enumerate(POINTS):
            rest = np.arange(6) != i
            source = point + 0.7 * noise[k, i]
            output, _ = naive(source, point, POINTS[rest], LABELS[rest])
            assert said.outputs[k, i] == pytest.approx(output, rel=1e-12)


@pytest.fixture(scope="module")
def diabetes():
    """A ridge regression of 300 points, and 142 new ones; errors are shares of 321²."""
    X, y = load_diabetes(return_X_y=True)
    X, y = X * len(X) ** 0.5, (y - 25) / 321
    order = np.random.default_rng(0).permutation(len(X))
    own, new = order[:300], order[300:]
    model = Ridge(30.0).fit(X[own], y[own])
    risk = ((model.predict(X[new]) - y[new]) ** 2).mean()
    return (model, X[own], y[own]), X[new], risk


def test_leaving_out_is_informative_on_diabetes(diabetes):
    known, new, risk = diabetes
    options = {"output_range": (0, 1), "random_state": 1}
    found = explainability_bound(*known, 2.6, new, **options)
    assert risk == pytest.approx(0.030, abs=1.5e-3)
    assert found.estimate == pytest.approx(0.037, abs=2e-3)
    assert risk < found.estimate < found.bound < 0.045
    assert not found.vacuous
    assert not found.guaranteed
    assert found.term("label error").estimate == pytest.approx(0.030, abs=1e-3)
    assert found.forms[1].bound > found.bound
    # The mean of 16 has a sixteenth of the spread.
    names = ("fidelity", "fidelity of means", "spread")
    singly, means, spread = (found.term(name).estimate for name in names)
    assert singly - means == pytest.approx(spread * 15 / 16, rel=1e-9)
    narrow = explainability_bound(*known, 1.2, new, penalty=0.4, **options)
    assert narrow.term("label error").estimate == pytest.approx(0.034, abs=1e-3)
    assert narrow.estimate == pytest.approx(0.050, abs=3e-3)
    assert found.verdict.startswith("By approximate intervals, with probability 0.95")
    assert json.loads(json.dumps(found.to_dict()))["n_points"] == 300


def test_half_of_the_labels_prove_a_bound_on_diabetes(diabetes):
    known, new, risk = diabetes
    found = explainability_bound(
        *known, 2.6, new, output_range=(0, 1), method="split", n_draws=4
    )
    assert found.guaranteed
    assert risk < found.bound < 0.25
    assert found.verdict.startswith("With probability 0.95 the expected squared error")


def test_the_classical_bound_says_nothing_on_diabetes(diabetes):
    known, new, _ = diabetes
    penalty = 1 / 64  # W = 2
    found = explainability_bound(
        *known, 2.6, new, output_range=(0, 1), method="uniform", penalty=penalty
    )
    assert found.norm_bound == 2.0
    assert found.vacuous
    assert found.verdict.startswith("No information: ")
    assert found.term("deviation").estimate == pytest.approx(2.37, abs=0.04)
    assert found.term("disjointedness").estimate == pytest.approx(1.76, abs=0.03)
    names = [form.name for form in found.forms]
    assert names == ["without spread", "form B", "form C"]
    bounds = [form.bound for form in found.forms]
    assert bounds == sorted(bounds)


def model(X):
    return X[:, 0] / 8


DATA, RANGE = (model, POINTS, LABELS), {"output_range": (-0.5, 0.5)}


def test_scales_share_delta():
    for options in (RANGE, {**RANGE, "method": "split"}):
        found = explainability_sweep(*DATA, [0.3, 1.0], NEW, delta=0.1, **options)
        alone = explainability_bound(*DATA, 1.0, NEW, delta=0.05, **options)
        assert found.bounds[1] == alone
        assert found.delta == 0.1
        assert found.best.bound == min(one.bound for one in found.bounds)


# Limits, each with its part of delta


def limit_of_mean(term, most, n, delta, end=1):
    """It depends on the mean alone."""
    right = bernoulli_limits(np.full(n, term.estimate), most, delta)[end]
    assert term.limit == pytest.approx(right, rel=1e-9)


def test_limits_of_the_classical_bound_take_at_most_delta():
    """Four take an eighth each, and the deviation takes half."""
    options = {"method": "uniform", "delta": 0.2, "n_draws": 3, "penalty": 0.1}
    data = (*DATA, 0.7, np.tile(NEW, (100, 1)))
    found = explainability_bound(*data, **options, **RANGE)
    assert (found.n_points, found.n_unlabeled, found.n_draws) == (6, 400, 3)
    limit_of_mean(found.term("fidelity"), 1.0, 400, 0.025)
    limit_of_mean(found.term("spread"), 0.25 * 3 / 2, 400, 0.025, end=0)
    assert found.term("spread").limit > 0
    ranges = {"train fidelity": 1.0}
    ranges["complexity"] = found.norm_bound * FITTED.radii.max()
    for name, most in ranges.items():
        term = found.term(name)
        right = hoeffding(term.estimate, 18, 2 * 0.025, 0.0, most).high
        assert term.limit == pytest.approx(right, rel=1e-12)
    change, complexity = found.term("deviation"), found.term("complexity")
    assert change.estimate == deviation_bound(complexity.estimate, 6, 0.5, 0.2)
    assert change.limit == deviation_bound(complexity.limit, 6, 0.5, 0.1)
    # An estimated spread may be above the errors that it is part of.
    assert _uniform_forms([0.0, 0.0, 0.9, 0.1, 0.5]).centered == pytest.approx(0.8)


def test_limits_of_a_split_take_half_of_delta_each():
    found = explainability_bound(
        *DATA, 0.7, NEW, method="split", delta=0.2, n_draws=3, **RANGE
    )
    errors, others = found.term("label error of means"), found.term("fidelity of means")
    limit_of_mean(errors, 1.0, 3, 0.1)
    limit_of_mean(others, 1.0, 4, 0.1)
    assert found.bound == risk_bound(errors.limit, others.limit)


def test_limits_of_leaving_out_take_half_of_delta_each():
    terms = [
        explainability_bound(*DATA, 0.7, NEW, delta=delta, **RANGE).term("label error")
        for delta in (0.2, 0.1)
    ]
    wide, wider = (term.limit - term.estimate for term in terms)
    assert wider / wide == pytest.approx(1.644854 / 1.281552, rel=1e-6)


def test_labels_are_not_outputs():
    """Explanations of labels, or of outputs, where both are constant and opposite."""
    given = (lambda X: np.full(len(X), -0.4), POINTS, np.full(6, 0.4), 0.7, NEW)
    for method, near, far in (
        ("leave_one_out", "label error", "fidelity"),
        ("split", "label error", "fidelity"),
        ("uniform", "train fidelity", "train risk"),
    ):
        found = explainability_bound(*given, method=method, penalty=1e-3, **RANGE)
        assert found.term(near).estimate < 0.01 < 0.5 < found.term(far).estimate


def test_halves_are_drawn():
    """In the order of the data one half has other labels than the other."""
    labels = np.repeat([-0.4, 0.4], 20)
    found = explainability_bound(
        zero, np.ones((40, 1)), labels, 0.1, NEW[:, :1], method="split", **RANGE
    )
    assert found.term("label error").estimate < 0.3


def test_what_is_not_informative():
    """A bound that is no less than the range allows; a term that there is not."""
    found = explainability_bound(*DATA, 0.7, NEW, method="uniform", **RANGE)
    assert replace(found, bound=found.trivial).vacuous
    said = replace(found, bound=0.5, estimate=0.25).verdict
    assert said.endswith("at most 0.5 (estimate 0.25, trivial bound 1).")
    with pytest.raises(ValueError, match="name must be one of 'train risk', 'train f"):
        found.term("risk")


def test_limits_of_means_are_those_of_chernoff():
    low, high = bernoulli_limits(np.zeros(10), 2.0, 0.05)
    assert (low, high) == (0.0, pytest.approx(2 * (1 - 0.05**0.1), rel=1e-12))
    low, high = bernoulli_limits(np.full(10, 2.0), 2.0, 0.05)
    assert (low, high) == (pytest.approx(2 * 0.05**0.1, rel=1e-12), 2.0)


def test_frames_are_points():
    frame = pd.DataFrame(POINTS, columns=["a", "b"])
    new = pd.DataFrame(NEW, columns=["a", "b"])
    options = {"output_range": (-0.5, 0.5), "n_draws": 2}
    found = explainability_bound(
        lambda X: X["a"] / 10, frame, LABELS, 1.0, new, **options
    )
    plain = explainability_bound(
        lambda X: X[:, 0] / 10, POINTS, LABELS, 1.0, NEW, **options
    )
    assert found == plain


def zero(X):
    return np.zeros(len(X))


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"scale": 0.0}, ValueError, "scale must be a positive finite number"),
        ({"scale": "auto"}, TypeError, "scale must be a positive number"),
        ({"penalty": -1.0}, ValueError, "penalty must be a positive finite number"),
        ({"scale": np.inf}, ValueError, "scale must be a positive finite number"),
        ({"n_draws": 1}, ValueError, "n_draws must be at least 2"),
        ({"n_draws": 10_001}, ValueError, "n_draws must be at most 10000"),
        ({"delta": 1.0}, ValueError, "delta must be strictly between 0 and 1"),
        ({"method": "loo"}, ValueError, "method must be one of 'leave_one_out'"),
        (
            {"output_range": 1.0},
            ValueError,
            r"output_range must be a pair \(low, high\)",
        ),
        (
            {"output_range": (0.2, 0.2)},
            ValueError,
            "output_range must be a pair .* low < high",
        ),
        ({"output_range": (0, 1)}, ValueError, r"y must lie in output_range, \[0, 1\]"),
        ({"y": LABELS[:-1]}, ValueError, "y must have one number for each of the 6"),
        ({"X_unlabeled": NEW[:, :1]}, ValueError, "X_unlabeled has 1 features and X 2"),
        ({"X_unlabeled": NEW[None]}, ValueError, "X_unlabeled must have shape"),
        (
            {"X_unlabeled": NEW[:1]},
            ValueError,
            "X_unlabeled must have at least 2 points",
        ),
        (
            {"X": POINTS[:1], "y": LABELS[:1]},
            ValueError,
            "X must have at least 2 points",
        ),
        (
            {"X": POINTS[:3], "y": LABELS[:3], "method": "split"},
            ValueError,
            "X must have at least 4 points",
        ),
        ({"X": POINTS[None]}, ValueError, r"X must have shape \(n_points, n_features"),
        ({"model": lambda X: X}, ValueError, r"returned shape \(6, 2\) for 6 points"),
        (
            {"model": lambda X: np.full(len(X), 0.6 * (len(X) == 4))},
            ValueError,
            "the model's outputs must lie in",
        ),
        ({"model": lambda X: X[:, 0] * np.nan}, ValueError, "returned NaN or infinity"),
        (
            {"model": lambda X: zero(X) + 9},
            ValueError,
            "the model's outputs must lie in",
        ),
        ({"model": 3}, TypeError, "model must have a method predict"),
        (
            {"X": pd.DataFrame({"a": list("xxyyzz")}, dtype="category")},
            TypeError,
            "explanations are linear in",
        ),
    ],
)
def test_bad_input_is_named(changed, error, message):
    given = {
        "model": zero,
        "X": POINTS,
        "y": LABELS,
        "scale": 1.0,
        "X_unlabeled": NEW,
        "output_range": (-0.5, 0.5),
    }
    with pytest.raises(error, match=message):
        explainability_bound(**given | changed)


@pytest.mark.parametrize(
    ("scales", "message"),
    [
        ([], "scales is empty"),
        (1.0, "scales must have at least 1 dimension"),
        ([[1.0, 2.0]], r"scales must be a sequence, got shape \(1, 2\)"),
    ],
)
def test_there_is_a_scale(scales, message):
    with pytest.raises(ValueError, match=message):
        explainability_sweep(zero, POINTS, LABELS, scales, NEW, output_range=(-1, 1))


def test_limits_of_a_split_share_delta():
    X, new = np.arange(8.0)[:, None], np.arange(5.0)[:, None]
    found = explainability_bound(
        zero, X, zero(X), 1.0, new, output_range=(-1, 1), method="split", delta=0.1
    )
    limits = [4 * (1 - 0.05 ** (1 / n)) for n in (4, 5)]
    assert found.bound == pytest.approx(sum(np.sqrt(limits)) ** 2, rel=1e-12)


def test_equal_points_and_constant_features_are_no_trouble():
    X = np.ones((4, 3))
    found = explainability_bound(
        zero, X, np.zeros(4), 0.1, X, output_range=(-1, 1), n_draws=2
    )
    assert found.estimate == 0.0
