"""One call from the predictions of M runs to estimates, gaps and bounds."""

from __future__ import annotations

import warnings
from typing import Any, Literal, get_args

import numpy as np

from refgen._checks import check_choice
from refgen._class_doubts import class_doubts
from refgen._probabilities import stored_probabilities
from refgen.arrays import namespace
from refgen.disagreement import _ensemble, calibration
from refgen.disagreement._audit_result import DisagreementAudit
from refgen.disagreement._bounds import audited_bounds
from refgen.disagreement._doubts import check_axes, check_names, many_runs
from refgen.disagreement._labels import check_runs, class_indices, n_axes
from refgen.disagreement._levels import check_bins
from refgen.disagreement._ranges import others
from refgen.disagreement._runs import LabelRuns, ProbabilityRuns, coded_labels
from refgen.disagreement._sparse_levels import warn_of_sparse_levels
from refgen.disagreement.estimates import (
    IntervalMethod,
    check_interval,
    estimate_of,
)
from refgen.disagreement.finite_sample import debiased_square
from refgen.disagreement.laws import FiniteLaw
from refgen.disagreement.rates import test_error

Members = Literal["argmax", "sample"]

# Above this many (point, class) entries the dense law of hard labels is not built.
LAW_ENTRIES = 10**7

# Arrays of fewer points, or runs, are examples: all their predictions may be wrong.
_EXAMPLE = 10
_EXCHANGE = "exchange the axes: predictions.swapaxes(0, 1)"


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
    method : {"jackknife", "normal", "hoeffding"}, optional
        Interval; by default "jackknife" with three runs and two points or more, else
        "hoeffding".
    members : {"argmax", "sample"}
        What a run with probabilities predicts: the likeliest class (the lowest of
        tied ones), or a class drawn from them.
    n_bins : int
        Equal bins of [0, 1] for the binned quantities.

    Raises
    ------
    ValueError, TypeError
        With fewer than two runs, malformed predictions or labels, unknown options,
        fractions as hard labels, a pandas DataFrame and Series that name the same
        points in another order, or, on ten points or more, no class that predictions
        and labels share.

    Warns
    -----
    UserWarning
        If there are more runs than points, and more than ten, without labels; if a
        class is predicted and never true and another one true and never predicted, or
        labels fit better that are larger or smaller by one (on ten points or more);
        if classes differ only in spaces, capitals or the form of a number.
    SparseLevelsWarning
        If drawn classes (``members="sample"``) have vote shares of more levels than
        there are labelled points: CACE and its bounds then show chance.

    Notes
    -----
    A labelled test set is a finite law, so the bounds hold on it exactly; `slack`
    covers rounding, and shares within 2**-47 that are one level of CACE. The chains of
    bounds are measured up to 10⁷ pairs of points and classes. Probabilities stored in
    less than float64 are normalized anew. Source: claims "audit" and "audit-members",
    and those that `bounds` names.

    Examples
    --------
    >>> result = audit([[0, 1, 1], [1, 1, 1], [0, 1, 0]], labels=[0, 1, 1])
    >>> round(result.error, 4), round(result.disagreement_V, 4), result.holds
    (0.2222, 0.2963, True)
    """
    if n_axes(predictions) in (2, 3):
        _check_axes(predictions, labels)
    if n_axes(predictions) == 2:
        check_names(predictions, labels)
    return audited(
        predictions,
        labels,
        confidence_level,
        method,
        members=members,
        n_bins=n_bins,
        n_smallest=_EXAMPLE,
    )


def _check_axes(predictions: Any, labels: Any) -> None:
    has_shape = hasattr(predictions, "shape")
    n_runs, n_points = (predictions.shape if has_shape else np.shape(predictions))[:2]
    if labels is not None and n_axes(labels) == 1:
        check_axes(n_runs, n_points, len(labels), _EXCHANGE)
    doubt = many_runs(n_runs, n_points, _EXCHANGE) if labels is None else None
    if doubt is not None and n_runs > _EXAMPLE:
        warnings.warn(doubt, stacklevel=3)


def audited(
    predictions: Any,
    labels: Any,
    confidence_level: float,
    method: IntervalMethod | None,
    *,
    members: Members,
    n_bins: int = 10,
    n_smallest: int = 1,
) -> DisagreementAudit:
    """`audit` of predictions whose axes are known.

    Parameters
    ----------
    n_smallest : int
        With fewer points, predictions and labels may share no class.
    """
    check_choice("members", members, get_args(Members))
    n_bins = check_bins(n_bins)
    asked = "hoeffding" if method is None else method
    confidence_level = check_interval(confidence_level, asked)
    runs, kind, classes = _parsed(predictions, labels, members, n_smallest)
    check_runs(runs.n_runs, 2)
    if method is None:
        enough = min(runs.n_runs - 1, runs.n_points) > 1
        method = "jackknife" if enough else "hoeffding"
    estimate = estimate_of(runs, confidence_level, method)
    unequal = float((runs.shares * others(runs.shares)).sum()) / runs.n_points
    ensemble = min(unequal, 1.0)
    known = {} if labels is None else _labelled(runs, estimate.value, ensemble, n_bins)
    return DisagreementAudit(
        estimate=estimate,
        n_runs=runs.n_runs,
        n_points=runs.n_points,
        n_classes=runs.n_classes,
        classes=classes,
        members=kind,
        disagreement_U=estimate.value,
        disagreement_V=ensemble,
        finite_runs_floor=max(2 * (estimate.value - ensemble), 0.0),
        n_bins=n_bins,
        **known,
    )


def _parsed(
    predictions: Any, labels: Any, members: Members, n_smallest: int
) -> tuple[LabelRuns | ProbabilityRuns, str, tuple[Any, ...]]:
    """The runs, with their true labels, what they are, and their classes."""
    if n_axes(predictions) != 3:
        runs = coded_labels(predictions, labels)
        _warn(class_doubts(runs.labels, runs.truth, runs.classes, n_smallest))
        return runs, "labels", tuple(runs.classes.tolist())
    p = stored_probabilities("predictions", predictions, 3)
    truth = None if labels is None else class_indices(labels, *p.shape[1:])
    classes = tuple(range(p.shape[-1]))
    if members == "sample":
        return ProbabilityRuns(p, truth), members, classes
    likeliest = LabelRuns(p.argmax(axis=-1), truth, 0, p.shape[-1])
    indices = namespace(p).arange(p.shape[-1])
    _warn(class_doubts(likeliest.labels, truth, indices, n_smallest))
    return likeliest, members, classes


def _warn(doubts: list[str]) -> None:
    for doubt in doubts:
        warnings.warn(doubt, stacklevel=5)


def _labelled(
    runs: LabelRuns | ProbabilityRuns, pairwise: float, ensemble: float, n_bins: int
) -> dict[str, Any]:
    """Fields of the audit that need true labels."""
    entries = runs.n_points * runs.n_classes
    law: FiniteLaw | None
    if isinstance(runs, LabelRuns):
        law = _ensemble.law_of(runs) if entries <= LAW_ENTRIES else None
        error = float((runs.labels != runs.truth).mean())
        cace = _ensemble.exact_cace(runs)
    else:
        law = _ensemble.law_of(runs)
        warn_of_sparse_levels(runs.shares, stacklevel=4)
        error, cace = float(test_error(law)), float(calibration.cace(law))
    # GDE-15 is about hard labels.
    pairs = (runs.n_runs, pairwise, ensemble) if isinstance(runs, LabelRuns) else None
    gap = ensemble - error
    return {
        "error": error,
        "gap_U": pairwise - error,
        "gap_V": gap,
        "cace": cace,
        "bounds": audited_bounds(gap, cace, law, entries, pairs),
        **_binned(runs, n_bins),
    }


def _binned(runs: LabelRuns | ProbabilityRuns, n_bins: int) -> dict[str, Any]:
    """Fields of the audit that are measured in bins."""
    imbalances = _ensemble.point_imbalances(runs, n_bins)
    if isinstance(runs, LabelRuns):
        cace = _ensemble.binned_cace(runs, n_bins)
    else:
        cace = min(float(abs(imbalances.mean(axis=0)).sum()), 2.0)
    # The squared mean of a single point cannot be told from its noise.
    squares = float(debiased_square(imbalances).sum()) if runs.n_points > 1 else None
    return {
        "binned_cace": cace,
        "cace_noise_floor": _ensemble.noise_floor(imbalances),
        "squared_bins": squares,
    }
