"""Distillation in the eigenspace of gradient descent (claims KD-*)."""

from typing import TYPE_CHECKING

from refgen._lazy import lazy
from refgen.distillation.filters import (
    gradient_descent_filter,
    gradient_flow_filter,
    ridge_filter,
)
from refgen.distillation.problem import (
    SpectralProblem,
    signal_to_noise,
)

__all__ = [
    "SpectralProblem",
    "gradient_descent_filter",
    "gradient_flow_filter",
    "ridge_filter",
    "signal_to_noise",
]

# scikit-learn and matplotlib load with the names that need them.
if TYPE_CHECKING:
    pass
else:
    __getattr__, __dir__ = lazy(__name__, __all__, {})
