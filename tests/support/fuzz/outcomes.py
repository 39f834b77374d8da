"""What became of a call: ok, a clear error, an unclear one, or silently wrong."""

import contextlib
import re
import signal
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from support import calls

# No call takes nearly as long, also while kernels are compiled on a busy machine.
SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """`kind` is "ok", "clear", "unclear" or "silent"; `what` shows how."""

    kind: str
    what: str = ""


def outcome(case, plain=None):
    """What becomes of a case; `plain` is the result of the valid call, if known."""
    value = case.hostile.make()
    try:
        with _watched():
            result = case.call(value)
    except Exception as error:
        return _of_error(case, error)
    wrong = _wrong(case, result, plain)
    return Outcome("silent", wrong) if wrong else Outcome("ok")


class TooSlow(Exception):
    """A call took too long."""


@contextlib.contextmanager
def _watched():
    """Warnings about numbers are errors, and so is a call that does not end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in (RuntimeWarning, DeprecationWarning, FutureWarning):
            warnings.simplefilter("error", kind)
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGALRM, _raise)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _raise(*_):
    raise TooSlow(f"no end after {SECONDS} s")


def _of_error(case, error):
    shown = f"{type(error).__name__}: {error}"[:300]
    is_named = any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", str(error))
        for name in _names(case)
    )
    is_right = isinstance(error, TypeError | ValueError) and is_named
    return Outcome("clear" if is_right else "unclear", shown)


def _names(case):
    """What an error may call the argument: of several shapes, any may be the wrong."""
    if isinstance(case.place, str):
        return [case.place]
    if case.hostile.family == "nonsense":
        return [case.parameter]
    given = case.bound.arguments.values()
    return [*case.bound.arguments, *(f for v in given for f in _fields(v))]


def _fields(value):
    return [field.name for field in fields(value)] if is_dataclass(value) else []


def _wrong(case, result, plain):
    """Why a result is wrong; an empty text if it is not."""
    expects = case.hostile.expects
    if expects == "nothing":
        return f"no error, but {result!r:.150}"
    if expects == "sane":
        return _insane(case, result, plain)
    like = case.hostile.like
    try:
        with _watched():
            want = (
                case.call(like()) if like else case.plain() if plain is None else plain
            )
    except Exception as error:
        return f"a result, where the same value as an array ends in {error!r:.150}"
    got, right = list(leaves(result)), list(leaves(want))
    if len(got) == len(right) and all(map(is_equal, got, right)):
        return ""
    return f"{result!r:.100} in place of {want!r:.100}"


def is_equal(a, b):
    """Equal numbers, text and types, up to repetition and axes of length 1."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.size != b.size:
            return _repeats(a, b)
        is_float = a.dtype.kind in "fc" and b.dtype.kind in "fc"
        same = _numeric(a) == _numeric(b)
        return same and np.array_equal(a.ravel(), b.ravel(), equal_nan=is_float)
    return type(a) is type(b) and (not isinstance(a, str) or a == b)


def _numeric(array):
    """Integers and floats are numbers; truth values and text are not."""
    return "f" if array.dtype.kind in "iuf" else array.dtype.kind


def _repeats(a, b):
    """Whether `b` is `a` repeated along leading axes."""
    try:
        return bool((np.broadcast_to(a, b.shape) == b).all())
    except ValueError:
        return False


def _insane(case, result, plain):
    """Why a result makes no sense; an empty text if it does."""
    low, high = calls.part(case.module, "RANGES").get(case.name, (-np.inf, np.inf))
    numbers = list(_numbers(result))
    if any(leaf.dtype.kind == "c" for leaf in numbers):
        return f"complex: {result!r:.150}"
    is_finite = all(np.isfinite(leaf).all() for leaf in numbers)
    if not is_finite and not _may_be_infinite(case, numbers, plain):
        return f"not finite: {result!r:.150}"
    if any(((leaf < low) | (leaf > high)).any() for leaf in numbers):
        return f"outside [{low:g}, {high:g}]: {result!r:.150}"
    return ""


def _numbers(result):
    """The leaves that are not whole numbers, text or other objects."""
    for leaf in leaves(result):
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fc":
            yield leaf


def _may_be_infinite(case, numbers, plain):
    """Whether infinity has a meaning, or the plain result is not finite there, too."""
    if case.name in calls.part(case.module, "INFINITE"):
        return True
    right = list(_numbers(case.plain() if plain is None else plain))
    return len(right) == len(numbers) and all(
        np.isfinite(a).all() or not np.isfinite(b).all()
        for a, b in zip(numbers, right, strict=True)
    )


def leaves(value: Any) -> Iterator[Any]:
    """Arrays, numbers and texts of a result; other objects by their type."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from leaves(getattr(value, field.name))
    elif isinstance(value, dict):
        for key in value:
            yield str(key)
            yield from leaves(value[key])
    elif isinstance(value, tuple | list):
        for part in value:
            yield from leaves(part)
    elif value is None or isinstance(value, str):
        yield str(value)
    elif isinstance(value, np.ndarray | np.generic | bool | int | float | complex):
        yield np.asarray(value)
    else:
        yield value
