"""Checks of every function that a theory has on the device, from one call of each.

A call is a tuple of positional arguments for the CPU: arrays, instances, streams,
numbers and words.
"""

import importlib
import inspect
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from refgen.arrays import Instance, why_on_the_host
from refgen_gpu.check.sections.smoke import moved
from support import calls
from support.parity import assert_on_device, assert_same_bits, assert_within


@dataclass(frozen=True)
class Case:
    """How far the results of a call of a function may be apart.

    `bound` takes the arguments and the CPU's result; None means that bits are equal.
    Parameters in `unchecked` may hold NaN: the function does not check them.
    Infinity has a meaning for those in `endless`.
    """

    bound: Any = None
    unchecked: tuple = ()
    endless: tuple = ()


def packages(theory):
    """A theory on the device and on the CPU."""
    return tuple(
        importlib.import_module(f"{package}.{theory}")
        for package in ("refgen_gpu", "refgen")
    )


def calls_of(theory, *left_out):
    """A call of every public name that is on the device, but for those left out.

    Those that have their calls elsewhere are left out, too.
    """
    without = {*left_out, *calls.part(theory, "ELSEWHERE")}
    return {
        name: calls.arguments(theory, name)
        for name in _on_device(theory)
        if name not in without
    }


def _on_device(theory):
    """Public functions and classes that are not marked for the host."""
    host = packages(theory)[1]
    return [n for n in host.__all__ if why_on_the_host(getattr(host, n)) is None]


def assert_complete(theory, *tables):
    """Every public name of a theory is in one table, unless it is marked for the host.

    A table of exceptions says, for each of its names, why no other table has it.
    """
    listed = sorted(name for table in tables for name in table)
    assert listed == sorted(_on_device(theory))


def has_arrays(value):
    return isinstance(value, np.ndarray | Instance)


def on_both(theory, name, arguments):
    """The results of a call on the device and on the CPU."""
    device, host = (getattr(package, name) for package in packages(theory))
    return device(*map(moved, arguments)), host(*arguments)


def check_agreement(theory, name, case, arguments, device):
    """The device gives what the CPU gives, and leaves it where it was computed."""
    got, want = on_both(theory, name, arguments)
    if isinstance(got, Instance):
        check_instance(device, got, want)
        return
    assert_on_device(got, device)
    if case.bound is None:
        assert_same_bits(got, want)
    else:
        bound = case.bound(arguments, want)
        assert_within(got, want, bound.get if isinstance(bound, dict) else bound)


def check_host_arguments(theory, name, arguments):
    """Arrays left on the host are refused by name, with the remedy."""
    function = getattr(packages(theory)[0], name)
    for i, parameter in enumerate(_parameters(function, arguments)):
        if not has_arrays(arguments[i]):
            continue
        mixed = [*map(moved, arguments)]
        mixed[i] = arguments[i]
        remedy = rf"{parameter}\b.*on the host.*to_device\({parameter}\)"
        with pytest.raises(TypeError, match=remedy):
            function(*mixed)


def check_bad_numbers(theory, name, arguments, case=Case()):
    """NaN and infinity in an array are refused by name, by both packages."""
    for package, move in zip(packages(theory), (moved, lambda a: a), strict=True):
        function = getattr(package, name)
        for i, parameter in enumerate(_parameters(function, arguments)):
            given = arguments[i]
            is_real = isinstance(given, np.ndarray) and given.dtype.kind == "f"
            for bad in (np.nan, np.inf) if is_real else ():
                taken = case.endless if bad == np.inf else ()
                if parameter in (*case.unchecked, *taken):
                    continue
                spoilt = given.copy()
                spoilt.ravel()[0] = bad
                mixed = [*arguments[:i], spoilt, *arguments[i + 1 :]]
                with pytest.raises(ValueError, match=f"{parameter} holds NaN or inf"):
                    function(*map(move, mixed))


def check_instance(device, got, want):
    """An instance built on the device has all its arrays there, and can be pickled."""
    assert_same_bits(got, want)
    got.map(lambda array: assert_on_device(array, device))
    again = pickle.loads(pickle.dumps(got))
    assert type(again) is type(got)
    assert_same_bits(again, got)


def _parameters(function, arguments):
    return list(inspect.signature(function).parameters)[: len(arguments)]
