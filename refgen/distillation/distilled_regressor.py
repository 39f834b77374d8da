"""Distillation of any regressor of scikit-learn into any other."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin, clone, is_regressor
from sklearn.linear_model import Ridge

from refgen._estimators.data import check_squares, check_targets
from refgen._estimators.outputs import predictions_of
from refgen._estimators.parameters import check_kind
from refgen.distillation._distilled_base import DistilledBase
from refgen.distillation._distilled_checks import check_parameters, tags_of
from refgen.distillation._students import fitted


class DistilledRegressor(RegressorMixin, DistilledBase):
    """A student trained on what a teacher predicts, and on the targets themselves.

    The student's targets are αy + (1 − α)·teacher(X), with α = `label_weight`.

    Parameters
    ----------
    teacher : regressor, default=None
        None means ``Ridge()``.
    student : regressor, default=None
        None means a clone of the teacher: self-distillation.
    label_weight : float, default=0.0
        Share α of y in the student's targets, from 0 (the teacher alone) to 1.
    teacher_outputs : {"train", "cross_val"}, default="train"
        The teacher's predictions for the rows that it was trained on, as in the
        theory, or out of fold: a teacher that interpolates y says nothing else there.
    cv : int, splitter or iterable, default=5
        Folds of "cross_val"; unshuffled if an integer, as in scikit-learn.
    prefit : bool, default=False
        Use `teacher` as it is, already fitted.

    Attributes
    ----------
    teacher_, student_ : fitted regressors
    targets_ : array of the shape of y
        What the student was trained on.
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features_in_,)
        Only if `X` of `fit` has feature names that are all strings.

    Notes
    -----
    ``sample_weight`` goes to teacher and student; in a pipeline, to its last step.

    If teacher and student act on the eigenvectors of XᵀX by filters s and u, then the
    result is the filter u·(α + (1 − α)s): claim KD-18. Whether it pays is told by
    claims KD-8 and KD-12, and depends on the noise.

    Source: claims KD-1, KD-5 and KD-18.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = DistilledRegressor(Ridge(0.1)).fit(X, y)
    >>> size = [np.linalg.norm(m.coef_) for m in (model.teacher_, model.student_)]
    >>> np.round(size).tolist()
    [800.0, 737.0]
    """

    def __init__(
        self,
        teacher: Any = None,
        student: Any = None,
        *,
        label_weight: float = 0.0,
        teacher_outputs: str = "train",
        cv: Any = 5,
        prefit: bool = False,
    ) -> None:
        self.teacher = teacher
        self.student = student
        self.label_weight = label_weight
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
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            None is possible if the teacher is fitted already and `label_weight` is 0.
        sample_weight : array of shape (n_samples,), default=None
            Refused if teacher or student take none.

        Raises
        ------
        ValueError
            If a parameter is out of range, X and y are not valid data, or the teacher
            returns NaN or a wrong shape.
        TypeError
            If `teacher` or `student` is not a regressor instance.
        """
        check_parameters(self)
        check_kind(self._teacher(), is_regressor, "regressor", "teacher")
        check_kind(self._student(), is_regressor, "regressor", "student")
        check_targets(y)
        X, y = self._seen_first(X, y, multi_output=True, y_numeric=True)
        check_squares("y", "values", y)
        weights = self._weights(sample_weight, len(y))
        self._output_shape = y.shape[1:]
        self.teacher_ = self._fitted_teacher(X, y, weights)
        self.targets_ = self._mixed(y.astype(float), X, y, weights)
        student = clone(self._student())
        self.student_ = fitted(student, X, self.targets_, weights, "student")
        return self

    def predict(self, X: Any) -> Any:
        """What the student predicts, shape (n_points,) or (n_points, n_outputs).

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_points, n_features)
        """
        X = self._seen_again(X)
        return self._predictions(self.student_, X, X.shape[0], "student")

    def __sklearn_tags__(self) -> Any:
        tags, parts = super().__sklearn_tags__(), tags_of(self._models())
        tags.target_tags.multi_output = all(p.target_tags.multi_output for p in parts)
        tags.target_tags.positive_only = any(p.target_tags.positive_only for p in parts)
        return tags

    def _teacher(self) -> Any:
        return Ridge() if self.teacher is None else self.teacher

    def _outputs_of(self, model: Any, X: Any, n_rows: int) -> np.ndarray:
        return self._predictions(model, X, n_rows, "teacher")

    def _predictions(self, model: Any, X: Any, n_rows: int, role: str) -> np.ndarray:
        return predictions_of(model, X, n_rows, self._output_shape, role)
