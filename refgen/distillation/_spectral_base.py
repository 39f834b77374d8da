"""What regressors share that act on eigendirections: data, kernels, predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics.pairwise import PAIRWISE_KERNEL_FUNCTIONS, pairwise_kernels
from sklearn.utils.validation import check_is_fitted, validate_data

from refgen._checks import as_float, check_choice, check_not_negative, is_number
from refgen._estimators.data import check_numbers, check_squares, check_targets
from refgen._estimators.parameters import check_flag, row_weights
from refgen._naming import naming
from refgen._numbers import as_counts, as_not_negative
from refgen._shown import shown
from refgen.distillation._directions import Directions, of_features, of_kernel


class SpectralBase(RegressorMixin, BaseEstimator):
    """Puts data into eigendirections, and predicts from what is found there."""

    kernel: Any
    gamma: Any
    degree: Any
    coef0: Any
    kernel_params: Any
    fit_intercept: Any

    # Fitting.

    def _directions(self, X: Any, y: Any, sample_weight: Any) -> Directions:
        """Checked data in its directions; what `predict` needs of them is kept."""
        self._check_kernel()
        check_flag("fit_intercept", self.fit_intercept)
        # Of a fit before, perhaps with another kernel.
        for name in ("coef_", "dual_coef_", "X_fit_"):
            self.__dict__.pop(name, None)
        X, y = self._seen_first(X, y)
        weights = self._weights(sample_weight, len(X))
        self._output_shape, used = y.shape[1:], weights > 0
        y = y.reshape(len(y), -1)[used]
        weights = weights[used]
        keeps = bool(self.fit_intercept)
        if self.kernel is None:
            found, self._mean = of_features(X[used], y, weights, keeps)
            return found
        matrix = self._between(X, X)[np.ix_(used, used)]
        # Rows without weight stay for a kernel that is given as a matrix.
        self.X_fit_, self._used = X, used
        found, self._mean = of_kernel(matrix, y, weights, keeps)
        return found

    def _set_coefficients(self, of: Directions, share: np.ndarray) -> None:
        """Coefficients for a filter (n_directions, n_outputs)."""
        with naming("X"):
            coefficients = of.back(share * of.limit)
        intercept = of.center - self._mean @ coefficients
        single = self._output_shape == ()
        self.intercept_ = float(intercept[0]) if single else intercept
        if self.kernel is None:
            self.coef_ = coefficients[:, 0] if single else coefficients.T
            return
        dual = np.zeros((len(self._used), coefficients.shape[1]))
        dual[self._used] = coefficients
        self.dual_coef_ = dual[:, 0] if single else dual

    # Predicting.

    def predict(self, X: Any) -> Any:
        """Predictions, of shape (n_points,) or (n_points, n_outputs).

        Parameters
        ----------
        X : array or data frame of shape (n_points, n_features)
            For kernel="precomputed" (n_points, n_samples): kernels with the rows of
            ``fit``.
        """
        points = self._seen_again(X)
        coefficients = self.coef_.T if self.kernel is None else self.dual_coef_
        return self._features(points) @ coefficients + self.intercept_

    def _features(self, points: np.ndarray) -> np.ndarray:
        """What coefficients multiply: points, or their kernels with the rows."""
        return points if self.kernel is None else self._between(points, self.X_fit_)

    def _between(self, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
        """Kernels between rows, as scikit-learn has them."""
        if self.kernel == "precomputed":
            return X
        if callable(self.kernel):
            options = self.kernel_params or {}
        else:
            options = {
                "gamma": self.gamma,
                "degree": self.degree,
                "coef0": self.coef0,
                "filter_params": True,
            }
        with naming("kernel"):
            found = pairwise_kernels(X, Y, metric=self.kernel, **options)
        if not np.isfinite(found).all():
            raise ValueError(
                "kernel gives NaN or infinity between these rows; scale the features, "
                "or choose other parameters of it"
            )
        return found

    # Input.

    def _seen_first(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        check_numbers(X)
        check_targets(y)
        with naming("y" if y is None else "X", "y"):
            X, y = validate_data(
                self, X, y, multi_output=True, y_numeric=True, dtype=np.float64
            )
        with np.errstate(over="ignore"):  # of longer numbers, which are refused next
            y = y.astype(np.float64)
        check_squares("X", "values", X)
        check_squares("y", "values", y)
        if self.kernel == "precomputed" and X.shape[0] != X.shape[1]:
            raise ValueError(
                f"X must be square for kernel='precomputed', the kernels between all "
                f"rows, got shape {X.shape}"
            )
        return X, y

    def _seen_again(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        check_numbers(X)
        with naming("X"):
            found = validate_data(self, X, reset=False, dtype=np.float64)
        check_squares("X", "values", found)
        return found

    def _check_kernel(self) -> None:
        options = self.kernel_params
        if options is not None and not isinstance(options, dict):
            raise TypeError(
                f"kernel_params must be a dict or None, got {shown(options)}"
            )
        if options and not callable(self.kernel):
            raise ValueError(
                "kernel_params are for a kernel that is a function, got "
                f"kernel={shown(self.kernel)}; set gamma, degree and coef0"
            )
        if self.gamma is not None:
            check_not_negative("gamma", self.gamma)
        check_not_negative("degree", self.degree)
        if not is_number(self.coef0) or not np.isfinite(as_float(self.coef0)):
            raise ValueError(f"coef0 must be a finite number, got {shown(self.coef0)}")
        if self.kernel is None or callable(self.kernel):
            return
        known = ("precomputed", *sorted(PAIRWISE_KERNEL_FUNCTIONS))
        check_choice("kernel", self.kernel, known, ", None or a function")

    @staticmethod
    def _weights(sample_weight: Any, n_rows: int) -> np.ndarray:
        weights = row_weights(sample_weight, n_rows)
        check_squares("sample_weight", "values", weights)
        return weights

    # scikit-learn.

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.input_tags.pairwise = self.kernel == "precomputed"
        return tags


def as_candidates(name: str, value: Any, whole: bool = False) -> np.ndarray:
    """A number, or several to choose from, none of them negative.

    Examples
    --------
    >>> as_candidates("alpha", 1).tolist()
    [1.0]
    """
    found = as_counts(name, value, 0) if whole else as_not_negative(name, value)
    if found.ndim > 1:
        raise ValueError(
            f"{name} must be a number or a list of numbers, got shape {found.shape}"
        )
    return np.atleast_1d(found)
