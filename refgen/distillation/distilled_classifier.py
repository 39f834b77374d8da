"""Distillation of any classifier of scikit-learn into any other model."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, clone, is_classifier, is_regressor
from sklearn.linear_model import LogisticRegression
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets

from refgen._estimators.data import check_labels
from refgen._estimators.outputs import finite_floats, probabilities_of
from refgen._estimators.parameters import (
    check_kind,
    check_same_labels,
    check_temperature,
)
from refgen._naming import naming
from refgen._simplex import project_on_simplex
from refgen.distillation._distilled_base import DistilledBase
from refgen.distillation._distilled_checks import check_parameters, tags_of
from refgen.distillation._students import (
    check_learns_shares,
    fitted,
    fitted_on_shares,
)


def _is_model(part: Any) -> bool:
    return is_classifier(part) or is_regressor(part)


def _student_has(method: str) -> Any:
    """Whether a method is there: students that are regressors have all of them."""

    def check(model: Any) -> bool:
        student = getattr(model, "student_", model._student())
        return is_regressor(student) or hasattr(student, method)

    return check


class DistilledClassifier(ClassifierMixin, DistilledBase):
    """A student trained on the class probabilities of a teacher, and on the labels.

    The student's targets are α onehot(y) + (1 − α) softmax(logits/temperature), with
    the logits of the teacher and α = `label_weight`.

    Parameters
    ----------
    teacher : classifier, default=None
        None means ``LogisticRegression()``. Its probabilities give the logits, or its
        ``decision_function`` if it has none, or else its predictions.
    student : classifier or regressor, default=None
        None means a clone of the teacher: self-distillation. A classifier is trained on
        weighted rows, and needs ``sample_weight``; a regressor on the targets as
        numbers (see Notes).
    label_weight : float, default=0.0
        Share α of the labels in the targets, from 0 (the teacher alone) to 1.
    temperature : float, default=1.0
        Above 1 softens the teacher's probabilities, below 1 sharpens them. The student
        is trained, and predicts, at temperature 1.
    teacher_outputs : {"train", "cross_val"}, default="train"
        The teacher's probabilities of the rows that it was trained on, as in the
        theory, or out of fold: a teacher that fits every label says nothing else there.
        A class that a training fold misses has probability 0 in it.
    cv : int, splitter or iterable, default=5
        Folds of "cross_val", stratified and unshuffled if an integer.
    prefit : bool, default=False
        Use `teacher` as it is, already fitted. It must know all classes of y, and the
        student learns all that it knows.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Those of y, or of the teacher if it is fitted already.
    teacher_, student_ : fitted models
    targets_ : array of shape (n_samples, n_classes)
        What the student was trained on; rows sum to one.
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features_in_,)
        Only if `X` of `fit` has feature names that are all strings.

    Notes
    -----
    No classifier of scikit-learn takes soft targets. Each row is repeated for every
    class of which it has a share, with that share (times its ``sample_weight``) as its
    weight, and shares of 0 are left out. For a student that minimizes a sum of losses
    over rows this is training on the soft targets exactly: Σ_c q_c·loss(c) is, for the
    log loss, their cross-entropy. What counts rows rather than weights (leaf sizes,
    batches, bootstrap samples) counts the copies, and a student that holds out rows
    itself (`cv`, early stopping) has copies of a row on both sides: choose its settings
    by a search over ``student__…`` instead. Steps of a pipeline before the classifier
    are fitted once, on X and y without copies or weights.

    A regressor learns the share of the second class if there are two, and else all
    columns at once. Its class scores need not be probabilities: `predict_proba` gives
    the nearest ones. This is the student of the theory with squared loss (KD-16).

    Source: claims KD-16, KD-17 and KD-18.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> teacher = LogisticRegression(max_iter=1000)
    >>> student = DecisionTreeClassifier(max_leaf_nodes=4, random_state=0)
    >>> model = DistilledClassifier(teacher, student, temperature=2.0).fit(X, y)
    >>> model.targets_[0].round(2).tolist(), round(model.score(X, y), 2)
    ([0.88, 0.12, 0.0], 0.95)
    """

    def __init__(
        self,
        teacher: Any = None,
        student: Any = None,
        *,
        label_weight: float = 0.0,
        temperature: float = 1.0,
        teacher_outputs: str = "train",
        cv: Any = 5,
        prefit: bool = False,
    ) -> None:
        self.teacher = teacher
        self.student = student
        self.label_weight = label_weight
        self.temperature = temperature
        self.teacher_outputs = teacher_outputs
        self.cv = cv
        self.prefit = prefit

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Fit the teacher, unless it is fitted already, and then the student.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_samples, n_features)
            Frames reach teacher and student as they are; sparse or with NaN only if
            both accept that.
        y : array of shape (n_samples,)
            None is possible if the teacher is fitted already and `label_weight` is 0.
        sample_weight : array of shape (n_samples,), default=None
            Refused if teacher or student take none.

        Raises
        ------
        ValueError
            If a parameter is out of range, X and y are not valid data, a fitted teacher
            does not know a class of y, or the student cannot learn the targets.
        TypeError
            If `teacher` is not a classifier, or `student` no model, that is an
            instance.
        """
        check_parameters(self)
        check_temperature(self.temperature)
        check_kind(self._teacher(), is_classifier, "classifier", "teacher")
        check_kind(self._student(), _is_model, "classifier or regressor", "student")
        check_labels(y)
        X, y = self._seen_first(X, y)
        with naming("y"):
            check_classification_targets(y)
        weights = self._weights(sample_weight, len(y))
        self.classes_ = self._known_classes(y)
        check_learns_shares(self._student(), len(self.classes_))
        self.teacher_ = self._fitted_teacher(X, y, weights)
        onehot = (y[:, None] == self.classes_).astype(float)
        self.targets_ = self._mixed(onehot, X, y, weights)
        self.student_ = self._fitted_student(X, y, weights)
        return self

    def predict(self, X: Any) -> Any:
        """The student's class, shape (n_points,).

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_points, n_features)
        """
        X = self._seen_again(X)
        if is_classifier(self.student_):
            return self.student_.predict(X)
        return self.classes_[self._scores(X).argmax(axis=1)]

    @available_if(_student_has("predict_proba"))
    def predict_proba(self, X: Any) -> Any:
        """The student's class probabilities, shape (n_points, n_classes).

        A class without any share in the targets has 0. Of a student that is a
        regressor, the probabilities that are nearest to its scores.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_points, n_features)
        """
        X = self._seen_again(X)
        if is_regressor(self.student_):
            return project_on_simplex(self._scores(X))
        return self._in_columns(self.student_.predict_proba(X), 0.0)

    @available_if(_student_has("decision_function"))
    def decision_function(self, X: Any) -> Any:
        """The student's scores of the classes.

        A class without any share in the targets has minus infinity. Of a student that
        is a regressor, its class scores; for two classes, the second minus the first.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_points, n_features)

        Returns
        -------
        array of shape (n_points, n_classes), or (n_points,) for two classes
        """
        X = self._seen_again(X)
        if is_regressor(self.student_):
            scores = self._scores(X)
            return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores
        scores = self.student_.decision_function(X)
        n_seen = len(self.student_.classes_)
        if n_seen == 2 < len(self.classes_):
            scores = np.stack([np.zeros(len(scores)), scores], axis=1)
        return self._in_columns(scores, -np.inf)

    def _in_columns(self, found: np.ndarray, missing: float) -> np.ndarray:
        """Columns of the student's classes as columns of all classes."""
        known = self.student_.classes_
        if len(known) == len(self.classes_):
            return found
        every = np.full((len(found), len(self.classes_)), missing)
        every[:, np.searchsorted(self.classes_, known)] = found
        return every

    def _scores(self, X: Any) -> np.ndarray:
        """What a student that is a regressor predicts of all classes."""
        found = self.student_.predict(X)
        found = finite_floats(self.student_, found, X.shape[0], "student")
        if found.ndim == 1:
            found = found[:, None]
        is_second = found.shape[1] == 1 < len(self.classes_)
        return np.concatenate([1 - found, found], axis=1) if is_second else found

    def _known_classes(self, y: np.ndarray) -> np.ndarray:
        classes = np.unique(y)
        if not self.prefit:
            return classes
        known = self.teacher.classes_
        check_same_labels(classes, known, "teacher")
        new = np.setdiff1d(classes, known).tolist()
        if new:
            raise ValueError(
                f"y holds the class {new[0]!r}, and the fitted teacher knows only "
                f"{known.tolist()}; fit the teacher with it, or leave out its rows"
            )
        return known

    def _numbers(self, student: Any) -> np.ndarray:
        """The targets of a student that is a regressor: two classes are one number."""
        takes_one = get_tags(student).target_tags.single_output
        is_one = len(self.classes_) == 2 and takes_one
        return self.targets_[:, 1] if is_one else self.targets_

    def _fitted_student(self, X: Any, y: np.ndarray, weights: Any) -> Any:
        student = clone(self._student())
        if is_regressor(student):
            return fitted(student, X, self._numbers(student), weights, "student")
        shares = self.targets_ if weights is None else self.targets_ * weights[:, None]
        return fitted_on_shares(student, X, y, shares, self.classes_)

    def _teacher(self) -> Any:
        return LogisticRegression() if self.teacher is None else self.teacher

    def _outputs_of(self, model: Any, X: Any, n_rows: int) -> np.ndarray:
        temperature = float(self.temperature)
        return probabilities_of(model, X, n_rows, self.classes_, temperature, "teacher")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = all(
            part.classifier_tags is None or part.classifier_tags.multi_class
            for part in tags_of(self._models())
        )
        return tags
