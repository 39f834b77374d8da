"""Coefficients of a linear teacher and its student along training by gradient flow."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen.distillation._checks import as_times
from refgen.distillation.decomposition import DesignSpectrum
from refgen.distillation.filters import gradient_flow_filter

_MOST_TIMES = 10_000


def trajectories(
    features: Any, labels: Any, teacher_time: Any, student_time: Any, n_times: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positive eigenvalues, and paths of shape (n_times, n_directions) of both."""
    n_times = check_integer("n_times", n_times, 2, _MOST_TIMES)
    teacher_end = _checked_time("teacher_time", teacher_time)
    student_end = _checked_time("student_time", student_time)
    design = DesignSpectrum.from_design(features, labels)
    if design.spectrum.ndim != 1:
        raise ValueError(
            "features must have shape (n_points, n_features) and labels (n_points,), "
            f"got {np.shape(features)} and {np.shape(labels)}; draw one at a time"
        )
    seen = design.spectrum > 0
    if not seen.any():
        raise ValueError("features are all 0; give at least one that is not")
    spectrum = design.spectrum[seen]
    teacher, student = (
        gradient_flow_filter(spectrum, _times(spectrum, end, n_times))
        for end in (teacher_end, student_end)
    )
    path = teacher * design.limits[seen]
    return spectrum, path, student * path[-1]


def _checked_time(name: str, value: Any) -> float:
    time = as_times(name, value)
    if time.ndim:
        raise ValueError(
            f"{name} must be a single number, got an array of shape {time.shape}"
        )
    return float(time)


def _times(spectrum: np.ndarray, end: float, n_times: int) -> np.ndarray:
    """0, then times of equal ratios up to `end`; fast directions move early."""
    # From here on e^(−λt) is below 2⁻⁵³ everywhere, and training is at its end.
    last = 40 / spectrum.min()
    until = min(end, last)
    first = min(1e-3 / spectrum.max(), until / 2)
    if not first:
        return np.zeros(n_times)
    between = np.geomspace(first, until, n_times - 2)
    return np.concatenate([[0.0], between, [end]])
