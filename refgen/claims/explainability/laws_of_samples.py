"""LE-22b and LE-31: the disjointedness factor of samples, and of parts of a sample."""

from __future__ import annotations

from itertools import product
from typing import Any

from refgen.arrays import namespace
from refgen.claims.explainability._finite_laws import laws
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim

SIZES = (1, 2, 3, 4)


def _one_by_one(law: Any, m: int) -> tuple[Any, Any]:
    """E ρ_S and E ρ_S² over all samples, in any order, one after the other."""
    xp, first, second = namespace(law.weights), 0.0, 0.0
    for chosen in product(range(law.n_points), repeat=m):
        chance, squares = 1.0, 0.0
        for i in chosen:
            chance = chance * law.weights[..., i]
            squares = squares + law.neighbors[..., i, :] ** 2
        rho = xp.sqrt(squares / m).sum(axis=-1)
        first, second = first + chance * rho, second + chance * rho * rho
    return first, second


@claim("LE-22b", kind="inequality", domain=laws, cost=4)
def growing_samples(rg, law, limit=1.0, power=0.0):
    """E ρ_S does not fall as m grows, and is at most √m and ρ_∞."""
    le, whole = rg.explainability, law.disjointedness
    means = [le.expected_disjointedness(law, m) for m in SIZES]
    raised = [mean / m**power for m, mean in zip(SIZES, means, strict=True)]
    return (
        equal(means[1], _one_by_one(law, 2)[0], 4.0),
        *ascending(*raised, scale=2.0, sharp=True),
        at_most(means[-1], limit * whole, 2.0, sharp=True),
        *(
            at_most(mean, m**0.5, 2.0, sharp=0.78)
            for m, mean in zip(SIZES, means, strict=True)
        ),
    )


growing_samples.twin("0.97 ρ_∞ bounds it", limit=0.97)
growing_samples.twin("it grows by a power of .03 at least", power=0.03)


@growing_samples.twin_function("E ρ_S = √m")
def _(rg, law):
    return equal(rg.explainability.expected_disjointedness(law, 2), 2**0.5, 2.0)


# --- LE-31


@claim("LE-31", kind="inequality", domain=laws, cost=4)
def left_out_points(rg, law, power=0.5):
    """ρ̄ ≤ ρ_S ≤ √(m/(m − 1)) ρ̄, where ρ̄ is the mean without one of the points.

    So E ρ_S/√m does not rise, and Var ρ_S ≤ E ρ_S/√m.
    """
    le, m = rg.explainability, law.n_points
    means = [le.expected_disjointedness(law, n) for n in SIZES]
    falling = [mean / n**power for n, mean in zip(SIZES, means, strict=True)]
    variance = le.disjointedness_variance(law, 2)
    first, second = _one_by_one(law, 2)
    chain = ascending(*falling[::-1], scale=2.0, sharp=0.95)
    rest = (
        equal(variance, second - first * first, 4.0),
        at_most(
            variance,
            means[1] / 2**0.5,
            2.0,
            reason="by the inequality of Efron and Stein, which is far from equality",
        ),
    )
    if m < 2:
        return (*chain, *rest)
    sample = le.FiniteNeighborhoods.sample(law.neighbors)
    mean = le.left_out_disjointedness(law.neighbors).mean(axis=-1)
    upper = (m / (m - 1)) ** power * mean
    return (
        *chain,
        *rest,
        *ascending(mean, sample.disjointedness, upper, scale=2.0, sharp=True),
    )


left_out_points.twin("the power of m/(m − 1) is .475", power=0.475)
