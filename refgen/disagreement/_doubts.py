"""What may be wrong with predictions and labels though numbers come out of them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import Any

from refgen._shown import listed
from refgen.arrays import namespace
from refgen.disagreement._runs import LabelRuns

# More classes than this are not compared by their spelling.
_MANY = 10_000


def check_axes(n_runs: int, n_points: int, n_labels: int, remedy: str) -> None:
    """Refuse labels that are as many as the runs, and not as many as the points.

    Raises
    ------
    ValueError
        Saying that `remedy` exchanges the axes.

    Examples
    --------
    >>> check_axes(4, 100, 100, "predictions.T")
    """
    if n_labels == n_runs != n_points:
        raise ValueError(
            f"labels has {n_labels} entries where predictions has {n_runs} runs on "
            f"{n_points} points: it seems that runs and points are exchanged; {remedy}"
        )


def many_runs(n_runs: int, n_points: int, remedy: str) -> str | None:
    """The doubt about more runs than points.

    Examples
    --------
    >>> many_runs(4, 4, "pass predictions.T") is None
    True
    """
    if n_runs <= n_points:
        return None
    return (
        f"predictions has {n_runs} runs on only {n_points} points; if its rows are "
        f"points and its columns runs, {remedy}"
    )


def check_names(predictions: Any, labels: Any) -> None:
    """Refuse a table and a column of pandas that name the same points in other orders.

    Raises
    ------
    ValueError
        Saying how to put the labels in order.

    Examples
    --------
    >>> check_names([[0, 1], [1, 1]], [0, 1])
    """
    points, named = (
        getattr(predictions, "columns", None),
        getattr(labels, "index", None),
    )
    if not _are_names(points) or not _are_names(named):
        return
    order, other = list(predictions.columns), list(labels.index)
    if order != other and len(order) == len(other) and set(order) == set(other):
        raise ValueError(
            "predictions.columns and labels.index name the same points in another "
            "order; align them: labels.loc[predictions.columns]"
        )


def _are_names(index: Any) -> bool:
    """Whether it is an index of pandas, and not the count 0, 1, 2, … by default."""
    if not hasattr(index, "get_indexer"):
        return False
    step = getattr(index, "step", None)
    return not (step == 1 and getattr(index, "start", None) == 0)


def class_doubts(runs: LabelRuns, classes: Any, n_smallest: int) -> list[str]:
    """What makes it doubtful that predictions and labels name classes alike.

    Parameters
    ----------
    runs : LabelRuns
        Codes of `classes`.
    classes : array of shape (n_classes,)
    n_smallest : int
        With fewer points it is no wonder if all predictions are wrong.

    Raises
    ------
    ValueError
        If predictions and labels share no class.

    Examples
    --------
    >>> import numpy as np
    >>> runs = LabelRuns(np.array([[0, 1], [1, 0]]), np.array([1, 1]), 0, 2)
    >>> class_doubts(runs, np.array(["Cat", "cat"]), 1)
    ["'Cat', 'cat' are different classes, though they are written almost alike"]
    """
    doubts = _spellings(classes)
    if runs.truth is None or runs.n_points < n_smallest:
        return doubts
    never_true, never_predicted = _one_sided(runs, classes)
    shift = _shift(runs, classes) if never_true or never_predicted else []
    if len(never_true) + len(never_predicted) == len(classes):
        raise ValueError(
            "predictions and labels share no class: predictions hold "
            f"{listed(never_true)}, labels hold {listed(never_predicted)}; "
            f"{'; '.join([*doubts, *shift]) or 'encode them alike'}"
        )
    if never_true and never_predicted:
        doubts.append(
            f"classes that are predicted and never true ({listed(never_true)}) and "
            f"classes that are true and never predicted ({listed(never_predicted)}): "
            "check that predictions and labels are encoded alike"
        )
    return doubts + shift


def _one_sided(runs: LabelRuns, classes: Any) -> tuple[list[Any], list[Any]]:
    """Classes that are never true, and those that are never predicted."""
    xp = namespace(runs.labels)
    is_predicted, is_true = (
        xp.bincount(codes.ravel(), minlength=len(classes)) > 0
        for codes in (runs.labels, runs.truth)
    )
    return classes[~is_true].tolist(), classes[~is_predicted].tolist()


def _shift(runs: LabelRuns, classes: Any) -> list[str]:
    """Whether labels fit better that are larger or smaller by one."""
    if classes.dtype.kind not in "iu":
        return []
    xp = namespace(classes)
    values = classes.astype(xp.float64)
    predicted, true = values[runs.labels], values[runs.truth]
    error = float((predicted != true).mean())
    for step, word in ((1, "larger"), (-1, "smaller")):
        shifted = float((predicted != true + step).mean())
        if shifted < error / 2:
            return [
                f"labels that are {word} by 1 would have the error {shifted:.3f}, not "
                f"{error:.3f}: classes seem to count from 0 on one side and from 1 "
                "on the other"
            ]
    return []


def _spellings(classes: Any) -> list[str]:
    """Classes that differ only in spaces, capitals, or how a sign is encoded."""
    if classes.dtype.kind not in "US" or len(classes) > _MANY:
        return []
    groups = defaultdict(list)
    for word in classes.tolist():
        groups[_plain(word)].append(word)
    alike = next((group for group in groups.values() if len(group) > 1), None)
    if alike is None:
        return []
    return [
        f"{listed(alike)} are different classes, though they are written almost alike"
    ]


def _plain(word: Any) -> str:
    text = unicodedata.normalize("NFKC", str(word)).casefold()
    text = "".join(c for c in text if unicodedata.category(c) != "Cf").strip()
    # 1.0 is 1, but 01 is not.
    return re.sub(r"^([+-]?[0-9]+)\.0*$", r"\1", text)
