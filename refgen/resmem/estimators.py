"""Residual memorization for any scikit-learn regressor or classifier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin, is_classifier, is_regressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import check_cv
from sklearn.utils import get_tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from refgen._estimators.outputs import predictions_of, probabilities_of
from refgen._estimators.parameters import (
    check_kind,
    check_same_labels,
    check_temperature,
)
from refgen._estimators.splits import check_cv_setting
from refgen._naming import naming
from refgen._simplex import project_on_simplex
from refgen.resmem._checks import (
    check_parameters,
)
from refgen.resmem._estimator_base import ResMemBase


class ResMemRegressor(RegressorMixin, ResMemBase):
    """Predictions of a base plus the mean of its residuals at the nearest neighbours.

    f(x) = base(x) + Σⱼ wⱼ(x) rⱼ over the `n_neighbors` training rows nearest to x,
    with residuals rⱼ = yⱼ − base(xⱼ).

    Parameters
    ----------
    estimator : regressor, default=None
        The base; None means ``Ridge()``.
    n_neighbors : int or "auto", default=5
        "auto" chooses 1 to 20 by leave-one-out. Ties in distance go to the row that
        comes first; duplicate rows are not merged.
    weights : {"nearest", "uniform", "exponential"}, default="exponential"
        The first neighbour alone (`n_neighbors` is not read), equal weights, or
        w ∝ exp(−distance/`bandwidth`).
    bandwidth : float or "auto", default=1.0
        In units of the embedding's distances: scale the features, or let "auto"
        choose by leave-one-out. Read by "exponential" only.
    embedding : None, callable, transformer or "decision_function", default=None
        Space of the neighbours: that of X, what a callable returns for X, what a
        transformer (cloned and fitted on X, y) does, or the base's decision function.
    residuals : {"train", "cross_val"}, default="train"
        On the rows that the base was trained on, as in the paper, or out of fold. A
        base that follows its training rows leaves hardly any residuals there.
    cv : int, splitter or iterable, default=5
        Folds of "cross_val"; unshuffled if an integer, as in scikit-learn.
    prefit : bool, default=False
        Use `estimator` as it is, already fitted; ``fit`` only remembers residuals.

    Attributes
    ----------
    estimator_ : fitted base
    embedding_ : fitted embedding
    points_ : array of shape (n_samples, n_dimensions)
        The embedded training rows.
    targets_, residuals_ : arrays of the shape of y
    n_neighbors_ : int
    bandwidth_ : float or None
        None unless `weights` is "exponential".
    loo_scores_ : array of shape (n_bandwidths, n_counts)
        Only with "auto": mean squared leave-one-out errors at `loo_bandwidths_` and
        `loo_n_neighbors_`; the base is not trained again.
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features_in_,)
        Only if `X` of `fit` has feature names that are all strings.

    Notes
    -----
    ``fit`` passes what it gets beyond X and y, such as ``sample_weight``, to the
    base; memory leaves out rows with ``sample_weight`` 0 and treats all others equally.
    Features are compared as they are: scale them in a pipeline, or by `embedding`.
    With one neighbour and distinct rows the training error is zero (claim RM-7); with
    label noise that may hurt (claims RM-15 and RM-16, and `memorization_pays`).

    Source: Yang et al. 2023 (arXiv 2302.01576); claims RM-6, RM-7 and RM-17.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ResMemRegressor(weights="nearest").fit(X, y)
    >>> round(model.score(X, y), 6)
    1.0
    """

    def fit(self, X: Any, y: Any, **fit_params: Any) -> ResMemRegressor:
        """Fit the base and remember its residuals.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_samples, n_features)
            Sparse, or with NaN, only if base and `embedding` accept that.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
        **fit_params : dict
            Passed to the base's ``fit``, e.g. ``sample_weight``; their rows are
            selected for "cross_val".

        Raises
        ------
        ValueError
            If a parameter is out of range, X and y are not valid data, or the base or
            the embedding returns NaN or a wrong shape.
        TypeError
            If `estimator` is not a regressor instance.
        """
        check_parameters(self, self._base())
        check_kind(self._base(), is_regressor, "regressor")
        X, y = self._seen_first(X, y, multi_output=True, y_numeric=True)
        self._output_shape = y.shape[1:]
        self._remember(X, y, fit_params)
        return self

    def predict(self, X: Any) -> Any:
        """Base plus remembered residuals, shape (n_points,) or (n_points, n_outputs).

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_points, n_features)
        """
        return self._scores(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        base = self._base()
        tags.target_tags.multi_output = (
            hasattr(base, "__sklearn_tags__")
            and get_tags(base).target_tags.multi_output
        )
        return tags

    def _base(self) -> Any:
        return Ridge() if self.estimator is None else self.estimator

    def _targets(self, y: np.ndarray) -> np.ndarray:
        return y.astype(float)

    def _scores_of(self, model: Any, X: Any, n_rows: int) -> np.ndarray:
        return predictions_of(model, X, n_rows, self._output_shape)

    def _folds(self, X: Any, y: np.ndarray) -> Iterator:
        cv = check_cv(check_cv_setting(self.cv), y, classifier=False)
        return cv.split(X, y)


class ResMemClassifier(ClassifierMixin, ResMemBase):
    """Class scores of a base plus the mean of its residuals at the nearest neighbours.

    s(x) = p(x) + Σⱼ wⱼ(x) (onehot(yⱼ) − p(xⱼ)) with p = softmax(logits/temperature)
    of the base; the prediction is the class with the largest score.

    Parameters
    ----------
    estimator : classifier, default=None
        The base; None means ``LogisticRegression()``. Its probabilities give the
        logits, or its ``decision_function`` if it has none, or else its predictions.
    n_neighbors, weights, bandwidth, embedding, residuals, prefit
        As in `ResMemRegressor`.
    cv : int, splitter or iterable, default=5
        Folds of "cross_val", stratified and unshuffled if an integer. A class that a
        training fold misses has probability 0 there.
    temperature : float, default=1.0
        Above 1 softens the base's probabilities, below 1 sharpens them.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Those of y, and of the base if it is fitted already.
    targets_, residuals_ : arrays of shape (n_samples, n_classes)
        One-hot labels; every row of residuals sums to zero.
    estimator_, embedding_, points_, n_neighbors_, bandwidth_, loo_scores_, \
n_features_in_, feature_names_in_
        As in `ResMemRegressor`.

    Notes
    -----
    Scores sum to one and may leave [0, 1]: they are not probabilities (claim RM-17).
    `predict_proba` gives the nearest ones. See `ResMemRegressor` for
    ``sample_weight``, scaling, and ties.

    Source: Yang et al. 2023 (arXiv 2302.01576); claim RM-17.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> stump = DecisionTreeClassifier(max_depth=1, random_state=0)
    >>> model = ResMemClassifier(stump).fit(X, y)
    >>> round(stump.fit(X, y).score(X, y), 2), round(model.score(X, y), 2)
    (0.67, 0.97)
    """

    def __init__(
        self,
        estimator: Any = None,
        n_neighbors: Any = 5,
        weights: str = "exponential",
        bandwidth: Any = 1.0,
        embedding: Any = None,
        residuals: str = "train",
        cv: Any = 5,
        prefit: bool = False,
        temperature: float = 1.0,
    ) -> None:
        super().__init__(
            estimator, n_neighbors, weights, bandwidth, embedding, residuals, cv, prefit
        )
        self.temperature = temperature

    def fit(self, X: Any, y: Any, **fit_params: Any) -> ResMemClassifier:
        """Fit the base and remember its residuals; see `ResMemRegressor.fit`.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_samples, n_features)
        y : array of shape (n_samples,)
        **fit_params : dict
            Passed to the base's ``fit``, e.g. ``sample_weight``.
        """
        check_parameters(self, self._base())
        check_temperature(self.temperature)
        check_kind(self._base(), is_classifier, "classifier")
        X, y = self._seen_first(X, y)
        with naming("y"):
            check_classification_targets(y)
        self.classes_ = np.unique(y)
        if self.prefit:
            check_is_fitted(self.estimator)
            check_same_labels(self.classes_, self.estimator.classes_)
            self.classes_ = np.union1d(self.classes_, self.estimator.classes_)
        self._remember(X, y, fit_params)
        return self

    def class_scores(self, X: Any) -> Any:
        """Scores of all classes, shape (n_points, n_classes).

        Every row sums to one; entries may leave [0, 1].

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_points, n_features)
        """
        return self._scores(X)

    def decision_function(self, X: Any) -> Any:
        """`class_scores`; for two classes, the second minus the first.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_points, n_features)

        Returns
        -------
        array of shape (n_points, n_classes), or (n_points,) for two classes
        """
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def predict(self, X: Any) -> Any:
        """Class with the largest score, shape (n_points,); ties go to the lowest.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_points, n_features)
        """
        best = self._scores(X).argmax(axis=1)
        return self.classes_[best]

    def predict_proba(self, X: Any) -> Any:
        """The probabilities nearest to `class_scores`, shape (n_points, n_classes).

        A projection on the simplex, not a calibrated estimate. Wherever a score
        leaves [0, 1] some class has probability exactly 0, so that points may tie
        here that differ in `decision_function`: rank by the latter.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n_points, n_features)
        """
        return project_on_simplex(self._scores(X))

    def _base(self) -> Any:
        return LogisticRegression() if self.estimator is None else self.estimator

    def _targets(self, y: np.ndarray) -> np.ndarray:
        return (y[:, None] == self.classes_).astype(float)

    def _scores_of(self, model: Any, X: Any, n_rows: int) -> np.ndarray:
        return probabilities_of(
            model, X, n_rows, self.classes_, float(self.temperature)
        )

    def _folds(self, X: Any, y: np.ndarray) -> Iterator:
        cv = check_cv(check_cv_setting(self.cv), y, classifier=True)
        return cv.split(X, y)
