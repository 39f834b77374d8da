"""What a teacher and its student predict, as users have it: probabilities or labels."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

from refgen._class_doubts import class_doubts
from refgen._codes import encoded
from refgen._label_types import as_labels
from refgen._orders import are_names
from refgen._shown import listed
from refgen.arrays import namespace, plain_array
from refgen.distillation._predictions import (
    check_order,
    check_same_columns,
    class_probabilities,
    paired_probabilities,
)
from refgen.distillation.measures import paired_labels


@dataclass(frozen=True, eq=False)
class Answers:
    """Predictions about the same points.

    Attributes
    ----------
    teacher, student : integer array of shape (n_points,)
        Codes of the predicted classes.
    truth : integer array of shape (n_points,), or None
    classes : array of shape (n_classes,)
        What codes stand for.
    probabilities : pair of arrays of shape (n_points, n_classes), or None
        Of teacher and student, if both are known.
    """

    teacher: Any
    student: Any
    truth: Any
    classes: Any
    probabilities: tuple[Any, Any] | None

    @classmethod
    def of(
        cls, teacher: Any, student: Any, labels: Any, classes: Any, n_smallest: int
    ) -> Answers:
        """Checked predictions.

        Parameters
        ----------
        teacher, student : arrays of shape (n_points, n_classes) or (n_points,)
        labels : array of shape (n_points,), or None
        classes : array of shape (n_classes,), or None
        n_smallest : int
            With fewer points, teacher, student and labels may share no class.

        Raises
        ------
        TypeError, ValueError
            If they are no predictions, or do not fit together.

        Warns
        -----
        UserWarning
            If classes seem to be encoded in different ways.
        """
        check_order(teacher=teacher, student=student, labels=labels)
        soft, pair = _are_probabilities(teacher, student), None
        given = [teacher, student]
        if all(soft):
            if classes is None:
                check_same_columns(teacher=teacher, student=student)
            given = [*paired_probabilities(teacher, student, ("teacher", "student"))]
            pair = (given[0], given[1])
        chances = [
            class_probabilities(name, value) if is_soft else None
            for name, value, is_soft in zip(_NAMES, given, soft, strict=True)
        ]
        if any(soft):
            classes = _columns(chances, classes, (teacher, student), labels)
        predicted = [
            value if p is None else classes[p.argmax(axis=-1)]
            for value, p in zip(given, chances, strict=True)
        ]
        return cls(*_encoded(predicted, labels, classes, n_smallest), pair)


_NAMES = ("teacher", "student")


def _are_probabilities(*given: Any) -> list[bool]:
    """Whether they are probabilities: tables are, and columns with a fraction."""
    arrays = [plain_array(n, v) for n, v in zip(_NAMES, given, strict=True)]
    flat = [a for a in arrays if a.ndim == 1 and a.dtype.kind == "f"]
    # Where one is, certain answers of the other are 0 and 1 and not classes.
    fractions = any(bool((a != namespace(a).floor(a)).any()) for a in flat)
    return [
        a.ndim > 1 or (fractions and a.ndim == 1 and a.dtype.kind == "f")
        for a in arrays
    ]


def _columns(
    chances: list[Any], classes: Any, given: tuple[Any, Any], labels: Any
) -> Any:
    """The class of each column of probabilities."""
    known = next(p for p in chances if p is not None)
    if known.ndim != 2:
        raise ValueError(
            "teacher and student must have shape (n_points, n_classes) or (n_points,), "
            f"got {known.shape}; take one teacher and one student"
        )
    n = known.shape[-1]
    if classes is None:
        names = next((a.columns for a in given if hasattr(a, "columns")), None)
        return column_classes(known, names if are_names(names) else None, labels)
    classes = as_labels("classes", classes)
    if classes.shape != (n,):
        raise ValueError(
            f"classes has shape {classes.shape} where probabilities have {n} columns; "
            "give the class of each column"
        )
    return classes


def column_classes(chances: Any, names: Any, labels: Any) -> Any:
    """Names of columns as classes, or numbers where labels are numbers and they not.

    Examples
    --------
    >>> import numpy as np
    >>> chances = np.array([[0.5, 0.5]])
    >>> column_classes(chances, ["cat", "dog"], ["dog"]).tolist()
    ['cat', 'dog']
    >>> column_classes(chances, ["cat", "dog"], [1]).tolist()
    [0, 1]
    >>> column_classes(chances, ["4", "9"], [9]).tolist()
    [4, 9]
    """
    numbers = namespace(chances).arange(chances.shape[-1])
    if names is None:
        return numbers
    texts = [str(name) for name in names]
    kind = "" if labels is None else as_labels("labels", labels).dtype.kind
    if kind == "U":
        return as_labels("classes", texts)
    if all(text.isdecimal() and str(int(text)) == text for text in texts):
        return as_labels("classes", [int(text) for text in texts])
    return as_labels("classes", texts) if labels is None else numbers


def _encoded(
    predicted: list[Any], labels: Any, classes: Any, n_smallest: int
) -> tuple[Any, Any, Any, Any]:
    given = dict(zip(_NAMES, predicted, strict=True))
    if labels is not None:
        given["labels"] = labels
    teacher, student, *truth = paired_labels(**given)
    for name, array in zip(given, (teacher, student, *truth), strict=True):
        if array.ndim != 1:
            raise ValueError(f"{name} must have shape (n_points,), got {array.shape}")
    codes, true, known = encoded(
        namespace(teacher).stack([teacher, student]),
        truth[0] if truth else None,
        classes,
        predicted="teacher or student",
    )
    _check_shared(codes, known, n_smallest)
    for doubt in class_doubts(codes, true, known, n_smallest):
        warnings.warn(doubt, stacklevel=5)
    return codes[0], codes[1], true, known


def _check_shared(codes: Any, classes: Any, n_smallest: int) -> None:
    """Refuse a teacher and a student that never predict the same class."""
    xp = namespace(codes)
    held = [xp.unique(found) for found in codes]
    apart = len(xp.unique(xp.concatenate(held))) == sum(map(len, held))
    if apart and codes.shape[1] >= n_smallest:
        first, second = (listed(classes[found].tolist()) for found in held)
        raise ValueError(
            f"teacher and student share no class: teacher holds {first}, student holds "
            f"{second}; encode them alike"
        )
