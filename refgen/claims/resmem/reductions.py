"""RM-17: what ResMem reduces to, and that scores of classes sum to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.resmem._smoothers import smoothed, summing_to_one
from refgen.claims.sources import YANG
from refgen.domains import integer, labels, matrix, real, record


def _softmax(logits: Any) -> Any:
    raw = namespace(logits).exp(logits - logits.max(axis=-1, keepdims=True))
    return raw / raw.sum(axis=-1, keepdims=True)


@dataclass(frozen=True, repr=False)
class ScoredClasses(Instance):
    """Logits of a base at points and queries, and the classes of the points.

    Attributes
    ----------
    points, queries : arrays of shape (..., n, n_features), (..., n_queries, n_features)
    at_points, at_queries : arrays of shape (..., n, n_classes), (..., n_queries, ...)
        Logits, up to the factor `sharpness`.
    sharpness : array of shape (...)
    classes : integer array of shape (..., n)
    """

    points: Any
    queries: Any
    at_points: Any
    at_queries: Any
    sharpness: Any
    classes: Any

    @property
    def logits(self) -> Any:
        """Of the base at the points, (..., n, n_classes)."""
        return self.sharpness[..., None, None] * self.at_points

    @property
    def own(self) -> Any:
        """The base's probabilities at the queries, (..., n_queries, n_classes)."""
        return _softmax(self.sharpness[..., None, None] * self.at_queries)

    @property
    def labels(self) -> Any:
        """One-hot rows, (..., n, n_classes)."""
        known = namespace(self.classes).arange(self.at_points.shape[-1])
        return (self.classes[..., None] == known).astype(float)


scored_classes = record(
    ScoredClasses,
    "any logits at points and queries, any classes",
    d=integer(1, 3),
    n=integer(1, 9),
    n_queries=integer(1, 4),
    n_classes=integer(2, 5),
    points=matrix("n", "d"),
    queries=matrix("n_queries", "d"),
    at_points=matrix("n", "n_classes"),
    at_queries=matrix("n_queries", "n_classes"),
    sharpness=real(0, 10),
    classes=labels("n", n_classes="n_classes"),
    examples=lambda: [
        # The nearest point is sure of the wrong class, the query of another one.
        ScoredClasses(
            np.array([[1.0], [2.0]]),
            np.array([[0.0]]),
            np.array([[0.0, 0.0, 9.0], [0.0, 0.0, 0.0]]),
            np.array([[0.0, 9.0, 0.0]]),
            np.array(1.0),
            np.array([0, 1]),
        )
    ],
)


def _smoothers(rg: Any, case: ScoredClasses) -> tuple[Any, list[Any]]:
    """Neighbours and weights: some are negative, and the last sum to a half."""
    k = min(3, case.points.shape[-2])
    distances, indices = rg.resmem.design_neighbors(case.points, case.queries, k)
    weights = summing_to_one(rg, distances, 0.7)
    return indices, [*weights, weights[2] / 2]


@claim(
    "RM-17",
    kind="identity",
    domain=scored_classes,
    source=f"derived here; the form for classes: {YANG}",
    cost=50,
)
def reductions(rg, case, fitted_by=_softmax):
    """f = Sy + (I − S)fₙ; k-NN if fₙ = 0, the base if it interpolates; Σ scores = 1.

    The residuals onehot − softmax sum to 0 over classes, so that scores of classes
    sum to 1 whatever the weights.
    """
    own, fitted, labels = case.own, fitted_by(case.logits), case.labels
    indices, smoothers = _smoothers(rg, case)
    predict, parts = rg.resmem.resmem_predictions, []
    for weights in smoothers:
        smooth_labels = smoothed(rg, labels, indices, weights)
        form = smooth_labels + own - smoothed(rg, fitted, indices, weights)
        scores = predict(own, fitted, labels, indices, weights)
        knn = predict(0 * own, 0 * fitted, labels, indices, weights)
        base = predict(own, fitted, fitted, indices, weights)
        # Weights are at most 2 in absolute value, probabilities at most 1.
        size = 1 + 4 * weights.shape[-1]
        parts += [
            equal(scores, form, size),
            equal(knn, smooth_labels, size),
            equal(base, own, size),
            equal(scores.sum(axis=-1), 1, size * own.shape[-1]),
        ]
    return parts


reductions.twin(
    "so do scores with residuals against the logits", fitted_by=lambda logits: logits
)


@reductions.twin_function("scores are probabilities: none is negative")
def _(rg, case):
    indices, (nearest, *_) = _smoothers(rg, case)
    setting = (_softmax(case.logits), case.labels, indices, nearest)
    return at_most(0, rg.resmem.resmem_predictions(case.own, *setting), 5)
