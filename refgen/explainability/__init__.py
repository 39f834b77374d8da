"""Local explainability: fidelity, disjointedness, bounds, explanations (LE-*)."""

from typing import TYPE_CHECKING

from refgen._lazy import lazy
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.explainability.two_points import two_point_disjointedness

__all__ = [
    "GaussianNeighborhoods",
    "two_point_disjointedness",
]

# scikit-learn and matplotlib load with the names that need them.
if TYPE_CHECKING:
    pass
else:
    __getattr__, __dir__ = lazy(__name__, __all__, {})
