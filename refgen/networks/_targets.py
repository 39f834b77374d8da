"""Labels as what outputs are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._codes import encoded as class_codes
from refgen._label_types import as_labels
from refgen._numbers import refuse
from refgen._scales import check_scale
from refgen.arrays import as_floats, as_probabilities, namespace, plain_array


def encoded(y: Any, loss: str, n: int, classes: Any = None) -> tuple[Any, Any]:
    """Targets of shape (n_sets, n, n_outputs), and the classes, or None.

    Parameters
    ----------
    y : array
    loss : str
    n : int
        Rows of the data.
    classes : array, optional
        All classes; those of `y` by default.

    Raises
    ------
    TypeError, ValueError
        If there is one class only, labels do not fit the rows or the classes, or shares
        of classes are no probabilities.

    Examples
    --------
    >>> targets, classes = encoded(["b", "a", "b"], "logistic", 3)
    >>> targets[0, :, 0].tolist(), classes.tolist()
    ([1.0, 0.0, 1.0], ['a', 'b'])
    """
    known = None if classes is None else _checked_classes(classes)
    if loss == "squared":
        if known is not None:
            raise ValueError("classes have no meaning for loss='squared'; leave it out")
        return _in_sets(check_scale("y", as_floats("y", y, 1)), n), None
    array = plain_array("y", y)
    if array.size == 0:
        raise ValueError(f"y is empty (shape {array.shape}); give one label a row of X")
    if array.dtype.kind == "f" and array.ndim > 1:
        return _soft(array, loss, n, known)
    return _one_hot(as_labels("y", y), loss, n, known)


def _checked_classes(classes: Any) -> Any:
    """Two or more distinct labels, in ascending order."""
    found = as_labels("classes", classes)
    distinct = namespace(found).unique(found)
    if found.ndim != 1 or len(distinct) != len(found) or len(found) < 2:
        raise ValueError("classes must be a 1-D array of two or more distinct labels")
    return distinct


def _soft(array: Any, loss: str, n: int, classes: Any) -> tuple[Any, Any]:
    """Probabilities of classes in place of labels."""
    if loss == "cross_entropy":
        shares = as_probabilities("y", array, 2)
    else:
        shares = as_floats("y", array, 2)
        refuse("y", shares, (shares < 0) | (shares > 1), "lie in [0, 1]", _SOFT)
    k = shares.shape[-1]
    n_classes = 2 if loss == "logistic" and k == 1 else k
    if n_classes < 2:
        raise ValueError(
            "y has probabilities of one class; give a column for each of two or more"
        )
    if classes is not None and len(classes) != n_classes:
        raise ValueError(
            f"classes must be those of the columns of y, {n_classes}, got "
            f"{len(classes)}"
        )
    known = namespace(shares).arange(n_classes) if classes is None else classes
    return _in_sets(shares, n), known


_SOFT = ": floats of two axes are probabilities of classes; labels are integers or text"


def _one_hot(labels: Any, loss: str, n: int, classes: Any) -> tuple[Any, Any]:
    """Labels, (n,) or (n_sets, n), as indicators of classes."""
    if labels.ndim not in (1, 2):
        raise ValueError(
            "y must have shape (n_samples,) or (n_members, n_samples), got "
            f"{labels.shape}"
        )
    if labels.ndim == 2 and labels.shape[-1] != n == labels.shape[0]:
        raise ValueError(
            f"y has the shape {labels.shape}: labels need one axis of {n} rows, such "
            "as y.ravel() of a column, or a row for each member; indicators or "
            "probabilities of classes must be floats"
        )
    _check_length(labels.shape[-1], n)
    codes, _, known = class_codes(labels, classes=classes, predicted="y")
    codes = codes.reshape(-1, n)
    if classes is None:
        _refuse_one_class(codes, known)
    if loss == "logistic" and len(known) == 2:
        return codes[:, :, None].astype(np.float64), known
    indicators = codes[:, :, None] == namespace(codes).arange(len(known))
    return indicators.astype(np.float64), known


def _refuse_one_class(codes: Any, classes: Any) -> None:
    """Refuse a set of labels that are all the same."""
    is_alone = (codes == codes[:, :1]).all(axis=1)
    if not bool(is_alone.any()):
        return
    member = int(is_alone.argmax())
    whose = f" for member {member}" if len(codes) > 1 else ""
    only = classes[codes[member, :1]].tolist()[0]
    raise ValueError(
        f"y has one class{whose}, {only!r}; a classifier needs two or more: give "
        "labels of them, or classes"
    )


def _in_sets(values: Any, n: int) -> Any:
    """Numbers, one row for each point, in sets of which there may be one."""
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim == 2:
        values = values[None]
    if values.ndim != 3:
        raise ValueError(
            "y must have shape (n_samples,), (n_samples, n_outputs) or (n_members, "
            f"n_samples, n_outputs), got {values.shape}"
        )
    _check_length(values.shape[1], n)
    return values


def _check_length(found: int, n: int) -> None:
    if found != n:
        raise ValueError(f"y has {found} labels for the {n} rows of X; give one each")
