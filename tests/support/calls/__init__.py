"""One valid call, at least, of every public callable of refgen: a table per module.

A table is a module of this package with the name of refgen's module. It has

``CALLS``
    From a name (``"cace"``, ``"FiniteLaw"``, ``"Stream.normal"``) to a `Call`, a tuple
    of positional arguments, or a list of several of them. The first argument of a
    method is the object.
``ELSEWHERE``
    From a name without a call to the reason. A class there stands for its methods.
``LABELS``
    Parameters that are labels: text and objects are as good as numbers. Either the name
    of the parameter, or (name, parameter).
``KEPT``
    From (name, parameter) to the reason why the parameter is never replaced.
``MEANINGFUL``
    From (name, parameter, what is given) to the reason why it has a meaning here. The
    name may be ``"*"``.
``RANGES``
    From a name to (low, high), which no result leaves.
``INFINITE``
    From a name to the reason why a result may be infinite where the valid call's is
    finite.

``ARGUMENTS``
    From the name of a function that runs on a device to its positional arguments, made
    from a stream and a small size. In a package they are calls, too.

Only the first is needed. Tests of the tables and the fuzzer find all else.
"""

import functools
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sklearn.base import clone

import refgen
from refgen.arrays import Instance
from refgen.random import Stream
from support.parts import merged, parts


@dataclass(frozen=True)
class Call:
    """A valid call.

    `arguments` may be a function that gives them, where they take time to build.
    `function` is what is called in place of the public callable, such as a fit and a
    prediction together.
    """

    arguments: tuple | Callable[[], tuple] = ()
    options: dict[str, Any] = field(default_factory=dict)
    function: Callable | None = None


TABLES = ["ARGUMENTS", "CALLS", "ELSEWHERE", "KEPT", "MEANINGFUL", "RANGES", "INFINITE"]
MODULES = [name for name in refgen.__all__ if not name.startswith("_")]


def public(module):
    return importlib.import_module(f"refgen.{module}")


@functools.cache
def table(module):
    """The module of this package that is about a module of refgen.

    One that is a package has its tables in parts, a module for each topic.
    """
    found = importlib.import_module(f"support.calls.{module}")
    return _joined(found) if hasattr(found, "__path__") else found


def _joined(package):
    modules = parts(package)
    found = {name: merged(modules, name) for name in TABLES}
    on_device = {name: _given(value) for name, value in found["ARGUMENTS"].items()}
    labels = [pair for part in modules for pair in getattr(part, "LABELS", ())]
    return SimpleNamespace(
        **{**found, "CALLS": on_device | found["CALLS"], "LABELS": tuple(labels)}
    )


def _given(arguments):
    return lambda: arguments(Stream(0, "calls"), 2)


def part(module, name):
    """A part of a table, empty where the table does not need it."""
    return getattr(table(module), name, {})


def calls(module, name):
    """The calls of a public callable; none if the table says where they are."""
    found = table(module).CALLS.get(name, [])
    listed = found if isinstance(found, list) else [found]
    return [call if isinstance(call, Call) else Call(call) for call in listed]


def arguments(module, name):
    """The positional arguments of the first call."""
    given = calls(module, name)[0].arguments
    return given() if callable(given) else given


def callable_named(module, name):
    found = public(module)
    for piece in name.split("."):
        found = getattr(found, piece)
    return found


def names(module):
    """Public callables of a module, and public methods that its classes define."""
    for name in public(module).__all__:
        value = getattr(public(module), name)
        if callable(value):
            yield name
            yield from (f"{name}.{method}" for method in _methods(value))


def _methods(value):
    if not inspect.isclass(value):
        return
    for name, method in inspect.getmembers(value, inspect.isroutine):
        is_own = (getattr(method, "__module__", "") or "").startswith("refgen")
        of_instance = hasattr(Instance, name) and value is not Instance
        if is_own and not of_instance and not name.startswith("_"):
            yield name


def endless(reason, *pairs):
    """For `MEANINGFUL`: infinity has a meaning for these (name, parameter)."""
    return {
        (*pair, given): reason
        for pair in pairs
        for given in ("inf", "inf inside", "only inf")
    }


def trained(kind, X, y, answer):
    """A function with the parameters of an estimator: it builds, fits and asks it.

    Its attribute `of` gives the same function for another class, such as the one of
    another package.
    """

    def ask(*args, **options):
        return answer(kind(*args, **options).fit(X, y))

    ask.__signature__ = inspect.signature(kind)
    ask.of = lambda other: trained(other, X, y, answer)
    return ask


def fitting(model, answer):
    """A function that fits a copy of an estimator and asks it; `of` as `trained`."""

    def fit(X, y, **fit_params):
        return answer(clone(model).fit(X, y, **fit_params))

    fit.of = lambda kind: fitting(kind(**model.get_params(deep=False)), answer)
    return fit


def drawn(function):
    """A method of a display, with its figures closed afterwards; `of` as `trained`."""

    def draw(*args, **options):
        import matplotlib.pyplot as plt

        try:
            return function(*args, **options)
        finally:
            plt.close("all")

    draw.__signature__ = inspect.signature(function)
    draw.of = lambda display: drawn(getattr(display, function.__name__))
    return draw
