"""Calls of refgen.distillation: what the modules of this package say, in one table.

Each has the names that `support.calls` describes, and ``ARGUMENTS``: for functions that
run on a device, from a stream and a number of directions to positional arguments.
"""

import importlib
import pkgutil

from refgen.random import Stream

_PARTS = [
    importlib.import_module(f"{__name__}.{found.name}")
    for found in pkgutil.iter_modules(__path__)
]


def _merged(name):
    merged = {}
    for part in _PARTS:
        merged.update(getattr(part, name, {}))
    return merged


def _given(arguments):
    return lambda: arguments(Stream(0, "calls"), 2)


ARGUMENTS = _merged("ARGUMENTS")
CALLS = {
    **{name: _given(arguments) for name, arguments in ARGUMENTS.items()},
    **_merged("CALLS"),
}
ELSEWHERE = _merged("ELSEWHERE")
KEPT = _merged("KEPT")
MEANINGFUL = _merged("MEANINGFUL")
RANGES = _merged("RANGES")
INFINITE = _merged("INFINITE")
LABELS = tuple(pair for part in _PARTS for pair in getattr(part, "LABELS", ()))
