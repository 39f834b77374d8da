"""RM-7 and 7l: what is said at training points, with and without themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal, tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import YANG
from refgen.domains import first_wrong, integer, matrix, not_a, record, vector


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


def _distinct(points: Any, labels: Any, fitted: Any) -> FittedLabels:
    """Distinct points: one that equals r earlier ones moves by r/16.

    Only points on the lattice are equal.
    """
    xp = namespace(points)
    alike = (points[..., :, None, :] == points[..., None, :, :]).all(axis=-1)
    repeats = xp.tril(alike, -1).sum(axis=-1)[..., None]
    moved = points + repeats * xp.eye(points.shape[-1])[0] / 16
    return FittedLabels(moved, labels, fitted)


def not_fitted_labels(case: Any) -> str | None:
    """Why there are no labels and fitted values for two distinct points or more."""
    reason = not_a(FittedLabels, case)
    if reason:
        return reason
    points = np.asarray(case.points, float)
    if points.ndim != 2 or len(points) < 2:
        return f"points must have the axes (n ≥ 2, d), got shape {points.shape}"
    for name in ("labels", "fitted"):
        shape = np.shape(getattr(case, name))
        if shape != points.shape[:1]:
            return f"{name} must have the axis ({len(points)},), got shape {shape}"
    if len(np.unique(points, axis=0)) < len(points):
        return "points must be distinct, got some twice"
    values = np.concatenate([points.ravel(), case.labels, case.fitted])
    return first_wrong(~np.isfinite(values), values, "all numbers must be finite")


fitted_labels = record(
    _distinct,
    "distinct points, any labels, any base",
    d=integer(1, 4),
    n=integer(2, 12),
    points=matrix("n", "d"),
    labels=vector("n"),
    fitted=vector("n"),
    outside=not_fitted_labels,
    examples=lambda: [
        FittedLabels(
            np.array([[0.0], [1.0], [3.0]]),
            np.array([1.0, -1.0, 2.0]),
            np.array([0.5, 0.0, 0.0]),
        )
    ],
)


@dataclass(frozen=True)
class _AtTrainingPoints:
    """ResMem with k = 5 neighbours (all if fewer), asked for its training points."""

    rg: Any
    case: FittedLabels
    distances: Any
    indices: Any

    @classmethod
    def of(cls, rg: Any, case: FittedLabels) -> _AtTrainingPoints:
        k = min(5, case.points.shape[-2])
        return cls(rg, case, *rg.resmem.design_neighbors(case.points, case.points, k))

    @property
    def next_distance(self) -> Any:
        """To the nearest other point, (..., n)."""
        return self.distances[..., 1]

    def weights(self, kind: str, bandwidth: Any = 0.7) -> Any:
        """wⱼ, (..., n, k)."""
        return self.rg.resmem.neighbor_weights(self.distances, kind, bandwidth)

    def errors(self, weights: Any) -> Any:
        """yᵢ − f(xᵢ), (..., n)."""
        fitted, labels = self.case.fitted[..., None], self.case.labels[..., None]
        predicted = self.rg.resmem.resmem_predictions(
            fitted, fitted, labels, self.indices, weights
        )
        return (labels - predicted)[..., 0]

    def errors_along(self, bandwidths: list[Any]) -> Any:
        """`errors` of soft weights for each of some bandwidths, (..., n, sizes)."""
        soft = [self.errors(self.weights("exponential", b)) for b in bandwidths]
        return namespace(self.distances).stack(soft, axis=-1)

    @property
    def residual_gaps(self) -> Any:
        """rᵢ − rⱼ for the neighbours j of i, (..., n, k)."""
        residuals = (self.case.labels - self.case.fitted)[..., None]
        return residuals - self.rg.resmem.at_neighbors(residuals, self.indices)[..., 0]

    @property
    def scale(self) -> Any:
        """A bound on the absolute terms of rᵢ − rⱼ, (..., 1)."""
        size = abs(self.case.labels) + abs(self.case.fitted)
        return 2 * size.max(axis=-1)[..., None]


def _remembers_as_bandwidths_shrink(near: _AtTrainingPoints) -> Any:
    """Errors → 0, within (k − 1) e^(−δ/σ) s; δ is the distance to the next point.

    s is the largest |rᵢ − rⱼ|.
    """
    xp, k = namespace(near.distances), near.distances.shape[-1]
    sizes = (1, 2, 4, 10, 20, 50)  # δ/σ
    errors = near.errors_along([near.next_distance / size for size in sizes])
    largest = abs(near.residual_gaps).max(axis=-1)[..., None]
    return tends_to(
        errors,
        0,
        lambda size: (k - 1) * xp.exp(-size) * largest,
        sizes,
        near.scale[..., None],
    )


def _averages_as_bandwidths_grow(near: _AtTrainingPoints) -> Any:
    """Errors → rᵢ − mean rⱼ, within (e^(D/σ) − 1) s; D is the distance to point k.

    s is the largest |rᵢ − rⱼ|.
    """
    xp, gaps = namespace(near.distances), near.residual_gaps
    sizes = (1, 4, 16, 2**10, 2**20, 2**40)  # σ/D
    errors = near.errors_along([size * near.distances[..., -1] for size in sizes])
    largest = abs(gaps).max(axis=-1)[..., None]
    mean = gaps.mean(axis=-1)[..., None]
    return tends_to(
        errors,
        mean,
        lambda size: xp.expm1(1 / size) * largest,
        sizes,
        2 * near.scale[..., None],
    )


def _nearest(near: _AtTrainingPoints) -> Any:
    return near.weights("nearest")


def _soft(near: _AtTrainingPoints) -> Any:
    return near.weights("exponential")


def _narrow(near: _AtTrainingPoints) -> Any:
    """Soft weights, with a bandwidth of a quarter of the distance to the next point."""
    return near.weights("exponential", near.next_distance / 4)


@claim(
    "RM-7",
    kind="identity",
    domain=fitted_labels,
    source=f"{YANG} for one neighbour; soft weights derived here",
    cost=50,
)
def memorization(rg, case, interpolating=_nearest):
    """One neighbour: training error 0, for any base; soft k-NN: Σ wⱼ(rᵢ − rⱼ).

    That tends to 0 for small and to rᵢ minus the mean residual for large bandwidths.
    """
    near = _AtTrainingPoints.of(rg, case)
    soft = _soft(near)
    weighted_gaps = (soft * near.residual_gaps).sum(axis=-1)
    return (
        equal(near.errors(interpolating(near)), 0, near.scale),
        equal(near.errors(soft), weighted_gaps, 2 * near.scale),
        _remembers_as_bandwidths_shrink(near),
        _averages_as_bandwidths_grow(near),
    )


memorization.twin(
    "so does soft k-NN whose bandwidth is a quarter of the next point's distance",
    interpolating=_narrow,
)
memorization.twin(
    "so does soft k-NN with bandwidth 0.7 interpolate", interpolating=_soft
)

# --- RM-7l: what the other points say of a residual

COUNT, BANDWIDTHS = 3, (0.3, 2.0)


def _left_out(case: FittedLabels, kind: str) -> Any:
    """Mean squared errors by deleting each point in turn, (bandwidths, k)."""
    xp, n = namespace(case.points), case.points.shape[0]
    residuals, count = case.labels - case.fitted, min(COUNT, n - 1)
    # Not a power of 2, which need not be exact on a device: lattice points have ties.
    apart = case.points[:, None] - case.points[None]
    squares = (apart * apart).sum(axis=-1)
    total = xp.zeros((len(BANDWIDTHS), count))
    for i in range(n):
        others = xp.asarray([j for j in range(n) if j != i])
        order = others[xp.argsort(squares[i, others], kind="stable")][:count]
        distances, near = xp.sqrt(squares[i, order]), residuals[order]
        for b, bandwidth in enumerate(BANDWIDTHS):
            raw = xp.exp(-(distances - distances[0]) / bandwidth)
            raw = {"exponential": raw, "uniform": raw**0}.get(
                kind, (order == order[0]) * 1.0
            )
            guess = (raw * near).cumsum(axis=0) / raw.cumsum(axis=0)
            total[b] += (residuals[i] - guess) ** 2 / n
    return total


def _scores(rg: Any, case: FittedLabels, kind: str, share: float) -> Any:
    """What `leave_one_out_scores` makes of the neighbours of all points."""
    points, count = case.points, min(COUNT, case.points.shape[0] - 1)
    found = rg.neighbors.nearest_neighbors(points, points, count + 1)
    others = rg.resmem.without_self(*found)
    residuals = case.labels - case.fitted
    widths = [share * bandwidth for bandwidth in BANDWIDTHS]
    return rg.resmem.leave_one_out_scores(*others, residuals, kind, widths)


@claim("RM-7l", kind="identity", domain=fitted_labels, cost=1000)
def leave_one_out(rg, case, share=1.0):
    """Leave-one-out scores are the errors of residuals predicted by all other points.

    For every number of neighbours up to 3, three kinds of weights and two bandwidths.
    """
    xp, parts = namespace(case.points), []
    scale = 4 * (abs(case.labels) + abs(case.fitted)).max(axis=-1) ** 2
    each = [case.take(i) for i in range(case.points.shape[0])]
    for kind in ("nearest", "uniform", "exponential"):
        scores = xp.stack([_scores(rg, one, kind, share) for one in each])
        deleted = xp.stack([_left_out(one, kind) for one in each])
        parts.append(equal(scores, deleted, scale[:, None, None]))
    return parts


leave_one_out.twin("with bandwidths that are 3 % smaller", share=0.97)
