"""Scales of neighbourhoods that are chosen from rows of data."""

from __future__ import annotations

import numpy as np

from refgen.explainability._explained_model import ExplainedModel
from refgen.explainability.scale_choice import best_scale


def automatic_scales(
    model: ExplainedModel, points: np.ndarray, answers: np.ndarray
) -> np.ndarray:
    """s of each feature: its standard deviation times what explains best.

    Raises
    ------
    ValueError
        If no two rows differ, or several outputs would be explained.
    """
    outputs = np.unique(model.outputs_at(answers))
    if len(outputs) > 1:
        raise ValueError(
            "scale='auto' is chosen for one output, and rows have different ones; say "
            "by output=0, …, which to explain"
        )
    # The deviation of equal numbers need not be 0 to rounding.
    spread = np.where(np.ptp(points, axis=0) > 0, points.std(axis=0), 0.0)
    moved = spread > 0
    if not moved.any():
        raise ValueError(
            "scale='auto' needs rows that differ, in X or reference; give a number"
        )
    # Around the mean: the ridge of `best_scale` depends on where 0 is.
    units = (points - points.mean(axis=0))[:, moved] / spread[moved]
    spread[moved] *= best_scale(answers[:, outputs[0]], units).scale
    return spread
