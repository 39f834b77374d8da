"""Labels as what outputs are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._label_types import as_labels
from refgen.arrays import as_floats, as_probabilities, namespace


def encoded(y: Any, loss: str, n: int) -> tuple[Any, Any]:
    """Targets of shape (n_sets, n, n_outputs), and the classes, or None.

    Raises
    ------
    ValueError
        If there is one class only, labels do not fit the rows, or probabilities do not
        sum to 1.

    Examples
    --------
    >>> targets, classes = encoded(["b", "a", "b"], "logistic", 3)
    >>> targets[0, :, 0].tolist(), classes.tolist()
    ([1.0, 0.0, 1.0], ['a', 'b'])
    """
    if loss == "squared":
        return _in_sets(as_floats("y", y, 1), n, 1), None
    given = y if hasattr(y, "dtype") else np.asarray(y)
    if given.dtype.kind == "f" and given.ndim > 1:
        shares = as_floats("y", given, 2)
        if loss == "cross_entropy":
            shares = as_probabilities("y", given, 2)
        elif float(shares.min()) < 0 or float(shares.max()) > 1:
            raise ValueError("y must hold probabilities between 0 and 1")
        k = shares.shape[-1]
        n_classes = 2 if loss == "logistic" and k == 1 else k
        return _in_sets(shares, n, 2), np.arange(n_classes)
    return _one_hot(given, loss, n)


def _one_hot(given: Any, loss: str, n: int) -> tuple[Any, Any]:
    """Labels, (n,) or (n_sets, n), as indicators of classes."""
    xp = namespace(given)
    labels = as_labels("y", given) if xp is np and given.ndim == 1 else given
    _check_length(labels.shape[-1], n)
    classes, codes = xp.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"y has one class, {classes[0]}; a classifier needs two or more"
        )
    codes = codes.reshape(-1, n)
    if loss == "logistic" and len(classes) == 2:
        return codes[:, :, None].astype(np.float64), classes
    return (codes[:, :, None] == xp.arange(len(classes))).astype(np.float64), classes


def _in_sets(values: Any, n: int, ndim: int) -> Any:
    """Numbers, one row for each point, in sets of which there may be one."""
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim == 2:
        values = values[None]
    _check_length(values.shape[1], n)
    return values


def _check_length(found: int, n: int) -> None:
    if found != n:
        raise ValueError(f"y has {found} labels for the {n} rows of X; give one each")
