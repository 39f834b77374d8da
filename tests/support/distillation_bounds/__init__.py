"""How far results of refgen.distillation on two machines may be apart.

Each module has a table ``CASES`` from the name of a function to a `Case`, and may have
``ELSEWHERE``, from a name to the test that compares it.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """How far the results of a call in `support.calls.distillation` may be apart.

    `bound` takes the arguments and the CPU's result; None means that bits are equal.
    Parameters in `unchecked` may hold NaN: the function does not check them.
    Infinity has a meaning for those in `endless`.
    """

    bound: Any = None
    unchecked: tuple = ()
    endless: tuple = ()
