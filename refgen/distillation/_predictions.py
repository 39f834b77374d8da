"""Class probabilities of a teacher and its student, about the same points."""

from __future__ import annotations

from typing import Any

from refgen._matrices import batch_shape
from refgen._numbers import in_one_place, refuse
from refgen._probabilities import stored_probabilities
from refgen.arrays import as_floats, namespace, plain_array


def class_probabilities(name: str, value: Any) -> Any:
    """Probabilities, (..., n_points, n_classes); those of a second class get an axis.

    Raises
    ------
    TypeError
        If they are no real numbers, masked, or sparse.
    ValueError
        If they are no probabilities, or there is one class only.

    Examples
    --------
    >>> class_probabilities("teacher_proba", [0.25, 1.0]).tolist()
    [[0.75, 0.25], [0.0, 1.0]]
    """
    if plain_array(name, value).ndim == 1:
        array = as_floats(name, value, 1)
        refuse(name, array, (array < 0) | (array > 1), "be between 0 and 1")
        return namespace(array).stack([1 - array, array], axis=-1)
    array = stored_probabilities(name, value, 2)
    if array.shape[-1] < 2:
        raise ValueError(
            f"{name} has a single class (shape {array.shape}); give the probabilities "
            "of two classes at least, or those of the second class, shape (n_points,)"
        )
    return array


NAMES = ("teacher_proba", "student_proba")


def paired_probabilities(
    teacher_proba: Any, student_proba: Any, names: tuple[str, str] = NAMES
) -> tuple[Any, Any]:
    """Both, with the same points and classes; batch axes broadcast.

    Parameters
    ----------
    teacher_proba, student_proba : array of shape (..., n_points, n_classes)
    names : pair of str
        What errors call them.

    Raises
    ------
    TypeError
        If they are no real numbers, or in different places.
    ValueError
        If they are no probabilities, or differ in points or classes.

    Examples
    --------
    >>> teacher, student = paired_probabilities([0.25, 1.0], [[0.5, 0.5], [0.0, 1.0]])
    >>> teacher.shape == student.shape
    True
    """
    pair = zip(names, (teacher_proba, student_proba), strict=True)
    teacher, student = in_one_place(
        **{name: class_probabilities(name, value) for name, value in pair}
    )
    for axis, what, remedy in (
        (-1, "classes", "both need a column for each class, in the same order"),
        (-2, "points", "both must be about the same points, in the same order"),
    ):
        n, m = teacher.shape[axis], student.shape[axis]
        if n != m:
            raise ValueError(
                f"{names[0]} has {n} {what} and {names[1]} has {m}; {remedy}"
            )
    batches = (teacher.shape[:-2], student.shape[:-2])
    shape = batch_shape(**dict(zip(names, batches, strict=True)))
    xp = namespace(teacher)
    whole = (*shape, *teacher.shape[-2:])
    return xp.broadcast_to(teacher, whole), xp.broadcast_to(student, whole)
