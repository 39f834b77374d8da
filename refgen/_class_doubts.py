"""Whether predictions and labels name the classes alike."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import Any

from refgen._shown import listed
from refgen.arrays import namespace

# More classes than this are not compared by their spelling.
_MANY = 10_000


def class_doubts(
    predicted: Any, truth: Any, classes: Any, n_smallest: int
) -> list[str]:
    """What makes it doubtful that predictions and labels name classes alike.

    Parameters
    ----------
    predicted : integer array of shape (..., n_points)
        Codes of `classes`.
    truth : integer array of shape (n_points,), or None
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
    >>> class_doubts(np.array([0, 1]), np.array([1, 1]), np.array(["Cat", "cat"]), 1)
    ["'Cat', 'cat' are different classes, though they are written almost alike"]
    """
    doubts = _spellings(classes)
    if truth is None or len(truth) < n_smallest:
        return doubts
    never_true, never_predicted = _one_sided(predicted, truth, classes)
    is_doubtful = never_true or never_predicted
    shift = _shift(predicted, truth, classes) if is_doubtful else []
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


def _one_sided(predicted: Any, truth: Any, classes: Any) -> tuple[list[Any], list[Any]]:
    """Classes that are never true, and those that are never predicted."""
    xp = namespace(predicted)
    is_predicted, is_true = (
        xp.bincount(codes.ravel(), minlength=len(classes)) > 0
        for codes in (predicted, truth)
    )
    return classes[~is_true].tolist(), classes[~is_predicted].tolist()


def _shift(predicted: Any, truth: Any, classes: Any) -> list[str]:
    """Whether labels fit better that are larger or smaller by one."""
    if classes.dtype.kind not in "iu":
        return []
    xp = namespace(classes)
    values = classes.astype(xp.float64)
    found, true = values[predicted], values[truth]
    error = float((found != true).mean())
    for step, word in ((1, "larger"), (-1, "smaller")):
        shifted = float((found != true + step).mean())
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
