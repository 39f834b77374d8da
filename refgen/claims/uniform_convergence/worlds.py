"""UC-72: what the audit certifies is below every bound by uniform convergence."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.uniform_convergence.pairs import chance_of, tuples
from refgen.domains import choice, matrix, not_a, real, record, vector

N_SAMPLES, N_PAIRS = 4, 2
# The transform changes the first two samples for each other, and the last two.
_TRANSFORMED = [1, 0, 3, 2]


@dataclass(frozen=True, repr=False)
class World(Instance):
    """Four equally likely samples, and an algorithm that learns from one of them.

    Attributes
    ----------
    errors : array of shape (..., 4, 4)
        In [0, 1]: of the classifier of each sample (rows), on each sample (columns).
    test_errors : array of shape (..., 4)
    delta, error_probability : arrays of shape (...)
    """

    errors: Any
    test_errors: Any
    delta: Any
    error_probability: Any


def _world(errors: Any, test_errors: Any, delta: Any, chance: Any) -> World:
    """Numbers of any size and sign are errors when halved, and cut off at 1."""
    xp = namespace(errors)
    errors, test_errors = (xp.minimum(abs(e) / 2, 1.0) for e in (errors, test_errors))
    return World(errors, test_errors, delta, chance)


def _memory(error_probability: float) -> World:
    """Only the first two classifiers are wrong, each on its transformed sample."""
    errors = np.zeros((N_SAMPLES, N_SAMPLES))
    errors[0, 1] = errors[1, 0] = 1.0
    return World(
        errors, np.zeros(N_SAMPLES), np.array(0.25), np.array(error_probability)
    )


def _no_world(world: Any) -> str | None:
    """Why there is no such world."""
    reason = not_a(World, world)
    if reason:
        return reason
    shapes = np.shape(world.errors), np.shape(world.test_errors)
    if shapes != ((N_SAMPLES, N_SAMPLES), (N_SAMPLES,)):
        return f"errors must have shape (4, 4) and test_errors (4,), got {shapes}"
    for array in (world.errors, world.test_errors):
        if not ((np.asarray(array) >= 0) & (np.asarray(array) <= 1)).all():
            return "errors must lie in [0, 1]"
    return None


worlds = record(
    _world,
    "four samples in two pairs, any errors, δ up to 0.45",
    errors=matrix(N_SAMPLES, N_SAMPLES),
    test_errors=vector(N_SAMPLES),
    delta=choice(0.05, 0.12, 0.25, 0.3, 0.45),
    chance=real(0.01, 0.9),
    outside=_no_world,
    examples=lambda: [_memory(0.25 + 1e-9), _memory(0.24), _memory(0.1)],
)


def _uniform_gap(world: World) -> Any:
    """ε_unif-alg: over all sets of probability 1 − δ, the least of their worst gaps."""
    xp = namespace(world.errors)
    gaps = abs(world.errors - world.test_errors[..., None])
    least = xp.ones_like(world.delta)
    for size in range(1, N_SAMPLES + 1):
        enough = size >= N_SAMPLES * (1 - world.delta) - 1e-9
        for kept in itertools.combinations(range(N_SAMPLES), size):
            worst = xp.zeros_like(least)
            for s, other in itertools.product(kept, repeat=2):
                worst = xp.maximum(worst, gaps[..., s, other])
            least = xp.where(enough, xp.minimum(least, worst), least)
    return least


@claim("UC-72", kind="inequality", domain=worlds, cost=200)
def certified_world(rg, world, spent=1.0):
    """What pairs (S, T(S)) certify is above ε_unif-alg with at most the chance said."""
    xp = namespace(world.errors)
    pairs = [world.errors[..., s, t] for s, t in enumerate(_TRANSFORMED)]
    gaps = xp.stack(pairs, axis=-1) - world.test_errors
    kinds = tuples(xp, N_SAMPLES, N_PAIRS)
    found = rg.uniform_convergence.certified_gap(
        gaps[..., kinds],
        spent * world.delta[..., None],
        world.error_probability[..., None],
    )
    chances = xp.full_like(gaps, 1 / N_SAMPLES)
    missed = chance_of(chances, kinds, found > _uniform_gap(world)[..., None])
    return at_most(missed, world.error_probability, sharp=True)


certified_world.twin("2δ may be 4 % smaller", spent=0.96)
certified_world.twin("δ in place of 2δ", spent=0.5)
