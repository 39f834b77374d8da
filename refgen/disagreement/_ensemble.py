"""What labelled runs say about the calibration of their vote shares."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.disagreement._runs import LabelRuns, ProbabilityRuns
from refgen.disagreement.calibration import bin_index
from refgen.disagreement.laws import FiniteLaw
from refgen.special import folded_normal_mean


def law_of(runs: LabelRuns | ProbabilityRuns) -> FiniteLaw:
    """Weights 1/N, one-hot labels, and the runs' shares."""
    xp, n_points = namespace(runs.truth), runs.n_points
    weights = xp.full(n_points, 1 / n_points)
    return FiniteLaw(weights, xp.eye(runs.n_classes)[runs.truth], runs.shares)


def exact_cace(runs: LabelRuns) -> float:
    """CACE from counts: levels are j/M, never compared as floats."""
    w, a = runs.level_masses
    return min(float(abs(a - _levels(w) * w).sum()), 2.0)


def binned_cace(runs: LabelRuns, n_bins: int) -> float:
    """CACE from counts, after merging the levels in each of `n_bins` equal bins."""
    w, a = runs.level_masses
    levels, bins = _levels(w), namespace(w).arange(n_bins)
    member = bin_index(levels, n_bins) == bins[:, None]
    return min(float(abs((member * (a - levels * w)).sum(axis=-1)).sum()), 2.0)


def _levels(masses: Any) -> Any:
    """The vote shares j/M, j = 0..M, that masses are counted at."""
    return namespace(masses).arange(len(masses)) / (len(masses) - 1)


def point_imbalances(runs: LabelRuns | ProbabilityRuns, n_bins: int) -> Any:
    """Σ over classes in bin b of 1[y = k] − share, at each point: (N, n_bins)."""
    shares, xp = runs.shares, namespace(runs.truth)
    difference = xp.eye(runs.n_classes)[runs.truth] - shares
    member = bin_index(shares, n_bins)
    sums = [xp.where(member == b, difference, 0).sum(axis=1) for b in range(n_bins)]
    return xp.stack(sums, axis=1)


def noise_floor(imbalances: Any) -> float:
    """Binned CACE that these imbalances would show if their means were 0.

    The mean over N points is then close to normal with variance v/N, and its absolute
    value has the expectation √(2 v/(π N)).
    """
    variances = imbalances.var(axis=0) / len(imbalances)
    deviations = namespace(imbalances).sqrt(variances)
    return float(folded_normal_mean(0.0, deviations).sum())
