"""What networks were trained for, and answers as what outputs are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._label_types import as_labels, comparable
from refgen._numbers import as_unit
from refgen._shown import shown
from refgen.arrays import Fixed, as_floats, as_probabilities, namespace, plain_array
from refgen.networks._architecture import loss_code


@dataclass(frozen=True)
class Task(Fixed):
    """What networks were trained for: a loss, and the classes, if there are any.

    Attributes
    ----------
    loss : {"squared", "logistic", "cross_entropy"}
    classes : tuple, or None
        Labels in ascending order, wherever the networks are.
    """

    loss: str
    classes: Any = None

    def __post_init__(self) -> None:
        loss_code(self.loss)
        if self.classes is not None:
            # A tuple can be compared, and is the same on every device.
            listed = plain_array("classes", self.classes).tolist()
            object.__setattr__(self, "classes", tuple(listed))

    @property
    def middle(self) -> float:
        """Above it, the target of a single output stands for the second class."""
        return 0.5 if self.loss == "logistic" else 0.0


def task_of(loss: str, classes: Any, n_outputs: int) -> Task:
    """The task of networks with so many outputs.

    Raises
    ------
    TypeError, ValueError
        If the loss is unknown, or classes do not fit the outputs.

    Examples
    --------
    >>> task_of("logistic", None, 1)
    Task(loss='logistic', classes=(0, 1))
    """
    task = Task(loss)
    if loss == "squared":
        if classes is not None:
            raise ValueError(
                "classes must be None for loss='squared', whose y are numbers"
            )
        return task
    if loss == "cross_entropy" and n_outputs == 1:
        raise ValueError(
            "loss='cross_entropy' needs an output for each class, and networks have "
            "one output; use 'logistic'"
        )
    wanted = max(n_outputs, 2)
    labels = np.arange(wanted) if classes is None else as_labels("classes", classes)
    if labels.shape != (wanted,) or len(set(labels.tolist())) < wanted:
        raise ValueError(
            f"classes must be {wanted} different labels for networks with {n_outputs} "
            f"output(s), got {shown(labels.tolist())}"
        )
    return Task(loss, labels)


def class_array(task: Task, xp: Any) -> Any:
    """Classes as an array of a library.

    Raises
    ------
    TypeError
        If they are text, which devices do not hold.

    Examples
    --------
    >>> class_array(Task("logistic", ["no", "yes"]), np).tolist()
    ['no', 'yes']
    """
    classes = np.asarray(task.classes)
    if xp is np:
        return classes
    if classes.dtype.kind in "US":
        raise TypeError(
            "classes are text, which a device does not hold; bring the networks to the "
            "host with refgen_gpu.arrays.to_host, or train with integers as labels"
        )
    return xp.asarray(classes)


def as_targets(y: Any, task: Task, outputs: Any) -> Any:
    """Answers as targets, of the shape of `outputs`, or without its leading axes.

    Parameters
    ----------
    y : array
        Labels (n_points,), or probabilities of classes (n_points, n_outputs), or
        numbers in either shape for the squared loss; all may have the leading axes of
        the networks.
    task : Task
    outputs : array of shape (..., n_points, n_outputs)

    Raises
    ------
    TypeError
        If labels are of another type than those of the training.
    ValueError
        If `y` does not fit the points, or has a label that the training had not.

    Examples
    --------
    >>> as_targets(["yes", "no"], Task("logistic", ["no", "yes"]), np.zeros((2, 1)))
    array([[1.],
           [0.]])
    """
    xp, given = namespace(outputs), plain_array("y", y)
    elsewhere = namespace(given) is not xp and hasattr(y, "dtype")
    if elsewhere and given.dtype.kind in "fiub":
        raise TypeError(
            "y is on the host and the networks are on a device, or the reverse; move "
            "both to one place"
        )
    if task.classes is None:
        found = _in_columns(as_floats("y", given, 1), outputs)
    elif given.dtype.kind == "f" and given.ndim > 1:
        found = _shares(given, task, outputs)
    else:
        found = _indicators(as_labels("y", y), task, outputs)
    return xp.asarray(found)


def _in_columns(values: Any, outputs: Any) -> Any:
    """Numbers with an axis for outputs."""
    shape = outputs.shape
    if values.shape in (shape, shape[-2:]):
        return values
    if shape[-1] == 1 and values.shape in (shape[:-1], shape[-2:-1]):
        return values[..., None]
    wanted = [shape[-2:], shape] if shape[-1] > 1 else [shape[-2:-1], shape[:-1]]
    raise ValueError(_misfit(values.shape, wanted))


def _shares(given: Any, task: Task, outputs: Any) -> Any:
    if given.shape not in (outputs.shape, outputs.shape[-2:]):
        wanted = [outputs.shape[-2:], outputs.shape]
        raise ValueError(_misfit(given.shape, wanted) + "; floats are probabilities")
    if task.loss == "cross_entropy":
        return as_probabilities("y", given, 2)
    return as_unit("y", given, 2)


def _indicators(labels: Any, task: Task, outputs: Any) -> Any:
    """Labels as indicators of classes; of the second one for a single output."""
    shape = outputs.shape
    if labels.shape not in (shape[:-1], shape[-2:-1]):
        raise ValueError(_misfit(labels.shape, [shape[-2:-1], shape[:-1]]))
    labels, classes = comparable(
        {"y": labels, "classes": class_array(task, namespace(labels))}
    )
    found = labels[..., None] == classes
    unknown = ~found.any(axis=-1)
    if bool(unknown.any()):
        label = labels[unknown].tolist()[0]
        raise ValueError(
            f"y holds the label {shown(label)}, which training had not (classes are "
            f"{_listed(task.classes)}); leave such points out"
        )
    return (found[..., 1:] if shape[-1] == 1 else found).astype(np.float64)


def _listed(classes: tuple) -> str:
    known = ", ".join(map(repr, classes[:10]))
    return known if len(classes) <= 10 else f"{known}, …"


def _misfit(shape: tuple, wanted: list[tuple]) -> str:
    forms = " or ".join(map(str, dict.fromkeys(wanted)))
    return f"y must have shape {forms}, as outputs at the points have, got {shape}"


def refuse_no_sign(targets: Any, task: Task) -> None:
    """Refuse a number 0 where the sign of a number is its class.

    Examples
    --------
    >>> refuse_no_sign(np.array([[1.0], [-1.0]]), Task("squared"))
    """
    if task.classes is None and targets.shape[-1] == 1 and bool((targets == 0).any()):
        raise ValueError(
            "y must not be 0: of a single number, the sign is the class; use -1 and 1"
        )
