"""UC-31, UC-31b and UC-31c: trained networks on spheres, and S′ all wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER
from refgen.claims.uniform_convergence._sphere_runs import (
    N_HELD_OUT,
    SIZES,
    SphereRuns,
    small_batches,
    without_biases,
)
from refgen.domains import Domain

ERROR_PROBABILITY = 0.05

trained_networks = Domain(
    "8 networks of 200 neurons for each of 256 and 1024 points, in batches of 32 and 1",
    lambda: [small_batches(32), small_batches(1)],
)
biasless_networks = Domain(
    "4 networks of 200 neurons without biases for each of 64 and 128 points",
    lambda: [without_biases()],
)


def limits(rg: Any, n_wrong: Any, failure: float) -> tuple[Any, Any]:
    """Exact limits of test errors; each fails with probability `failure`."""
    upper, xp = rg.uniform_convergence.held_out_bound, namespace(n_wrong)
    n, chance = xp.full_like(n_wrong, N_HELD_OUT), xp.full_like(n_wrong, failure)
    return 1 - upper(n - n_wrong, n, chance), upper(n_wrong, n, chance)


@claim(
    "UC-31",
    kind="existence",
    domain=trained_networks,
    source=NAGARAJAN_KOLTER.at("section 3, by own measurements"),
    slow=True,
)
def copies_are_wrong(rg, runs, delta=0.25, certified=(0.52, 0.58)):
    """ε_unif-alg(m, ¼) of trained networks is above .52 for m = 256, .58 for 1024.

    With confidence 95 %, from eight samples S: they have no error there, and nearly all
    of S′ is wrong. New points are moved to the other sphere without harm.
    """
    xp = namespace(runs.n_wrong)
    n = xp.full_like(runs.n_wrong, N_HELD_OUT)
    found = rg.uniform_convergence.certified_pairs(
        runs.transformed_errors, runs.n_wrong, n, delta, 1 - ERROR_PROBABILITY
    )
    n_members = runs.n_wrong.shape[-1]
    swapped = limits(rg, runs.n_wrong_swapped, ERROR_PROBABILITY / n_members)
    return (
        exceeds(found.lower_bound, xp.asarray(certified)),
        exceeds(0.5, swapped[1]),
        equal(runs.training_errors, 0.0),
    )


copies_are_wrong.twin("above .55 and .61, too", certified=(0.55, 0.61))
copies_are_wrong.twin("with δ = .4, for which 8 samples are too few", delta=0.4)


@copies_are_wrong.twin_function("S′ is wrong as new points on the other sphere are")
def _(rg, runs):
    low, _ = limits(rg, runs.n_wrong_swapped, ERROR_PROBABILITY / 8)
    return at_most(runs.transformed_errors, 2 * low)


def falls(rg: Any, runs: SphereRuns, ratio: float) -> Any:
    """The median test error of 1024 points is below that of 256, over `ratio`.

    All eight members are on one side of a median with probability 2⁻⁸.
    """
    low, high = limits(rg, runs.n_wrong, share_of_limits(runs.n_wrong.shape[-1]))
    first, last = low[..., 0, :].min(axis=-1), high[..., 1, :].max(axis=-1)
    return exceeds(first, ratio * last)


def share_of_limits(n: int) -> float:
    """Which part of the error probability each of 2n limits has, beside two medians."""
    return (ERROR_PROBABILITY - 2 * 0.5**n) / (2 * n)


def least_power(values: Any) -> Any:
    """How the median grows with m at least, as a power; fails with probability 2⁻⁷."""
    xp = namespace(values)
    growth = values[..., 1, :].min(axis=-1) / values[..., 0, :].max(axis=-1)
    return xp.log(growth) / np.log(SIZES[1] / SIZES[0])


@claim(
    "UC-31b",
    kind="existence",
    domain=trained_networks,
    source=NAGARAJAN_KOLTER.at("section 2 and 3, by own measurements"),
    slow=True,
)
def errors_fall_and_distances_grow(rg, runs, ratio=1.15, power=0.25):
    """With four times as many points the median test error is below 1/1.15 of it.

    The median distance of weights from their start grows by a power of m above .25.
    Each with confidence 95 %.
    """
    return falls(rg, runs, ratio), exceeds(least_power(runs.distances), power)


errors_fall_and_distances_grow.twin("a power above .27", power=0.27)
errors_fall_and_distances_grow.twin("below 1/1.2", ratio=1.2)


@errors_fall_and_distances_grow.twin_function("distances do not depend on m")
def _(rg, runs):
    return exceeds(0.0, least_power(runs.distances))


@claim("UC-31c", kind="identity", domain=biasless_networks, source="UC-29", slow=True)
def biases_tell_spheres_apart(rg, runs, level=0.5):
    """Without biases a new point is wrong exactly if its copy is right.

    Test errors are ½, with 0 errors on S and all of S′ wrong: that by itself is easy.
    """
    low, high = limits(rg, runs.n_wrong, ERROR_PROBABILITY / (2 * runs.n_wrong[0].size))
    both = runs.n_wrong + runs.n_wrong_swapped
    return (
        equal(both, 2 * level * N_HELD_OUT, N_HELD_OUT),
        equal(runs.transformed_errors, 1 - runs.training_errors),
        at_most(low, 0.5, sharp=0.9),
        at_most(0.5, high, sharp=0.9),
    )


biases_tell_spheres_apart.twin("both errors add up to .98", level=0.49)
biases_tell_spheres_apart.twin("with biases, too", domain=trained_networks)
