"""What both distilled estimators share: a teacher, its outputs, checked data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.model_selection import check_cv
from sklearn.utils import check_consistent_length, get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from refgen._estimators.data import check_numbers, check_squares
from refgen._estimators.parameters import row_weights
from refgen._estimators.rows import out_of_fold
from refgen._naming import naming
from refgen.distillation._distilled_checks import read, tags_of
from refgen.distillation._students import fitted


class DistilledBase(BaseEstimator, ABC):
    """Trains a teacher, and hands what it says of the rows to a student."""

    teacher: Any
    student: Any
    label_weight: Any
    teacher_outputs: Any
    cv: Any
    prefit: Any

    # What differs between regressor and classifier.

    @abstractmethod
    def _teacher(self) -> Any:
        """The teacher that was given, or the default."""

    @abstractmethod
    def _outputs_of(self, model: Any, X: Any, n_rows: int) -> np.ndarray:
        """What a teacher says of the rows."""

    # Fitting.

    def _student(self) -> Any:
        return self._teacher() if self.student is None else self.student

    def _fitted_teacher(self, X: Any, y: np.ndarray, weights: Any) -> Any:
        if self.prefit:
            return self.teacher
        return self._trained(X, y, weights)

    def _mixed(self, labels: np.ndarray, X: Any, y: np.ndarray, weights: Any) -> Any:
        """Targets of the student: labels and outputs of the teacher."""
        share = float(self.label_weight)
        outputs = self._outputs(X, y, weights)
        return share * labels + (1 - share) * outputs

    def _outputs(self, X: Any, y: np.ndarray, weights: Any) -> np.ndarray:
        if self.teacher_outputs == "train":
            return self._outputs_of(self.teacher_, X, len(y))
        params = {} if weights is None else {"sample_weight": weights}
        setting = "teacher_outputs='cross_val'"
        folds = check_cv(self.cv, y, classifier=is_classifier(self)).split(X, y)
        return out_of_fold(
            self._trained, X, y, folds, params, self._outputs_of, setting
        )

    def _trained(self, X: Any, y: np.ndarray, sample_weight: Any = None) -> Any:
        return fitted(clone(self._teacher()), X, y, sample_weight, "teacher")

    # Input.

    def _seen(self, X: Any, reset: bool) -> Any:
        """X for teacher and student: frames as they are, anything else as an array."""
        is_frame = hasattr(X, "columns")
        reads_text = all(
            read(model, "string", "categorical") for model in self._models()
        )
        reads_nan = all(read(model, "allow_nan") for model in self._models())
        check_numbers(X, is_frame or reads_text)
        with naming("X"):
            if is_frame:
                return validate_data(self, X, reset=reset, skip_check_array=True)
            X = validate_data(
                self,
                X,
                reset=reset,
                accept_sparse="csr" if get_tags(self).input_tags.sparse else False,
                ensure_all_finite=not reads_nan,
                dtype=None if reads_text else "numeric",
            )
        if X.dtype.kind == "f":
            values = X.data if hasattr(X, "tocsr") else X
            check_squares("X", "values", values[np.isfinite(values)])
        return X

    def _seen_first(self, X: Any, y: Any, **checks: Any) -> tuple[Any, np.ndarray]:
        """X and y of ``fit``, checked; labels of the teacher where none are needed."""
        if y is None and self.prefit and self.label_weight == 0:
            y = self.teacher.predict(self._seen(X, reset=True))
        with naming("y" if y is None else "X"):
            validate_data(self, X, y, skip_check_array=True)
        with naming("y"):
            y = validate_data(self, y=y, **checks)
        # After y: checking it makes scikit-learn forget the feature names of X.
        X = self._seen(X, reset=True)
        with naming("X", "y"):
            check_consistent_length(X, y)
        return X, y

    def _seen_again(self, X: Any) -> Any:
        check_is_fitted(self)
        return self._seen(X, reset=False)

    def _weights(self, sample_weight: Any, n_rows: int) -> np.ndarray | None:
        return None if sample_weight is None else row_weights(sample_weight, n_rows)

    # scikit-learn.

    def __sklearn_tags__(self) -> Any:
        tags, parts = super().__sklearn_tags__(), tags_of(self._models())
        tags.input_tags.sparse = all(part.input_tags.sparse for part in parts)
        tags.input_tags.allow_nan = all(part.input_tags.allow_nan for part in parts)
        tags.input_tags.positive_only = any(p.input_tags.positive_only for p in parts)
        tags.non_deterministic = any(part.non_deterministic for part in parts)
        return tags

    def _models(self) -> tuple[Any, Any]:
        return self._teacher(), self._student()
