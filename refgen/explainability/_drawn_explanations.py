"""Explanations from neighbours that are drawn: a model call for each chunk of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.explainability._common_draws import CommonDraws
from refgen.explainability._local_statistics import (
    LocalStatistics,
    joined,
    local_statistics,
)
from refgen.explainability._question import Question

# Numbers that an array of neighbours has at once: 16 MB.
BUDGET = 2**21

# The outputs of the model near a row are in memory at once: 0.8 GB.
MOST_DRAWS = 10**8


def drawn_statistics(
    question: Question,
    stream: Any,
    n_samples: int,
    penalty: float,
    n_features: int | None,
) -> LocalStatistics:
    """Least squares on neighbours of each row, which are the same but for the shift."""
    p = len(question.moved)
    draws = CommonDraws(stream, (n_samples, p), penalty, BUDGET)
    n_rows, width = question.rows.points.shape
    at_once = max(1, min(BUDGET // (draws.step * width), BUDGET // n_samples))
    found = []
    for start in range(0, n_rows, at_once):
        part = slice(start, min(start + at_once, n_rows))
        values = question.place(_values(question, draws, part, n_samples))
        found.append(local_statistics(draws.pieces, values, n_samples, n_features))
    return joined(found)


def _values(
    question: Question, draws: CommonDraws, part: slice, n_samples: int
) -> np.ndarray:
    """The model's outputs in neighbourhoods, of shape (n_part, n_samples)."""
    points = question.place(question.rows.points[part])
    values = np.empty((len(points), n_samples))
    for place, units in draws.draws():
        near = points[:, None, :] + _shifts(question, units)
        near = near.reshape(-1, points.shape[1])
        values[:, place] = question.values(near, part, len(units))
    return values


def _shifts(question: Question, units: Any) -> Any:
    """What is added to a row, of shape (n, n_features), from draws in units of s."""
    if len(question.moved) == len(question.scales):
        return units * question.place(question.scales)
    shifts = namespace(units).zeros((len(units), len(question.scales)))
    scales = question.place(question.scales[question.moved])
    shifts[:, question.place(question.moved)] = units * scales
    return shifts
