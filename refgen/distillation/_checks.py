"""Checks of spectra, times and filters; every refusal names the argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refgen._matrices import batch_shape
from refgen._numbers import (
    as_counts,
    as_not_negative,
    as_unit,
    first_of,
    in_one_place,
    refuse,
)
from refgen.arrays import as_floats, namespace, plain_array

# Eigenvalues of a matrix without negative ones are computed as at least minus this
# share of the largest.
_NOT_NEGATIVE = 1e-9


def as_spectrum(name: str, value: Any) -> Any:
    """`value` as eigenvalues along the last axis; rounding below 0 becomes 0.

    Raises
    ------
    ValueError
        If an eigenvalue is below 0 by more than 1e-9 of the largest of its spectrum.

    Examples
    --------
    >>> as_spectrum("spectrum", [1.0, -1e-17]).tolist()
    [1.0, 0.0]
    """
    spectrum = as_floats(name, value, 1)
    xp = namespace(spectrum)
    largest = xp.maximum(spectrum.max(axis=-1, keepdims=True), 0.0)
    bad = spectrum < -_NOT_NEGATIVE * largest
    hint = "; eigenvalues of XᵀX are at least 0 up to rounding"
    refuse(name, spectrum, bad, "not be negative", hint)
    return xp.maximum(spectrum, 0.0)


def as_times(name: str, value: Any) -> Any:
    """`value` as training times of at least 0; infinity is training to the end.

    Raises
    ------
    TypeError
        If `value` is not numeric.
    ValueError
        If it is empty or holds NaN or a negative number.

    Examples
    --------
    >>> as_times("time", [0.5, np.inf]).tolist()
    [0.5, inf]
    """
    return _endless(name, value, as_not_negative)


def as_rounds(name: str, value: Any) -> Any:
    """`value` as whole numbers of rounds; infinity is the limit of many.

    Raises
    ------
    TypeError
        If `value` is not numeric.
    ValueError
        If it is empty or holds NaN, a negative number or a fraction.

    Examples
    --------
    >>> as_rounds("n_rounds", [2, np.inf]).tolist()
    [2.0, inf]
    """
    return _endless(name, value, lambda name, array: as_counts(name, array, 0))


def _endless(name: str, value: Any, check: Callable[[str, Any], Any]) -> Any:
    """Numbers of which all but the infinite ones are checked as other numbers are."""
    array = plain_array(name, value)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    xp = namespace(array)
    endless = array == np.inf
    return xp.where(endless, np.inf, check(name, xp.where(endless, 0.0, array)))


def as_filter(name: str, value: Any) -> Any:
    """`value` as filters along the last axis, in [0, 1].

    Raises
    ------
    ValueError
        If one is outside.

    Examples
    --------
    >>> as_filter("filter", [0.5, 1.0]).tolist()
    [0.5, 1.0]
    """
    array = as_floats(name, value, 1)
    hint = "; of gradient descent it does where step_size is at most 1 / λ"
    refuse(name, array, (array < 0) | (array > 1), "lie in [0, 1]", hint)
    return array


def on_spectrum(**arrays: Any) -> list[Any]:
    """A spectrum first, and numbers for it with an axis for its directions behind.

    Raises
    ------
    TypeError
        If arrays are in different places.
    ValueError
        If leading axes do not broadcast.

    Examples
    --------
    >>> spectrum, time = on_spectrum(spectrum=np.ones((3, 2)), time=np.zeros((5, 1)))
    >>> (spectrum * time).shape
    (5, 3, 2)
    """
    spectrum, *numbers = in_one_place(**arrays)
    _, *names = arrays
    batch_shape(
        spectrum=spectrum.shape[:-1],
        **{name: a.shape for name, a in zip(names, numbers, strict=True)},
    )
    return [spectrum, *(a[..., None] for a in numbers)]


def on_filters(label_weight: Any, **filters: Any) -> list[Any]:
    """Filters, and weights of labels with an axis for directions behind.

    Raises
    ------
    TypeError
        If arrays are in different places.
    ValueError
        If a weight is outside [0, 1], or leading axes do not broadcast.

    Examples
    --------
    >>> share, weight = on_filters(0.5, filter=np.ones((3, 2)))
    >>> weight.shape
    (1,)
    """
    placed = in_one_place(**filters, label_weight=as_unit("label_weight", label_weight))
    *arrays, weight = placed
    batch_shape(
        **{name: a.shape for name, a in zip(filters, arrays, strict=True)},
        label_weight=(*weight.shape, 1),
    )
    return [*arrays, weight[..., None]]


def refuse_unstable(spectrum: Any, step_size: Any) -> None:
    """Refuse steps with which gradient descent does not converge.

    Raises
    ------
    ValueError
        If a step times an eigenvalue is 2 or more; the message has the largest step.

    Examples
    --------
    >>> refuse_unstable(np.array([1.0]), np.array([1.5]))
    """
    with np.errstate(over="ignore"):
        bad = step_size * spectrum >= 2
    if bool(bad.any()):
        largest = first_of(spectrum + 0 * step_size, bad)
        raise ValueError(
            f"step_size must be below 2 / {largest:.6g} = {2 / largest:.6g}, twice the "
            "inverse of the largest eigenvalue, or gradient descent diverges; got "
            f"{first_of(step_size + 0 * spectrum, bad)!r}"
        )
