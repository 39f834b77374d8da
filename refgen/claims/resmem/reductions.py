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
        ),
        # Both points are at the distance 5, which no two equal terms add up to.
        ScoredClasses(
            np.array([[3.0, 4.0], [5.0, 0.0]]),
            np.array([[0.0, 0.0]]),
            np.zeros((2, 2)),
            np.zeros((1, 2)),
            np.array(1.0),
            np.array([0, 1]),
        ),
    ],
)


BANDWIDTH = 0.7


def _smoothers(rg: Any, case: ScoredClasses) -> tuple[Any, list[Any]]:
    """Neighbours and weights: some are negative, and the last sum to a half."""
    k = min(3, case.points.shape[-2])
    distances, indices = rg.resmem.design_neighbors(case.points, case.queries, k)
    weights = summing_to_one(rg, distances, BANDWIDTH)
    return indices, [*weights, weights[2] / 2]


def _votes(case: ScoredClasses) -> list[Any]:
    """What k-NN says of every class, for each of the weights of `_smoothers`.

    Of all points, those outside the k first by (distance, index) weigh nothing.
    """
    xp, n = namespace(case.points), case.points.shape[-2]
    apart = case.queries[..., :, None, :] - case.points[..., None, :, :]
    # Not a power of 2, which need not be exact on a device: squares of integers tie.
    square = (apart * apart).sum(axis=-1)
    distance, known = xp.sqrt(square), xp.arange(n)
    earlier = (square[..., None, :] < square[..., :, None]) | (
        (square[..., None, :] == square[..., :, None]) & (known < known[:, None])
    )
    rank = earlier.sum(axis=-1)
    near = (rank < min(3, n)) * 1.0
    soft = near * xp.exp((distance.min(axis=-1, keepdims=True) - distance) / BANDWIDTH)
    soft, even = (w / w.sum(axis=-1, keepdims=True) for w in (soft, near))
    first = (rank == 0) * 1.0
    return [
        (weights[..., None] * case.labels[..., None, :, :]).sum(axis=-2)
        for weights in (first, even, soft, 2 * soft - even, soft / 2)
    ]


def _softmax_of(total: float) -> Any:
    """Probabilities that sum to `total`, for a twin."""
    return lambda logits: total * _softmax(logits)


@claim(
    "RM-17",
    kind="identity",
    domain=scored_classes,
    source=f"derived here; the form for classes: {YANG}",
    cost=50,
)
def reductions(rg, case, fitted_by=_softmax, base_weight=1.0):
    """f = Sy + (I − S)fₙ; k-NN if fₙ = 0, the base if it interpolates; Σ scores = 1.

    The residuals onehot − softmax sum to 0 over classes, so that scores of classes
    sum to 1 whatever the weights. k-NN is compared with a vote of its own.
    """
    own, fitted, labels = case.own, fitted_by(case.logits), case.labels
    indices, smoothers = _smoothers(rg, case)
    predict, parts = rg.resmem.resmem_predictions, []
    for weights, votes in zip(smoothers, _votes(case), strict=True):
        smooth_base = smoothed(rg, fitted, indices, weights)
        scores = predict(own, fitted, labels, indices, weights)
        knn = predict(0 * own, 0 * fitted, labels, indices, weights)
        base = predict(own, fitted, fitted, indices, weights)
        # Weights are at most 2 in absolute value, probabilities at most 1.
        size = 1 + 4 * weights.shape[-1]
        parts += [
            equal(scores, votes + own - base_weight * smooth_base, size),
            equal(knn, votes, size),
            equal(base, own, size),
            equal(scores.sum(axis=-1), 1, size * own.shape[-1]),
        ]
    return parts


reductions.twin("f = Sy + fₙ − 0.97 Sfₙ", base_weight=0.97)
reductions.twin(
    "so do scores with probabilities that sum to 1.03", fitted_by=_softmax_of(1.03)
)
reductions.twin(
    "so do scores with residuals against the logits", fitted_by=lambda logits: logits
)


@reductions.twin_function("scores are probabilities: none is negative")
def _(rg, case):
    indices, (nearest, *_) = _smoothers(rg, case)
    setting = (_softmax(case.logits), case.labels, indices, nearest)
    return at_most(0, rg.resmem.resmem_predictions(case.own, *setting), 5)


# --- RM-17p: scores made probabilities


def _by_bisection(scores: Any) -> Any:
    """max(f − τ, 0), whose sum falls with τ, with the τ for which it is 1."""
    xp, high = namespace(scores), scores.max(axis=-1, keepdims=True)
    low = high - 1
    for _ in range(60):
        middle = (low + high) / 2
        enough = xp.maximum(scores - middle, 0).sum(axis=-1, keepdims=True) >= 1
        low, high = xp.where(enough, middle, low), xp.where(enough, high, middle)
    return xp.maximum(scores - low, 0)


@claim("RM-17p", kind="inequality", domain=scored_classes, cost=50)
def projected_scores(rg, case, share=1.0):
    """The nearest probabilities to the scores are never worse: ‖p − y‖² ≤ ‖f − y‖².

    For every class y, and even ‖p − y‖² + ‖f − p‖² ≤ ‖f − y‖². Only the nearest
    probabilities have this for all y.
    """
    indices, (nearest, *_) = _smoothers(rg, case)
    setting = (_softmax(case.logits), case.labels, indices, nearest)
    scores = rg.resmem.resmem_predictions(case.own, *setting)
    nearest_shares = rg.resmem.project_on_simplex(scores)
    xp = namespace(scores)
    corners = xp.eye(scores.shape[-1])
    moved = ((scores - nearest_shares) ** 2).sum(axis=-1)[..., None]
    before = ((scores[..., None, :] - corners) ** 2).sum(axis=-1)
    after = ((nearest_shares[..., None, :] - corners) ** 2).sum(axis=-1)
    return (
        at_most(after + moved, share * before, 9, sharp=True),
        equal(nearest_shares, _by_bisection(scores), 4),
    )


projected_scores.twin("‖p − y‖² + ‖f − p‖² ≤ 0.98 ‖f − y‖²", share=0.98)
