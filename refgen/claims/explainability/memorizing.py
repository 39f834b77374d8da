"""LE-16b and LE-16c: ρ_S times the complexity of a class bounds no system of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import equal, exceeds
from refgen.claims.registry import claim
from refgen.claims.sources import LI
from refgen.domains import integer, real, record
from refgen.explainability import MemorizingSystem

FORM = LI.corrected("the product form on the poster")


def _memorizing(n_samples: Any, times: Any, output_bound: Any) -> MemorizingSystem:
    return MemorizingSystem(n_samples * times, n_samples, output_bound)


few = record(
    MemorizingSystem,
    "2 to 6 of 6 points learned by heart",
    n_points=6,
    n_samples=integer(2, 6),
    output_bound=real(0.25, 4.0, log=True),
    examples=lambda: [MemorizingSystem(6, 2, 1.0), MemorizingSystem(6, 6, 0.5)],
)


def _by_signs(rg: Any, m: int, one_cell: bool) -> Any:
    """The complexity of ±1 at one of m points, by all signs."""
    cells = np.ones((m, 1)) if one_cell else np.eye(m)
    outputs = np.concatenate([np.eye(m), -np.eye(m)])
    device = rg.arrays.to_device
    law = rg.explainability.FiniteNeighborhoods.sample(device(cells))
    problem = rg.explainability.FiniteProblem(law, device(np.zeros(m)), device(outputs))
    return rg.explainability.empirical_complexity(problem)


@claim("LE-16b", kind="existence", domain=few, source=FORM)
def more_than_the_product(rg, case, times=1.0, root=0.5):
    """R̂_S(G, N) > ρ_S R̂_S(G), √m-fold, for ±b at one of m points that are apart."""
    xp, b = namespace(case.n_samples), case.output_bound
    sizes = range(1, 7)
    systems, classes = (
        xp.stack([_by_signs(rg, m, one) for m in sizes]) for one in (False, True)
    )
    rho = xp.stack([_factor(rg, m) for m in sizes])
    chosen = case.n_samples.astype(int) - 1
    product = rho[chosen] * case.class_complexity
    return (
        equal(case.system_complexity, times * b * systems[chosen], b),
        equal(case.class_complexity, times * b * classes[chosen], b),
        equal(case.disjointedness, times * rho[chosen], 3.0),
        equal(case.system_complexity, case.n_samples**root * product, b),
        exceeds(case.system_complexity, case.product, b),
    )


def _factor(rg: Any, m: int) -> Any:
    cells = rg.arrays.to_device(np.eye(m))
    return rg.explainability.FiniteNeighborhoods.sample(cells).disjointedness


more_than_the_product.twin("0.97 of all three numbers", times=0.97)
more_than_the_product.twin("m^0.47-fold", root=0.47)

# --- LE-16c

many = record(
    _memorizing,
    "100 to 10,000 samples of 10 to 1,000 times as many points",
    n_samples=integer(100, 10_000),
    times=integer(10, 1000),
    output_bound=real(0.25, 4.0, log=True),
    outside=lambda case: (
        None
        if isinstance(case, MemorizingSystem)
        and 100 <= case.n_samples <= case.n_points / 10
        else "there must be 100 samples at least, of ten times as many points"
    ),
    examples=lambda: [MemorizingSystem(1_000_000, 10_000, 1.0)],
)


def _risk(rg: Any, case: MemorizingSystem) -> Any:
    """The risk by a law of two points, one for the sample and one for all others."""
    xp, b = namespace(case.n_points), case.output_bound
    known = case.n_samples / case.n_points
    weights = xp.stack([known, 1 - known], axis=-1)
    both = xp.stack([b, b], axis=-1)
    answers = both[..., None] * xp.asarray([[1.0, 0.0], [0.0, 0.0]])
    le = rg.explainability
    law = le.FiniteNeighborhoods(weights, xp.broadcast_to(xp.eye(2), (*b.shape, 2, 2)))
    return le.FiniteSystem(law, both, answers).mirrored_fidelity


@claim("LE-16c", kind="existence", domain=many, source=FORM)
def memorized_labels(rg, case, constant=8.0, known=1.0):
    """R_D > R_S + MNF_D + 8b ρ_S R̂_S(G) for labels ±b at random, learned by heart.

    The system explains its function exactly, so that R_S and both MNF are 0, while R_D
    tends to b² and the product to 0.
    """
    b = case.output_bound
    bound = constant * b * case.product
    return (
        equal(case.test_risk, known * _risk(rg, case), b * b),
        exceeds(case.test_risk, bound, b * b),
    )


memorized_labels.twin("0.97 of the risk", known=0.97)


@memorized_labels.twin_function("also with the complexity of systems in the product")
def _(rg, case):
    b = case.output_bound
    return exceeds(case.test_risk, 8 * b * case.system_complexity, b * b)
