"""Explanations that memorize: where ρ_S times a complexity bounds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._numbers import as_counts, as_positive, first_of, together
from refgen._scales import check_scale
from refgen.arrays import Instance, namespace


@dataclass(frozen=True, repr=False)
class MemorizingSystem(Instance):
    """Points with labels ±b, of which a system of explanations learns some by heart.

    Points are equally likely, and each is its own neighbourhood. Local explanations
    are ±b at one point and 0 elsewhere. The system answers with the label at a point
    of the sample, and with 0 at all others, as the function that it explains does.

    Parameters
    ----------
    n_points : array of shape (...)
        How many points there are.
    n_samples : array of shape (...)
        m ≤ n_points, all different.
    output_bound : array of shape (...)
        b > 0.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, `output_bound` is so large or small
        (2^±300) that squares overflow or vanish, or shapes do not broadcast.

    Examples
    --------
    >>> system = MemorizingSystem(1_000_000, 10_000, 1.0)
    >>> float(system.test_risk), float(system.product)
    (0.99, 0.01)
    """

    n_points: Any
    n_samples: Any
    output_bound: Any

    def __post_init__(self) -> None:
        n, m, b = together(
            n_points=as_counts("n_points", self.n_points),
            n_samples=as_counts("n_samples", self.n_samples),
            output_bound=check_scale(
                "output_bound", as_positive("output_bound", self.output_bound)
            ),
        )
        if bool((m > n).any()):
            raise ValueError(
                "n_samples must be at most n_points, as all points of the sample "
                f"differ, got {first_of(m, m > n):g} of {first_of(n, m > n):g}"
            )
        for name, value in zip(
            ("n_points", "n_samples", "output_bound"), (n, m, b), strict=True
        ):
            object.__setattr__(self, name, value)

    @property
    def test_risk(self) -> Any:
        """E (f − y)² = b²(1 − m/n) (LE-16c); on the sample it is 0, and so is MNF."""
        left = self.n_points - self.n_samples
        return self.output_bound * self.output_bound * (left / self.n_points)

    @property
    def disjointedness(self) -> Any:
        """ρ_S = √m (LE-16b)."""
        return namespace(self.n_samples).sqrt(self.n_samples)

    @property
    def class_complexity(self) -> Any:
        """R̂_S = b/m of the local explanations (LE-16b)."""
        return self.output_bound / self.n_samples

    @property
    def system_complexity(self) -> Any:
        """R̂_S = b of all systems, which fit any signs (LE-16b)."""
        return self.output_bound * 1.0

    @property
    def product(self) -> Any:
        """ρ_S times the complexity of the local explanations, b/√m (LE-16c)."""
        return self.disjointedness * self.class_complexity
