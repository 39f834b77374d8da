"""What distilled estimators are given: frames, pipelines, weights, fitted teachers."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from support.estimator_data import IRIS, KINDS, STUMP, TREE, X, Y

from refgen.distillation import DistilledClassifier, DistilledRegressor

BAYES, COUNTS = GaussianNB(), MultinomialNB()
LOGISTIC = LogisticRegression(solver="newton-cholesky")
NAMES = np.array(["setosa", "versicolor", "virginica"])[KINDS]
FRAME = pd.DataFrame(
    {"kind": NAMES, "width": pd.Categorical(IRIS[:, 1].round()), "length": IRIS[:, 2]},
    index=np.arange(150)[::-1],
)


def encoded(model):
    """A pipeline that reads a frame with text and categories."""
    encoder = make_column_transformer(
        (OneHotEncoder(sparse_output=False), ["kind", "width"]),
        (StandardScaler(), ["length"]),
    )
    return make_pipeline(encoder.set_output(transform="pandas"), model)


def test_given_models_are_not_fitted():
    teacher, student = Ridge(), Ridge(2.0)
    DistilledRegressor(teacher, student).fit(X, Y)
    assert not {"coef_"} & {*vars(teacher), *vars(student)}


@pytest.mark.parametrize("outputs", ["train", "cross_val"])
def test_frames_reach_teacher_and_student_as_they_are(outputs):
    numbers = DistilledRegressor(
        encoded(Ridge()), encoded(STUMP), teacher_outputs=outputs
    ).fit(FRAME, IRIS[:, 3])
    assert numbers.feature_names_in_.tolist() == ["kind", "width", "length"]
    assert numbers.predict(FRAME).shape == (150,)
    classes = DistilledClassifier(
        encoded(BAYES), encoded(LOGISTIC), teacher_outputs=outputs, label_weight=0.5
    ).fit(FRAME, pd.Series(NAMES, dtype="category"))
    assert classes.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert classes.score(FRAME, NAMES) > 0.9
    for model in (numbers, classes):
        with pytest.raises(ValueError, match="feature names should match"):
            model.predict(FRAME.rename(columns={"length": "z"}))


def test_steps_before_a_student_see_each_row_once():
    student = make_pipeline(make_pipeline(StandardScaler()), make_pipeline(LOGISTIC))
    weights = np.arange(150.0) % 3
    model = DistilledClassifier(TREE, student).fit(IRIS, NAMES, sample_weight=weights)
    scaler, last = model.student_[0][0], model.student_[1][0]
    assert scaler.mean_.tolist() == StandardScaler().fit(IRIS).mean_.tolist()
    alone = DistilledClassifier(TREE, LOGISTIC)
    alone.fit(scaler.transform(IRIS), NAMES, sample_weight=weights)
    np.testing.assert_allclose(last.coef_, alone.student_.coef_, rtol=1e-9)
    assert student[0][0] is not scaler


def test_a_pipeline_with_a_memory_is_fitted(tmp_path):
    steps = SimpleImputer(), StandardScaler(), LOGISTIC
    usual = DistilledClassifier(BAYES, make_pipeline(*steps)).fit(IRIS, KINDS)
    kept = DistilledClassifier(BAYES, make_pipeline(*steps, memory=str(tmp_path)))
    for _ in range(2):  # the second time, from memory
        found = kept.fit(IRIS, KINDS).predict_proba(IRIS)
        np.testing.assert_allclose(found, usual.predict_proba(IRIS))


@pytest.mark.parametrize(
    "labels",
    [
        NAMES.astype(object),
        pd.Series(NAMES, dtype="string"),
        KINDS > 0,
        (KINDS - 1).astype("i1"),
    ],
)
def test_labels_come_back_as_they_are(labels):
    model = DistilledClassifier(BAYES, TREE).fit(IRIS, labels)
    assert set(model.predict(IRIS).tolist()) <= set(np.unique(np.asarray(labels)))
    assert model.predict(IRIS).dtype == model.classes_.dtype


def test_missing_values_and_text_are_for_pipelines_to_read():
    holed = np.where(X > 0.05, np.nan, X)
    filled = make_pipeline(SimpleImputer(), Ridge())
    model = DistilledRegressor(filled, filled).fit(holed, Y)
    assert np.isfinite(model.predict(holed)).all()
    boosted = HistGradientBoostingRegressor(max_iter=3)
    assert DistilledRegressor(boosted).fit(holed, Y).predict(holed).shape == (150,)
    for refusing in (Ridge(), make_pipeline(StandardScaler(), Ridge())):
        with pytest.raises(ValueError, match="X contains NaN"):
            DistilledRegressor(refusing, filled).fit(holed, Y)
    words = NAMES[:, None]
    for text in (words, words.astype(object)):
        encoder = make_pipeline(OneHotEncoder(), COUNTS)
        model = DistilledClassifier(encoder, encoder).fit(text, KINDS)
        assert model.predict(text).tolist() == KINDS.tolist()
        with pytest.raises((TypeError, ValueError), match=r"X holds text|convert str"):
            DistilledClassifier(encoder, TREE).fit(text, KINDS)


def test_sparse_matrices_of_any_kind_are_rows():
    sparse = csc_array(np.where(IRIS > 2, IRIS, 0))
    got = DistilledClassifier(COUNTS, COUNTS).fit(sparse, KINDS)
    want = DistilledClassifier(COUNTS, COUNTS).fit(sparse.toarray(), KINDS)
    np.testing.assert_allclose(
        got.predict_proba(sparse), want.predict_proba(sparse.toarray()), atol=1e-12
    )
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        DistilledClassifier(BAYES, TREE).fit(sparse, KINDS)


# Weights.


def test_weights_reach_teacher_and_student_and_zero_means_absent():
    weights = np.arange(150) % 3
    model = DistilledRegressor(Ridge(0.1), Ridge(0.2), label_weight=0.5)
    got = model.fit(X, Y, sample_weight=weights).predict(X)
    teacher = Ridge(0.1).fit(X, Y, sample_weight=weights)
    targets = (Y + teacher.predict(X)) / 2
    want = Ridge(0.2).fit(X, targets, sample_weight=weights).predict(X)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    kept = weights > 0
    model.fit(X[kept], Y[kept], sample_weight=weights[kept])
    np.testing.assert_allclose(model.predict(X), want, rtol=1e-9)
    numbers = DistilledClassifier(BAYES, Ridge(0.2))
    got = numbers.fit(IRIS, KINDS, sample_weight=weights).decision_function(IRIS)
    same = Ridge(0.2).fit(IRIS, numbers.targets_, sample_weight=weights)
    np.testing.assert_allclose(got, same.predict(IRIS), rtol=1e-12)


def test_weights_of_pipelines_go_to_their_last_step():
    weights = 1 + np.arange(150.0) % 3
    pipe = make_pipeline(StandardScaler(), Ridge(0.1))
    with config_context(enable_metadata_routing=True):
        outer = make_pipeline(
            DistilledRegressor(pipe, teacher_outputs="cross_val", cv=2).set_fit_request(
                sample_weight=True
            )
        )
        got = outer.fit(X, Y, sample_weight=weights).predict(X)
    model = DistilledRegressor(pipe, teacher_outputs="cross_val", cv=2)
    assert got.tolist() == model.fit(X, Y, sample_weight=weights).predict(X).tolist()
    teacher = clone(pipe).fit(X, Y, ridge__sample_weight=weights)
    np.testing.assert_allclose(model.teacher_.predict(X), teacher.predict(X))
    first, second = (
        clone(pipe).fit(X[a], Y[a], ridge__sample_weight=weights[a]).predict(X[b])
        for a, b in ((slice(75, None), slice(75)), (slice(75), slice(75, None)))
    )
    np.testing.assert_allclose(model.targets_, np.concatenate([first, second]))


# Teachers that are fitted already.


def test_a_fitted_teacher_is_used_as_it_is_and_needs_no_labels():
    teacher = clone(STUMP).fit(X[:50], Y[:50])
    model = DistilledRegressor(teacher, Ridge(), prefit=True).fit(X[50:])
    assert model.teacher_ is teacher
    assert model.targets_.tolist() == teacher.predict(X[50:]).tolist()
    classes = DistilledClassifier(clone(BAYES).fit(IRIS, NAMES), TREE, prefit=True)
    unlabelled = classes.fit(IRIS).predict_proba(IRIS)
    assert unlabelled.tolist() == classes.fit(IRIS, NAMES).predict_proba(IRIS).tolist()
    for refused in (model.set_params(label_weight=0.5), DistilledRegressor()):
        with pytest.raises(ValueError, match="y"):
            refused.fit(X)


def test_a_student_learns_of_a_class_that_its_own_rows_lack():
    teacher = clone(LOGISTIC).fit(IRIS, NAMES)
    model = DistilledClassifier(teacher, LOGISTIC, prefit=True, temperature=3.0)
    model.fit(IRIS[:100], NAMES[:100])
    assert model.classes_.tolist() == teacher.classes_.tolist()
    assert (model.predict(IRIS[100:]) == "virginica").mean() > 0.8


# Models in models, and back from a file.


def test_searches_and_pickles():
    search = GridSearchCV(
        make_pipeline(StandardScaler(), DistilledClassifier(BAYES, TREE)),
        {
            "distilledclassifier__student__max_depth": [1, 3],
            "distilledclassifier__label_weight": [0.0, 0.5],
            "distilledclassifier__temperature": [1.0, 4.0],
        },
        cv=3,
    ).fit(IRIS, NAMES)
    assert search.best_params_["distilledclassifier__student__max_depth"] == 3
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    assert again.predict(IRIS).tolist() == search.predict(IRIS).tolist()
    inner = DistilledClassifier(BAYES, LOGISTIC)
    twice = DistilledClassifier(inner, LOGISTIC).fit(IRIS, NAMES)
    once = inner.fit(IRIS, NAMES).predict_proba(IRIS)
    np.testing.assert_allclose(twice.targets_, once, rtol=1e-9)


def test_constant_targets_are_predicted():
    model = DistilledRegressor(STUMP, Ridge()).fit(X, np.full(150, 3.0))
    np.testing.assert_allclose(model.predict(X), 3.0)
    for student in (TREE, Ridge(), DummyRegressor()):
        one = DistilledClassifier(TREE, student).fit(IRIS, np.full(150, "a"))
        assert set(one.predict(IRIS)) == {"a"}
        np.testing.assert_allclose(one.predict_proba(IRIS), 1.0)
    with pytest.raises(ValueError, match="class"):
        DistilledClassifier().fit(IRIS, np.zeros(150))


def test_a_column_of_targets_stays_one():
    model = DistilledRegressor(STUMP, Ridge()).fit(X, Y[:, None])
    assert model.targets_.shape == model.predict(X).shape == (150, 1)
