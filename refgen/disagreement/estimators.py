"""A classifier that estimates its runs' test error without labels."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, get_args

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from refgen._checks import check_choice, check_open_unit, is_integer
from refgen._naming import naming
from refgen.arrays import namespace, refuse_masked
from refgen.disagreement._data import check_columns, class_labels
from refgen.disagreement.estimates import (
    DisagreementEstimate,
    IntervalMethod,
    disagreement_estimate,
)
from refgen.disagreement.protocols import check_classifier, train_runs
from refgen.disagreement.votes import vote_counts

_MINIMUM_RUNS = {"jackknife": 3, "normal": 4, "hoeffding": 2}


class DisagreementErrorEstimator(ClassifierMixin, BaseEstimator):
    """Train several runs of a classifier; their disagreement estimates its error.

    Parameters
    ----------
    estimator : classifier, default=None
        The learner whose error is wanted; None means ``DecisionTreeClassifier()``.
    n_runs : int, default=10
        Number of runs: at least 3 for "jackknife", 4 for "normal", 2 for "hoeffding".
    vary : {"init", "order", "data", "all"}, default="all"
        What differs between runs; see `train_runs`. Runs on the same data tend to
        agree too much: the estimate is then too low.
    max_samples : float, default=0.5
        Share of each class's rows that a run trains on under "data" and "all".
    confidence_level : float, default=0.95
        Of the interval, in (0, 1).
    interval : {"jackknife", "normal", "hoeffding"}, default="jackknife"
        Method of the interval; see `disagreement_estimate`.
    n_jobs : int, default=None
        Runs trained at once, as in joblib; results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Source of all seeds, permutations and subsets.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
    estimators_ : list of n_runs fitted classifiers
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features_in_,)
        Only if `X` of `fit` has feature names that are all strings.

    Notes
    -----
    The number estimated is the error of *one run*, trained on `max_samples` of the
    rows under "data" and "all"; not that of the vote, nor of a fit on all rows.
    With one class in `y` all votes go to it and the estimate is 0 (with a warning) if
    `estimator` accepts one class; otherwise its own error is raised.
    ``sample_weight`` is not supported: a weight and a repeated row would be
    subsampled differently. `train_runs` takes weights.

    Source: Jiang et al. (2022); claims GDE-5, GDE-6 and GDE-17 to GDE-19.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> runs = DisagreementErrorEstimator(random_state=0).fit(X[::2], y[::2])
    >>> estimate = runs.error_estimate(X[1::2])
    >>> error = (runs.run_predictions(X[1::2]) != y[1::2]).mean()
    >>> bool(estimate.low <= error <= estimate.high)
    True
    """

    def __init__(
        self,
        estimator: Any = None,
        n_runs: int = 10,
        vary: str = "all",
        max_samples: float = 0.5,
        confidence_level: float = 0.95,
        interval: str = "jackknife",
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.n_runs = n_runs
        self.vary = vary
        self.max_samples = max_samples
        self.confidence_level = confidence_level
        self.interval = interval
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> DisagreementErrorEstimator:
        """Train the runs.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
        y : array of shape (n_samples,)

        Raises
        ------
        ValueError
            If a parameter is out of range, `n_runs` is too small for `interval`, or
            `X` and `y` are not valid data.
        TypeError
            If `estimator` is not a classifier, `X` or `y` is masked, or holds times.
        """
        self._check_parameters()
        check_columns(X)
        refuse_masked("y", y)
        accepted = self._accepted()
        with naming("X", "y"):
            X, y = validate_data(self, X, y, **accepted)
        y = class_labels(y)
        self.classes_ = np.unique(y)
        self.estimators_ = train_runs(
            self._base(),
            X,
            y,
            n_runs=self.n_runs,
            vary=self.vary,  # type: ignore[arg-type]
            max_samples=self.max_samples,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
        )
        return self

    def run_predictions(self, X: Any) -> Any:
        """Hard labels of every run, shape (n_runs, n_points)."""
        check_is_fitted(self)
        check_columns(X)
        with naming("X"):
            X = validate_data(self, X, reset=False, **self._accepted())
        return np.stack([run.predict(X) for run in self.estimators_])

    def _codes(self, X: Any) -> Any:
        """Predictions of every run as class codes, where the package computes."""
        predictions = self.run_predictions(X)
        return np.searchsorted(self.classes_, predictions)

    def predict_proba(self, X: Any) -> Any:
        """Vote shares, shape (n_points, n_classes)."""
        codes = self._codes(X)
        classes = namespace(codes).arange(len(self.classes_))
        return vote_counts(codes, classes=classes) / len(self.estimators_)

    def predict(self, X: Any) -> Any:
        """Class with most votes, shape (n_points,); ties go to the lowest class."""
        shares = self.predict_proba(X)
        return self.classes_[shares.argmax(axis=1)]

    def error_estimate(self, X: Any) -> DisagreementEstimate:
        """Test error of a run, estimated from points without labels.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_points, n_features)
            Points not trained on: at least two, one for ``interval="hoeffding"``.

        Returns
        -------
        DisagreementEstimate
            Value, interval, and the assumptions behind them.

        Warns
        -----
        UserWarning
            If all runs predict the same everywhere.
        """
        predictions = self._codes(X)
        n_points = predictions.shape[1]
        if n_points < 2 and self.interval != "hoeffding":
            raise ValueError(
                f"X holds n_samples = {n_points}; interval={self.interval!r} needs at "
                "least 2 points: give more, or set interval='hoeffding'"
            )
        if bool((predictions == predictions[0]).all()):
            warnings.warn(self._identical(n_points), UserWarning, stacklevel=2)
        estimate = disagreement_estimate(
            predictions,
            self.confidence_level,
            self.interval,  # type: ignore[arg-type]
        )
        return replace(estimate, assumptions=(*estimate.assumptions, self._scope()))

    def _identical(self, n_points: int) -> str:
        return (
            f"all {len(self.estimators_)} runs predict the same at all {n_points} "
            f"points: the learner appears deterministic under vary={self.vary!r}, and "
            "an estimate of 0 says nothing about its error; use vary='all' or 'data', "
            "a smaller max_samples, or more points"
        )

    def _scope(self) -> str:
        if self.vary in ("data", "all"):
            return (
                f"the error meant is that of one run on {self.max_samples:.0%} of the "
                "training rows, not of the vote nor of a fit on all rows; subsets of "
                "the same rows overlap, so that runs agree more than on rows of their "
                "own, and the estimate tends to be too low"
            )
        return (
            "the error meant is that of one run; runs on the same rows tend to be "
            "overconfident, and the estimate then too low"
        )

    def _base(self) -> Any:
        if self.estimator is None:
            return DecisionTreeClassifier()
        check_classifier(self.estimator)
        return self.estimator

    def _check_parameters(self) -> None:
        check_choice("interval", self.interval, get_args(IntervalMethod))
        check_open_unit("confidence_level", self.confidence_level)
        if not is_integer(self.n_runs) or self.n_runs < 2:
            raise ValueError(
                f"n_runs={self.n_runs!r}: one run cannot estimate disagreement; set "
                "n_runs to an integer of at least 2, 10 for a useful interval"
            )
        minimum = _MINIMUM_RUNS[self.interval]
        if self.n_runs < minimum:
            raise ValueError(
                f"interval={self.interval!r} needs n_runs of at least {minimum}, got "
                f"{self.n_runs}; train more runs or set interval='hoeffding'"
            )

    def _accepted(self) -> dict[str, Any]:
        """Sparse input and NaN are accepted where the learner accepts them."""
        tags = get_tags(self).input_tags
        return {
            "accept_sparse": "csr" if tags.sparse else False,
            "ensure_all_finite": "allow-nan" if tags.allow_nan else True,
        }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        learner = get_tags(self._base())
        tags.input_tags.sparse = learner.input_tags.sparse
        tags.input_tags.allow_nan = learner.input_tags.allow_nan
        if learner.classifier_tags is not None:
            tags.classifier_tags.multi_class = learner.classifier_tags.multi_class
        return tags
