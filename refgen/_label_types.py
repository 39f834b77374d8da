"""Labels of any type as integers or text of one type, so that equal labels are equal.

Floats are class labels only as whole numbers: 0.1 of float32 is not 0.1 of float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import first_of
from refgen.arrays import namespace, plain_array

_INT64 = 2**63  # the first integer that int64 does not hold

# What one array of labels may hold; NumPy would mix these without a word.
_FAMILIES: tuple[Any, ...] = (
    str,
    bytes,
    (int, np.integer, np.bool_),
    (int, float, np.integer, np.floating, np.bool_),
)

# What labels of these kinds of dtype are; those of any other kind are numbers.
_FAMILY = {"U": "text", "S": "bytes"}


def as_labels(name: str, values: Any) -> Any:
    """Labels as a plain array of integers, text or bytes.

    Booleans are 0 and 1, and whole floats integers. Integers are of a native type, and
    of uint64 only if int64 does not hold all of them.

    Raises
    ------
    TypeError
        For masked or sparse input, mixed or missing labels, or other types.
    ValueError
        If ragged, or holding NaN, infinity, fractions, or integers beyond 64 bits.

    Examples
    --------
    >>> as_labels("labels", np.array([1, 2], dtype=object)).dtype.kind
    'i'
    >>> as_labels("labels", [1.0, 2.0]).tolist()
    [1, 2]
    """
    array = plain_array(name, values)
    if namespace(array) is np and _may_be_distorted(values, array):
        array = _of_one_type(name, np.asarray(values, dtype=object))
    kind = array.dtype.kind
    if kind in "US":
        return array
    if kind == "b":
        return array.astype(np.int8)
    if kind == "f":
        return _whole(name, array)
    if kind not in "iu":
        raise TypeError(
            f"{name} must hold integers, whole numbers or text, got dtype {array.dtype}"
        )
    if array.dtype == np.uint64 and array.size and int(array.max()) < _INT64:
        return array.astype(np.int64)
    return array


def comparable(given: dict[str, Any]) -> list[Any]:
    """Arrays by `as_labels` of which entries can be compared; None stays None.

    Raises
    ------
    TypeError
        If they mix numbers, text and bytes.
    ValueError
        If they have no common integer type.

    Examples
    --------
    >>> [a.tolist() for a in comparable({"y": np.array([1, 0])})]
    [[1, 0]]
    """
    arrays = {name: array for name, array in given.items() if array is not None}
    held = {n: _FAMILY.get(a.dtype.kind, "numbers") for n, a in arrays.items()}
    if len(set(held.values())) > 1:
        mixed = " and ".join(sorted(set(held.values()), reverse=True))
        shown = ", ".join(f"{name}: {family}" for name, family in held.items())
        raise TypeError(f"{', '.join(held)} mix {mixed} ({shown}); encode them alike")
    # Without care, uint64 and int64 would meet in float64, which merges labels.
    if any(array.dtype == np.uint64 for array in arrays.values()):
        if any(bool((array < 0).any()) for array in arrays.values()):
            raise ValueError(
                f"{', '.join(arrays)} hold negative integers and integers of 2**63 "
                "or more, and no integer type holds both; encode labels as small "
                "integers"
            )
        arrays = {name: array.astype(np.uint64) for name, array in arrays.items()}
    return [arrays.get(name) for name in given]


def _may_be_distorted(values: Any, array: np.ndarray) -> bool:
    """Whether the array may lack what the given labels say."""
    if array.dtype.kind == "O":
        return True
    # A list of 1 and "1" would become equal texts.
    return array.dtype.kind in "US" and not hasattr(values, "dtype")


def _of_one_type(name: str, objects: np.ndarray) -> np.ndarray:
    """Python objects that are all text, all bytes or all numbers, as such an array."""
    if not objects.size:
        return objects.astype(np.int64)
    found = objects.ravel().tolist()
    kinds = set(map(type, found))
    families = [f for f in _FAMILIES if all(issubclass(kind, f) for kind in kinds)]
    if not families:
        raise TypeError(_no_labels(name, objects, kinds))
    if families[0] in (str, bytes):
        _refuse_last_nul(name, found)
        return np.array(objects.tolist())
    array = np.array(objects.tolist())
    if array.dtype.kind == "O":
        raise ValueError(
            f"{name} holds {max(found, key=abs)}, which no 64-bit integer is; encode "
            "labels as small integers or as text"
        )
    return array


def _no_labels(name: str, objects: np.ndarray, kinds: set[type]) -> str:
    shown = ", ".join(sorted(kind.__name__ for kind in kinds))
    if not objects.ndim:
        return f"{name} must be an array of labels, got an object of type {shown}"
    if len(kinds) == 1:
        return (
            f"{name} holds objects of type {shown}; encode labels as integers or text"
        )
    return (
        f"{name} mixes types ({shown}) or has missing labels; "
        "encode them as all text or all integers"
    )


def _refuse_last_nul(name: str, texts: list[Any]) -> None:
    for text in texts:
        if text.endswith("\0" if isinstance(text, str) else b"\0"):
            raise ValueError(
                f"{name} holds {text!r}, and NumPy drops NUL characters at the end of "
                "text; strip them"
            )


def _whole(name: str, array: Any) -> Any:
    """Floats as the integers that they are."""
    xp = namespace(array)
    if not bool(xp.isfinite(array).all()):
        raise ValueError(f"{name} holds NaN or infinity; drop or replace those points")
    broken = array != xp.floor(array)
    if bool(broken.any()):
        raise ValueError(
            f"{name} holds {first_of(array, broken)}, which is no class label; if "
            "these are probabilities, they need one more axis, the last, for the "
            "classes, such as np.stack([1 - p, p], axis=-1) for two classes; if "
            "fractions are labels, write them as text"
        )
    # From here on neighbours of this type are one number, and labels may be merged.
    huge = abs(array) >= min(2 / float(np.finfo(array.dtype).eps), _INT64)
    if bool(huge.any()):
        raise ValueError(
            f"{name} holds {first_of(array, huge)}, and not every integer of this "
            f"size is a {array.dtype}; encode labels as small integers or as text"
        )
    return array.astype(np.int64)
