"""Samples with the values of a function, which explanations are fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import integer, matrix, not_a, real, record, vector


@dataclass(frozen=True, repr=False)
class ExplainedLine(Instance):
    """Different points of a line, a function there, and how wide neighbourhoods are.

    Attributes
    ----------
    gaps : array of shape (..., n)
        From 0 to the first point, and from each to the next.
    values : array of shape (..., n)
    width : array of shape (...)
    penalty : array of shape (...)
        λ; 0 for explanations without a ridge.
    """

    gaps: Any
    values: Any
    width: Any
    penalty: Any

    @property
    def points(self) -> Any:
        return namespace(self.gaps).cumsum(self.gaps, axis=-1)

    @property
    def size(self) -> Any:
        """The largest squared value, which rounding is judged against."""
        return (self.values**2).max(axis=-1)

    def sample(self, rg: Any, width: Any) -> Any:
        points = self.points[..., None]
        return rg.explainability.GaussianNeighborhoods(points, width)


def in_turn(gaps: Any) -> ExplainedLine:
    """Values 0 and 1 in turn at the points, of which neighbours are up to 1 away."""
    xp = namespace(gaps)
    each = xp.arange(gaps.shape[-1]) % 2
    one = 1 + 0 * gaps[..., 0]
    return ExplainedLine(gaps, each + 0 * gaps, one, 0 * one)


def _not_in_turn(line: ExplainedLine) -> str | None:
    reason = not_a(ExplainedLine, line)
    if reason:
        return reason
    away = abs(line.gaps - 1) + abs(line.values - in_turn(line.gaps).values)
    if bool((away > 0).any()) or bool((line.width != 1).any()):
        return "points are not 1 apart, or values not 0 and 1 in turn, or width not 1"
    return None


def _alternating(n: int) -> ExplainedLine:
    return in_turn(np.ones(n))


def given(kind: Any, *fields: Any) -> Any:
    return kind(*map(np.array, fields))


lines = record(
    ExplainedLine,
    "2 to 5 points of a line, 0.2 to 3 apart, scales in [0.3, 6], no penalty",
    n=integer(2, 5),
    gaps=real(0.2, 3.0, shape=("n",)),
    values=vector("n"),
    width=real(0.3, 6.0, log=True),
    penalty=0.0,
    examples=lambda: [
        given(ExplainedLine, [1.0, 1.0, 1.0], [0.0, 1.0, 4.0], 1.0, 0.0),
        given(ExplainedLine, [0.2, 0.2, 0.2], [0.0, 1.0, 0.0], 6.0, 0.0),
        given(ExplainedLine, [0.2, 3.0, 0.2, 3.0], [0.0, 1.0, 1.0, 0.0], 0.5, 0.0),
    ],
)

ridged_lines = lines.but(
    "2 to 4 points of a line, 0.2 to 3 apart, scales in [0.5, 6], λ in [0.01, 10]",
    n=integer(2, 4),
    width=real(0.5, 6.0, log=True),
    penalty=real(0.01, 10.0, log=True),
    examples=lambda: [
        given(ExplainedLine, [3.0, 0.2, 0.2], [1.0, 1.0, -1.0], 6.0, 0.01),
        given(ExplainedLine, [1.0, 1.0, 1.0], [0.0, 1.0, 4.0], 1.0, 1.0),
        given(ExplainedLine, [1.0, 3.0], [1.0, 1.0], 0.5, 1.0),
        # The MNF alone falls here.
        given(ExplainedLine, [1.8, 1.8], [-2.0, 2.0], 1.65, 0.02),
    ],
)

alternating = record(
    in_turn,
    "24 to 60 points that are 1 apart, values 0 and 1 in turn, neighbours up to 1 away",
    n=integer(24, 60),
    gaps=real(1.0, 1.0, shape=("n",)),
    outside=_not_in_turn,
    examples=lambda: [_alternating(24), _alternating(60)],
)

intervals = lines.but(
    "2 to 36 points of a line, up to 3 apart, neighbours up to h in [0.3, 6] away",
    n=integer(2, 36),
    gaps=real(0.0, 3.0, shape=("n",)),
    examples=lambda: [
        _alternating(36),
        # Two points at one place miss the same at any width.
        given(ExplainedLine, [1.0, 0.0], [0.0, 1.0], 1.0, 0.0),
    ],
)


@dataclass(frozen=True, repr=False)
class ExplainedSample(Instance):
    """A sample with values, a penalty, and where explanations are built.

    Attributes
    ----------
    points : array of shape (..., n, d)
    values : array of shape (..., n)
    scale, penalty : array of shape (...)
    sources : array of shape (..., q, d)
    """

    points: Any
    values: Any
    scale: Any
    penalty: Any
    sources: Any

    def sample(self, rg: Any) -> Any:
        return rg.explainability.GaussianNeighborhoods(self.points, self.scale)

    @property
    def kernels(self) -> Any:
        """exp(−‖z − x‖²/(2s²)), of shape (..., q, n)."""
        apart = self.sources[..., :, None, :] - self.points[..., None, :, :]
        squares = (apart**2).sum(axis=-1) / self.scale[..., None, None] ** 2
        return namespace(squares).exp(-squares / 2)

    @property
    def size(self) -> Any:
        """max(f², 1) (1 + max ‖x̃‖²/λ), which bounds squares of errors; x̃ = (1, x)."""
        norms = 1 + (self.points**2).sum(axis=-1).max(axis=-1)
        largest = namespace(norms).maximum((self.values**2).max(axis=-1), 1.0)
        return largest * (1 + norms / self.penalty)


explained = record(
    ExplainedSample,
    "2 to 6 points in 1 to 3 dimensions, scales in [0.5, 5], λ in [0.2, 5], 2 sources",
    n=integer(2, 6),
    d=integer(1, 3),
    points=matrix("n", "d"),
    values=vector("n"),
    scale=real(0.5, 5.0, log=True),
    penalty=real(0.2, 5.0, log=True),
    sources=matrix(2, "d"),
    examples=lambda: [
        given(
            ExplainedSample,
            [[0.0], [1.0], [2.0]],
            [0.0, 1.0, 4.0],
            1.0,
            0.2,
            [[0.0], [3.0]],
        ),
        # Points are equal, and ‖(1, x)‖² = λ: the longest coefficients that may be.
        given(ExplainedSample, [[1.0], [1.0]], [1.0, 1.0], 2.0, 2.0, [[0.0], [1.0]]),
    ],
)
