"""Data frames, masks, times and scales: what estimators see, and what they refuse."""

import functools

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC

from refgen._estimators.data import check_squares
from refgen.resmem import ResMemClassifier, ResMemRegressor, memorization_pays

RNG = np.random.default_rng(0)
N = 60
A, B = RNG.normal(size=N), RNG.integers(0, 5, N)
X, Y, KINDS = np.stack([A, B], axis=1), A + B % 2, B % 2
DAYS = pd.to_datetime(B, unit="D")
MEMORY = ResMemRegressor(Ridge(), 3)


def frame(b, a=A):
    return pd.DataFrame({"a": a, "b": b})


PLAIN = MEMORY.fit(X, Y).predict(X)


@pytest.mark.parametrize(
    "table",
    [
        frame(pd.array(B, dtype="Int64"), pd.array(A, dtype="Float64")),
        frame(
            pd.array(B, dtype="int64[pyarrow]"), pd.array(A, dtype="double[pyarrow]")
        ),
        frame(B.astype("u1")),
        frame(B.astype(">i4"), A.astype(">f8")),
        X.astype(object),
        np.asfortranarray(X),
    ],
)
def test_numbers_of_any_type_are_the_same_numbers(table):
    np.testing.assert_allclose(MEMORY.fit(table, Y).predict(table), PLAIN, rtol=1e-12)


def test_targets_of_any_type_are_the_same_targets():
    for given in (
        pd.Series(Y, index=range(N, 0, -1)),
        pd.array(Y, dtype="Float64"),
        pd.Series(Y, dtype="double[pyarrow]"),
        Y.astype(">f8"),
    ):
        assert MEMORY.fit(X, given).predict(X).tolist() == PLAIN.tolist()
    kinds = ResMemClassifier(n_neighbors=3).fit(X, KINDS).predict(X)
    for dtype in (">i4", "i1", "u8"):
        same = ResMemClassifier(n_neighbors=3).fit(X, KINDS.astype(dtype)).predict(X)
        assert same.tolist() == kinds.tolist()
    words = np.array(["no", "yes"])
    for dtype in ("string", "string[pyarrow]", "category"):
        model = ResMemClassifier(n_neighbors=3)
        found = model.fit(X, pd.Series(words[KINDS], dtype=dtype)).predict(X)
        assert found.tolist() == words[kinds].tolist()


@pytest.mark.parametrize(
    ("column", "held"),
    [
        # Their codes or numbers would have distances that mean nothing.
        (pd.Categorical(B * 100), "column 'b' holds categories"),
        (pd.Categorical(np.array(list("vwxyz"))[B]), "column 'b' holds categories"),
        (DAYS, "column 'b' holds times"),
        (DAYS.tz_localize("UTC"), "column 'b' holds times"),
        (DAYS - DAYS[0], "column 'b' holds times"),
        (pd.period_range("2000", periods=N, freq="D"), "column 'b' holds times"),
        (pd.interval_range(0, N), "column 'b' holds intervals"),
        (pd.arrays.SparseArray(B), r"column 'b' is sparse; pass X.sparse.to_dense"),
    ],
)
def test_columns_without_distances_are_refused_by_name(column, held):
    with pytest.raises(TypeError, match=held):
        MEMORY.fit(frame(column), Y)
    with pytest.raises(TypeError, match=held):
        MEMORY.fit(frame(B), Y).predict(frame(column))


def test_an_embedding_may_read_categories_and_fill_missing_values():
    categories = frame(pd.Categorical(B), np.where(B > 3, np.nan, A))
    encoder = make_column_transformer(
        (OneHotEncoder(sparse_output=False), ["b"]), (SimpleImputer(), ["a"])
    )
    base = HistGradientBoostingRegressor(categorical_features="from_dtype", max_iter=3)
    model = ResMemRegressor(base, 1, embedding=encoder).fit(categories, Y)
    assert model.points_.shape == (N, 6)
    seen = B <= 3  # filled-in rows of a category are duplicates
    np.testing.assert_allclose(model.predict(categories)[seen], Y[seen])
    text = ResMemRegressor(Returns(np.cos), 1, embedding=lambda x: x.astype(float))
    assert text.fit(X.astype(str), Y).points_.tolist() == X.tolist()
    for array in (X.astype("M8[D]"), np.zeros(N, [("a", float)])):
        with pytest.raises(TypeError, match=r"X holds (times|records)"):
            model.fit(array, Y)
    # Neighbours need all numbers, even if the base does not.
    for missing in (categories[["a"]], np.where(B > 3, np.nan, A)[:, None]):
        with pytest.raises(ValueError, match="Input X contains NaN"):
            ResMemRegressor(base).fit(missing, Y)


@pytest.mark.parametrize(
    ("points", "error", "message"),
    [
        (np.ma.masked_less(X, 0), TypeError, "X is a masked array"),
        (list(np.ma.masked_less(X, 0)), TypeError, "X.* masked array"),
        (X.astype("M8[D]"), TypeError, "X holds times"),
        (X.astype("m8[D]"), TypeError, "X holds times"),
        (X.astype(str), TypeError, "X holds text"),
        (X.astype("S"), TypeError, "X holds text"),
        (np.zeros(N, [("a", float)]), TypeError, "X holds records"),
        (
            frame(B).set_axis(["a", "a"], axis=1),
            ValueError,
            "several columns of the name 'a'",
        ),
        (X * 1e200, ValueError, "X has a scale at which squares overflow"),
        (X * 1e-200, ValueError, "X has a scale at which squares vanish"),
        (X[:-1], ValueError, "X and y: .*inconsistent numbers of samples"),
        (A, ValueError, "X: Expected 2D array"),
        ({"a": 1}, TypeError, "^X: "),
    ],
)
def test_points_that_are_no_numbers_are_refused(points, error, message):
    with pytest.raises(error, match=message):
        MEMORY.fit(points, Y)
    with pytest.raises(error, match=message.replace("and y: .*", ".*")):
        memorization_pays(MEMORY, points, Y)


@pytest.mark.parametrize(
    ("targets", "error", "message"),
    [
        (np.ma.masked_less(Y, 0), TypeError, "y is a masked array"),
        (Y.astype("M8[D]"), TypeError, r"y holds times; .*timedelta64\(1, 'D'\)"),
        (pd.Series(DAYS), TypeError, "y holds times"),
        (Y.astype(str), TypeError, "y holds text; give numbers, or use a classifier"),
        (Y.astype(str).astype(object), TypeError, "y holds text"),
        (np.array([*Y[1:], "1"], object), TypeError, "y holds text"),
        (Y * 1e200, ValueError, "y has a scale at which squares overflow"),
        (Y * 1e-200, ValueError, "y has a scale at which squares vanish"),
        (3.0, TypeError, "^y: "),
    ],
)
def test_targets_that_are_no_numbers_are_refused(targets, error, message):
    with pytest.raises(error, match=message):
        MEMORY.fit(X, targets)
    with pytest.raises(error, match=message):
        memorization_pays(MEMORY, X, targets)


def test_labels_with_a_mask_and_weights_that_are_none_are_refused():
    masked = np.ma.masked_equal(KINDS, 1)
    records = np.zeros(N, [("a", int)])
    for labels in (masked, KINDS.astype("M8[D]"), records):
        with pytest.raises(TypeError, match=r"y (is a mask|holds (time|record)s; e)"):
            ResMemClassifier().fit(X, labels)
    for call in (MEMORY.fit, functools.partial(memorization_pays, MEMORY)):
        with pytest.raises(TypeError, match="sample_weight is a masked array"):
            call(X, Y, sample_weight=masked)
    with pytest.raises(ValueError, match="y: Unknown label type"):
        memorization_pays(ResMemClassifier(), X, Y)
    fitted = ResMemRegressor(Ridge().fit(X, Y), 3, prefit=True)
    for weights, message in (
        (np.where(B > 3, -1.0, 1.0), "not be negative"),
        (np.where(B > 3, np.nan, 1.0), "NaN"),
        ([1.0], r"shape \(1,\) for n_samples=60; give one weight per row"),
    ):
        with pytest.raises(ValueError, match=f"sample_weight .*{message}"):
            fitted.fit(X, Y, sample_weight=weights)
    # Only a weight of exactly 0 says that a row is absent.
    for weight in (0.0, 1e-300):
        fitted.fit(X, Y, sample_weight=np.where(B > 3, weight, 1.0))
        assert len(fitted.points_) == (N if weight else (B <= 3).sum())


class Returns(RegressorMixin, ClassifierMixin, BaseEstimator):
    """Predicts what a function makes of the number of points."""

    def __init__(self, make=None, kind="regressor"):
        self.make, self.kind = make, kind

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.make(np.ones(len(X)))

    def predict_proba(self, X):
        return self.make(np.ones((len(X), 2)))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.estimator_type = self.kind
        return tags


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda a: np.ma.masked_equal(a, 0), TypeError, "returned a masked array"),
        (lambda a: a + 1j, TypeError, "returned dtype complex128"),
        (lambda a: a.astype("M8[D]"), TypeError, "returned dtype datetime64"),
        (lambda a: a.astype(str), TypeError, "returned dtype <U"),
        (lambda a: a * np.longdouble("1e4000"), ValueError, "NaN or infinity"),
    ],
)
def test_what_bases_and_embeddings_return_is_real_numbers(make, error, message):
    with pytest.raises(error, match=rf"estimator \(Returns\) {message}|for 60 of"):
        ResMemRegressor(Returns(make)).fit(X, Y)
    with pytest.raises(error, match=rf"estimator \(Returns\) {message}|for 60 of"):
        ResMemClassifier(Returns(make, "classifier")).fit(X, KINDS)
    with pytest.raises(error, match=f"embedding {message}|embedding returned NaN"):
        ResMemRegressor(Ridge(), embedding=lambda x: make(x[:, :1])).fit(X, Y)


@pytest.mark.parametrize(
    ("scale", "happens"), [(1e200, "overflow"), (1e-200, "vanish")]
)
def test_distances_between_embedded_points_have_squares(scale, happens):
    model = ResMemRegressor(Ridge(), embedding=lambda x: scale * x)
    with pytest.raises(ValueError, match=rf"squares {happens} .*\(coordinates of po"):
        model.fit(X, Y)


def test_residuals_that_vanish_when_squared_are_named_by_what_holds_them():
    base = Returns(lambda a: 1e-200 * a).fit(X, Y)
    model = ResMemRegressor(base, "auto", prefit=True)
    with pytest.raises(ValueError, match=r"^y has a scale at which squares vanish"):
        model.fit(X, 0 * Y)


def test_the_scales_that_have_squares_end_at_450_powers_of_two():
    for size, beyond in ((2.0**450, np.inf), (2.0**-450, 0.0)):
        check_squares("errors", "values", np.array([0.0, -size]))
        far = np.array([0.0, -np.nextafter(size, beyond)])
        with pytest.raises(ValueError, match=r"^errors have a scale"):
            check_squares("errors", "values", far)


def test_truth_values_are_numbers_of_a_base():
    base = Returns(lambda a: a > 0).fit(X, Y)
    model = ResMemRegressor(base, 3, prefit=True).fit(X, Y)
    assert model.base_scores(X[:2]).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("below", [0.5, 1e-12])
def test_probabilities_are_not_negative(below):
    base = Returns(lambda a: a * [1 + below, -below], "classifier")
    with pytest.raises(ValueError, match=f"gives a class probability -{below:g};"):
        ResMemClassifier(base, temperature=2.0).fit(X, KINDS)


def test_the_coldest_base_is_sure():
    cold = ResMemClassifier(LinearSVC(random_state=0), 3, temperature=1e-320)
    shares = cold.fit(X, KINDS).base_scores(X)
    assert set(shares.ravel()) == {0.0, 1.0}
    assert (shares.argmax(axis=1) == cold.estimator_.predict(X)).all()


def test_small_integer_types_count_neighbours():
    for k in (np.int8(3), np.uint8(3)):
        model = ResMemRegressor(Ridge(), k).fit(X, Y)
        assert (type(model.n_neighbors_), model.n_neighbors_) == (int, 3)
        assert model.predict(X).tolist() == PLAIN.tolist()


@pytest.mark.parametrize(
    ("cv", "error", "message"),
    [
        (1, ValueError, "cv must be at least 2, got 1"),
        (True, TypeError, "cv must be an integer"),
        ("five", TypeError, "cv must be an integer, a splitter .* got str"),
        ([], ValueError, "cv holds no split"),
        ([3, 4], TypeError, "cv must hold pairs"),
        (KFold, TypeError, "a splitter .* got the class KFold"),
        ([([0], [N])], ValueError, f"cv holds row {N}, .* from 0 to {N - 1}"),
        ([([0], [-1])], ValueError, "cv holds row -1"),
        ([([0.0], [1])], TypeError, "row numbers, which are integers"),
        ([(B > 2, B <= 2)], TypeError, r"np.flatnonzero\(mask\)"),
        (
            [([0, 1], [2, 0])],
            ValueError,
            "tests rows which it trains on, .* row 0",
        ),
        ([([0, 1], [])], ValueError, "at least one on each side"),
    ],
)
def test_splits_are_checked_before_anything_is_fitted(cv, error, message):
    with pytest.raises(error, match=message):
        ResMemRegressor(Ridge(), residuals="cross_val", cv=cv).fit(X, Y)
    with pytest.raises(error, match=message):
        memorization_pays(MEMORY, X, Y, cv=cv)
