"""Values without a meaning, which every function has to refuse by name."""

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from refgen.intervals import Interval
from refgen.random import Stream
from support.fuzz.hostile import Hostile, kind_of

# What no argument can be.
ANYTHING = {
    "dict": lambda: {"a": 1},
    "generator": lambda: (i for i in range(3)),
    "class": lambda: Exception,
    "object": object,
    "NaT": lambda: np.datetime64("NaT", "s"),
    "structured": lambda: np.zeros(2, [("a", float)])[0],
}
NO_TEXT = {"text": lambda: "nonsense", "bytes": lambda: b"nonsense"}
NO_NUMBER = {
    "set": lambda: {1, 2},
    "complex": lambda: 1 + 1j,
    "datetime": lambda: np.datetime64("2020-01-01"),
    "timedelta": lambda: np.timedelta64(3, "s"),
    "none": lambda: None,
    **ANYTHING,
    **NO_TEXT,
}
NOT_FINITE = {"nan": lambda: np.nan, "inf": lambda: np.inf, "-inf": lambda: -np.inf}
NO_ARRAY = {"ragged": lambda: [[1, 2], [1]], "empty": list}
NO_COUNT = {
    "fractional": lambda: 2.7,
    "true": lambda: True,
    "negative": lambda: -1,
    "huge": lambda: 10**30,
    "very negative": lambda: -(10**30),
}
NO_INSTANCE = {
    "float": lambda: 0.5,
    "integer": lambda: 3,
    "list": lambda: [0.5, 0.5],
    "array": lambda: np.array([[0.5, 0.5]]),
    "nan": lambda: np.nan,
    **NO_NUMBER,
}
NO_SHAPE = {
    "fractional": lambda: (2.7,),
    "fraction alone": lambda: 2.7,
    "flags": lambda: (True,),
    "negative": lambda: (-1,),
    "huge": lambda: (10**30,),
    "too large together": lambda: (10**10, 10**10),
    "texts": lambda: ("a",),
    "nested": lambda: ((2,), (3,)),
    **NOT_FINITE,
    **NO_NUMBER,
}


def nonsense(value, is_label=False):
    """Hostile values that mean nothing in place of a valid value."""
    kind = kind_of(value)
    if kind in ("reals", "integers", "other array"):
        found = _no_array(np.asarray(value), is_label)
    elif kind == "instance":
        others = {"other instance": lambda: Interval(0.0, 1.0)}
        others["its class"] = lambda: type(value)
        others["its fields"] = lambda: list(vars(value).values())
        found = NO_INSTANCE | others
    else:
        found = BY_KIND[kind]
    if is_label:
        found = {k: v for k, v in found.items() if k not in ("text", "bytes")}
    for name, make in found.items():
        yield Hostile(name, "nonsense", make)


BY_KIND = {
    "number": NO_NUMBER | NOT_FINITE | NO_ARRAY,
    "integer": NO_NUMBER | NOT_FINITE | NO_ARRAY | NO_COUNT,
    "flag": {"text": lambda: "no", "list": list, "nan": lambda: np.nan, **ANYTHING},
    "word": {
        "unknown": lambda: "nonsense",
        "empty": str,
        "number": lambda: 3,
        "list": lambda: ["a"],
        "none": lambda: None,
        **ANYTHING,
    },
    "path": {"number": lambda: 0.5, "none": lambda: None, "list": list, **ANYTHING},
    "stream": {
        "generator of NumPy": lambda: np.random.default_rng(0),
        "its class": lambda: Stream,
        **NO_INSTANCE,
    },
    "estimator": NO_INSTANCE,
    "function": {"number": lambda: 3, "none": lambda: None, **NO_TEXT},
    "dtype": {
        "half": lambda: np.float16,
        "complex": lambda: complex,
        "number": lambda: 3,
        "unknown": lambda: "nonsense",
        "none": lambda: None,
        "object": object,
    },
    "shape": NO_SHAPE,
    "nothing": ANYTHING,
    "object": ANYTHING,
}


def _no_array(array, is_label):
    """What cannot stand for an array of the same shape."""
    found = (
        NO_NUMBER
        | NO_ARRAY
        | {
            "complex array": lambda: array + 1j,
            "datetimes": lambda: np.full(array.shape, "2020", "M8[D]"),
            "timedeltas": lambda: np.ones(array.shape, "m8[s]"),
            "structured array": lambda: np.zeros(array.shape, [("a", float)]),
            "objects with none": lambda: _with(array.astype(object), None),
            "bytes array": lambda: np.full(array.shape, b"1", "V3"),
            "masked": lambda: np.ma.masked_array(
                array, _with(np.zeros(array.shape), 1)
            ),
        }
    )
    if array.ndim == 2:
        found |= {"sparse": lambda: csr_array(array), "coo": lambda: coo_array(array)}
    if array.ndim:
        found["masked everywhere"] = lambda: np.ma.masked_all(array.shape)
        found |= {"nothing": lambda: array[..., :0], "no rows": lambda: array[:0]}
    if array.ndim == 1 and len(array) > 1:
        missing = _with(array.astype(object), pd.NA)
        found["series with NA"] = lambda: pd.Series(missing).convert_dtypes()
    if not is_label:
        found["texts"] = lambda: array.astype(str)
    if array.dtype.kind == "f":
        for name, bad in NOT_FINITE.items():
            found[f"{name} inside"] = lambda bad=bad: _with(array, bad())
            found[f"only {name}"] = lambda bad=bad: np.full(array.shape, bad())
        huge = np.longdouble("1e4000")
        if not is_label:
            found["overflows"] = lambda: _with(array.astype(np.longdouble), huge)
    if array.dtype.kind != "f" and not is_label:
        found["halves"] = lambda: array + 0.5
        found["nan inside"] = lambda: _with(array.astype(float), np.nan)
    return found


def _with(array, value):
    """A copy with another first entry."""
    changed = array.copy()
    changed[(0,) * array.ndim] = value
    return changed
