"""Calls of refgen.explainability: what the modules here say, in one table.

Each has the names that `support.calls` describes, and ``ARGUMENTS``: for functions that
run on a device, from a stream and a small size to positional arguments.
"""

import sys

from refgen.random import Stream
from support.parts import merged, parts

_PARTS = parts(sys.modules[__name__])


def _given(arguments):
    return lambda: arguments(Stream(0, "calls"), 2)


ARGUMENTS = merged(_PARTS, "ARGUMENTS")
CALLS = {
    **{name: _given(arguments) for name, arguments in ARGUMENTS.items()},
    **merged(_PARTS, "CALLS"),
}
ELSEWHERE = merged(_PARTS, "ELSEWHERE")
KEPT = merged(_PARTS, "KEPT")
MEANINGFUL = merged(_PARTS, "MEANINGFUL")
RANGES = merged(_PARTS, "RANGES")
INFINITE = merged(_PARTS, "INFINITE")
LABELS = tuple(pair for part in _PARTS for pair in getattr(part, "LABELS", ()))
