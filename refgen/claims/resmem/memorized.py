"""RM-7 and RM-17: what is memorized, and what ResMem reduces to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement.domains import block_sizes
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim

YANG = "Yang et al. 2023 (arXiv 2302.01576)"


@dataclass(frozen=True, repr=False)
class FittedLabels(Instance):
    """Distinct points, any labels and any base's values at the points.

    Attributes
    ----------
    points : array of shape (..., n, n_features)
        No two alike, n ≥ 2.
    labels, fitted : arrays of shape (..., n)
    """

    points: Any
    labels: Any
    fitted: Any


def _fitted_labels(rg: Any, stream: Any, size: int) -> FittedLabels:
    d, n = block_sizes(stream, (1, 4), (2, 12))
    return FittedLabels.trusted(
        points=stream.child("points").normal((size, n, d)),
        labels=stream.child("labels").normal((size, n)),
        fitted=stream.child("fitted").normal((size, n)),
    )


def _small_fitted(n: int) -> Any:
    numbers = st.lists(st.integers(-5, 5), min_size=n, max_size=n)
    distinct = st.lists(st.integers(-9, 9), min_size=n, max_size=n, unique=True)
    return st.builds(
        lambda points, labels, fitted: FittedLabels(
            np.array(points, float)[:, None],
            np.array(labels, float),
            np.array(fitted, float),
        ),
        distinct,
        numbers,
        numbers,
    )


fitted_labels = Domain(
    "fitted_labels",
    "distinct points, any labels, any base",
    lambda: [
        FittedLabels(
            np.array([[0.0], [1.0], [3.0]]),
            np.array([1.0, -1.0, 2.0]),
            np.array([0.5, 0.0, 0.0]),
        )
    ],
    lambda: st.integers(2, 6).flatmap(_small_fitted),
    _fitted_labels,
)

# Bandwidths relative to the nearest and the farthest neighbour of a point.
SHRINKING = (1.0, 0.5, 0.25, 0.1, 0.05, 0.02)
GROWING = (1.0, 4.0, 16.0, 2.0**10, 2.0**20, 2.0**40)


@dataclass(frozen=True)
class _Neighborhood:
    """Points as queries: neighbours, residuals there, and the largest difference."""

    distances: Any
    indices: Any
    residuals: Any
    spread: Any


def _neighborhood(rg: Any, case: FittedLabels) -> _Neighborhood:
    k = min(5, case.points.shape[-2])
    distances, indices = rg.resmem.design_neighbors(case.points, case.points, k)
    residuals = (case.labels - case.fitted)[..., None]
    near = rg.resmem.at_neighbors(residuals, indices)[..., 0]
    spread = 2 * (abs(case.labels) + abs(case.fitted)).max(axis=-1)[..., None]
    return _Neighborhood(distances, indices, near, spread)


def _training_errors(rg: Any, case: FittedLabels, indices: Any, weights: Any) -> Any:
    """yᵢ − f(xᵢ) at the training points."""
    fitted, labels = case.fitted[..., None], case.labels[..., None]
    predicted = rg.resmem.resmem_predictions(fitted, fitted, labels, indices, weights)
    return (labels - predicted)[..., 0]


def _soft(rg: Any, found: _Neighborhood, bandwidth: Any) -> Any:
    return rg.resmem.neighbor_weights(found.distances, "exponential", bandwidth)


def _along_bandwidths(rg, case, found, bandwidths, envelopes):
    """Training errors and proven distances from their limit, one for each bandwidth."""
    xp = namespace(case.points)
    errors = [
        _training_errors(rg, case, found.indices, _soft(rg, found, bandwidth))
        for bandwidth in bandwidths
    ]
    return xp.stack(errors, axis=-1), xp.stack(envelopes, axis=-1)


@claim(
    "RM-7",
    kind="identity",
    domain=fitted_labels,
    source=f"{YANG} for one neighbour; soft weights derived here",
    cost=50,
)
def memorization(rg, case):
    """One neighbour: training error 0, for any base; soft k-NN: Σ wⱼ(rᵢ − rⱼ).

    That tends to 0 for small and to rᵢ minus the mean residual for large bandwidths.
    """
    xp, found = namespace(case.points), _neighborhood(rg, case)
    k = found.distances.shape[-1]
    alone = rg.resmem.neighbor_weights(found.distances, "nearest")
    half = _soft(rg, found, 0.7)
    apart = found.residuals[..., :1] - found.residuals
    zero = _training_errors(rg, case, found.indices, alone)
    soft = _training_errors(rg, case, found.indices, half)
    nearest, farthest = found.distances[..., 1], found.distances[..., -1]
    small = _along_bandwidths(
        rg, case, found,
        [scale * nearest for scale in SHRINKING],
        [(k - 1) * np.exp(-1 / s) * found.spread + 0 * nearest for s in SHRINKING],
    )  # fmt: skip
    large = _along_bandwidths(
        rg, case, found,
        [scale * farthest for scale in GROWING],
        [np.expm1(1 / scale) * found.spread + 0 * nearest for scale in GROWING],
    )  # fmt: skip
    mean = apart.mean(axis=-1)[..., None]
    size = found.spread[..., None]
    return [
        measured(zero, 0.0, found.spread, k),
        measured(soft, xp.einsum("...k,...k->...", half, apart), 2 * found.spread, k),
        measured(small[0], 0.0, size, k, small[1], kind="limit"),
        measured(large[0], mean, 2 * size, k, large[1], kind="limit"),
    ]


@memorization.twin("so does soft k-NN with bandwidth 0.7 interpolate")
def _(rg, case):
    found = _neighborhood(rg, case)
    soft = _training_errors(rg, case, found.indices, _soft(rg, found, 0.7))
    return measured(soft, 0.0, found.spread, found.distances.shape[-1])


# --- RM-17


@dataclass(frozen=True, repr=False)
class ScoredClasses(Instance):
    """Logits of a base at points and queries, and the classes of the points.

    Attributes
    ----------
    points, queries : arrays of shape (..., n, n_features), (..., n_queries, n_features)
    at_points, at_queries : arrays of shape (..., n, n_classes), (..., n_queries, ...)
        Logits.
    labels : array of shape (..., n, n_classes)
        One-hot rows.
    """

    points: Any
    queries: Any
    at_points: Any
    at_queries: Any
    labels: Any


def _scored_classes(rg: Any, stream: Any, size: int) -> ScoredClasses:
    d, n, n_queries, n_classes = block_sizes(stream, (1, 3), (1, 9), (1, 4), (2, 5))
    scale = 10 * stream.child("scale").uniform(size)[:, None, None]
    chosen = stream.child("labels").integers(n_classes, (size, n))
    xp = namespace(chosen)
    return ScoredClasses.trusted(
        points=stream.child("points").normal((size, n, d)),
        queries=stream.child("queries").normal((size, n_queries, d)),
        at_points=scale * stream.child("fitted").normal((size, n, n_classes)),
        at_queries=scale * stream.child("own").normal((size, n_queries, n_classes)),
        labels=(chosen[..., None] == xp.arange(n_classes)).astype(float),
    )


def _scores(classes: list[int], points: list[int], fitted: Any, own: Any) -> Any:
    return ScoredClasses(
        np.array(points, float)[:, None],
        np.zeros((1, 1)),
        np.array(fitted, float),
        np.array([own], float),
        np.eye(3)[classes],
    )


def _small_scores(n: int) -> Any:
    logits = st.lists(st.integers(-4, 4), min_size=3, max_size=3)
    return st.builds(
        _scores,
        st.lists(st.integers(0, 2), min_size=n, max_size=n),
        st.lists(st.integers(-3, 3), min_size=n, max_size=n),
        st.lists(logits, min_size=n, max_size=n),
        logits,
    )


scored_classes = Domain(
    "scored_classes",
    "any logits at points and queries, any classes",
    # The nearest point is sure of the wrong class, the query of another one.
    lambda: [_scores([0, 1], [1, 2], [[0, 0, 9], [0, 0, 0]], [0, 9, 0])],
    lambda: st.integers(1, 4).flatmap(_small_scores),
    _scored_classes,
)


def _softmax(logits: Any) -> Any:
    raw = namespace(logits).exp(logits - logits.max(axis=-1, keepdims=True))
    return raw / raw.sum(axis=-1, keepdims=True)


def _weighted(rg: Any, case: ScoredClasses) -> tuple[Any, list[Any]]:
    """Neighbours, and weights: one kind is negative in part, one sums to a half."""
    k = min(3, case.points.shape[-2])
    distances, indices = rg.resmem.design_neighbors(case.points, case.queries, k)
    kinds = ("nearest", "uniform", "exponential")
    found = [rg.resmem.neighbor_weights(distances, kind, 0.7) for kind in kinds]
    return indices, [*found, 2 * found[2] - found[1], found[2] / 2]


def _smoothed(rg: Any, values: Any, indices: Any, weights: Any) -> Any:
    """S values: what the k-NN smoother makes of them."""
    near = rg.resmem.at_neighbors(values, indices)
    return (weights[..., None] * near).sum(axis=-2)


@claim(
    "RM-17",
    kind="identity",
    domain=scored_classes,
    source=f"derived here; the form for classes: {YANG}",
    cost=50,
)
def reductions(rg, case):
    """f = Sy + (I − S)fₙ; k-NN if fₙ = 0, the base if it interpolates; Σ scores = 1.

    The residuals onehot − softmax sum to 0 over classes, so that scores of classes
    sum to 1 whatever the weights.
    """
    indices, smoothers = _weighted(rg, case)
    own, fitted = _softmax(case.at_queries), _softmax(case.at_points)
    predict, parts = rg.resmem.resmem_predictions, []
    for weights in smoothers:
        labels = _smoothed(rg, case.labels, indices, weights)
        scores = predict(own, fitted, case.labels, indices, weights)
        knn = predict(0 * own, 0 * fitted, case.labels, indices, weights)
        base = predict(own, fitted, fitted, indices, weights)
        form = labels + own - _smoothed(rg, fitted, indices, weights)
        # Weights are at most 2 in absolute value, probabilities at most 1.
        size, terms = 1 + 4.0 * weights.shape[-1], 2 * weights.shape[-1] + 2
        total, all_terms = scores.sum(axis=-1), terms * own.shape[-1]
        parts += [
            measured(knn, labels, size, terms),
            measured(base, own, size, terms),
            measured(scores, form, size, terms),
            measured(total, 1.0, size * own.shape[-1], all_terms),
        ]
    return parts


@reductions.twin("so do scores with residuals against the logits")
def _(rg, case):
    indices, smoothers = _weighted(rg, case)
    own = _softmax(case.at_queries)
    setting = (case.at_points, case.labels, indices, smoothers[1])
    total = rg.resmem.resmem_predictions(own, *setting).sum(axis=-1)
    return measured(total, 1.0, 200.0, 20)


@reductions.twin("scores are probabilities: none is negative", kind="inequality")
def _(rg, case):
    indices, smoothers = _weighted(rg, case)
    own, fitted = _softmax(case.at_queries), _softmax(case.at_points)
    setting = (fitted, case.labels, indices, smoothers[0])
    scores = rg.resmem.resmem_predictions(own, *setting)
    return measured(-scores.min(axis=-1), 0.0, 5.0, 20)
