"""The theories, one package each. Whatever enumerates theories reads this tuple."""

from typing import TYPE_CHECKING

__all__ = (
    "disagreement",
    "distillation",
    "explainability",
    "networks",
    "resmem",
    "uniform_convergence",
)

THEORIES: tuple[str, ...] = __all__

# For type checkers, to which `refgen` and `refgen_gpu` show their theories by importing
# everything from here.
if TYPE_CHECKING:
    from refgen import (
        disagreement,
        distillation,
        explainability,
        networks,
        resmem,
        uniform_convergence,
    )
