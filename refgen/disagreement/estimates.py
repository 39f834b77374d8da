"""Disagreement estimated from the predictions of M runs on N unlabelled points."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np

from refgen._checks import check_choice, check_open_unit
from refgen.arrays import label_of, on_the_host, special_functions
from refgen.disagreement import _variances
from refgen.disagreement._runs import LabelRuns, ProbabilityRuns, parsed
from refgen.disagreement.hoeffding import radius_of

IntervalMethod = Literal["jackknife", "normal", "hoeffding"]


@on_the_host("plain numbers")
@dataclass(frozen=True)
class DisagreementEstimate:
    """An estimate of expected disagreement with its interval.

    Attributes
    ----------
    value : float
        Unbiased (U-statistic) estimate, in [0, 1].
    low, high : float
        Ends of the interval, clipped to [0, 1].
    confidence_level : float
    method : str
        "jackknife", "normal" or "hoeffding".
    standard_error : float
        NaN for "hoeffding", which needs none.
    n_runs, n_points : int
    assumptions : tuple of str
        What has to hold for the interval, and for reading `value` as test error.
    device : str
        Where it was computed.
    """

    value: float
    low: float
    high: float
    confidence_level: float
    method: str
    standard_error: float
    n_runs: int
    n_points: int
    assumptions: tuple[str, ...]
    device: str

    @property
    def interval(self) -> tuple[float, float]:
        return self.low, self.high

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def disagreement(predictions: Any) -> float:
    """Mean pairwise disagreement of M runs: the unbiased U-statistic, in [0, 1].

    Parameters
    ----------
    predictions : array of shape (n_runs, n_points) or (n_runs, n_points, n_classes)
        Hard labels, or class probabilities from which labels are drawn.

    Raises
    ------
    ValueError
        With one run: a single run cannot disagree with itself.

    Notes
    -----
    From vote counts in O(N (M + K)), never from M² pairs. Source: Jiang et al.
    (2022), section 3; claim GDE-15.

    Examples
    --------
    >>> disagreement([[0, 1], [1, 1]])
    0.5
    """
    return min(float(parsed(predictions, coded=False).point_disagreement.mean()), 1.0)


def ensemble_disagreement(predictions: Any) -> float:
    """EDR of the M-run vote-share ensemble: the V-statistic, biased by −EDR/M.

    It equals (M − 1)/M times `disagreement` for hard labels. The theorems on the
    ensemble's calibration bound the gap of *this* number (claim GDE-15).

    Examples
    --------
    >>> ensemble_disagreement([[0, 1], [1, 1]])
    0.25
    """
    pairs = parsed(predictions).pairs
    total = pairs.run_sums.sum() + pairs.self_sums.sum()
    return min(float(total / (pairs.n_runs**2 * pairs.n_points)), 1.0)


def jackknife_variance(predictions: Any) -> float:
    """Two-way delete-one jackknife variance (runs plus points); conservative.

    Raises
    ------
    ValueError
        With fewer than three runs or two points.

    Its expectation is between 1 and 5 times the variance. Source: claim GDE-18c
    (derived here).

    Examples
    --------
    >>> round(jackknife_variance([[0, 1], [1, 1], [1, 0]]), 4)
    0.1111
    """
    return _variances.jackknife(parsed(predictions))


def unbiased_variance(predictions: Any) -> float:
    """Exactly unbiased estimate of the variance of `disagreement`; may be negative.

    Raises
    ------
    ValueError
        With fewer than four runs or two points.

    Source: claim GDE-18 (derived here).

    Examples
    --------
    >>> unbiased_variance([[0, 0], [0, 0], [0, 0], [0, 0]])
    0.0
    """
    return _variances.unbiased(parsed(predictions))


def disagreement_estimate(
    predictions: Any,
    confidence_level: float = 0.95,
    method: IntervalMethod = "jackknife",
) -> DisagreementEstimate:
    """Expected disagreement of a learning procedure, with a confidence interval.

    Parameters
    ----------
    predictions : array of shape (n_runs, n_points) or (n_runs, n_points, n_classes)
        Hard labels, or class probabilities from which labels are drawn.
    confidence_level : float
        In (0, 1).
    method : {"jackknife", "normal", "hoeffding"}
        "jackknife" (three runs or more): normal interval with the conservative
        two-way jackknife. "normal" (four runs or more): with the clipped unbiased
        variance, which is noisy and covers less. "hoeffding": guaranteed for any
        number of runs, wide.

    Raises
    ------
    ValueError
        With too few runs or points, a `confidence_level` outside (0, 1), or an unknown
        `method`.

    Notes
    -----
    Source: claims GDE-19j (coverage) and "predictions" (the ends).

    Examples
    --------
    >>> estimate = disagreement_estimate([[0, 1, 1], [1, 1, 1], [0, 1, 0]])
    >>> round(estimate.value, 4)
    0.4444
    """
    confidence_level = check_interval(confidence_level, method)
    return estimate_of(parsed(predictions), confidence_level, method)


def estimate_of(
    runs: LabelRuns | ProbabilityRuns, confidence_level: float, method: IntervalMethod
) -> DisagreementEstimate:
    """`disagreement_estimate` of predictions and settings that are checked already.

    Examples
    --------
    >>> estimate_of(parsed([[0, 1], [1, 1]]), 0.95, "hoeffding").value
    0.5
    """
    value = min(float(runs.pairs.point_means.mean()), 1.0)
    if method == "hoeffding":
        error = float("nan")
        # Labels may have more classes than those that occur.
        n_classes = runs.n_classes if isinstance(runs, ProbabilityRuns) else None
        half = radius_of(runs.n_runs, runs.n_points, 1 - confidence_level, n_classes)
    else:
        is_robust = method == "jackknife"
        variance = (_variances.jackknife if is_robust else _variances.unbiased)(runs)
        error = float(np.sqrt(max(variance, 0.0)))
        half = _normal_radius(confidence_level) * error
    return DisagreementEstimate(
        value=value,
        low=max(value - half, 0.0),
        high=min(value + half, 1.0),
        confidence_level=confidence_level,
        method=method,
        standard_error=error,
        n_runs=runs.n_runs,
        n_points=runs.n_points,
        assumptions=_assumptions(method),
        device=label_of(runs.pairs.run_sums),
    )


def check_interval(confidence_level: Any, method: Any) -> float:
    """The confidence level; settings that `disagreement_estimate` lacks are refused.

    Examples
    --------
    >>> check_interval(0.95, "jackknife")
    0.95
    """
    check_choice("method", method, get_args(IntervalMethod))
    return check_open_unit("confidence_level", confidence_level)


def _assumptions(method: str) -> tuple[str, ...]:
    common = (
        "runs are independent draws of one training procedure",
        "points are independent draws of the population of interest",
        "disagreement equals error only if the ensemble is class-aggregated "
        "calibrated there; |error − disagreement| ≤ CACE/2 otherwise",
    )
    if method == "hoeffding":
        return common
    return (*common, "the estimate is close to normal (several runs, many points)")


def _normal_radius(confidence_level: float) -> float:
    """Half the width of the normal interval, in standard errors."""
    # scipy.stats has it too, and takes half a second to load.
    return -float(special_functions().ndtri((1 - confidence_level) / 2))
