"""UC-24: gradient descent stays on the ray of its first step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import choice, integer, matrix, real, record
from refgen.uniform_convergence import LinearExample

N_STEPS = 8


@dataclass(frozen=True, repr=False)
class Orthogonal(Instance):
    """A sample with orthogonal noise vectors of length √V.

    Attributes
    ----------
    directions : array of shape (..., m, m)
        Orthonormal rows.
    labels : array of shape (..., m)
        ±1.
    signal, noise, step : array of shape (...)
        a, V, and the step size times a + V.
    other : array of shape (..., m)
        How other weights than Σ yᵢxᵢ count the points, less 1.
    """

    directions: Any
    labels: Any
    signal: Any
    noise: Any
    step: Any
    other: Any

    @property
    def points(self) -> Any:
        """Signals, and noise; shape (..., m, m + 1)."""
        xp, m = namespace(self.signal), self.labels.shape[-1]
        signal = self.labels * xp.sqrt(self.signal / m)[..., None]
        noise = xp.sqrt(self.noise)[..., None, None] * self.directions
        return xp.concatenate([signal[..., None], noise], axis=-1)


orthogonal_samples = record(
    Orthogonal,
    "2 to 6 orthogonal noise vectors, signal and noise in [0.5, 8]",
    m=integer(2, 6),
    directions=matrix("m", "m", kind="orthogonal"),
    labels=choice(-1.0, 1.0, shape=("m",)),
    signal=real(0.5, 8.0, log=True),
    noise=real(0.5, 8.0, log=True),
    step=real(0.05, 4.0, log=True),
    other=real(-1, 1, shape=("m",)),
    examples=lambda: [
        Orthogonal(
            directions=np.eye(2),
            labels=np.ones(2),
            signal=np.array(4.0),
            noise=np.array(8.0),
            step=np.array(0.5),
            other=np.zeros(2),
        )
    ],
)


def _descent(case: Orthogonal, loss: str, stretched: float) -> Any:
    """Weights after each step on all points, (..., N_STEPS, m + 1)."""
    xp, points = namespace(case.signal), case.points * case.labels[..., None]
    if stretched != 1:
        first = xp.arange(points.shape[-2])[:, None] == 0
        points = points * xp.where(first, stretched, 1.0)
    rate = (case.step / (case.signal + case.noise))[..., None]
    weights, found = 0 * points[..., 0, :], []
    for _ in range(N_STEPS):
        slope = xp.exp(-(points * weights[..., None, :]).sum(axis=-1))
        if loss == "logistic":
            slope = slope / (1 + slope)
        weights = weights + rate * (slope[..., None] * points).sum(axis=-2)
        found.append(weights)
    return xp.stack(found, axis=-2)


def _least_margin(case: Orthogonal, counts: Any) -> Any:
    """min y w·x/‖w‖ of w = Σ counts · yᵢxᵢ."""
    xp, points = namespace(counts), case.points * case.labels[..., None]
    weights = (counts[..., None] * points).sum(axis=-2)
    margins = (points * weights[..., None, :]).sum(axis=-1).min(axis=-1)
    length = xp.sqrt((weights * weights).sum(axis=-1))
    return margins / xp.where(length > 0, length, 1.0)


@claim("UC-24", kind="identity", domain=orthogonal_samples, cost=60)
def same_direction(rg, case, stretched=1.0, counted=1.0):
    """With orthogonal noise of equal length, all steps of descent go along Σ yᵢxᵢ.

    So for the logistic and the exponential loss; no direction has larger margins.
    """
    xp, m = namespace(case.signal), case.labels.shape[-1]
    example = LinearExample(m, m, case.signal, case.noise)
    points = (case.points * case.labels[..., None]).sum(axis=-2)[..., None, :]
    rate, parts = case.step / (case.signal + case.noise), []
    for loss in ("logistic", "exponential"):
        along = rg.uniform_convergence.ray_descent(example, rate, N_STEPS, loss)
        ray = counted * along[..., None] * points
        # Slopes are between 0 and 1: a step is at most its rate.
        most = N_STEPS * (rate * (1 + xp.sqrt(case.signal + case.noise)))
        parts.append(equal(_descent(case, loss, stretched), ray, most[..., None, None]))
    best = _least_margin(case, 1 + 0 * case.other)
    other = _least_margin(case, 1 + case.other)
    return (*parts, at_most(other, counted * best, best, sharp=True))


same_direction.twin("0.97 of the margin is the largest", counted=0.97)
same_direction.twin("also if one point is 3 % longer", stretched=1.03)
