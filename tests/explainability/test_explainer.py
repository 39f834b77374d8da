"""The explainer against loops, exact explanations, and whatever it must refuse."""

import operator
import sys
import types

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from scipy import stats
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

import refgen_gpu.explainability as gpu
from refgen._pictures import BLUE, VERMILLION
from refgen.explainability import (
    LocalExplanationDisplay,
    LocalLinearExplainer,
    best_scale,
    explainability_bound,
    mirrored_neighborhood_fidelity,
    quadratic_slope_variance,
    sparse_fidelity,
)
from refgen.explainability import _drawn_explanations as drawn
from refgen.random import Stream
from refgen_gpu.arrays import to_device, to_host

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 3))
SCALES = np.array([0.5, 1.0, 2.0])


def curved(points):
    return np.sin(points[:, 0]) + points[:, 1] * points[:, 2] + 7.0


def explained(model=curved, points=X, **options):
    return LocalLinearExplainer(model, **{"scale": SCALES, **options}).explain(points)


def neighbours(n, row):
    """The draws of the default random_state, and where they are around a row."""
    seed = int(np.random.RandomState(0).randint(2**31 - 1))
    units = Stream(seed, "LocalLinearExplainer").normal((n, 3))
    return units, X[row] + SCALES * units


def refitted(model, columns, weights, values, row):
    """What a fit by scikit-learn without a value predicts for it, for every value."""
    missed, slopes = np.empty(len(values)), np.empty((len(values), columns.shape[1]))
    for i in range(len(values)):
        rest = np.arange(len(values)) != i
        model.fit(columns[rest], values[rest], weights[rest])
        missed[i] = values[i] - model.predict(columns[i : i + 1])[0]
        slopes[i] = model.coef_
    return missed, slopes


def test_explanations_are_least_squares_on_the_draws_and_errors_the_jackknife():
    n, row = 7, 2
    found = explained(n_samples=n)
    units, near = neighbours(n, row)
    fit = LinearRegression().fit(units, curved(near))
    np.testing.assert_allclose(found.coefficients[row], fit.coef_ / SCALES)
    np.testing.assert_allclose(found.values[row], fit.intercept_)
    whole = found.intercepts[row] + found.coefficients[row] @ near[0]
    np.testing.assert_allclose(whole, fit.predict(units[:1])[0])
    ones = np.ones(n)
    missed, slopes = refitted(LinearRegression(), units, ones, curved(near), row)
    np.testing.assert_allclose(found.fidelity[row], (missed**2).mean())
    spread = (missed**2).std() / n**0.5
    np.testing.assert_allclose(found.fidelity_errors[row], spread)
    order = np.argsort(-abs(fit.coef_))
    assert (found.ranking()[row] == order).all()
    few = explained(n_samples=n, n_features=2)
    dropped = units @ (fit.coef_ - few.effects[row])
    np.testing.assert_allclose(few.fidelity[row], ((missed + dropped) ** 2).mean())
    # What is left out one at a time moves a coefficient by influence · missed.
    moves = (slopes - fit.coef_) / SCALES
    np.testing.assert_allclose(found.standard_errors[row], (moves**2).sum(0) ** 0.5)
    signed = (moves * SCALES * np.sign(fit.coef_))[:, order]
    steps = signed[:, :-1] - signed[:, 1:]
    np.testing.assert_allclose(found.gap_errors[row], (steps**2).sum(0) ** 0.5)
    np.testing.assert_allclose(found.gaps[row], -np.diff(abs(fit.coef_)[order]))
    ratio = (found.gap_errors / found.gaps)[row, 0]
    needed = n * (stats.t(n - 4).ppf(0.95) * ratio) ** 2
    assert found.draws_to_settle(1, 0.9)[row] == np.ceil(needed)


def test_mirrored_explanations_are_weighted_ridge_fits_to_the_rows():
    data = RNG.normal(size=(30, 3))
    found = explained(fidelity="mnf", reference=data, penalty=0.1)
    units = (data - X[1]) / SCALES
    weights = np.exp(-(units**2).sum(axis=1) / 2)
    weights /= weights.sum()
    ridge = Ridge(alpha=0.1).fit(units, curved(data), weights)
    np.testing.assert_allclose(found.coefficients[1], ridge.coef_ / SCALES)
    np.testing.assert_allclose(found.values[1], ridge.intercept_)
    missed, slopes = refitted(ridge, units, weights, curved(data), 1)
    np.testing.assert_allclose(found.fidelity[1], weights @ missed**2)
    whole = Ridge(alpha=0.1).fit(units, curved(data), weights).coef_
    moves = (slopes - whole) / SCALES
    np.testing.assert_allclose(found.standard_errors[1], (moves**2).sum(0) ** 0.5)
    np.testing.assert_allclose(found.n_effective[1], 1 / (weights**2).sum())
    two = explained(fidelity="mnf", reference=data, penalty=0.1, n_features=2)
    kept = found.ranking()[1, :2]
    fewer = Ridge(alpha=0.1).fit(units[:, kept], curved(data), weights)
    np.testing.assert_allclose(two.coefficients[1, kept], fewer.coef_ / SCALES[kept])
    assert (two.coefficients != 0).sum(axis=1).tolist() == [2] * 6
    alone = explained(fidelity="mnf", scale=1e-3)
    assert np.isfinite([alone.values, alone.fidelity]).all()
    assert np.isfinite(alone.interval()).all()
    default, given = (explained(fidelity="mnf", **o) for o in ({}, {"penalty": 1e-3}))
    np.testing.assert_array_equal(default.coefficients, given.coefficients)


def test_pieces_of_draws_and_rows_change_nothing_but_rounding(monkeypatch):
    whole = explained(n_samples=50, n_features=2)
    monkeypatch.setattr(drawn, "BUDGET", 100)
    pieces = explained(n_samples=50, n_features=2)
    for name in whole._fields[:-1]:
        ours, theirs = getattr(pieces, name), getattr(whole, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12, err_msg=name)
    assert (whole.coefficients == 0).sum(axis=1).tolist() == [1] * 6
    assert ((whole.standard_errors == 0) == (whole.coefficients == 0)).all()


def test_intervals_cover_and_draws_settle_as_theorems_say():
    hessian = np.array([[2.0, 0.5, 0.0], [0.5, -1.0, 0.0], [0.0, 0.0, 0.0]])
    slopes = np.array([1.0, 0.3, 0.0])

    def quadratic(points):
        return ((points @ hessian) * points).sum(axis=1) / 2 + points @ slopes

    options = {"scale": 0.5, "n_samples": 400}
    found = [
        explained(quadratic, np.zeros((1, 3)), random_state=i, **options)
        for i in range(60)
    ]
    errors = np.stack([f.standard_errors[0] for f in found])
    wanted = np.sqrt(quadratic_slope_variance(hessian, 0.5) / 400)
    assert abs(errors.mean(axis=0) / wanted - 1).max() < 0.06
    ends = np.stack([f.interval(0.9) for f in found])[:, :, 0]
    covered = (ends[:, 0] <= slopes) & (slopes <= ends[:, 1])
    # Of 180 at 90 %: 162 ± 4.
    assert 144 <= covered.sum() <= 176
    needed = np.median([f.draws_to_settle(1)[0] for f in found])
    more = explained(quadratic, np.zeros((1, 3)), scale=0.5, n_samples=int(4 * needed))
    assert more.draws_to_settle(1)[0] <= 4 * needed
    assert more.ranking()[0, 0] == 0


def test_networks_are_explained_exactly():
    y = curved(X)
    for kind, target in ((MLPRegressor, y), (MLPClassifier, y > 7)):
        model = kind(hidden_layer_sizes=4, solver="lbfgs", random_state=0)
        model.set_params(max_iter=30).fit(X, target)
        exact = explained(model, exact=True)
        assert not exact.standard_errors.any()
        assert exact.draws_to_settle().tolist() == [0.0] * 6
        if kind is MLPRegressor:
            sampled = explained(model, n_samples=4000)
            low, high = sampled.interval(0.9999)
            assert ((low <= exact.coefficients) & (exact.coefficients <= high)).all()
            np.testing.assert_allclose(exact.predictions, model.predict(X))
            off = abs(exact.values - sampled.values) / sampled.value_errors
            assert off.max() < 4
            few = explained(model, exact=True, n_features=1)
            lost = (exact.effects**2).sum(axis=1) - (few.effects**2).sum(axis=1)
            np.testing.assert_allclose(few.fidelity, exact.fidelity + lost)
            assert few.ranking()[:, 0].tolist() == exact.ranking()[:, 0].tolist()
        else:
            share = 1 / (1 + np.exp(-exact.predictions))
            np.testing.assert_allclose(share, model.predict_proba(X)[:, 1])
            other = explained(model, exact=True, output=0)
            np.testing.assert_allclose(other.coefficients, -exact.coefficients)
    with pytest.raises(ValueError, match="scale must be positive for all features"):
        explained(model, exact=True, scale=[0.0, 1.0, 1.0])
    for options in ({"fidelity": "mnf"}, {"penalty": 0.1}):
        with pytest.raises(ValueError, match="leave those options out"):
            explained(model, exact=True, **options)
    with pytest.raises(ValueError, match="output is 2, and the model has 2 classes"):
        explained(model, exact=True, output=2)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    model.fit(frame, y > 7)
    with pytest.raises(ValueError, match="same order"):
        explained(model, frame[["c", "b", "a"]], exact=True)
    with pytest.raises(ValueError, match=r"say by output=0, …, which"):
        explained(model.fit(X, [0, 1, 2, 0, 1, 2]), exact=True)


def test_of_classifiers_probabilities_are_explained_or_else_scores():
    y = np.array([0, 1, 0, 1, 2, 2])
    forest = RandomForestClassifier(5, random_state=0).fit(X, y)
    found = explained(forest, n_samples=20)
    assert found.outputs.tolist() == forest.predict_proba(X).argmax(axis=1).tolist()
    one = explained(lambda p: forest.predict_proba(p)[:, 2], n_samples=20)
    chosen = explained(forest, n_samples=20, output=2)
    np.testing.assert_array_equal(chosen.coefficients, one.coefficients)
    two = LogisticRegression().fit(X, y > 0)
    np.testing.assert_allclose(explained(two).predictions, two.predict_proba(X)[:, 1])
    scores = LinearSVC().fit(X, y > 0)
    np.testing.assert_allclose(
        explained(scores).coefficients, np.broadcast_to(scores.coef_, (6, 3))
    )
    # Of a detector of outliers, which has scores and no classes, what it predicts.
    first, wrong = (lambda p: p[:, 0]), (lambda p: 5 * p[:, 0])
    detector = types.SimpleNamespace(predict=first, decision_function=wrong)
    np.testing.assert_allclose(explained(detector).effects[:, 0], SCALES[0])


def test_frames_keep_columns_that_hold_no_numbers():
    frame = pd.DataFrame(X, columns=["a", "b", "c"]).assign(kind=list("uvuvuv"))
    frame = frame[["a", "kind", "c", "b"]]
    encoder = make_column_transformer(
        (OneHotEncoder(), ["kind"]), remainder="passthrough"
    )
    model = make_pipeline(encoder, StandardScaler(), LinearRegression())
    truth = 2 * frame["a"] - frame["b"] + 5 * (frame["kind"] == "u")
    model.fit(frame, truth)
    found = explained(model, frame, scale=0.5)
    assert found.feature_names == ("a", "c", "b")
    np.testing.assert_allclose(found.coefficients, [[2.0, 0.0, -1.0]] * 6, atol=1e-9)
    numbers = frame[["a", "b"]].astype({"a": int})
    numbers.insert(1, "flag", True)
    plain = explained(lambda points: points.iloc[:, 2] * 3.0, numbers, scale=0.5)
    np.testing.assert_allclose(plain.coefficients, [[0.0, 3.0]] * 6, atol=1e-9)


def test_rows_are_explained_alike_alone_and_together():
    doubled = explained(points=np.vstack([X, X[:1]]), n_samples=30)
    alone = explained(points=X[:1], n_samples=30)
    for row in (0, 6):
        np.testing.assert_allclose(doubled.coefficients[row], alone.coefficients[0])
    slopes = np.array([1.0, 5.0, -3.0, 4.0, 2.0])
    few = explained(lambda p: p @ slopes, np.eye(5), scale=1.0, n_features=2)
    np.testing.assert_allclose(few.coefficients, [[0, 5, 0, 4, 0]] * 5, atol=1e-9)
    still = explained(scale=[0.5, 0.0, 1.0], n_samples=30)
    assert not still.coefficients[:, 1].any()
    assert not still.standard_errors[:, 1].any()
    line = explained(lambda p: p @ [1.0, 2.0, 3.0], scale=[0.5, 0.0, 1.0])
    np.testing.assert_allclose(line.coefficients, [[1.0, 0.0, 3.0]] * 6)
    tiny = explained(lambda p: 1e-100 * curved(p), n_samples=30)
    errors = 1e-200 * explained(n_samples=30).fidelity_errors
    np.testing.assert_allclose(tiny.fidelity_errors, errors, rtol=1e-9)
    twelve = explained(lambda p: p @ np.arange(12), np.eye(12), scale=1.0, n_samples=20)
    assert twelve.gaps.shape == (12, 10)
    constant = explained(lambda points: np.zeros(len(points)))
    assert not constant.coefficients.any()
    assert np.isinf(constant.draws_to_settle()).all()
    line = explained(lambda points: points[:, 0], X[:, :1], scale=1.0, n_samples=5)
    assert line.draws_to_settle().tolist() == [0.0] * 6


def test_options_hold_up_to_their_ends():
    assert explained(n_samples=5, n_features=3).coefficients.all()
    assert np.isfinite(explained(n_samples=2, penalty=0.1).values).all()
    far = np.stack([X[0], X[0] + 100])
    with pytest.raises(ValueError, match=r"n_features must be .*2"):
        sparse_fidelity([1.0, 2.0], 0.0, 1.0, 3)
    assert np.isfinite(explained(n_samples=30).interval(1 - 2**-53)).all()
    with pytest.raises(ValueError, match="do not determine an explanation"):
        explained(points=far, fidelity="mnf", penalty=0.0, reference=np.tile(X, (9, 1)))


def test_the_automatic_scale_is_the_best_one_for_rows_that_are_left_out():
    # The standard deviation of 40 times 0.1 is not 0 to rounding.
    constant = np.full(40, 0.1)
    data = np.column_stack([9 + RNG.normal(size=(40, 2)) * [1.0, 30.0], constant])
    assert data.std(axis=0)[2] > 0
    found = explained(scale="auto", reference=data, n_samples=30)
    spread = data.std(axis=0)[:2]
    centred = (data - data.mean(axis=0))[:, :2]
    best = best_scale(curved(data), centred / spread).scale
    np.testing.assert_allclose(found.scales, [*best * spread, 0.0])
    assert not found.coefficients[:, 2].any()


REFUSED = {
    "scale of 0": ({"scale": 0.0}, "scale must be positive"),
    "negative scale": ({"scale": -1.0}, "scale must not be negative"),
    "scales of other length": ({"scale": [1.0, 2.0]}, "scale has shape"),
    "scale too small": ({"scale": 1e-12}, "scale is so small next to X"),
    "scale without a column": (
        {
            "model": lambda p: p[0],
            "points": pd.DataFrame(X),
            "scale": pd.Series([1.0, 2.0]),
        },
        r"scale has no number for the columns 2 of X",
    ),
    "one row": ({"points": X[0]}, r"X has one dimension; of one row give"),
    "too few draws": ({"n_samples": 4}, "n_samples=4 is too few for 3 features"),
    "too many features": ({"n_features": 4}, "n_features=4 is more than the 3"),
    "wrong shape": ({"model": lambda p: p[:2, 0]}, "model .* returned shape"),
    "too many axes": ({"model": lambda p: p[:, None, None]}, "must return a number"),
    "NaN": ({"model": lambda p: np.full(len(p), np.nan)}, "returned NaN or infinity"),
    "no such output": ({"output": 1}, "output is 1, and the model has 1"),
    "two numbers": (
        {"model": LinearRegression().fit(X, X[:, :2])},
        "the model predicts 2 numbers",
    ),
    "other reference": (
        {"fidelity": "mnf", "reference": X[:, :2]},
        "reference has 2 columns",
    ),
    "feature that varies": (
        {"fidelity": "mnf", "scale": [0.0, 1.0, 1.0]},
        "scale is 0 for a feature that varies",
    ),
    "no numbers": (
        {"points": pd.DataFrame({"a": ["u"]})},
        "X has no column of numbers",
    ),
    "no scale": ({"scale": "best"}, "scale must be one of 'auto' or numbers"),
    "equal rows": ({"scale": "auto", "reference": X[[0, 0]]}, "needs rows that differ"),
    "several outputs": (
        {"scale": "auto", "model": lambda p: np.column_stack([p, -p.sum(axis=1)])},
        "scale='auto' is chosen for one output",
    ),
    "no fidelity": ({"fidelity": "lime"}, "fidelity must be one of"),
}


def test_scales_with_names_find_their_columns():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    scale = pd.Series({"c": 3.0, "unused": 9.0, "a": 1.0, "b": 2.0})
    model = LinearRegression().fit(frame, X[:, 0])
    found = LocalLinearExplainer(model, scale=scale).explain(frame)
    assert found.scales.tolist() == [1.0, 2.0, 3.0]


def test_frames_have_the_same_columns_in_the_same_order():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    turned, named = frame[["a", "c", "b"]], operator.itemgetter("a")
    bound = (named, frame, frame["a"], 1.0, turned)
    for refuse in (
        lambda: explained(named, frame, scale="auto", reference=turned),
        lambda: mirrored_neighborhood_fidelity(named, frame, 1.0, X_test=turned),
        lambda: explainability_bound(*bound, output_range=(-9, 9)),
    ):
        with pytest.raises(ValueError, match="has the column 'c' where X has 'b'"):
            refuse()


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused(case):
    options, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        explained(**options)


def test_what_cannot_be_asked_is_refused():
    for model, message in (
        (3, "model must be a fitted estimator"),
        (Ridge, "got the class Ridge"),
        (types.SimpleNamespace(classes_=[0, 1]), "gives classes only"),
    ):
        with pytest.raises(TypeError, match=message):
            LocalLinearExplainer(model, scale=1.0)


def test_other_formats(monkeypatch):
    found = explained(n_samples=30)
    frame = found.as_frame(0.5)
    first = frame[(frame["row"] == 2) & (frame["rank"] == 1)].iloc[0]
    strongest = found.ranking()[2, 0]
    assert (first["feature"], first["output"]) == (f"x{strongest}", 0)
    assert repr(found).startswith(f"<LocalExplanations of {len(X)} row(s) by 3 feature")
    assert first["coefficient"] == found.coefficients[2, strongest]
    assert first["low"] == found.interval(0.5)[0][2, strongest]
    assert first["effect"] == found.effects[2, strongest]
    assert first["at"] == X[2, strongest]
    stub = types.SimpleNamespace(Explanation=types.SimpleNamespace)
    monkeypatch.setitem(sys.modules, "shap", stub)
    given = found.to_shap(baseline=pd.Series({"x2": 1.0, "x0": 0.0, "x1": 0.0}))
    total = given.base_values + given.values.sum(axis=1)
    np.testing.assert_allclose(total, found.values)
    at = found.intercepts + found.coefficients[:, 2]
    np.testing.assert_allclose(given.base_values, at)
    np.testing.assert_array_equal(given.data, X)
    np.testing.assert_allclose(
        found.to_shap().values, found.coefficients * (X - X.mean(axis=0))
    )
    with pytest.raises(ValueError, match="baseline has shape"):
        found.to_shap(baseline=[0.0])
    monkeypatch.setitem(sys.modules, "shap", None)
    with pytest.raises(ImportError, match="to_shap needs the package shap"):
        found.to_shap()


def test_the_display_draws_bars_with_intervals_or_a_beeswarm():
    found = explained(n_samples=30)
    bars = LocalExplanationDisplay(found, 1, n_top=2).plot()
    widths = [patch.get_width() for patch in bars.ax_.patches]
    np.testing.assert_allclose(widths, found.effects[1, found.ranking()[1, :2]])
    low, high = (end[1] * SCALES for end in found.interval())
    whiskers = bars.ax_.collections[0].get_segments()[0][:, 0]
    strongest = found.ranking()[1, 0]
    np.testing.assert_allclose(whiskers, [low[strongest], high[strongest]])
    named = {name: to_rgb(name) for name in (BLUE, VERMILLION)}
    for patch, width in zip(bars.ax_.patches, widths, strict=True):
        right = named[VERMILLION if width < 0 else BLUE]
        assert patch.get_facecolor()[:3] == right
    assert bars.ax_.yaxis_inverted()
    with pytest.raises(ValueError, match="row must be"):
        LocalExplanationDisplay(found, 6)
    swarm = LocalExplanationDisplay(found).plot()
    (points,) = swarm.ax_.collections
    np.testing.assert_allclose(
        np.sort(points.get_offsets()[:, 0]), np.sort(found.effects.ravel())
    )
    ranks = points.get_array().reshape(6, 3)
    order = [int(name[1]) for name in swarm.features]
    np.testing.assert_allclose(ranks, X.argsort(0).argsort(0)[:, order] / 5)
    ends = [text.get_text() for text in swarm.figure_.axes[1].get_yticklabels()]
    assert ends == ["low", "high"]
    assert bars.features[0] == f"x{found.ranking()[1, 0]}"
    off = f"explained to ±{found.fidelity[1] ** 0.5:.2g}"
    title = f"Row 1: output[0] = {found.predictions[1]:.3g}, {off}"
    assert bars.ax_.get_title() == title
    mixed = explained(lambda p: np.column_stack([p, -p.sum(axis=1)]), n_samples=30)
    title = LocalExplanationDisplay(mixed).plot().ax_.get_title()
    assert title == f"{len(X)} rows, of each its largest output"
    with pytest.raises(TypeError, match=r"what LocalLinearExplainer\.explain returns"):
        LocalExplanationDisplay(X)


def test_explanations_agree_on_a_device(device):
    def anywhere(points):
        return points[:, 0] ** 2 + points[:, 1] * points[:, 2]

    model = Ridge().fit(X, curved(X))
    for options in ({"n_samples": 30}, {"fidelity": "mnf", "n_features": 2}):
        for asked in (anywhere, model):
            host = explained(asked, **options)
            explainer = gpu.LocalLinearExplainer(asked, scale=SCALES, **options)
            there, here = explainer.explain(to_device(X)), explainer.explain(X)
            assert isinstance(here.values, np.ndarray)
            for name in host._fields[:-1]:
                want, got = getattr(host, name), getattr(here, name)
                np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-10)
                np.testing.assert_array_equal(to_host(getattr(there, name)), got)
            np.testing.assert_allclose(
                to_host(there.interval()[0]), host.interval()[0], rtol=1e-8, atol=1e-10
            )
    assert there.as_frame().equals(here.as_frame())
    shown = gpu.LocalExplanationDisplay(there, 0)
    assert shown.features == LocalExplanationDisplay(host, 0).features
