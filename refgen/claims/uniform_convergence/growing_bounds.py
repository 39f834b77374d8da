"""UC-36, UC-36b and UC-36c: a published figure again, and what makes bounds grow."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import stdtrit

from refgen.arrays import namespace
from refgen.claims.kinds import at_most, exceeds
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER
from refgen.claims.uniform_convergence._sphere_runs import (
    BOUNDS,
    MARGIN,
    N_HELD_OUT,
    SIZES,
    SphereRuns,
    as_in_the_notebook,
    small_batches,
)
from refgen.domains import Domain

PUBLISHED = "published numbers are those of one network, and the law of others is wide"

notebook_networks = Domain(
    "5 networks of the notebook for each of 256 and 1024 points",
    lambda: [as_in_the_notebook()],
)
single_points = Domain(
    "8 networks of 200 neurons for each of 256 and 1024 points, one point a step",
    lambda: [small_batches(1)],
)
batches = Domain(
    "8 networks of 200 neurons for each of 256 and 1024 points, 32 points a step",
    lambda: [small_batches(32)],
)


def measured(runs: SphereRuns, margin: float) -> Any:
    """All that the figure has, of shape (batch, n_sizes, n_members, 7)."""
    xp, bounds = namespace(runs.bounds), runs.bounds * (MARGIN / margin)
    alone = xp.stack([runs.n_wrong / N_HELD_OUT, runs.distances], axis=-1)
    return xp.concatenate([alone, runs.spectral, bounds], axis=-1)


def published(rg: Any, xp: Any) -> Any:
    """The same numbers of the figure, of shape (n_sizes, 7)."""
    figure = rg.uniform_convergence.published_growth("notebook")
    names = "test_error", "distance", "hidden_spectral", "output_spectral", *BOUNDS
    rows = [figure["n_samples"].index(m) for m in SIZES]
    return xp.asarray([[figure[name][row] for name in names] for row in rows])


@claim(
    "UC-36",
    kind="inequality",
    domain=notebook_networks,
    source=NAGARAJAN_KOLTER.at("the public notebook, part 1"),
    slow=True,
)
def published_numbers(rg, runs, margin=4.0, tolerance=0.11):
    """Means of five networks are within 11 % of all numbers of the published figure.

    Test errors, distances, norms and bounds at m = 256 and 1024. And each number lies
    where one more network's would with 95 %, by Student's law.
    """
    values, xp = measured(runs, margin), namespace(runs.bounds)
    mean, figure = values.mean(axis=-2), published(rg, xp)
    reach, off = reach_of_one_more(values), abs(figure - mean)
    return (
        at_most(off, tolerance * figure + 0 * mean, mean),
        at_most(off, reach, mean, reason=PUBLISHED),
    )


def reach_of_one_more(values: Any) -> Any:
    """How far from the mean of (…, n, 7) normal numbers one more is, with 95 %."""
    xp, n = namespace(values), values.shape[-2]
    off = values - values.mean(axis=-2)[..., None, :]
    spread = xp.sqrt((off**2).sum(axis=-2) / (n - 1))
    return float(stdtrit(n - 1, 0.975)) * (1 + 1 / n) ** 0.5 * spread


published_numbers.twin("within 7.3 %", tolerance=0.073)
published_numbers.twin("for margins of 1, as the notebook's text says", margin=1.0)


def powers(runs: SphereRuns) -> tuple[Any, Any]:
    """Between which powers of m the medians of bounds grow, of shape (batch, 3)."""
    xp = namespace(runs.bounds)
    first, last = (xp.log(runs.bounds[:, i]) for i in (0, 1))
    ratio = np.log(SIZES[1] / SIZES[0])
    return (
        (last.min(axis=-2) - first.max(axis=-2)) / ratio,
        (last.max(axis=-2) - first.min(axis=-2)) / ratio,
    )


@claim(
    "UC-36b",
    kind="existence",
    domain=single_points,
    source=NAGARAJAN_KOLTER.at("section 2, by own measurements"),
    slow=True,
)
def bounds_grow_by_single_points(rg, runs, power=0.2):
    """Steps on one point: medians of all three bounds grow by a power of m above .2.

    With confidence 97 %.
    """
    return exceeds(powers(runs)[0], power)


bounds_grow_by_single_points.twin("a power above .21", power=0.21)
bounds_grow_by_single_points.twin("with steps on 32 points, too", domain=batches)


@claim("UC-36c", kind="inequality", domain=batches, slow=True)
def bounds_stay_by_batches(rg, runs, power=0.05):
    """Steps on 32 points: powers of m by which medians grow are between −.05 and .05.

    For all three bounds, with confidence 95 %.
    """
    low, high = powers(runs)
    return at_most(-low, power), at_most(high, power)


bounds_stay_by_batches.twin("between −.047 and .047", power=0.047)
bounds_stay_by_batches.twin("with steps on one point, too", domain=single_points)


@bounds_stay_by_batches.twin_function("they fall as the test error does")
def _(rg, runs):
    return exceeds(-0.2, powers(runs)[1])
