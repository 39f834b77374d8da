"""ResMemRegressor and ResMemClassifier: contract, naive oracles, bad input."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.decomposition import TruncatedSVD
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
)
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks
from support.contract import run_check
from support.estimator_data import ALL_WEIGHTS, IRIS, KINDS, STUMP, TREE, X, Y

import refgen.resmem.estimators as on_host
import refgen_gpu.resmem.estimators as on_gpu
from refgen._simplex import project_on_simplex
from refgen.resmem.estimators import ResMemClassifier, ResMemRegressor
from refgen.resmem.selection import (
    bandwidth_grid,
    leave_one_out_scores,
    without_self,
)
from refgen_gpu.arrays import to_device, to_host

CHECKED = [
    ResMemRegressor(),
    ResMemRegressor(LinearRegression(), "auto", "uniform"),
    ResMemRegressor(
        STUMP,
        "auto",
        bandwidth="auto",
        residuals="cross_val",
        embedding=StandardScaler(),
        cv=2,
    ),
    ResMemClassifier(),
    ResMemClassifier(
        DecisionTreeClassifier(max_depth=3, random_state=0), weights="nearest"
    ),
    ResMemClassifier(RidgeClassifier(), "auto", bandwidth="auto", temperature=2.0),
]


@parametrize_with_checks(CHECKED)
def test_scikit_learn_contract(estimator, check):
    run_check(estimator, check)


def search(points, queries, k):
    """The host's search, for device arrays."""
    found = on_host.ResMemRegressor._search(to_host(points), to_host(queries), k)
    return tuple(map(to_device, found))


@parametrize_with_checks(
    [on_gpu.ResMemRegressor(STUMP), on_gpu.ResMemClassifier(TREE, "auto")]
)
def test_scikit_learn_contract_on_device(device, monkeypatch, estimator, check):
    if not device.is_gpu:
        # The contract is about arrays and settings; emulated searches take minutes.
        monkeypatch.setattr(on_gpu._DeviceMemory, "_search", staticmethod(search))
    run_check(estimator, check)


# Against loops.


def naive_weights(distances, weights, bandwidth):
    if weights == "nearest":
        return [1.0] + [0.0] * (len(distances) - 1)
    raw = [
        np.exp(-(d - min(distances)) / bandwidth) if weights == "exponential" else 1.0
        for d in distances
    ]
    return [w / sum(raw) for w in raw]


def naive_correction(points, residuals, query, k, weights, bandwidth, without=None):
    """Σ w r by sorting all distances; ties by index."""
    order = sorted(
        (float(np.sqrt(((p - query) ** 2).sum())), i)
        for i, p in enumerate(points)
        if i != without
    )[:k]
    shares = naive_weights([d for d, _ in order], weights, bandwidth)
    return sum(w * residuals[i] for w, (_, i) in zip(shares, order, strict=True))


@pytest.mark.parametrize("weights", ALL_WEIGHTS)
@pytest.mark.parametrize("targets", [Y, np.stack([Y, -2 * Y + X[:, 0]], axis=1)])
def test_regression_is_base_plus_weighted_residuals(weights, targets):
    got = ResMemRegressor(STUMP, 4, weights, bandwidth=0.05).fit(X[:100], targets[:100])
    base = clone(STUMP).fit(X[:100], targets[:100])
    residuals = targets[:100] - base.predict(X[:100])
    want = [
        base.predict(q[None])[0]
        + naive_correction(X[:100], residuals, q, 4, weights, 0.05)
        for q in X[100:120]
    ]
    assert got.predict(X[100:120]).shape == targets[100:120].shape
    np.testing.assert_allclose(got.predict(X[100:120]), want, rtol=1e-12)


@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0])
@pytest.mark.parametrize("base", [LogisticRegression(max_iter=500), RidgeClassifier()])
def test_classes_are_softmax_plus_one_hot_residuals(base, temperature):
    model = ResMemClassifier(base, 3, temperature=temperature).fit(IRIS, KINDS)
    logits = clone(base).fit(IRIS, KINDS).decision_function(IRIS) / temperature
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    residuals = np.eye(3)[KINDS] - shares
    want = [
        shares[i] + naive_correction(IRIS, residuals, IRIS[i], 3, "exponential", 1.0)
        for i in range(0, 150, 10)
    ]
    np.testing.assert_allclose(model.class_scores(IRIS[::10]), want, atol=1e-12)
    np.testing.assert_allclose(model.class_scores(IRIS).sum(axis=1), 1, atol=1e-14)


def test_scores_leave_the_unit_interval_and_probabilities_do_not():
    model = ResMemClassifier(LogisticRegression(C=0.01), 10, "uniform")
    model.fit(IRIS, KINDS)
    scores, shares = model.decision_function(IRIS), model.predict_proba(IRIS)
    assert scores.min() < 0
    assert shares.min() == 0
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-15)
    np.testing.assert_array_equal(model.predict(IRIS), scores.argmax(axis=1))


def test_projection_minimizes_the_distance():
    rng = np.random.default_rng(0)
    for scores in rng.normal(size=(10, 4)):
        found = minimize(
            lambda p, s=scores: ((p - s) ** 2).sum(),
            np.full(4, 0.25),
            bounds=[(0, 1)] * 4,
            constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
            options={"ftol": 1e-14},
        )
        np.testing.assert_allclose(project_on_simplex(scores), found.x, atol=1e-6)


def test_two_classes_give_one_decision_whose_sign_is_the_prediction():
    names = np.array(["no", "yes"])[(KINDS > 0).astype(int)]
    model = ResMemClassifier(TREE).fit(IRIS, names)
    scores = model.class_scores(IRIS)
    decision = model.decision_function(IRIS)
    np.testing.assert_array_equal(decision, scores[:, 1] - scores[:, 0])
    np.testing.assert_array_equal(model.predict(IRIS) == "yes", decision > 0)


def test_nearest_remembers_everything_and_soft_neighbours_do_not():
    noise = np.random.default_rng(0).normal(size=150)
    model = ResMemRegressor(STUMP, weights="nearest").fit(X, noise)
    np.testing.assert_allclose(model.predict(X), noise, atol=1e-15)
    assert model.n_neighbors_ == 1
    soft = ResMemRegressor(STUMP, 5, bandwidth=0.7).fit(X, noise)
    assert abs(soft.predict(X) - noise).max() > 0.5


def test_a_base_that_interpolates_is_left_alone_and_a_constant_one_is_k_nn():
    deep = DecisionTreeRegressor(random_state=0).fit(X, Y)
    model = ResMemRegressor(deep, 7).fit(X[:100], Y[:100])
    np.testing.assert_array_equal(model.predict(X[100:]), model.base_scores(X[100:]))
    flat = ResMemRegressor(DummyRegressor(), 7).fit(X[:100], Y[:100])
    want = flat.neighbor_scores(X[100:])
    np.testing.assert_allclose(flat.predict(X[100:]), want, rtol=1e-13)


def test_ties_go_to_the_row_that_comes_first():
    points = np.array([[0.0], [0.0], [1.0]])
    model = ResMemRegressor(DummyRegressor(), weights="nearest")
    assert model.fit(points, [1.0, 5.0, 3.0]).predict([[0.0]]) == pytest.approx(1.0)


def test_residuals_out_of_fold_are_those_of_cross_val_predict():
    for targets in (Y, np.stack([Y, -Y], axis=1)):
        cv = KFold(4, shuffle=True, random_state=0)
        model = ResMemRegressor(STUMP, residuals="cross_val", cv=cv).fit(X, targets)
        want = targets - cross_val_predict(STUMP, X, targets, cv=cv)
        np.testing.assert_array_equal(model.residuals_, want)
    classes = ResMemClassifier(TREE, residuals="cross_val").fit(IRIS, KINDS)
    want = cross_val_predict(TREE, IRIS, KINDS, method="predict_proba")
    np.testing.assert_allclose(classes.residuals_, np.eye(3)[KINDS] - want, atol=1e-15)


def test_a_class_missing_from_a_fold_has_probability_zero_there():
    kinds = np.array([0] * 5 + [1] * 5 + [2])
    points = np.arange(11.0)[:, None]
    folds = KFold(11)
    model = ResMemClassifier(TREE, 2, residuals="cross_val", cv=folds)
    residuals = model.fit(points, kinds).residuals_
    # It is the only row of class 2: a fit without it cannot know the class.
    assert residuals[-1, 2] == 1
    np.testing.assert_allclose(residuals.sum(axis=1), 0, atol=1e-15)


# Choosing k and the bandwidth.


@pytest.mark.parametrize("weights", ALL_WEIGHTS)
def test_leave_one_out_leaves_one_out(weights):
    points = np.array([[0.0], [0.0], [0.0], [0.4], [1.0], [3.0], [3.5]])
    residuals = np.array([1.0, -1.0, 2.0, 0.5, 0.0, 3.0, -2.0])
    search = on_host.ResMemRegressor._search
    neighbours = without_self(*search(points, points, 5))
    scores = leave_one_out_scores(*neighbours, residuals, weights, [0.3, 2.0])
    assert scores.shape == (2, 4)
    for row, bandwidth in zip(scores, [0.3, 2.0], strict=True):
        for k, score in enumerate(row, 1):
            errors = [
                residuals[i]
                - naive_correction(points, residuals, p, k, weights, bandwidth, i)
                for i, p in enumerate(points)
            ]
            assert score == pytest.approx(np.mean(np.square(errors)), rel=1e-12)


def test_a_point_behind_its_duplicates_is_left_out_all_the_same():
    points = np.zeros((6, 1))
    distances, indices = on_host.ResMemRegressor._search(points, points, 3)
    assert indices.tolist() == [[0, 1, 2]] * 6
    assert without_self(distances, indices)[1].tolist() == [
        [1, 2],
        [0, 2],
        [0, 1],
        [0, 1],
        [0, 1],
        [0, 1],
    ]


@pytest.mark.parametrize("weights", ALL_WEIGHTS)
@pytest.mark.parametrize("n_neighbors", ["auto", 6])
@pytest.mark.parametrize("bandwidth", ["auto", 0.1])
def test_chosen_settings_have_the_smallest_score(weights, n_neighbors, bandwidth):
    model = ResMemRegressor(STUMP, n_neighbors, weights, bandwidth=bandwidth)
    model.fit(X, Y)
    if weights != "exponential":
        assert model.bandwidth_ is None
    if weights == "nearest":
        assert model.n_neighbors_ == 1
    if hasattr(model, "loo_scores_"):
        row = 0
        if weights == "exponential":
            row = model.loo_bandwidths_.tolist().index(model.bandwidth_)
        column = model.loo_n_neighbors_.tolist().index(model.n_neighbors_)
        assert model.loo_scores_[row, column] == model.loo_scores_.min()
    else:
        assert n_neighbors == 6 or weights == "nearest"
        assert bandwidth == 0.1 or weights != "exponential"
    fixed = clone(model).set_params(
        n_neighbors=model.n_neighbors_, bandwidth=model.bandwidth_ or 1.0
    )
    np.testing.assert_array_equal(fixed.fit(X, Y).predict(X), model.predict(X))


def test_a_second_fit_forgets_what_the_first_one_chose():
    model = ResMemRegressor(STUMP, "auto").fit(X, Y)
    assert model.loo_scores_.shape == (1, 20)
    model.set_params(n_neighbors=3).fit(X, Y)
    assert not hasattr(model, "loo_scores_")


def test_bandwidths_scale_with_the_data():
    grids = [bandwidth_grid(scale * np.array([[1.0, 3.0]])) for scale in (1, 1024)]
    assert (grids[1] == 1024 * grids[0]).all()
    assert (bandwidth_grid([[0.0]]) > 0).all()
    same = ResMemRegressor(DummyRegressor(), "auto", bandwidth="auto")
    assert same.fit(np.zeros((9, 2)), np.arange(9.0)).predict([[0.0, 0.0]]) > 0


# As scikit-learn has it.


def test_weights_reach_the_base_and_zero_means_absent():
    weight = np.random.default_rng(0).integers(3, size=150)
    model = ResMemRegressor(Ridge(), 3).fit(X, Y, sample_weight=weight)
    base = Ridge().fit(X, Y, sample_weight=weight)
    np.testing.assert_array_equal(model.base_scores(X), base.predict(X))
    without = ResMemRegressor(Ridge(), 3)
    without.fit(X[weight > 0], Y[weight > 0], sample_weight=weight[weight > 0])
    np.testing.assert_allclose(model.predict(X), without.predict(X), rtol=1e-9)
    folds = KFold(3)
    outside = ResMemRegressor(Ridge(), residuals="cross_val", cv=folds)
    outside.fit(X, Y, sample_weight=weight + 1)
    for train, test in folds.split(X):
        part = Ridge().fit(X[train], Y[train], sample_weight=weight[train] + 1)
        want = Y[test] - part.predict(X[test])
        np.testing.assert_allclose(outside.residuals_[test], want, rtol=1e-9)


def test_weights_are_routed():
    weight = np.arange(1.0, 151.0)
    with config_context(enable_metadata_routing=True):
        base = Ridge().set_fit_request(sample_weight=True)
        pipe = make_pipeline(ResMemRegressor(base, 3))
        got = pipe.fit(X, Y, sample_weight=weight)
        want = Ridge().fit(X, Y, sample_weight=weight).predict(X)
        np.testing.assert_array_equal(got[-1].base_scores(X), want)


def test_a_base_without_weights_says_so():
    with pytest.raises(ValueError, match="sample_weight"):
        ResMemRegressor(make_pipeline(Ridge())).fit(X, Y, sample_weight=np.ones(150))


def test_a_fitted_base_is_used_as_it_is():
    base = clone(STUMP).fit(X[:50], Y[:50])
    model = ResMemRegressor(base, 3, prefit=True).fit(X[50:], Y[50:])
    assert model.estimator_ is base
    np.testing.assert_array_equal(model.residuals_, Y[50:] - base.predict(X[50:]))
    kinds = clone(TREE).fit(IRIS, KINDS)
    two = ResMemClassifier(kinds, prefit=True).fit(IRIS[:100], KINDS[:100])
    assert two.classes_.tolist() == [0, 1, 2]
    new = ResMemClassifier(clone(TREE).fit(IRIS[:100], KINDS[:100]), prefit=True)
    assert new.fit(IRIS, KINDS).residuals_[100:, 2].tolist() == [1.0] * 50
    with pytest.raises(NotFittedError):
        ResMemRegressor(Ridge(), prefit=True).fit(X, Y)


def test_embeddings_are_where_neighbours_are_searched():
    scaler = StandardScaler().fit(IRIS)
    by_name = ResMemClassifier(TREE, embedding=StandardScaler()).fit(IRIS, KINDS)
    by_hand = ResMemClassifier(TREE, embedding=scaler.transform).fit(IRIS, KINDS)
    np.testing.assert_array_equal(by_name.points_, scaler.transform(IRIS))
    np.testing.assert_array_equal(by_hand.points_, by_name.points_)
    linear = LinearSVC(random_state=0)
    for kinds in (KINDS, KINDS > 0):
        model = ResMemClassifier(linear, embedding="decision_function")
        points = model.fit(IRIS, kinds).points_
        want = clone(linear).fit(IRIS, kinds).decision_function(IRIS)
        np.testing.assert_array_equal(points, want.reshape(150, -1))


def test_frames_reach_base_and_embedding_as_they_are():
    frame = pd.DataFrame({"kind": np.array(["a", "b"])[KINDS % 2], "x": IRIS[:, 0]})

    def encoder():
        return make_column_transformer(
            (OneHotEncoder(), ["kind"]), (StandardScaler(), ["x"])
        )

    model = ResMemRegressor(make_pipeline(encoder(), Ridge()), embedding=encoder())
    model.fit(frame, IRIS[:, 1])
    assert model.feature_names_in_.tolist() == ["kind", "x"]
    assert model.points_.shape == (150, 3)
    assert model.predict(frame).shape == (150,)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame.rename(columns={"x": "z"}))


def test_sparse_and_missing_values_are_for_the_embedding():
    sparse = csr_array(np.where(abs(X) > 0.04, X, 0))
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        ResMemRegressor().fit(sparse, Y)
    model = ResMemRegressor(embedding=TruncatedSVD(3, random_state=0)).fit(sparse, Y)
    assert model.predict(sparse).shape == (150,)
    with pytest.raises(TypeError, match="embedding returned a sparse matrix"):
        ResMemRegressor(embedding=lambda x: x).fit(sparse, Y)
    holed = X.copy()
    holed[::7, 0] = np.nan
    with pytest.raises(ValueError, match="contains NaN"):
        ResMemRegressor(STUMP).fit(holed, Y)
    filled = ResMemRegressor(STUMP, embedding=SimpleImputer()).fit(holed, Y)
    assert np.isfinite(filled.predict(holed)).all()
    with pytest.raises(ValueError, match="embedding returned NaN"):
        ResMemRegressor(STUMP, embedding=StandardScaler()).fit(holed, Y)


def test_searches_pipelines_and_pickles():
    search = GridSearchCV(
        make_pipeline(StandardScaler(), ResMemRegressor(STUMP)),
        {
            "resmemregressor__estimator__max_depth": [1, 3],
            "resmemregressor__n_neighbors": [2, 20],
        },
        cv=3,
    ).fit(X, Y)
    assert search.best_params_["resmemregressor__n_neighbors"] == 20
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(again.predict(X), search.predict(X))


def test_multi_output_is_what_the_base_can():
    both = np.stack([Y, -Y], axis=1)
    with pytest.raises(ValueError, match="1d array"):
        ResMemRegressor(GradientBoostingRegressor()).fit(X, both)
    column = ResMemRegressor(STUMP).fit(X, Y[:, None])
    assert column.predict(X).shape == (150, 1)


def test_constant_targets_are_predicted():
    assert ResMemRegressor(STUMP).fit(X, np.full(150, 3.0)).predict(X[:2]) == (
        pytest.approx([3.0, 3.0])
    )
    one = ResMemClassifier(TREE).fit(IRIS, np.full(150, "a"))
    assert set(one.predict(IRIS)) == {"a"}
    with pytest.raises(ValueError, match="class"):
        ResMemClassifier().fit(IRIS, np.zeros(150))


# Bad input.
