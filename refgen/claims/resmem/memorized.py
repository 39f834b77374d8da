"""RM-7: what residual memorization says at its own training points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal, tends_to
from refgen.claims.registry import claim
from refgen.claims.sources import YANG
from refgen.domains import integer, matrix, record, vector


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


fitted_labels = record(
    _distinct,
    "distinct points, any labels, any base",
    d=integer(1, 4),
    n=integer(2, 12),
    points=matrix("n", "d"),
    labels=vector("n"),
    fitted=vector("n"),
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
    shares = (1.0, 0.5, 0.25, 0.1, 0.05, 0.02)  # σ/δ
    errors = near.errors_along([share * near.distances[..., 1] for share in shares])
    largest = abs(near.residual_gaps).max(axis=-1)[..., None]
    envelope = (k - 1) * xp.exp(-1 / xp.asarray(shares)) * largest
    return tends_to(errors, 0, envelope, near.scale[..., None])


def _averages_as_bandwidths_grow(near: _AtTrainingPoints) -> Any:
    """Errors → rᵢ − mean rⱼ, within (e^(D/σ) − 1) s; D is the distance to point k.

    s is the largest |rᵢ − rⱼ|.
    """
    xp, gaps = namespace(near.distances), near.residual_gaps
    shares = (1.0, 4.0, 16.0, 2.0**10, 2.0**20, 2.0**40)  # σ/D
    errors = near.errors_along([share * near.distances[..., -1] for share in shares])
    largest = abs(gaps).max(axis=-1)[..., None]
    envelope = xp.expm1(1 / xp.asarray(shares)) * largest
    mean = gaps.mean(axis=-1)[..., None]
    return tends_to(errors, mean, envelope, 2 * near.scale[..., None])


@claim(
    "RM-7",
    kind="identity",
    domain=fitted_labels,
    source=f"{YANG} for one neighbour; soft weights derived here",
    cost=50,
)
def memorization(rg, case, interpolating="nearest"):
    """One neighbour: training error 0, for any base; soft k-NN: Σ wⱼ(rᵢ − rⱼ).

    That tends to 0 for small and to rᵢ minus the mean residual for large bandwidths.
    """
    near = _AtTrainingPoints.of(rg, case)
    soft = near.weights("exponential")
    weighted_gaps = (soft * near.residual_gaps).sum(axis=-1)
    return (
        equal(near.errors(near.weights(interpolating)), 0, near.scale),
        equal(near.errors(soft), weighted_gaps, 2 * near.scale),
        _remembers_as_bandwidths_shrink(near),
        _averages_as_bandwidths_grow(near),
    )


memorization.twin(
    "so does soft k-NN with bandwidth 0.7 interpolate", interpolating="exponential"
)
