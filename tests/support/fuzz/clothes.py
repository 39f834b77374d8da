"""The same value in other clothes: containers, layouts and types."""

import tempfile
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from support.fuzz.hostile import Hostile, kind_of

FLOATS = ("float16", "float32", ">f8", ">f4", "longdouble")
INTEGERS = ("int8", "int16", "int32", ">i2", ">i8", "uint8", "uint64", ">u8")


def clothes(value):
    """Other forms of a valid value, each exactly equal to it."""
    dressed = WARDROBES.get(kind_of(value), lambda value: {})(value)
    for name, other in dressed.items():
        yield Hostile(name, "clothes", lambda other=other: other, "same")


def _array(value):
    array = np.asarray(value)
    dressed = {
        "list": array.tolist(),
        "tuple": _tuples(array.tolist()),
        "Fortran order": np.asfortranarray(array),
        "reversed": _reversed(array),
        "read-only": _read_only(array),
        "memmap": _memmap(array),
        "object array": array.astype(object),
        "masked nowhere": np.ma.masked_array(array, mask=False),
        "batch of one": array[None],
    }
    if array.ndim:
        dressed |= {"strided": _strided(array), "list of arrays": list(array)}
    if array.ndim == 1:
        dressed["series"] = pd.Series(array, index=np.arange(len(array))[::-1])
        dressed["nullable series"] = pd.Series(array).convert_dtypes()
    if array.ndim == 2:
        dressed["frame"] = pd.DataFrame(array)
        dressed["nullable frame"] = pd.DataFrame(array).convert_dtypes()
        dressed["named frame"] = pd.DataFrame(
            array, columns=[f"c{j}" for j in range(array.shape[1])]
        )
    return dressed | _other_types(array)


def _other_types(array):
    types = FLOATS if array.dtype.kind == "f" else (*INTEGERS, *FLOATS[:2])
    found = {name: array.astype(name) for name in types if _fits(array, name)}
    return {k: v for k, v in found.items() if np.array_equal(v, array)}


def _fits(array, name):
    kind = np.dtype(name)
    limits = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
    # As numbers of Python: arrays of NumPy 2.0 do not compare with integers of 64 bits.
    return bool(limits.min <= array.min().item() and array.max().item() <= limits.max)


def _tuples(values):
    return tuple(map(_tuples, values)) if isinstance(values, list) else values


def _strided(array):
    wide = np.repeat(array, 2, axis=-1)
    wide[..., 1::2] = 7
    return wide[..., ::2]


def _reversed(array):
    every = tuple(slice(None, None, -1) for _ in array.shape)
    return array[every].copy()[every]


def _read_only(array):
    array = array.copy()
    array.setflags(write=False)
    return array


def _memmap(array):
    # The mapping outlives the file's name.
    with tempfile.TemporaryFile() as file:
        mapped = np.memmap(file, array.dtype, "w+", shape=array.shape)
    mapped[...] = array
    return mapped


def _number(value):
    exact = {
        "longdouble": np.longdouble(value),
        "0-d": np.array(value),
        "0-d big-endian": np.array(value, ">f8"),
        "NumPy scalar": np.float64(value),
        "fraction": Fraction(value),
        "decimal": Decimal(value),
    }
    for name in ("float16", "float32"):
        narrow = np.float64(value).astype(name)
        if float(narrow) == value:
            exact[name] = narrow
    if value == int(value):
        exact["integer"] = int(value)
    return exact


def _integer(value):
    found = {
        name: np.array(value, name)[()]
        for name in INTEGERS
        if _fits(np.array(value), name) and ">" not in name
    }
    return found | {
        "0-d": np.array(value),
        "0-d big-endian": np.array(value, ">i4"),
        "float": float(value),
        "fraction": Fraction(value),
    }


def _shape(value):
    return {
        "list": list(value),
        "array": np.array(value),
        "big-endian array": np.array(value, ">i4"),
        "NumPy integers": tuple(map(np.int16, value)),
    }


WARDROBES = {
    "reals": _array,
    "integers": _array,
    "other array": lambda value: {"list": value.tolist(), "strided": _strided(value)},
    "number": _number,
    "integer": _integer,
    "flag": lambda value: {"NumPy flag": np.bool_(value)},
    "word": lambda value: {"NumPy text": np.str_(value)},
    "shape": _shape,
    "path": lambda value: {"text": str(value)},
    "dtype": lambda value: {"dtype": np.dtype(value), "name": np.dtype(value).name},
}
