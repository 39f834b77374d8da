"""UC-1: errors on a second sample rule out small bounds by uniform convergence."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER
from refgen.domains import first_wrong, integer, not_a, real, record

_MOST = 5
# A share of samples that is 1 − δ but for rounding counts as 1 − δ.
_ROUNDING = 1e-9


@dataclass(frozen=True, repr=False)
class FiniteWorld(Instance):
    """n equally likely samples, each with its classifier.

    Attributes
    ----------
    test_errors : array of shape (..., n)
        In [0, 1].
    errors : array of shape (..., n, n)
        Of the classifier of one sample (rows) on another, in [0, 1]. Column s + 1 is
        the transform of sample s, and the first column that of the last sample.
    delta : array of shape (...)
        In (0, 1).
    """

    test_errors: Any
    errors: Any
    delta: Any

    @property
    def transformed(self) -> Any:
        """Errors on the transforms, (..., n)."""
        n = self.test_errors.shape[-1]
        each = [self.errors[..., s, (s + 1) % n] for s in range(n)]
        return namespace(self.errors).stack(each, axis=-1)


def _world(test_errors: Any, errors: Any, small: Any, delta: Any) -> FiniteWorld:
    """Small test errors, and transforms on which classifiers err nearly everywhere."""
    n = test_errors.shape[-1]
    following = namespace(errors).roll(namespace(errors).eye(n), 1, axis=-1)
    share = small[..., None, None] * following
    high = errors + (1 - errors) * (following - share)
    return FiniteWorld(small[..., None] * test_errors, high, delta)


def _not_a_world(world: Any) -> str | None:
    """Why errors are not those of up to 16 samples."""
    reason = not_a(FiniteWorld, world)
    if reason:
        return reason
    n, shape = world.test_errors.shape[-1], world.errors.shape
    if shape[-2:] != (n, n) or n > 16:
        return f"errors must have shape (n, n) with n = {n} ≤ 16, got {shape}"
    for name in ("test_errors", "errors", "delta"):
        value = getattr(world, name)
        wrong = first_wrong(
            (value < 0) | (value > 1), value, f"{name} must be in [0, 1]"
        )
        if wrong:
            return wrong
    return None


def _swapped_pairs(n: int, delta: float) -> FiniteWorld:
    """Transforms are wrong, all else is right: sets without a transform have no gap."""
    errors = np.roll(np.eye(n), 1, axis=-1)
    return FiniteWorld(np.zeros(n), errors, np.array(delta))


worlds = record(
    _world,
    f"2 to {_MOST} samples, errors near 1 on each one's transform, δ up to .6",
    n=integer(2, _MOST),
    test_errors=real(0.0, 1.0, shape=("n",)),
    errors=real(0.0, 1.0, shape=("n", "n")),
    small=real(0.0, 1.0),
    delta=real(0.01, 0.6),
    outside=_not_a_world,
    examples=lambda: [
        _swapped_pairs(4, 0.49),
        _swapped_pairs(4, 0.5),
        _swapped_pairs(6, 0.3),
        _swapped_pairs(6, 0.5),
    ],
)


def _by_sets(world: FiniteWorld) -> Any:
    """The least number that no gap in some set of probability 1 − δ exceeds."""
    xp, n = namespace(world.errors), world.test_errors.shape[-1]
    gaps = abs(world.test_errors[..., None] - world.errors)
    least = xp.full(world.delta.shape, xp.inf)
    for size in range(1, n + 1):
        enough = size >= n * (1 - world.delta - _ROUNDING)
        for chosen in combinations(range(n), size):
            worst = 0 * world.delta
            for row in chosen:
                for column in chosen:
                    worst = xp.maximum(worst, gaps[..., row, column])
            least = xp.where(enough, xp.minimum(least, worst), least)
    return least


@claim(
    "UC-1",
    kind="inequality",
    domain=worlds,
    source=NAGARAJAN_KOLTER.sharpened("the transfer from pairs of samples"),
    cost=60,
)
def transfer(rg, world, limit=1.0, spent=2.0):
    """2δ + q < 1: ε_unif-alg ≥ 1 − b − c, for test errors ≤ b and 1 − c on transforms.

    q is the chance that a sample and its transform miss one of the two.
    """
    uc, xp = rg.uniform_convergence, namespace(world.delta)
    least = _by_sets(world)
    relations = [equal(uc.smallest_uniform_gap(_gaps(world), world.delta), least)]
    for share in (0.0, 0.5):
        low, high, missed = _bounds(xp, world, share)
        found, certified = uc.transfer_bound(low, high, world.delta, missed)
        condition = spent * world.delta + missed < limit - 4 * _ROUNDING
        bound = xp.where(condition, xp.maximum(high - low, 0.0), 0.0)
        relations += [
            equal(found, xp.where(certified & condition, bound, found)),
            at_most(bound, least, sharp=True),
        ]
    return tuple(relations)


def _gaps(world: FiniteWorld) -> Any:
    return abs(world.test_errors[..., None] - world.errors)


def _bounds(xp: Any, world: FiniteWorld, share: float) -> tuple[Any, Any, Any]:
    """b, 1 − c and q, if a share of the samples may have larger test errors than b."""
    n = world.test_errors.shape[-1]
    dropped = int(share * n)
    order = xp.sort(world.test_errors, axis=-1)
    low = order[..., n - 1 - dropped]
    kept = world.test_errors <= low[..., None]
    high = xp.where(kept, world.transformed, 1.0).min(axis=-1)
    return low, high, 1 - kept.mean(axis=-1)


transfer.twin("still at 2δ + q = 1", limit=1.04)
transfer.twin("1.9δ + q < 1 would do", spent=1.9)
