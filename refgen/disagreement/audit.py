"""One call from the predictions of M runs to estimates, gaps and bounds."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np

from refgen.arrays import as_probabilities, namespace, on_the_host
from refgen.disagreement import calibration, votes
from refgen.disagreement.audited_bounds import AuditedBound, audited_bounds
from refgen.disagreement.errors import test_error
from refgen.disagreement.estimates import (
    DisagreementEstimate,
    IntervalMethod,
    disagreement_estimate,
)
from refgen.disagreement.finite_sample import (
    cace_noise_floor,
    debiased_square,
    unbiased_squared_bins,
)
from refgen.disagreement.laws import FiniteLaw, empirical_law
from refgen.disagreement.pairs import _rank

Members = Literal["argmax", "sample"]

# Above this many (point, class) entries the dense law of hard labels is not built.
LAW_ENTRIES = 10**7


@on_the_host("plain numbers")
@dataclass(frozen=True)
class DisagreementAudit:
    """What predictions, and labels where given, say about error and calibration.

    Attributes
    ----------
    estimate : DisagreementEstimate
        Disagreement as an estimate of test error, with its interval and `method`.
    n_runs, n_points, n_classes : int
    members : str
        "labels" (hard labels given), "argmax" or "sample" (probabilities given).
    disagreement_U, disagreement_V : float
        Over pairs of distinct runs (unbiased), and of the vote-share ensemble.
    finite_runs_floor : float
        2 (U − V), which is 2·EDR/M for hard labels: what CACE shows of a procedure
        with EDR = error only because M is finite (claim GDE-16b).
    error : float or None
        Mean test error of the runs. This and all that follow need labels.
    gap_U, gap_V : float or None
        Disagreement minus error; the theorems bound `gap_V`.
    cace, binned_cace, n_bins, cace_noise_floor
        Calibration error of the ensemble, exact and in bins, and the binned value
        that N points show of a calibrated ensemble (claim GDE-22).
    squared_bins : float or None
        Unbiased estimate of the sum of squared bin imbalances (claim GDE-23).
    bounds : tuple of AuditedBound
    """

    estimate: DisagreementEstimate
    n_runs: int
    n_points: int
    n_classes: int
    members: str
    disagreement_U: float
    disagreement_V: float
    finite_runs_floor: float
    error: float | None = None
    gap_U: float | None = None
    gap_V: float | None = None
    cace: float | None = None
    binned_cace: float | None = None
    n_bins: int = 10
    cace_noise_floor: float | None = None
    squared_bins: float | None = None
    bounds: tuple[AuditedBound, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every bound holds on the data; True where none was measured."""
        return all(bound.holds for bound in self.bounds)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; None where a standard error is not defined."""
        values = asdict(self) | {"bounds": [asdict(b) for b in self.bounds]}
        values["estimate"]["assumptions"] = list(self.estimate.assumptions)
        if math.isnan(self.estimate.standard_error):
            values["estimate"]["standard_error"] = None
        return values


def audit(
    predictions: Any,
    labels: Any = None,
    confidence_level: float = 0.95,
    method: IntervalMethod | None = None,
    *,
    members: Members = "argmax",
    n_bins: int = 10,
) -> DisagreementAudit:
    """Estimate the test error of runs by their disagreement, and check the theorems.

    Parameters
    ----------
    predictions : array of shape (n_runs, n_points) or (n_runs, n_points, n_classes)
        Hard labels, or class probabilities.
    labels : array of shape (n_points,), optional
        True labels; class indices where `predictions` are probabilities.
    confidence_level : float
        In (0, 1).
    method : {"jackknife", "normal", "mcdiarmid"}, optional
        Interval; by default "jackknife" with three runs and two points or more, else
        "mcdiarmid".
    members : {"argmax", "sample"}
        What a run with probabilities predicts: the likeliest class (the lowest of
        tied ones), or a class drawn from them.
    n_bins : int
        Equal bins of [0, 1] for the binned quantities.

    Raises
    ------
    ValueError, TypeError
        With fewer than two runs, malformed predictions or labels, or unknown options.

    Notes
    -----
    A labelled test set is a finite law, so the bounds hold on it exactly; `slack`
    covers rounding, and levels within 1e-9 that CACE merges. GDE-6's chain and GDE-7
    are measured up to 10⁷ pairs of points and classes. Probabilities stored in less
    than float64 are normalized anew. Source: claims GDE-5 to GDE-7, GDE-15 to GDE-23.

    Examples
    --------
    >>> result = audit([[0, 1, 1], [1, 1, 1], [0, 1, 0]], labels=[0, 1, 1])
    >>> round(result.error, 4), round(result.disagreement_V, 4), result.holds
    (0.2222, 0.2963, True)
    """
    _check_options(members, n_bins)
    if _rank(predictions) == 3:
        data = _member_probabilities(predictions)
        n_classes, kind = data.shape[-1], str(members)
        truth = None if labels is None else _class_indices(labels, *data.shape[1:])
        data = data.argmax(axis=-1) if members == "argmax" else data
    else:
        data, truth, known = votes.encode(predictions, labels)
        n_classes, kind = len(known), "labels"
    n_runs, n_points = data.shape[:2]
    method = method or ("jackknife" if min(n_runs - 1, n_points) > 1 else "mcdiarmid")
    estimate = disagreement_estimate(data, confidence_level, method)
    soft = data.ndim == 3
    classes = namespace(data).arange(n_classes)
    shares = data.mean(axis=0) if soft else votes.vote_counts(data, classes)
    ensemble = _mean_disagreement(shares if soft else shares / n_runs)
    values: dict[str, Any] = {}
    law: FiniteLaw | None
    if truth is not None:
        if soft:
            values, law = _of_shares(shares, truth, n_bins)
        else:
            values, law = _of_labels(data, truth, n_classes, n_bins)
        values["gap_U"] = estimate.value - values["error"]
        values["gap_V"] = ensemble - values["error"]
        bounded = (values["gap_V"], values["cace"], law, shares.size)
        pairs = None if soft else (n_runs, estimate.value, ensemble)
        values["bounds"] = audited_bounds(*bounded, pairs)
    return DisagreementAudit(
        estimate=estimate,
        n_runs=n_runs,
        n_points=n_points,
        n_classes=n_classes,
        members=kind,
        disagreement_U=estimate.value,
        disagreement_V=ensemble,
        finite_runs_floor=2 * (estimate.value - ensemble),
        n_bins=n_bins,
        **values,
    )


def _check_options(members: str, n_bins: int) -> None:
    if members not in get_args(Members):
        raise ValueError(f"members must be one of {get_args(Members)}, got {members!r}")
    if n_bins < 1:
        raise ValueError(f"n_bins must be at least 1, got {n_bins}")


def _member_probabilities(predictions: Any) -> Any:
    """Float64 probabilities; those stored with fewer bits are normalized anew."""
    array = namespace(predictions).asarray(predictions)
    if array.dtype.kind == "f" and array.dtype.itemsize < 8 and array.size:
        tolerance = 4 * array.shape[-1] * np.finfo(array.dtype).eps
        array = array.astype(np.float64)
        totals = array.sum(axis=-1, keepdims=True)
        if float(abs(totals - 1).max()) <= tolerance:
            array = array / totals
    return as_probabilities("predictions", array, 3)


def _class_indices(labels: Any, n_points: int, n_classes: int) -> Any:
    array = votes.check_labels(labels, n_points)
    is_number = array.dtype.kind in "biuf"
    if not is_number or bool(
        ((array < 0) | (array >= n_classes) | (array % 1 != 0)).any()
    ):
        raise ValueError(
            "labels must be class indices 0.."
            f"{n_classes - 1} where predictions are probabilities of {n_classes} "
            "classes; replace each label by the index of its column"
        )
    return array.astype(np.intp)


def _mean_disagreement(shares: Any) -> float:
    return 1 - float((shares * shares).sum()) / len(shares)


def _of_labels(
    codes: Any, truth: Any, n_classes: int, n_bins: int
) -> tuple[dict[str, Any], FiniteLaw | None]:
    n_points = len(truth)
    squares = unbiased_squared_bins(codes, truth, n_bins) if n_points > 1 else None
    small = n_points * n_classes <= LAW_ENTRIES
    classes = namespace(codes).arange(n_classes)
    law = empirical_law(codes, truth, classes) if small else None
    return {
        "error": float((codes != truth).mean()),
        "cace": votes.ensemble_cace(codes, truth),
        "binned_cace": votes.binned_ensemble_cace(codes, truth, n_bins),
        "cace_noise_floor": cace_noise_floor(codes, truth, n_bins),
        "squared_bins": None if squares is None else float(squares.sum()),
    }, law


def _of_shares(
    shares: Any, truth: Any, n_bins: int
) -> tuple[dict[str, Any], FiniteLaw]:
    xp, (n_points, n_classes) = namespace(shares), shares.shape
    law = FiniteLaw(xp.full(n_points, 1 / n_points), xp.eye(n_classes)[truth], shares)
    difference = law.label_probabilities - shares
    member = calibration.bin_index(shares, n_bins)
    columns = [xp.where(member == b, difference, 0).sum(axis=1) for b in range(n_bins)]
    imbalances = xp.stack(columns, axis=1)
    variances = imbalances.var(axis=0)
    squares = debiased_square(imbalances).sum() if n_points > 1 else None
    return {
        "error": float(test_error(law)),
        "cace": float(calibration.cace(law)),
        "binned_cace": float(abs(imbalances.mean(axis=0)).sum()),
        "cace_noise_floor": float(xp.sqrt(2 * variances / (np.pi * n_points)).sum()),
        "squared_bins": None if squares is None else float(squares),
    }, law
