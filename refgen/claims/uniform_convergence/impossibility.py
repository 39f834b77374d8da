"""UC-37, UC-38 and UC-44: no estimate of a risk can be tight, by enumeration."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import GASTPAR
from refgen.domains import choice, integer, real, record

# --- UC-37: two worlds


@dataclass(frozen=True, repr=False)
class TwoWorlds(Instance):
    """A finite learning problem, by its place in `_WORLDS`. Shapes (...).

    Attributes
    ----------
    which : array
        Of the pair of numbers of points and of samples.
    precision : array
        η.
    """

    which: Any
    precision: Any


_WORLDS = ((1, 1), (2, 1), (2, 3), (3, 2), (4, 3), (5, 3), (5, 1))

two_worlds = record(
    TwoWorlds,
    "up to 5 points, up to 3 samples, an estimate is to be nearer than η in [.01, .6]",
    which=choice(*range(len(_WORLDS))),
    precision=real(0.01, 0.6),
    examples=lambda: [TwoWorlds(np.array(5), np.array(0.2))],
)


@functools.cache
def _worlds(n_points: int, n_samples: int) -> list[tuple[float, Any]]:
    """Of every sample and classifier: its chance, and all risks it may have.

    The truth may be any labels that agree with the classifier on the sample.
    """
    labels = np.array(list(itertools.product((0, 1), repeat=n_points)))
    pairs = []
    for sample in itertools.product(range(n_points), repeat=n_samples):
        for classifier in labels:
            agree = (labels == classifier)[:, list(sample)].all(axis=1)
            wrong = (labels[agree] != classifier).sum(axis=1)
            pairs.append(tuple(np.sort(wrong)))
    kinds = {pair: pairs.count(pair) / len(pairs) for pair in set(pairs)}
    return [(chance, np.array(pair) / n_points) for pair, chance in kinds.items()]


def _best_sum(n_points: int, n_samples: int, precision: float) -> float:
    """Failures in both worlds, of an estimate that is chosen for every pair."""
    total = 0.0
    for chance, risks in _worlds(n_points, n_samples):
        near = (0.0, precision, precision - 1e-9)
        tried = [r + off for r in {0.0, *risks} for off in (*near, *(-o for o in near))]
        costs = [
            float(abs(e) >= precision) + float((abs(e - risks) >= precision).mean())
            for e in tried
        ]
        total += chance * min(costs)
    return total


def _enumerated(case: TwoWorlds) -> Any:
    xp = namespace(case.precision)
    which, precision = (
        np.asarray(a.tolist()).ravel() for a in (case.which, case.precision)
    )
    sums = [
        _best_sum(*_WORLDS[int(i)], e) for i, e in zip(which, precision, strict=True)
    ]
    return xp.asarray(sums).reshape(case.precision.shape)


def _sizes(case: Any, table: Any) -> list[Any]:
    """Columns of a table, at the places of the instances."""
    xp = namespace(case.which)
    rows = xp.asarray(np.array(table, float))[case.which.astype(np.int64)]
    return [rows[..., i] for i in range(rows.shape[-1])]


@claim(
    "UC-37",
    kind="identity",
    domain=two_worlds,
    source=GASTPAR.sharpened("theorem 1"),
    cost=400,
)
def indistinguishable_worlds(rg, case, counted=1.0):
    """The best estimate fails in two worlds with P(risk of the second ≥ 2η) in sum."""
    points, samples = _sizes(case, _WORLDS)
    floor = rg.uniform_convergence.two_worlds_floor(points, samples, case.precision)
    return equal(counted * floor, _enumerated(case))


indistinguishable_worlds.twin("3 % less", counted=0.97)
indistinguishable_worlds.twin("sample and classifier suffice to halve it", counted=0.5)


@indistinguishable_worlds.twin_function("no point is seen twice")
def _(rg, case):
    points, samples = _sizes(case, _WORLDS)
    xp, left = namespace(points), namespace(points).maximum(points - samples, 0.0)
    floor = rg.uniform_convergence.two_worlds_floor
    # One point that is not in the sample's part, and none else is seen.
    alone = xp.where(
        left > 0, floor(left + 1, 1, case.precision * points / (left + 1)), 0
    )
    return equal(alone, _enumerated(case))


# --- UC-38 and UC-44: linear functions over a finite field


@dataclass(frozen=True, repr=False)
class FieldProblem(Instance):
    """Linear targets over a finite field. Shapes (...).

    Attributes
    ----------
    field_size, n_samples : arrays
    extra : array
        By how much the dimension exceeds the number of samples.
    """

    field_size: Any
    n_samples: Any
    extra: Any

    @property
    def sizes(self) -> tuple[Any, Any, Any]:
        return self.field_size, self.n_samples, self.n_samples + self.extra


field_problems = record(
    FieldProblem,
    "fields of up to 9,973 elements, up to 40 samples, up to 40 dimensions more",
    field_size=choice(2, 3, 4, 5, 7, 8, 9, 16, 27, 101, 1024, 9973),
    n_samples=integer(1, 40),
    extra=integer(1, 40),
    examples=lambda: [
        FieldProblem(*map(np.array, sizes)) for sizes in ((3, 2, 2), (9973, 1, 40))
    ],
)


@claim(
    "UC-38",
    kind="inequality",
    domain=field_problems,
    source=GASTPAR.sharpened("theorem 4"),
    cost=200,
)
def field_floor(rg, case, factor=1.0):
    """The best failure sum over F_q is at least ∏ (1 − q^−i)(1 − q^(n−d))."""
    uc, sizes = rg.uniform_convergence, case.sizes
    floor, best = uc.field_tradeoff_floor(*sizes), uc.field_tradeoff(*sizes)
    return at_most(factor * floor, best, sharp=True)


field_floor.twin("1.03 times as much", factor=1.03)


@field_floor.twin_function("an estimate that knows the algorithm can be tight")
def _(rg, case):
    return at_most(rg.uniform_convergence.field_tradeoff(*case.sizes), 0.0)


@dataclass(frozen=True, repr=False)
class SmallField(Instance):
    """Linear targets over a small field, by its place in `_FIELDS`. Shapes (...).

    Attributes
    ----------
    which : array
        Of the field's size, the number of samples and the dimension.
    """

    which: Any


_FIELDS = (
    *((2, 1, 2), (2, 1, 3), (2, 2, 3), (2, 2, 4), (2, 3, 4), (3, 1, 2)),
    *((3, 1, 3), (3, 2, 3), (5, 1, 2), (11, 1, 2)),
)

small_fields = record(
    SmallField,
    "ten problems over fields of up to 11 elements",
    which=choice(*range(len(_FIELDS))),
    examples=lambda: [SmallField(np.array(i)) for i in (5, 9)],
)


@functools.cache
def _best_of_field(q: int, n: int, d: int) -> tuple[float, float]:
    """The least failure sum over all estimates, and the share of full rank on V₀.

    By enumeration of inputs and targets. Targets are in an order in which those on V₀,
    without a coordinate after the first n, come first; the algorithm takes the first
    that fits.
    """
    targets = np.array(list(itertools.product(range(q), repeat=d)))[:, ::-1]
    inside = q**n
    place = q ** np.arange(n)
    total = full = 0.0
    for rows in itertools.product(targets, repeat=n):
        codes = (np.array(rows) @ targets.T % q).T @ place
        counts = np.bincount(codes, minlength=inside) / len(targets)
        own = np.bincount(codes[:inside], minlength=inside) / inside
        # The output has the risk 0 where it is the target.
        hit = np.where(counts > 0, 1 / len(targets), 0.0)
        hit_own = np.where(own > 0, 1 / inside, 0.0)
        right, wrong = hit + hit_own, counts - hit + own - hit_own
        total += np.minimum(right, wrong).sum()
        full += len(np.unique(codes[:inside])) == inside
    return total / len(targets) ** n, full / len(targets) ** n


@claim(
    "UC-44",
    kind="identity",
    domain=small_fields,
    source=GASTPAR.sharpened("theorem 4"),
    cost=200,
)
def field_optimum(rg, case, second=1.0, counted=1.0):
    """The best estimate's failure sum over F_q, from the laws of two ranks."""
    uc, xp = rg.uniform_convergence, namespace(case.which)
    sizes = q, n, d = _sizes(case, _FIELDS)
    best, full = _sizes(case, [_best_of_field(*sizes) for sizes in _FIELDS])
    outside = 1 - xp.exp((n - d) * xp.log(q))
    return (
        equal(counted * uc.field_tradeoff(*sizes), best),
        equal(uc.field_tradeoff_floor(*sizes), full * outside),
    )


field_optimum.twin("3 % more", counted=1.03)


@field_optimum.twin_function("labels that fit nothing on V₀ never make it fail")
def _(rg, case):
    """Without the second term of the mean: 1 sample, so that k, r are 0 or 1."""
    sizes = q, n, d = _sizes(case, _FIELDS)
    xp, one = namespace(q), namespace(q).where(n == 1, 1.0, 0.0)
    # k = 0 and r = 1: the input is 0 on V₀, and not elsewhere.
    chance = (1 - xp.exp((n - d) * xp.log(q))) / q
    hit = xp.exp((1 - d) * xp.log(q))
    lost = one * chance * (1 - 1 / q) * xp.minimum(hit, 1 - hit)
    best, _ = _sizes(case, [_best_of_field(*sizes) for sizes in _FIELDS])
    return equal(rg.uniform_convergence.field_tradeoff(*sizes) - lost, best)


@field_optimum.twin_function("inputs always have full rank on V₀")
def _(rg, case):
    q, n, d = _sizes(case, _FIELDS)
    best, _ = _sizes(case, [_best_of_field(*sizes) for sizes in _FIELDS])
    return equal(1 - namespace(q).exp((n - d) * namespace(q).log(q)), best)
