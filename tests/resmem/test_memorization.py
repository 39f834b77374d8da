"""memorization_pays: losses by loops, coverage, the noise rule, bad input."""

import json
import runpy
from fractions import Fraction
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from scipy.sparse import coo_array
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.decomposition import TruncatedSVD
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import KFold, RepeatedKFold, ShuffleSplit
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import refgen_gpu.resmem.memorization as on_gpu
from refgen.intervals import clopper_pearson
from refgen.resmem.estimators import ResMemClassifier, ResMemRegressor
from refgen.resmem.memorization import memorization_pays
from refgen_gpu.arrays import to_device
from refgen_gpu.resmem.estimators import ResMemRegressor as DeviceRegressor

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_resmem_digits.py"
X, Y = (part[:120] for part in load_diabetes(return_X_y=True))
FAR = ResMemRegressor(DummyRegressor(strategy="constant", constant=1e200), 3)
IRIS, KINDS = load_iris(return_X_y=True)
STUMP = DecisionTreeRegressor(max_depth=1, random_state=0)
TREE = DecisionTreeClassifier(max_depth=1, random_state=0)


@pytest.mark.parametrize("targets", [Y, np.stack([Y, -Y], axis=1)])
def test_gain_is_the_mean_difference_of_squares(targets):
    cv = KFold(4, shuffle=True, random_state=0)
    memory = ResMemRegressor(STUMP, 3)
    found = memorization_pays(memory, X, targets, cv=cv)
    differences = []
    for train, test in cv.split(X):
        base = clone(STUMP).fit(X[train], targets[train])
        both = clone(memory).fit(X[train], targets[train])
        for i in test:
            one = X[i : i + 1]
            plain = np.mean((base.predict(one)[0] - targets[i]) ** 2)
            remembered = np.mean((both.predict(one)[0] - targets[i]) ** 2)
            differences.append(plain - remembered)
    half = 1.959963984540054 * np.std(differences, ddof=1) * np.sqrt(2 / 120)
    assert found.gain == pytest.approx(np.mean(differences))
    assert found.base_risk - found.resmem_risk == pytest.approx(found.gain)
    assert found.interval == pytest.approx((found.gain - half, found.gain + half))
    assert (found.n_folds, found.n_samples) == (4, 120)


@pytest.mark.parametrize("loss", ["zero_one", "brier"])
def test_losses_of_classes(loss):
    cv = KFold(3, shuffle=True, random_state=1)
    memory = ResMemClassifier(TREE, 3)
    found = memorization_pays(memory, IRIS, KINDS, cv=cv, loss=loss)
    lost = []
    for train, test in cv.split(IRIS):
        model = clone(memory).fit(IRIS[train], KINDS[train])
        if loss == "zero_one":
            lost += (model.predict(IRIS[test]) != KINDS[test]).tolist()
        else:
            target = np.eye(3)[KINDS[test]]
            lost += ((model.class_scores(IRIS[test]) - target) ** 2).sum(1).tolist()
    assert found.resmem_risk == pytest.approx(np.mean(lost))
    assert found.verdict == "yes"


def test_the_three_verdicts():
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (200, 1))
    flat = ResMemRegressor(DummyRegressor(), 5, "uniform")
    signal, noise = 3 * points[:, 0], rng.normal(size=200)
    assert memorization_pays(flat, points, signal, random_state=0).verdict == "yes"
    copied = clone(flat).set_params(n_neighbors=1)
    assert memorization_pays(copied, points, noise, random_state=0).verdict == "no"
    mixed = 0.7 * points[:, 0] + noise
    assert memorization_pays(flat, points, mixed, random_state=0).verdict == "undecided"
    same = memorization_pays(flat, points, np.ones(200))
    assert (same.verdict, same.gain, same.low, same.high) == ("undecided", 0, 0, 0)


def test_the_noise_rule_tells_what_happens():
    # y = 2x + ε and a base that predicts 0: its risk is σ² + 4/3, memory adds σ²/k.
    rng = np.random.default_rng(1)
    points = rng.uniform(-1, 1, (600, 1))
    for sigma, k, pays in ((0.5, 1, "yes"), (2.0, 1, "no"), (2.0, 9, "yes")):
        y = 2 * points[:, 0] + sigma * rng.normal(size=600)
        memory = ResMemRegressor(DummyRegressor(), k, "uniform")
        found = memorization_pays(memory, points, y, noise=sigma, random_state=0)
        assert found.noise_cost == pytest.approx(sigma**2 / k)
        assert found.rule == found.verdict == pays
        assert "independent noise" in found.assumptions[-1]
        assert "roundings of the largest number" in found.assumptions[-2]
    assert memorization_pays(memory, points, y).rule is None


NOTHING = DummyRegressor(strategy="constant", constant=0.0)
FINE = (np.arange(2000)[:, None] + 0.5) / 2000


@pytest.mark.parametrize("folds", [KFold(5), ShuffleSplit(1, test_size=0.5)])
@pytest.mark.parametrize("k", [1, 9])
def test_the_interval_covers(k, folds):
    # A constant base and pure noise: a fit with memory m has the gain −E m(x)².
    memory, misses = ResMemRegressor(NOTHING, k, "uniform"), 0
    for seed in range(100):
        rng = np.random.default_rng([7, seed])
        points, y = rng.uniform(size=(150, 1)), rng.normal(size=150)
        splits = list(folds.split(points))
        found = memorization_pays(memory, points, y, cv=splits)
        fits = (clone(memory).fit(points[rows], y[rows]) for rows, _ in splits)
        gain = -np.mean([np.mean(fit.predict(FINE) ** 2) for fit in fits])
        misses += not found.low <= gain <= found.high
    assert clopper_pearson(misses, 100, 1e-3).low <= 0.05


def test_without_the_doubling_it_would_not_cover():
    # Products e_i w_ij e_j of rows in different folds: Var Σ ≤ 2 Σ Var, and not Σ Var.
    rng = np.random.default_rng(0)
    points, gains, errors = rng.uniform(size=(150, 1)), [], []
    memory = ResMemRegressor(NOTHING, 1, "nearest")
    for _ in range(200):
        y = rng.choice([-1.0, 1.0], size=150)
        found = memorization_pays(memory, points, y, cv=KFold(5))
        gains.append(found.gain)
        errors.append((found.high - found.low) / 2 / 1.959963984540054)
    # With labels ±1 the memory's own square is constant: only products are left.
    variance = np.var(gains, ddof=1)
    assert 1.2 * np.mean(np.square(errors)) / 2 < variance
    assert variance < 1.2 * np.mean(np.square(errors))


def test_splits_repeat_with_the_seed_and_weights_are_passed():
    memory = ResMemRegressor(Ridge(), 3)
    first, second = (memorization_pays(memory, X, Y, random_state=3) for _ in range(2))
    assert first == second
    weight = np.arange(1.0, 121.0)
    weighted = memorization_pays(memory, X, Y, random_state=3, sample_weight=weight)
    assert weighted.base_risk != first.base_risk
    assert json.loads(json.dumps(first.to_dict()))["gain"] == first.gain


def test_one_split_and_lists_do():
    cv = ShuffleSplit(1, test_size=0.5, random_state=0)
    memory = ResMemRegressor(STUMP, 3)
    found = memorization_pays(memory, X.tolist(), Y.tolist(), cv=cv)
    assert (found.n_folds, found.n_samples) == (1, 60)


# Rounding and scales.


def test_a_gain_that_rounding_can_explain_is_none():
    # The base fits all rows: what it misses is rounding, and memory repeats it.
    rng = np.random.default_rng(0)
    points, decided_without = rng.normal(size=(60, 2)), 0
    for seed in range(8):
        y = points @ [1.0, 2.0] + 10.0 ** (seed % 4)
        memory = ResMemRegressor(LinearRegression(), 9, "uniform")
        found = memorization_pays(memory, points, y, random_state=seed)
        assert found.verdict == "undecided"
        assert abs(found.gain) < found.rounding < 1e-24 * (y**2).max()
        decided_without += found.low > 0 or found.high < 0
    assert decided_without > 4


class OneByOne(RegressorMixin, BaseEstimator):
    """The mean of the labels, added one after another: roundings grow with them."""

    def fit(self, X, y):
        self.mean_ = np.cumsum(y)[-1] / len(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


def test_the_rounding_of_long_sums_is_no_gain():
    # All labels are 0.1: the base misses them by its sum's rounding, memory by none.
    memory, points = ResMemRegressor(OneByOne(), 1), np.arange(500.0)[:, None]
    found = memorization_pays(memory, points, np.full(500, 0.1))
    assert (found.verdict, found.resmem_risk) == ("undecided", 0)
    assert 0 < found.low <= found.gain < found.rounding


def test_rounding_is_bounded():
    # In exact arithmetic, a mean and the mean of the residuals of the 4 nearest.
    rng = np.random.default_rng(1)
    points, y = np.arange(40.0)[:, None], 1e6 + rng.normal(size=40)
    splits = list(KFold(4, shuffle=True, random_state=0).split(points))
    memory = ResMemRegressor(DummyRegressor(), 4, "uniform")
    found = memorization_pays(memory, points, y, cv=splits)
    labels, gain = [Fraction(label) for label in y.tolist()], Fraction(0)
    for train, test in splits:
        mean = sum(labels[i] for i in train) / len(train)
        for i in test:
            nearest = train[np.argsort(abs(train - i), kind="stable")[:4]]
            kept = sum(labels[j] - mean for j in nearest) / 4
            miss = mean - labels[i]
            gain += miss**2 - (miss + kept) ** 2
    error = abs(float(Fraction(found.gain) - gain / 40))
    assert 0 < error < found.rounding < 1e-3 * found.base_risk


class Mean(RegressorMixin, BaseEstimator):
    """Predicts the mean of the labels, in the precision that is asked for."""

    def __init__(self, dtype="f8"):
        self.dtype = dtype

    def fit(self, X, y):
        self.mean_ = y.mean(axis=0)
        return self

    def predict(self, X):
        return np.array([self.mean_] * len(X), self.dtype)


@pytest.mark.parametrize(("dtype", "unit"), [("f8", 2.0**-53), ("f4", 2.0**-24)])
@pytest.mark.parametrize(("n", "roundings"), [(11, 16), (395, 8 * 20)])
def test_the_bound_on_rounding_is_the_documented_one(n, roundings, dtype, unit):
    rng = np.random.default_rng(2)
    points, y = rng.normal(size=(n + 5, 1)), rng.normal(size=(n + 5, 2)) * [1, 100]
    train, test = np.arange(n), np.arange(n, n + 5)
    memory = ResMemRegressor(Mean(dtype), 2).fit(points[train], y[train])
    base, added = (
        f(points[test]) for f in (memory.base_scores, memory.residual_scores)
    )
    delta = roundings * unit * (abs(y[train]).max(axis=0) + abs(base).max(axis=0))
    of_base = 2 * abs(base - y[test]) * delta + delta**2
    of_memory = 2 * abs(base + added - y[test]) * 3 * delta + (3 * delta) ** 2
    found = memorization_pays(memory, points, y, cv=[(train, test)]).rounding
    assert found == pytest.approx((of_base + of_memory).mean(), rel=1e-9)


def test_labels_of_a_longer_type_are_rounded_once():
    longer, memory = Y.astype(np.longdouble) / 3, ResMemRegressor(STUMP)
    found = memorization_pays(memory, X, longer, random_state=0)
    assert found == memorization_pays(memory, X, longer.astype(float), random_state=0)


def test_verdicts_do_not_depend_on_the_unit_of_y():
    points = np.random.default_rng(0).uniform(-1, 1, (80, 1))
    y, memory, plain = points[:, 0], ResMemRegressor(DummyRegressor(), 3), {}
    for power in (0, 300, -300):
        unit = 2.0**power
        found = memorization_pays(memory, points, y * unit, random_state=0)
        plain = plain or found.to_dict()
        assert found.verdict == plain["verdict"] == "yes"
        for name in ("gain", "low", "high", "rounding", "base_risk"):
            value = getattr(found, name)
            assert value / unit / unit == pytest.approx(plain[name], rel=1e-12)


@pytest.mark.parametrize("cv", [ShuffleSplit(3, random_state=0), RepeatedKFold()])
def test_rows_held_out_twice_are_refused(cv):
    with pytest.raises(
        ValueError, match=r"cv holds out row \d+ \d+ times, .*use KFold"
    ):
        memorization_pays(ResMemRegressor(STUMP), X, Y, cv=cv)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"noise": 1e200}, ValueError, "noise must be .* whose square is finite"),
        ({"noise": 10**5000}, ValueError, "noise must be .* got an integer of 16610 b"),
        ({"random_state": "seed"}, ValueError, "random_state"),
        ({"random_state": True}, TypeError, "random_state must be None, an integer"),
        ({"cv": 121}, ValueError, "cv: .*n_splits=121 greater"),
        ({"estimator": FAR}, ValueError, "estimator predicts so far from y that squa"),
        ({"estimator": Ridge()}, TypeError, "must be a ResMemRegressor or .*wrap the"),
        ({"loss": "zero_one"}, ValueError, "one of .*squared_error.* for a regressor"),
        ({"noise": -1}, ValueError, "noise must be a finite number of at least 0"),
        ({"noise": "much"}, ValueError, "got 'much'"),
        (
            {"confidence_level": 95},
            ValueError,
            "confidence_level must be strictly between 0",
        ),
        ({"y": Y[:-1]}, ValueError, "inconsistent numbers of samples"),
        ({"cv": [(np.arange(9), [10])]}, ValueError, "holds out 1 row, and an interv"),
        (
            {"estimator": ResMemRegressor(n_neighbors=97)},
            ValueError,
            "n_neighbors=97 is more than n_samples=96",
        ),
    ],
)
def test_refuses(settings, error, message):
    arguments = {"estimator": ResMemRegressor(STUMP), "X": X, "y": Y} | settings
    with pytest.raises(error, match=message):
        memorization_pays(**arguments)


def test_noise_is_no_rule_about_classes():
    with pytest.raises(ValueError, match="noise is a rule about regression"):
        memorization_pays(ResMemClassifier(TREE), IRIS, KINDS, noise=1.0)


def test_the_same_on_the_device(device):
    settings = {"random_state": 0, "cv": 3, "noise": 1.0}
    want = memorization_pays(ResMemRegressor(STUMP, 2), X[:40], Y[:40], **settings)
    for move in (np.asarray, to_device):
        got = on_gpu.memorization_pays(
            DeviceRegressor(STUMP, 2), move(X[:40]), move(Y[:40]), **settings
        )
        assert got.verdict == want.verdict
        # Sums of 40 squares of sums of 2: their rounding is far below the tolerance.
        assert got.interval == pytest.approx(want.interval, rel=1e-12)


def test_example_prints_the_tables(capsys):
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    runpy.run_path(str(EXAMPLE), run_name="__main__")
    plt.close("all")
    lines = capsys.readouterr().out.splitlines()
    assert sum("pays: yes" in line for line in lines) > 5
    decided = [line for line in lines if "rule" in line and "undecided" not in line]
    # Wherever the data decide, the rule agrees.
    assert len(decided) > 6
    assert all(
        line.split("pays: ")[1].split(", rule: ")[0] == line.split("rule: ")[1]
        for line in decided
    )


@pytest.mark.filterwarnings("ignore:A column-vector y")
@pytest.mark.parametrize("loss", ["zero_one", "brier"])
def test_a_column_of_labels_is_labels(loss):
    memory = ResMemClassifier(TREE, 3)
    options = {"loss": loss, "random_state": 0}
    column = memorization_pays(memory, IRIS, KINDS[:, None], **options)
    assert column == memorization_pays(memory, IRIS, KINDS, **options)


def test_sparse_rows_in_any_format_and_no_folds():
    memory = ResMemRegressor(Ridge(), embedding=TruncatedSVD(3, random_state=0))
    found = memorization_pays(memory, coo_array(X), Y, random_state=0)
    assert found == memorization_pays(memory, coo_array(X).tocsr(), Y, random_state=0)
    with pytest.raises(ValueError, match="cv holds no split"):
        memorization_pays(memory, X, Y, cv=[])
