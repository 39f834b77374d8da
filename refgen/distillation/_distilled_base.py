"""What both distilled estimators share: a teacher, its outputs, checked data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_consistent_length, get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from refgen._checks import as_float, check_choice, is_number
from refgen._estimators.data import check_numbers
from refgen._estimators.parameters import check_flag, row_weights
from refgen._estimators.rows import out_of_fold
from refgen._estimators.splits import check_cv_setting
from refgen._naming import naming
from refgen._shown import shown
from refgen.arrays import refuse_masked
from refgen.distillation._students import fitted

TEACHER_OUTPUTS = ("train", "cross_val")


def _reads_missing(model: Any) -> bool:
    """Whether the model, or a model within it, takes missing values."""
    return any(
        get_tags(part).input_tags.allow_nan
        for part in (model, *model.get_params().values())
        if hasattr(part, "__sklearn_tags__") and not isinstance(part, type)
    )


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

    @abstractmethod
    def _folds(self, X: Any, y: np.ndarray) -> Iterator:
        """Training and test rows of teacher_outputs="cross_val"."""

    # Fitting.

    def _student(self) -> Any:
        return self._teacher() if self.student is None else self.student

    def _fitted_teacher(self, X: Any, y: np.ndarray, weights: Any) -> Any:
        if self.prefit:
            return self.teacher
        return fitted(clone(self._teacher()), X, y, weights, "teacher")

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
        return out_of_fold(
            self._teacher(),
            X,
            y,
            self._folds(X, y),
            params,
            self._outputs_of,
            setting,
        )

    # Input.

    def _check_parameters(self) -> None:
        """Refuse what both estimators refuse."""
        weight = self.label_weight
        if not (is_number(weight) and 0 <= as_float(weight) <= 1):
            raise ValueError(
                "label_weight must be a number in [0, 1], the share of the labels in "
                f"the student's targets, got {shown(weight)}"
            )
        check_choice("teacher_outputs", self.teacher_outputs, TEACHER_OUTPUTS)
        check_flag("prefit", self.prefit)
        check_cv_setting(self.cv)
        if self.prefit and self.teacher_outputs == "cross_val":
            raise ValueError(
                "teacher_outputs='cross_val' trains clones of the teacher, and "
                "prefit=True says it must not be trained; set teacher_outputs='train' "
                "and give fit rows that the teacher was not trained on"
            )
        if self.prefit and self.teacher is None:
            raise ValueError("prefit=True needs a fitted teacher, got None")
        if self.prefit:
            check_is_fitted(self.teacher)

    def _seen(self, X: Any, reset: bool) -> Any:
        """X for teacher and student: frames as they are, anything else as an array."""
        check_numbers(X, is_read=True)
        with naming("X"):
            if hasattr(X, "columns"):
                return validate_data(self, X, reset=reset, skip_check_array=True)
            return validate_data(self, X, reset=reset, **self._accepted())

    def _accepted(self) -> dict[str, Any]:
        """What teacher and student accept, as settings of ``validate_data``."""
        parts = (self._teacher(), self._student())
        return {
            "accept_sparse": "csr" if get_tags(self).input_tags.sparse else False,
            # Where a part of both reads missing values, they say what they refuse.
            "ensure_all_finite": not all(map(_reads_missing, parts)),
            "dtype": None,
        }

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
        if sample_weight is None:
            return None
        refuse_masked("sample_weight", sample_weight)
        return row_weights(sample_weight, n_rows)

    # scikit-learn.

    def __sklearn_tags__(self) -> Any:
        tags, parts = super().__sklearn_tags__(), self._tags_of_parts()
        tags.input_tags.sparse = all(part.input_tags.sparse for part in parts)
        tags.input_tags.allow_nan = all(part.input_tags.allow_nan for part in parts)
        tags.input_tags.positive_only = any(p.input_tags.positive_only for p in parts)
        tags.non_deterministic = any(part.non_deterministic for part in parts)
        return tags

    def _tags_of_parts(self) -> list[Any]:
        """Tags of teacher and student, without what is no estimator."""
        return [
            get_tags(part)
            for part in (self._teacher(), self._student())
            if hasattr(part, "__sklearn_tags__") and not isinstance(part, type)
        ]
