"""Two eigendirections, and how long teacher and student train."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import real, record


@dataclass(frozen=True, repr=False)
class EigenPair(Instance):
    """A strong and a weak direction. Shapes (...).

    Attributes
    ----------
    strong : array
        λ₁, the larger eigenvalue.
    ratio : array
        λ₂/λ₁.
    teacher, student : arrays
        λ₁T and λ₁t: times in units of the inverse of λ₁.
    """

    strong: Any
    ratio: Any
    teacher: Any
    student: Any

    @property
    def weak(self) -> Any:
        return self.ratio * self.strong

    @property
    def spectrum(self) -> Any:
        """λ₁ and λ₂ along a last axis."""
        return namespace(self.strong).stack([self.strong, self.weak], axis=-1)

    @property
    def times(self) -> tuple[Any, Any]:
        return self.teacher / self.strong, self.student / self.strong

    @property
    def sorted_times(self) -> tuple[Any, Any]:
        """The longer and the shorter one: filters do not ask whose they are."""
        xp, (first, second) = namespace(self.strong), self.times
        return xp.maximum(first, second), xp.minimum(first, second)


def pair(strong: float, ratio: float, teacher: float, student: float) -> EigenPair:
    """One pair from numbers."""
    return EigenPair(*map(np.array, (strong, ratio, teacher, student)))


# From times that hardly begin to those that leave 1/400 of the strong direction.
eigen_pairs = record(
    EigenPair,
    "λ₁ from .1 to 10, λ₂/λ₁ from .05 to .97, λ₁T and λ₁t from .05 to 6",
    strong=real(0.1, 10.0, log=True),
    ratio=real(0.05, 0.97),
    teacher=real(0.05, 6.0),
    student=real(0.05, 6.0),
    examples=lambda: [
        pair(2.0, 0.5, 2.6, 4.2),
        pair(1.0, 0.97, 6.0, 6.0),
        pair(1.0, 0.97, 6.0, 0.05),
        pair(1.0, 0.97, 0.05, 0.05),
        pair(1.0, 0.05, 0.05, 0.05),
        pair(1.0, 0.5, 6.0, 0.05),
    ],
)
