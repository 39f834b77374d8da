"""What estimators would predict for rows left out, for all penalties, times or steps.

A row of weight above 1 counts as that many rows, of which one is left out; a row of
less weight is left out whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from refgen.arrays import UNIT_ROUNDOFF
from refgen.distillation._directions import Directions
from refgen.distillation._left_out import (
    FlowNodes,
    divide_series,
    quotient_rounding,
)

# Numbers in the arrays of a chunk of times.
_CHUNK = 1 << 22


class LeftOut:
    """Residuals at rows left out, (n_samples, n_outputs), and their mean squares.

    Parameters
    ----------
    directions : Directions
    """

    def __init__(self, directions: Directions) -> None:
        self.of = directions
        weights, total = directions.weights, directions.total
        # The weight that goes, as a share of the row's.
        self.share = np.minimum(weights, 1) / weights
        # What the intercept alone adds to the leverage.
        gone = np.minimum(weights, 1) / total
        self.base = gone if directions.fit_intercept else 0 * gone
        if (self.base >= 1).any():
            raise ValueError(
                "leaving a row out needs two rows of positive weight at least, got "
                f"n_samples={len(weights)}; give a number in place of what is to be "
                "chosen"
            )

    @cached_property
    def squares(self) -> np.ndarray:
        """Leverages per share of each direction, (n_samples, n_directions)."""
        scale = self.share / self.of.total
        return self.of.rows**2 * scale[:, None]

    @cached_property
    def _sizes(self) -> tuple[np.ndarray, np.ndarray]:
        """Of rows, and of the terms of moments: what rounding is in proportion to."""
        of, rows = self.of, abs(self.of.rows)
        return rows, abs(of.moments) + rows.T @ abs(of.labels) / of.total

    def score(self, residuals: np.ndarray) -> np.ndarray:
        """Weighted mean squares, one for each output."""
        weights = self.of.weights
        return weights @ residuals**2 / weights.sum()

    def ridge(self, penalty: float, n_students: int) -> list[np.ndarray]:
        """e₀, …, eₖ of `refgen.distillation.leave_one_out_residuals`."""
        found, _ = self._quotients(self._shares(penalty, n_students))
        return [self._unscaled(e) for e in found]

    def ridge_with_rounding(
        self, penalty: float, n_students: int
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """`ridge`, and how far rounding may have moved each number."""
        of, shares = self.of, self._shares(penalty, n_students)
        found, left = self._quotients(shares)
        unit = 4 * sum(of.rows.shape) * UNIT_ROUNDOFF
        sizes = abs(np.stack(shares, axis=1))
        moments = abs(of.moments)
        rows, spread = self._sizes
        above = list(rows @ (sizes.T[:, :, None] * spread))
        below = list((self.squares @ sizes).T[:, :, None])
        above[0], below[0] = above[0] + abs(of.labels), below[0] + 1
        # Rounding turns XᵀX by so much of its largest eigenvalue, and 1/(λ + ρ) by that
        # times 1/(λ + ρ) at both directions of each pair.
        turned = of.spectrum.max(initial=0.0)
        reach = rows @ sizes
        scale = np.sqrt(self.share / of.total)[:, None] * reach
        for j in range(n_students + 1):
            for a in range(j + 1):
                above[j] = above[j] + turned * reach[:, a, None] * (
                    sizes[:, j - a] @ moments
                )
                below[j] = below[j] + turned * (scale[:, a] * scale[:, j - a])[:, None]
        off = quotient_rounding(
            found, left, [unit * e for e in above], [unit * e for e in below]
        )
        return [self._unscaled(e) for e in found], [self._unscaled(e) for e in off]

    def _shares(self, penalty: float, n_students: int) -> list[np.ndarray]:
        """What the moments of directions are multiplied by, for e₀, …, eₖ."""
        inverse = 1 / (self.of.spectrum + penalty)
        missing = penalty * inverse
        return [inverse * (-missing) ** j for j in range(n_students + 1)]

    def _quotients(
        self, shares: list[np.ndarray]
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Residuals times the roots of weights, and what they were divided by."""
        of, moments = self.of, self.of.moments
        left = -(self.squares @ np.stack(shares, axis=1))
        left[:, 0] += 1 - self.base
        self._check(left[:, 0])
        residuals = [-(of.rows @ (share[:, None] * moments)) for share in shares]
        residuals[0] = of.labels + residuals[0]
        below = list(left.T[:, :, None])
        return divide_series(residuals, below), below

    def flow(self, times: np.ndarray) -> Iterator[np.ndarray]:
        """Of gradient flow at each time, as `flow_left_out_residuals`."""
        n, k = self.of.labels.shape
        nodes = FlowNodes.at(np, np.ones((1, 1))).real.size
        step = max(1, _CHUNK // ((n + len(self.of.spectrum)) * nodes * (k + 1)))
        for start in range(0, len(times), step):
            yield from self._flow_at(times[start : start + step])

    def _flow_at(self, times: np.ndarray) -> Iterator[np.ndarray]:
        of, nodes = self.of, FlowNodes.at(np, times[:, None])
        parts = [a.transpose(1, 0, 2) for a in nodes.inverse(of.spectrum)]
        n, (r, *shape) = len(of.rows), parts[0].shape
        flat = [a.reshape(r, shape[0] * shape[1]) for a in parts]
        base = self.base[:, None, None]
        below = (
            1 - base - (self.squares @ flat[0]).reshape(n, *shape),
            -(self.squares @ flat[1]).reshape(n, *shape),
        )
        found = []
        for j in range(of.labels.shape[1]):
            moments, labels = of.moments[:, j, None], of.labels[:, j, None, None]
            above = (
                labels - (of.rows @ (moments * flat[0])).reshape(n, *shape),
                -(of.rows @ (moments * flat[1])).reshape(n, *shape),
            )
            found.append(nodes.combine(above, below))
        for residuals in np.stack(found, axis=-1).swapaxes(0, 1):
            yield self._unscaled(residuals)

    def descent(self, counts: np.ndarray, step_size: float) -> Iterator[np.ndarray]:
        """Of gradient descent after each number of steps, in ascending order.

        All rows are left out side by side: their matrices differ by one direction.
        """
        of = self.of
        kept = 1 / (1 - self.base)[:, None, None]
        rows = of.rows / np.sqrt(of.weights)[:, None]
        labels = of.labels / np.sqrt(of.weights)[:, None]
        gone = (self.share * of.weights / of.total)[:, None, None] * kept
        across, moments = rows[:, :, None], of.moments
        spectrum = of.spectrum[:, None]
        beta, done = np.zeros((*rows.shape, labels.shape[1])), 0
        for count in counts:
            for _ in range(int(count) - done):
                error = (labels - np.einsum("nd,ndk->nk", rows, beta))[:, None]
                pull = moments - spectrum * beta - gone * across * error
                beta = beta + step_size * pull
            done = int(count)
            yield kept[:, 0] * (labels - np.einsum("nd,ndk->nk", rows, beta))

    def _unscaled(self, residuals: np.ndarray) -> np.ndarray:
        return residuals / np.sqrt(self.of.weights)[:, None]

    @staticmethod
    def _check(left: np.ndarray) -> None:
        if left.min() <= 2.0**-40:
            raise ValueError(
                "alpha is too small to leave rows out: without a row nothing is known "
                "of it, to rounding; give larger candidates"
            )
