"""Class probabilities of a teacher and its student, about the same points."""

from __future__ import annotations

from typing import Any

from refgen._matrices import batch_shape
from refgen._numbers import in_one_place, refuse
from refgen._orders import are_names, are_reordered
from refgen._probabilities import stored_probabilities
from refgen._shown import listed
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
    shape = plain_array(name, value).shape
    if len(shape) == 1:
        array = as_floats(name, value, 1)
        refuse(name, array, (array < 0) | (array > 1), "be between 0 and 1")
        return namespace(array).stack([1 - array, array], axis=-1)
    if shape[-1:] == (1,):
        raise ValueError(
            f"{name} has a single class (shape {shape}); give the probabilities of two "
            "classes at least, or those of the second class, shape (n_points,)"
        )
    return stored_probabilities(name, value, 2)


def check_order(**given: Any) -> None:
    """Refuse tables of pandas that name the same rows or columns in another order.

    Raises
    ------
    ValueError
        If one has another order than the first.

    Examples
    --------
    >>> check_order(teacher=[0.25, 1.0], student=[0.5, 0.5])
    """
    (first, one), *others = given.items()
    for name, other in others:
        for axis in ("index", "columns"):
            if are_reordered(getattr(one, axis, None), getattr(other, axis, None)):
                raise ValueError(
                    f"{first}.{axis} and {name}.{axis} name the same things in another "
                    f"order; align them: {name}.reindex({axis}={first}.{axis})"
                )


def check_same_columns(**given: Any) -> None:
    """Refuse tables of pandas whose columns name different classes.

    Raises
    ------
    ValueError
        If they do.

    Examples
    --------
    >>> check_same_columns(teacher=[0.25, 1.0], student=[0.5, 0.5])
    """
    (first, one), (second, other) = given.items()
    columns: list[Any] = [getattr(value, "columns", None) for value in (one, other)]
    if not all(are_names(names) for names in columns):
        return
    known, learned = (list(names) for names in columns)
    if set(known) != set(learned):
        raise ValueError(
            f"{first} has the classes {listed(known)} and {second} has "
            f"{listed(learned)}; both need the same classes, or arrays without names"
        )


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
        If they are no probabilities, or differ in points or classes, or name them in
        different orders.

    Examples
    --------
    >>> teacher, student = paired_probabilities([0.25, 1.0], [[0.5, 0.5], [0.0, 1.0]])
    >>> teacher.shape == student.shape
    True
    """
    pair = dict(zip(names, (teacher_proba, student_proba), strict=True))
    check_order(**pair)
    teacher, student = in_one_place(
        **{name: class_probabilities(name, value) for name, value in pair.items()}
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
