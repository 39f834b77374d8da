"""LE-9, 10c, 13 and 30: the disjointedness factor of cells, intervals and cubes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.arrays import namespace
from refgen.claims.explainability._known_samples import Numbers
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import LI
from refgen.domains import integer, matrix, real, record
from refgen.explainability import GaussianNeighborhoods

# --- LE-9


@dataclass(frozen=True, repr=False)
class Laws(Numbers):
    """Neighbourhoods on finitely many cells.

    Attributes
    ----------
    first, second : arrays of shape (..., 1 to 4, 4)
        Probabilities of the neighbourhoods of two samples.
    """

    first: Any
    second: Any

    @property
    def both(self) -> Any:
        """The laws of both samples together."""
        return namespace(self.first).concatenate([self.first, self.second], axis=-2)


_EYE = [[float(i == j) for j in range(4)] for i in range(4)]

laws = record(
    Laws,
    "two samples of 1 to 4 neighbourhoods each on 4 cells",
    m=integer(1, 4),
    k=integer(1, 4),
    first=matrix("m", 4, kind="stochastic"),
    second=matrix("k", 4, kind="stochastic"),
    examples=lambda: [
        Laws([[0.25] * 4] * 2, [[0.25] * 4] * 3),
        Laws(_EYE[:2], _EYE[2:]),
        Laws(_EYE[:1] * 4, _EYE[:1]),
        Laws([[0.5, 0.5, 0.0, 0.0]], [[0.0, 0.0, 1.0, 0.0]]),
    ],
)


@claim("LE-9", kind="inequality", domain=laws, cost=4, source=LI.recalled("1 and √|S|"))
def range_of_the_factor(rg, case, constant=1.0, power=0.5):
    """1 ≤ ρ_S ≤ √m; the ends are laws that agree, and laws that share no cell."""
    rho = rg.explainability.cell_disjointedness(case.both)
    m = case.both.shape[-2]
    return ascending(1 / constant, rho, constant * m**power, scale=m, sharp=True)


range_of_the_factor.twin("both ends 3 % nearer", constant=0.97)
range_of_the_factor.twin("at most m^0.49", power=0.49)
range_of_the_factor.twin("at most m^¼", power=0.25)

# --- LE-10c


@claim("LE-10c", kind="inequality", domain=laws, cost=4)
def samples_and_cells(rg, case, constant=1.0, power=0.5, merged=1.0):
    """√m ρ_S increases with S and is subadditive; joining cells lowers ρ_S."""
    factor = rg.explainability.cell_disjointedness

    def total(laws: Any) -> Any:
        return laws.shape[-2] ** power * factor(laws)

    whole, first, second = (total(x) for x in (case.both, case.first, case.second))
    joined = namespace(case.both).stack(
        [case.both[..., :2].sum(axis=-1), case.both[..., 2:].sum(axis=-1)], axis=-1
    )
    return [
        at_most(first, whole, 8, sharp=0.9),
        at_most(whole, constant * (first + second), 8, sharp=True),
        at_most(merged * factor(joined), factor(case.both), 8, sharp=True),
    ]


samples_and_cells.twin("0.97 times the sum would do", constant=0.97)
samples_and_cells.twin("ρ_S itself increases with S", power=0.0)
samples_and_cells.twin("joined cells lose 3 % at least", merged=1.03)

# --- LE-13

intervals = record(
    GaussianNeighborhoods,
    "1 to 6 points on a line, half widths in [0.2, 5]",
    n=integer(1, 6),
    points=matrix("n", 1),
    scale=real(0.2, 5.0, log=True),
    examples=lambda: [
        GaussianNeighborhoods([[0.0], [0.0], [10.0], [10.0]], 1.0),
        GaussianNeighborhoods([[0.0], [1.0], [1.5]], 1.0),
    ],
)


def _by_counting(x: Any, width: Any) -> Any:
    """∫ √(n/m)/(2s) with n counted in the middle between any two ends."""
    xp = namespace(x)
    ends = xp.sort(xp.concatenate([x - width, x + width], axis=-1), axis=-1)
    middle = (ends[..., 1:] + ends[..., :-1]) / 2
    inside = abs(middle[..., None] - x[..., None, :]) < width[..., None]
    roots = xp.sqrt(inside.mean(axis=-1))
    return (roots * (ends[..., 1:] - ends[..., :-1]) / (2 * width)).sum(axis=-1)


@claim("LE-13", kind="identity", domain=intervals, cost=3)
def intervals_by_their_ends(rg, sample, wider=1.0, groups=0.5):
    """ρ_S of intervals is an integral of √(n/m); far groups add √(share) ρ."""
    factor, xp = rg.explainability.uniform_disjointedness, namespace(sample.points)
    rho = factor(sample.points, sample.scale)
    far = 100.0 * sample.scale[..., None, None]
    apart = xp.concatenate(
        [sample.points, far + sample.points, 3 * far + 0 * sample.points], axis=-2
    )
    third = (1 / 3) ** groups
    return [
        equal(
            rho, _by_counting(sample.points[..., 0], wider * sample.scale[..., None])
        ),
        equal(factor(apart, sample.scale), third * (2 * rho + 1)),
    ]


intervals_by_their_ends.twin("intervals 3 % wider", wider=1.03)
intervals_by_their_ends.twin("a share counts as its power 0.49", groups=0.49)
intervals_by_their_ends.twin("c groups give c", groups=0.0)

# --- LE-30

cubes = record(
    GaussianNeighborhoods,
    "2 to 5 points in 1 to 3 dimensions, half widths in [0.3, 5]",
    n=integer(2, 5),
    d=integer(1, 3),
    points=matrix("n", "d"),
    scale=real(0.3, 5.0, log=True),
    examples=lambda: [
        GaussianNeighborhoods([[0.0, 0.0], [0.0, 0.0]], 1.0),
        GaussianNeighborhoods([[0.0], [100.0]], 1.0),
        GaussianNeighborhoods([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], 1.0),
    ],
)


@claim("LE-30", kind="inequality", domain=cubes, cost=100)
def wider_cubes(rg, sample, step=1.25, gain=1.0):
    """ρ_S of cubes, or of any convex body, does not increase with their width."""
    factor = rg.explainability.uniform_disjointedness
    wide = factor(sample.points, step * sample.scale)
    return at_most(gain * wide, factor(sample.points, sample.scale), 3, sharp=True)


wider_cubes.twin("cubes a quarter wider have 3 % less", gain=1.03)
wider_cubes.twin("ρ_S does not decrease with the width", step=0.8)
