"""The number of neighbours and the bandwidth, chosen by leave-one-out."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._estimators.data import check_squares
from refgen.resmem.selection import (
    bandwidth_grid,
    leave_one_out_scores,
    without_self,
)

# Neighbours tried by n_neighbors="auto"; a device sorts all distances beyond 24.
MOST_NEIGHBORS = 20


def forget_choice(model: Any) -> None:
    """Drop what an earlier fit has chosen."""
    for name in ("loo_scores_", "loo_bandwidths_", "loo_n_neighbors_"):
        vars(model).pop(name, None)


def choose_by_leave_one_out(model: Any) -> None:
    """Replace "auto" in n_neighbors_ and bandwidth_ by the settings of least error.

    Among equal errors the first wins: the smallest bandwidth, the fewest neighbours.
    """
    n, chosen = len(model.points_), model.n_neighbors_
    if n < 2:
        raise ValueError(
            f"X holds n_samples={n}, and leaving one out needs at least 2; set "
            "n_neighbors and bandwidth to numbers"
        )
    check_squares("y", "residuals", model.residuals_)
    most = min(MOST_NEIGHBORS if chosen == "auto" else chosen, n - 1)
    points = model._place(model.points_)
    distances, indices = without_self(*model._search(points, points, most + 1))
    widths = _widths(model, distances)
    residuals = model._place(model.residuals_)
    scores = model._bring(
        leave_one_out_scores(
            distances, indices, residuals, model.weights, model._place(widths)
        )
    )
    counts = np.arange(1, most + 1)
    if chosen != "auto":
        counts, scores = counts[-1:], scores[:, -1:]
    _take_best(model, scores, widths, counts)


def _widths(model: Any, distances: Any) -> np.ndarray:
    """The bandwidths to try. Without bandwidths it is a 1, which nothing reads."""
    if model.bandwidth_ == "auto":
        return model._bring(bandwidth_grid(distances))
    return np.array([1.0 if model.bandwidth_ is None else float(model.bandwidth_)])


def _take_best(
    model: Any, scores: np.ndarray, widths: np.ndarray, counts: np.ndarray
) -> None:
    row, column = np.unravel_index(scores.argmin(), scores.shape)
    model.loo_scores_ = scores
    model.loo_bandwidths_, model.loo_n_neighbors_ = widths, counts
    if model.n_neighbors_ == "auto":
        model.n_neighbors_ = int(counts[column])
    if model.bandwidth_ == "auto":
        model.bandwidth_ = float(widths[row])
