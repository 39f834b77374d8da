"""Which library an array is from, and how an argument becomes an array.

Formulas call ``xp = namespace(x)`` and use what NumPy and CuPy have in common. Only
`refgen._libraries` knows which array libraries there are.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any, TypeVar

import numpy as np

from refgen._instances import Fixed, Instance
from refgen._libraries import namespace, register_library, special_functions
from refgen._plain import numbers, plain_array, refuse_masked, refuse_special

__all__ = [
    "BATCH",
    "DEVICE_PACKAGE",
    "NORMALIZATION_TOLERANCE",
    "UNIT_ROUNDOFF",
    "Fixed",
    "Instance",
    "as_floats",
    "as_probabilities",
    "device_label",
    "label_of",
    "namespace",
    "on_the_host",
    "package_of",
    "plain_array",
    "refuse_masked",
    "refuse_special",
    "register_library",
    "special_functions",
    "to_device",
    "to_host",
    "why_on_the_host",
]

_T = TypeVar("_T")

UNIT_ROUNDOFF = 2.0**-53

# Sums of n probabilities that were normalized in float64 are off by at most
# n·2⁻⁵³; 1e-9 also admits probabilities written with nine decimals.
NORMALIZATION_TOLERANCE = 1e-9


# How many instances to handle at once: enough to fill the vector units, few enough for
# the caches.
BATCH = 512

# The package that computes on a device. refgen knows only its name: the package is
# loaded when the first device array is passed.
DEVICE_PACKAGE = "refgen_gpu"


def to_device(value: Any) -> Any:
    """`value` moved to where this package computes: for refgen, the CPU.

    Parameters
    ----------
    value : array, list of numbers, or instance (a dataclass of arrays)

    Raises
    ------
    TypeError
        For device arrays: use ``refgen_gpu.arrays.to_host`` to bring them here. For
        what could not be moved to any device: anything but numbers.
    ValueError
        For ragged lists.

    Examples
    --------
    >>> to_device([0.5, 0.5])
    array([0.5, 0.5])
    """
    if is_dataclass(value) and isinstance(value, Instance):
        return value.map(to_device)
    if namespace(value) is not np:
        raise TypeError(
            "value is a device array and refgen computes on the CPU; bring it here "
            "with refgen_gpu.arrays.to_host(value)"
        )
    return numbers("value", value)


def to_host(value: Any) -> Any:
    """`value` as NumPy arrays on the host; refgen's arrays are there already.

    Examples
    --------
    >>> to_host(np.array([0.5, 0.5]))
    array([0.5, 0.5])
    """
    return to_device(value)


def package_of(array: Any) -> str:
    """Name of the package that computes where `array` is.

    Examples
    --------
    >>> package_of([0.5])
    'refgen'
    """
    return "refgen" if namespace(array) is np else DEVICE_PACKAGE


def label_of(array: Any) -> str:
    """Where an array is, and where results made from it are computed.

    Examples
    --------
    >>> label_of([0.5]) == device_label()
    True
    """
    arrays = importlib.import_module(f"{package_of(array)}.arrays")
    return str(arrays.device_label())


def device_label() -> str:
    """Where this package computes, as results name it.

    Examples
    --------
    >>> device_label().startswith("CPU (NumPy")
    True
    """
    return f"CPU (NumPy {np.__version__})"


def as_floats(name: str, value: Any, ndim: int = 0) -> Any:
    """`value` as a finite float64 array of at least `ndim` dimensions.

    Raises
    ------
    TypeError
        If `value` is not numeric.
    ValueError
        If it is ragged, empty, has too few dimensions, or holds NaN or infinity.
    """
    array = plain_array(name, value)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{name} must hold real numbers, got dtype {array.dtype}; "
            "convert it to float first"
        )
    # Numbers of a longer type may overflow, and are refused below. In this order sums
    # have the same bits for any layout that is given.
    with np.errstate(over="ignore"):
        array = array.astype(np.float64, order="C", copy=False)
    if array.ndim < ndim:
        raise ValueError(
            f"{name} must have at least {ndim} dimension(s), got shape {array.shape}"
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}); give at least one")
    if not bool(namespace(array).isfinite(array).all()):
        raise ValueError(f"{name} holds NaN or infinity; remove or impute such entries")
    return array


def as_probabilities(name: str, value: Any, ndim: int = 1) -> Any:
    """`value` as float64 points of the simplex along its last axis.

    Raises
    ------
    ValueError
        If an entry is negative or a row does not sum to one within
        ``NORMALIZATION_TOLERANCE``.
    """
    array = as_floats(name, value, ndim)
    xp = namespace(array)
    smallest = float(array.min())
    if smallest < 0:
        raise ValueError(
            f"{name} holds a negative probability ({smallest:g}); "
            "every entry must be at least 0"
        )
    with np.errstate(over="ignore"):
        totals = array.sum(axis=-1)
    worst = totals.ravel()[int(xp.abs(totals - 1).argmax())]
    if abs(float(worst) - 1) > NORMALIZATION_TOLERANCE:
        raise ValueError(
            f"{name} must sum to 1 along its last axis, got a sum of "
            f"{float(worst):.12g}; divide by the sum first"
        )
    # Rows off by more than the rounding of their own sum are divided by it once,
    # so that identities which use Σ = 1 hold to rounding.
    off = xp.abs(totals - 1) > 2 * array.shape[-1] * UNIT_ROUNDOFF
    return xp.where(off[..., None], array / totals[..., None], array)


def on_the_host(reason: str) -> Callable[[_T], _T]:
    """Mark a function or class that refgen_gpu takes over as it is, and say why.

    Examples
    --------
    >>> @on_the_host("plain numbers")
    ... def half(x):
    ...     return x / 2
    >>> why_on_the_host(half)
    'plain numbers'
    """

    def mark(marked: _T) -> _T:
        marked._on_the_host = reason  # type: ignore[attr-defined]
        return marked

    return mark


def why_on_the_host(marked: Any) -> str | None:
    """The reason given to `on_the_host`; None for a function or class without a mark.

    Examples
    --------
    >>> why_on_the_host(np.sum) is None
    True
    """
    # A subclass does not inherit the mark.
    return getattr(marked, "__dict__", {}).get("_on_the_host")


def keeps_lists(*names: str) -> Callable[[_T], _T]:
    """Mark arguments that may be lists of arrays of different lengths.

    On a device each array of such a list is placed by itself.

    Examples
    --------
    >>> @keeps_lists("groups")
    ... def total(groups):
    ...     return sum(len(group) for group in groups)
    >>> kept_lists(total)
    ('groups',)
    """

    def mark(marked: _T) -> _T:
        marked._kept_lists = names  # type: ignore[attr-defined]
        return marked

    return mark


def kept_lists(marked: Any) -> tuple[str, ...]:
    """The names given to `keeps_lists`.

    Examples
    --------
    >>> kept_lists(np.sum)
    ()
    """
    return getattr(marked, "_kept_lists", ())
