"""Labels as what outputs are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._label_types import as_labels
from refgen._numbers import refuse
from refgen._scales import check_scale
from refgen.arrays import as_floats, as_probabilities, namespace, plain_array


def encoded(y: Any, loss: str, n: int) -> tuple[Any, Any]:
    """Targets of shape (n_sets, n, n_outputs), and the classes, or None.

    Raises
    ------
    TypeError, ValueError
        If there is one class only, labels do not fit the rows, or shares of classes are
        no probabilities.

    Examples
    --------
    >>> targets, classes = encoded(["b", "a", "b"], "logistic", 3)
    >>> targets[0, :, 0].tolist(), classes.tolist()
    ([1.0, 0.0, 1.0], ['a', 'b'])
    """
    if loss == "squared":
        return _in_sets(check_scale("y", as_floats("y", y, 1)), n), None
    array = plain_array("y", y)
    if array.size == 0:
        raise ValueError(f"y is empty (shape {array.shape}); give one label a row of X")
    if array.dtype.kind == "f" and array.ndim > 1:
        return _soft(array, loss, n)
    return _one_hot(as_labels("y", y), loss, n)


def _soft(array: Any, loss: str, n: int) -> tuple[Any, Any]:
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
    return _in_sets(shares, n), namespace(shares).arange(n_classes)


_SOFT = ": floats of two axes are probabilities of classes; labels are integers or text"


def _one_hot(labels: Any, loss: str, n: int) -> tuple[Any, Any]:
    """Labels, (n,) or (n_sets, n), as indicators of classes."""
    if labels.ndim not in (1, 2):
        raise ValueError(
            "y must have shape (n_samples,) or (n_members, n_samples), got "
            f"{labels.shape}"
        )
    _check_length(labels.shape[-1], n)
    xp = namespace(labels)
    classes, codes = xp.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"y has one class, {classes[0].item()!r}; a classifier needs two or more"
        )
    codes = codes.reshape(-1, n)
    if loss == "logistic" and len(classes) == 2:
        return codes[:, :, None].astype(np.float64), classes
    return (codes[:, :, None] == xp.arange(len(classes))).astype(np.float64), classes


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
