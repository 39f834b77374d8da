"""Every valid call with every one of its arguments replaced."""

import copy
import inspect
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from support import calls
from support.fuzz.clothes import clothes
from support.fuzz.extremes import extremes
from support.fuzz.hostile import Hostile
from support.fuzz.nonsense import nonsense


@dataclass(frozen=True)
class Case:
    """A valid call with one argument replaced."""

    module: str
    name: str
    function: Callable
    bound: inspect.BoundArguments
    parameter: str
    place: int | str | None  # of the value in *args or **kwargs
    hostile: Hostile

    @property
    def id(self):
        where = self.parameter if self.place is None else f"{self.parameter}[...]"
        given = f"{self.hostile.family}: {self.hostile.name}"
        return f"{self.module}.{self.name}({where} = {given})"

    def call(self, value):
        """Call with `value` in the place of the argument; nothing is shared."""
        bound = copy.deepcopy(self.bound)
        given = bound.arguments
        if self.place is None:
            given[self.parameter] = value
        else:
            held = given[self.parameter]
            changed = dict(held) if isinstance(held, dict) else list(held)
            changed[self.place] = value
            is_dict = isinstance(held, dict)
            given[self.parameter] = changed if is_dict else tuple(changed)
        return self.function(*bound.args, **bound.kwargs)

    def plain(self):
        bound = copy.deepcopy(self.bound)
        return self.function(*bound.args, **bound.kwargs)


def cases(module, name):
    """All cases of a public callable."""
    kept = calls.part(module, "KEPT")
    for function, bound in bound_calls(module, name):
        for parameter, place, value in _values(function, bound):
            if parameter == "self" or (name, parameter) in kept:
                continue
            for hostile in _hostile(module, name, parameter, value):
                yield Case(module, name, function, bound, parameter, place, hostile)


def bound_calls(module, name):
    """The functions and all their arguments, defaults included."""
    for call in calls.calls(module, name):
        function = call.function or calls.callable_named(module, name)
        given = call.arguments() if callable(call.arguments) else call.arguments
        bound = inspect.signature(function).bind(*given, **call.options)
        bound.apply_defaults()
        yield function, bound


def _values(function, bound):
    """Every argument with its name, and its place among variable arguments."""
    kinds = inspect.signature(function).parameters
    for parameter, value in bound.arguments.items():
        kind = kinds[parameter].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            yield from ((parameter, i, part) for i, part in enumerate(value))
        elif kind is inspect.Parameter.VAR_KEYWORD:
            yield from ((parameter, key, part) for key, part in value.items())
        else:
            yield parameter, None, value


def _hostile(module, name, parameter, value):
    labels = calls.part(module, "LABELS")
    is_label = parameter in labels or (name, parameter) in labels
    meaningful = calls.part(module, "MEANINGFUL")
    with np.errstate(all="ignore"):
        found = [*clothes(value), *nonsense(value, is_label), *extremes(value)]
    return [
        hostile
        for hostile in found
        if not {(n, parameter, hostile.name) for n in (name, "*")} & set(meaningful)
    ]


def sample(every, share=16):
    """A share of the cases, the same every time, with some of every parameter."""
    return [case for case in every if zlib.crc32(case.id.encode()) % share == 0]
