"""What explanations that are fitted to a sample say of points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from refgen.explainability._local_ridge import local_ridge
from refgen.random import Stream

# Entries of a query-by-point matrix: 16 MiB.
_ENTRIES = 1 << 21


class Said(NamedTuple):
    """What drawn explanations say of points; one row for each draw of neighbours.

    Attributes
    ----------
    outputs : array of shape (n_draws, n)
        Clipped to [−b, b].
    ratios : array of shape (n_draws, n)
        √(m Σw²) of the weights, whose mean is ρ_S if the points are the sample.
    complexities : array of shape (n_draws, n)
        √Σw²‖x̃‖²(b + |y|)²/4b², with x̃ = (1, x).
    """

    outputs: np.ndarray
    ratios: np.ndarray
    complexities: np.ndarray


@dataclass(frozen=True, eq=False)
class Fitted:
    """A rule that makes a system of explanations of a sample.

    Around z it takes the weights of points as neighbours of each other, divided by
    their sum, and fits an affine function by ridge regression.

    Attributes
    ----------
    points : array of shape (m, d)
    labels : array of shape (m,)
        In [−b, b].
    scale : float
        s of the neighbourhoods N(x, s²I).
    penalty : float
        λ, on the intercept, too. It keeps the weights' length at most b/(2√λ).
    bound : float
        b.
    """

    points: np.ndarray
    labels: np.ndarray
    scale: float
    penalty: float
    bound: float

    @property
    def norm_bound(self) -> float:
        return self.bound / (2 * self.penalty**0.5)

    @property
    def radii(self) -> np.ndarray:
        """‖x̃‖(b + |y|)/2b of each point."""
        lengths = np.sqrt(1 + (self.points**2).sum(axis=1))
        return lengths * (self.bound + abs(self.labels)) / (2 * self.bound)

    def of_new(self, points: np.ndarray, n_draws: int, stream: Stream) -> Said:
        """Of points that are not in the sample."""
        return self._said(points, n_draws, stream, None)

    def of_own(self, n_draws: int, stream: Stream) -> Said:
        """Of the sample's own points."""
        return self._said(self.points, n_draws, stream, None)

    def of_left_out(self, n_draws: int, stream: Stream) -> Said:
        """Of the sample's points, by fits to all others."""
        own = np.tile(np.arange(len(self.points)), n_draws)
        return self._said(self.points, n_draws, stream, own)

    def _said(self, points: np.ndarray, n_draws: int, stream: Stream, own: Any) -> Said:
        n, d = points.shape
        noise = stream.normal((n_draws, n, d))
        sources = (points + self.scale * noise).reshape(-1, d)
        targets = np.tile(points, (n_draws, 1))
        step = max(1, _ENTRIES // len(self.points))
        parts = [
            self._part(sources[rows], targets[rows], None if own is None else own[rows])
            for rows in (slice(i, i + step) for i in range(0, len(sources), step))
        ]
        joined = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Said(*(part.reshape(n_draws, n) for part in joined))

    def _part(
        self, sources: np.ndarray, targets: np.ndarray, left_out: Any
    ) -> tuple[np.ndarray, ...]:
        logs = self._log_weights(sources)
        if left_out is not None:
            logs[np.arange(len(logs)), left_out] = -np.inf
        logs -= logs.max(axis=1, keepdims=True)
        logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
        fit = local_ridge(self.points, self.labels, logs, self.penalty)
        outputs = fit.intercepts + (fit.coefficients * targets).sum(axis=1)
        squares = np.exp(2 * logs)
        return (
            np.clip(outputs, -self.bound, self.bound),
            np.sqrt(len(self.points) * squares.sum(axis=1)),
            np.sqrt(squares @ self.radii**2),
        )

    def _log_weights(self, sources: np.ndarray) -> np.ndarray:
        """log pᵢ(z) but for a constant, by differences, in which little cancels."""
        logs = np.zeros((len(sources), len(self.points)))
        for j in range(self.points.shape[1]):
            with np.errstate(over="ignore"):
                apart = abs(sources[:, j, None] - self.points[:, j]) / self.scale
            # So far apart that no weight is left, in squares that do not overflow.
            apart = np.minimum(apart, 1e150)
            logs -= apart * apart / 2
        return logs
