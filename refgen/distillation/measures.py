"""How far a student is from its teacher: agreement, divergence and churn."""

from __future__ import annotations

import math
from typing import Any

from refgen._label_types import as_labels, comparable
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen.arrays import namespace
from refgen.distillation._predictions import class_probabilities, paired_probabilities

# Below this a probability adds less than rounding to a divergence of its row.
_NEXT_TO_NOTHING = 2.0**-1000


def agreement(teacher_proba: Any, student_proba: Any) -> Any:
    """The share of points for which both find the same class likeliest.

    Parameters
    ----------
    teacher_proba, student_proba : array of shape (..., n_points, n_classes)
        Class probabilities, or those of the second of two classes, shape (n_points,).
        Of tied classes the lowest counts as the likeliest.

    Returns
    -------
    array of shape (...)
        In [0, 1]; often called fidelity.

    Raises
    ------
    TypeError
        If an argument is not numeric, or they are in different places.
    ValueError
        If one holds no probabilities, or they differ in points or classes.

    Notes
    -----
    Source: derived here, claim KD-14c.

    Examples
    --------
    >>> float(agreement([0.9, 0.2, 0.6, 0.4], [0.8, 0.1, 0.4, 0.3]))
    0.75
    """
    teacher, student = paired_probabilities(teacher_proba, student_proba)
    return (teacher.argmax(axis=-1) == student.argmax(axis=-1)).mean(axis=-1)


def predictive_kl(teacher_proba: Any, student_proba: Any) -> Any:
    """Kullback–Leibler divergence of the student from its teacher, mean over points.

    Parameters
    ----------
    teacher_proba, student_proba : array of shape (..., n_points, n_classes)
        As for `agreement`.

    Returns
    -------
    array of shape (...)
        Σ p log(p/q) with the teacher's p and the student's q, in nats; infinite if a
        class is possible for the teacher and impossible for the student.

    Raises
    ------
    TypeError, ValueError
        As `agreement`.

    Notes
    -----
    Source: derived here, claim KD-14k.

    Examples
    --------
    >>> round(float(predictive_kl([0.5, 0.5], [0.5, 0.25])), 6)
    0.071921
    """
    return divergences(*paired_probabilities(teacher_proba, student_proba)).mean(-1)


def divergences(p: Any, q: Any) -> Any:
    """KL(p‖q) of rows, as sums of q − p − p log(q/p) ≥ 0: nothing cancels.

    Examples
    --------
    >>> import numpy as np
    >>> divergences(np.array([0.5, 0.5]), np.array([0.5, 0.5])).item()
    0.0
    """
    xp = namespace(p)
    lost = (q == 0) & (p > 0)
    scaled = xp.maximum(p, _NEXT_TO_NOTHING)
    terms = (q - p) - p * _log_ratio(xp.where(lost, p, q), p, scaled)
    return xp.where(lost, xp.inf, xp.maximum(terms, 0.0)).sum(axis=-1)


def _log_ratio(a: Any, b: Any, total: Any) -> Any:
    """log(a/b), where b is `total` or next to nothing; all digits also near a = b."""
    xp = namespace(a)
    off = (a - b) / total
    near = xp.log1p(xp.maximum(off, -0.5))
    quotient = xp.where(a > 0, a, total) / total
    return xp.where(off > -0.5, near, xp.log(quotient))


def flip_divergence(teacher_proba: Any) -> Any:
    """The divergence without which a student cannot predict another class.

    Parameters
    ----------
    teacher_proba : array of shape (..., n_points, n_classes)
        Class probabilities, or those of the second of two classes, shape (n_points,).

    Returns
    -------
    array of shape (..., n_points)
        p log(2p/(p + r)) + r log(2r/(p + r)) with the largest probability p and the
        next one, r; between 0, where they tie, and log 2.

    Raises
    ------
    TypeError
        If `teacher_proba` is not numeric.
    ValueError
        If it holds no probabilities.

    Notes
    -----
    A student whose divergence at a point is less predicts what its teacher does there.
    No larger number has this property. Source: derived here, claim KD-14k.

    Examples
    --------
    >>> flip_divergence([0.5, 0.9]).round(4).tolist()
    [0.0, 0.3681]
    """
    proba = class_probabilities("teacher_proba", teacher_proba)
    first, second = largest_two(proba)
    middle = (first + second) / 2
    gain = first * _log_ratio(first, middle, middle)
    # 0 log 0 is 0. Rounding does not leave the range.
    found = gain + second * _log_ratio(second, middle, middle)
    return namespace(proba).clip(found, 0.0, math.log(2))


def largest_two(proba: Any) -> tuple[Any, Any]:
    """The largest probability of each row, and the next one, which may tie with it.

    Examples
    --------
    >>> import numpy as np
    >>> first, second = largest_two(np.array([[0.2, 0.7, 0.1], [0.5, 0.5, 0.0]]))
    >>> first.tolist(), second.tolist()
    ([0.7, 0.5], [0.2, 0.5])
    """
    xp = namespace(proba)
    # Two passes for the largest are as good as a sort, and exact.
    top = proba.argmax(axis=-1)[..., None] == xp.arange(proba.shape[-1])
    return proba.max(axis=-1), xp.where(top, 0.0, proba).max(axis=-1)


def churn(teacher_labels: Any, student_labels: Any) -> Any:
    """The share of points for which teacher and student predict different classes.

    Parameters
    ----------
    teacher_labels, student_labels : array of shape (..., n_points)
        Predicted classes: integers, whole numbers or text.

    Returns
    -------
    array of shape (...)
        In [0, 1].

    Raises
    ------
    TypeError
        If the labels are of no such type, of different types, or in different places.
    ValueError
        If there are none, or they are not about the same points.

    Notes
    -----
    Churn is at least the difference of the two errors, and at most their sum: a student
    that is as accurate as its teacher may still answer otherwise twice as often as
    either errs. Source: derived here, claim KD-14c.

    Examples
    --------
    >>> float(churn(["cat", "dog", "dog", "eel"], ["cat", "cat", "dog", "eel"]))
    0.25
    """
    teacher, student = paired_labels(
        teacher_labels=teacher_labels, student_labels=student_labels
    )
    return (teacher != student).mean(axis=-1)


def paired_labels(**given: Any) -> list[Any]:
    """Labels that can be compared, about the same points.

    Raises
    ------
    TypeError
        If they are no labels, of different types, or in different places.
    ValueError
        If there are none, or they are not about the same points.

    Examples
    --------
    >>> [a.tolist() for a in paired_labels(teacher=[1.0, 0.0], student=[1, 1])]
    [[1, 0], [1, 1]]
    """
    arrays = {name: as_labels(name, labels) for name, labels in given.items()}
    for name, array in arrays.items():
        if array.ndim == 0 or array.size == 0:
            raise ValueError(
                f"{name} must have shape (n_points,), with at least one point, got "
                f"shape {array.shape}"
            )
    sizes = {name: array.shape[-1] for name, array in arrays.items()}
    if len(set(sizes.values())) > 1:
        found = ", ".join(f"{name} has {n}" for name, n in sizes.items())
        raise ValueError(
            f"labels are about different numbers of points: {found}; they must be "
            "about the same points, in the same order"
        )
    batch_shape(**{name: array.shape[:-1] for name, array in arrays.items()})
    placed = in_one_place(**arrays)
    return comparable(dict(zip(arrays, placed, strict=True)))
