"""What regressor and classifier share: a base, an embedding, remembered residuals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, clone, is_regressor
from sklearn.utils import check_consistent_length, get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted, validate_data

from refgen._estimators.data import check_labels, check_squares, check_targets
from refgen._estimators.parameters import row_weights
from refgen._estimators.rows import out_of_fold
from refgen._naming import naming
from refgen.arrays import namespace, refuse_masked, to_device, to_host
from refgen.neighbors import nearest_neighbors
from refgen.resmem._checks import as_columns, check_points, embedded_floats
from refgen.resmem._choice import choose_by_leave_one_out, forget_choice
from refgen.resmem.smoother import neighbor_weights, smooth

_ENTRIES_AT_ONCE = 1 << 24


class ResMemBase(BaseEstimator, ABC):
    """Fits the base, remembers its residuals, and smooths them for new points."""

    # Where and how neighbours are searched; refgen_gpu overrides these.
    _place = staticmethod(to_device)
    _bring = staticmethod(to_host)
    _search = staticmethod(nearest_neighbors)

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
    ) -> None:
        self.estimator = estimator
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.bandwidth = bandwidth
        self.embedding = embedding
        self.residuals = residuals
        self.cv = cv
        self.prefit = prefit

    # What differs between regressor and classifier.

    @abstractmethod
    def _base(self) -> Any:
        """The estimator that was given, or the default."""

    @abstractmethod
    def _targets(self, y: np.ndarray) -> np.ndarray:
        """What the base approximates, as floats."""

    @abstractmethod
    def _scores_of(self, model: Any, X: Any, n_rows: int) -> np.ndarray:
        """The scores of a base, of the shape of the targets."""

    @abstractmethod
    def _folds(self, X: Any, y: np.ndarray) -> Iterator:
        """Training and test rows of residuals="cross_val"."""

    # Fitting.

    def _remember(self, X: Any, y: np.ndarray, params: dict[str, Any]) -> None:
        """Fit everything on checked data."""
        params = self._routed(params)
        for name, value in params.items():
            refuse_masked(name, value)
        targets = self._targets(y)
        self.estimator_ = self._fitted_base(X, y, params)
        kept = row_weights(params.get("sample_weight"), len(y)) != 0
        residuals = targets - self._scores_to_correct(X, y, params)
        self.embedding_ = self._fitted_embedding(X, y)
        points = self._embed(X, len(y))
        self.points_, self.targets_ = points[kept], targets[kept]
        self.residuals_ = residuals[kept]
        self._choose()

    def _fitted_base(self, X: Any, y: np.ndarray, params: dict[str, Any]) -> Any:
        if self.prefit:
            check_is_fitted(self.estimator)
            return self.estimator
        return self._trained(X, y, **params)

    def _scores_to_correct(self, X: Any, y: np.ndarray, params: dict) -> np.ndarray:
        if self.residuals == "train":
            return self._scores_of(self.estimator_, X, len(y))
        folds = self._folds(X, y)
        setting = "residuals='cross_val'"
        return out_of_fold(self._trained, X, y, folds, params, self._scores_of, setting)

    def _trained(self, X: Any, y: np.ndarray, **params: Any) -> Any:
        return clone(self._base()).fit(X, y, **params)

    def _fitted_embedding(self, X: Any, y: np.ndarray) -> Any:
        if not hasattr(self.embedding, "transform"):
            return self.embedding
        return clone(self.embedding).fit(X, y)

    def _choose(self) -> None:
        """Set n_neighbors_ and bandwidth_, by leave-one-out where asked for."""
        n = len(self.points_)
        forget_choice(self)
        self.n_neighbors_ = 1 if self.weights == "nearest" else self.n_neighbors
        self.bandwidth_ = self.bandwidth if self.weights == "exponential" else None
        # A small integer type would overflow in what is computed of it.
        if self.n_neighbors_ != "auto":
            self.n_neighbors_ = int(self.n_neighbors_)
        if self.bandwidth_ not in ("auto", None):
            self.bandwidth_ = float(self.bandwidth_)
        if self.n_neighbors_ != "auto" and self.n_neighbors_ > n:
            raise ValueError(
                f"n_neighbors={self.n_neighbors_} is more than n_samples={n}; set it "
                f"to at most {n}, or give more samples"
            )
        if "auto" in (self.n_neighbors_, self.bandwidth_):
            choose_by_leave_one_out(self)

    # Predicting.

    def base_scores(self, X: Any) -> Any:
        """What the base alone says.

        Parameters
        ----------
        X : array of shape (n_points, n_features)

        Returns
        -------
        array of shape (n_points,), (n_points, n_outputs) or (n_points, n_classes)
            Predictions of a regressor; softmax(logits/temperature) of a classifier.
        """
        X, n_rows = self._seen_again(X)
        return self._scores_of(self.estimator_, X, n_rows)

    def residual_scores(self, X: Any) -> Any:
        """What memory adds to `base_scores`: the weighted mean of the residuals.

        Parameters
        ----------
        X : array of shape (n_points, n_features)

        Returns
        -------
        array of the shape of `base_scores`
        """
        X, n_rows = self._seen_again(X)
        return self._remembered(X, n_rows)

    def neighbor_scores(self, X: Any) -> Any:
        """The neighbours' targets without the base: plain k-NN, same weights.

        Parameters
        ----------
        X : array of shape (n_points, n_features)

        Returns
        -------
        array of the shape of `base_scores`
        """
        X, n_rows = self._seen_again(X)
        return self._smoothed(self.targets_, X, n_rows)

    def weight_squares(self, X: Any) -> Any:
        """Σⱼ wⱼ² of each point: the share of the residuals' noise that memory adds.

        Parameters
        ----------
        X : array of shape (n_points, n_features)

        Returns
        -------
        array of shape (n_points,)
            1 for one neighbour, 1/k for k equal weights.
        """
        X, n_rows = self._seen_again(X)
        _, weights = self._neighbors(self._place(self._embed(X, n_rows)))
        return self._bring((weights**2).sum(axis=1))

    def _scores(self, X: Any) -> np.ndarray:
        X, n_rows = self._seen_again(X)
        base = self._scores_of(self.estimator_, X, n_rows)
        return base + self._remembered(X, n_rows)

    def _remembered(self, X: Any, n_rows: int) -> np.ndarray:
        return self._smoothed(self.residuals_, X, n_rows)

    def _smoothed(self, values: np.ndarray, X: Any, n_rows: int) -> np.ndarray:
        embedded, width = self._embed(X, n_rows), self.points_.shape[1]
        if embedded.shape[1] != width:
            raise ValueError(
                f"embedding returned {embedded.shape[1]} dimensions, and {width} in "
                "fit; it must treat all points alike"
            )
        queries = self._place(embedded)
        memory = self._place(values)
        indices, weights = self._neighbors(queries)
        per_row = self.n_neighbors_ * (values.size // len(values))
        step = max(1, _ENTRIES_AT_ONCE // max(per_row, 1))
        parts = [
            self._bring(smooth(memory, indices[i : i + step], weights[i : i + step]))
            for i in range(0, n_rows, step)
        ]
        return np.concatenate(parts)

    def _neighbors(self, queries: Any) -> tuple[Any, Any]:
        """Indices and weights of the neighbours, where they were searched."""
        points = self._place(self.points_)
        distances, indices = self._search(points, queries, self.n_neighbors_)
        width = 1.0 if self.bandwidth_ is None else self.bandwidth_
        return indices, neighbor_weights(distances, self.weights, width)

    def _embed(self, X: Any, n_rows: int) -> np.ndarray:
        return embedded_floats(self._embedded(X), n_rows)

    def _embedded(self, X: Any) -> Any:
        if self.embedding_ is None:
            return X
        if isinstance(self.embedding_, str):
            return as_columns(self.estimator_.decision_function(X))
        if hasattr(self.embedding_, "transform"):
            return self.embedding_.transform(X)
        found = self.embedding_(X)
        return found if namespace(found) is np else self._bring(found)

    # Input.

    def _seen(self, X: Any, reset: bool) -> Any:
        """X for base and embedding: frames as they are, anything else as an array."""
        is_embedded = self.embedding is not None
        check_points(X, is_embedded)
        is_frame = hasattr(X, "columns")
        with naming("X"):
            if is_frame and is_embedded:
                return validate_data(self, X, reset=reset, skip_check_array=True)
            checked = validate_data(self, X, reset=reset, **self._accepted())
        if not is_embedded:
            check_squares("X", "values", checked)
        return X if is_frame else checked

    def _seen_first(self, X: Any, y: Any, **checks: Any) -> tuple[Any, np.ndarray]:
        """X and y of ``fit``, checked."""
        check_points(X, self.embedding is not None)
        (check_targets if is_regressor(self) else check_labels)(y)
        with naming("y" if y is None else "X"):
            validate_data(self, X, y, skip_check_array=True)
        with naming("y"):
            y = validate_data(self, y=y, **checks)
        if is_regressor(self):
            check_squares("y", "values", y)
        # After y: checking it makes scikit-learn forget the feature names of X.
        X = self._seen(X, reset=True)
        with naming("X", "y"):
            check_consistent_length(X, y)
        return X, y

    def _seen_again(self, X: Any) -> tuple[Any, int]:
        check_is_fitted(self)
        X = self._seen(X, reset=False)
        return X, X.shape[0]

    def _accepted(self) -> dict[str, Any]:
        """What the base and the embedding accept, as settings of ``validate_data``."""
        is_embedded = self.embedding is not None
        return {
            "accept_sparse": "csr" if get_tags(self).input_tags.sparse else False,
            # An embedding may fill in missing values.
            "ensure_all_finite": not is_embedded,
            "dtype": None if is_embedded else "numeric",
        }

    # scikit-learn.

    def _routed(self, params: dict[str, Any]) -> dict[str, Any]:
        if get_config()["enable_metadata_routing"]:
            return dict(process_routing(self, "fit", **params).estimator.fit)
        return {k: v for k, v in params.items() if v is not None}

    def get_metadata_routing(self) -> MetadataRouter:
        """Where ``fit`` sends its metadata: all to ``estimator.fit``."""
        mapping = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=self)
        return router.add(estimator=self._base(), method_mapping=mapping)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.embedding is not None and all(
            get_tags(part).input_tags.sparse
            for part in (self._base(), self.embedding)
            if hasattr(part, "__sklearn_tags__")
        )
        return tags
