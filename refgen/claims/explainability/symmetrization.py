"""LE-17 and LE-23: what a sample says of all systems, at once and of the best one."""

from __future__ import annotations

from itertools import product
from typing import Any

from refgen.arrays import namespace
from refgen.claims.explainability._finite_laws import problems
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import LI


def _bound(problem: Any) -> Any:
    """b, the largest |y| or |g|."""
    xp = namespace(problem.values)
    return xp.maximum(
        abs(problem.values).max(axis=-1), abs(problem.outputs).max(axis=(-1, -2))
    )


def _pairs(problem: Any) -> Any:
    """All samples of two points, in order: chances and the neighbourhoods' rows."""
    law = problem.neighborhoods
    for i, j in product(range(law.n_points), repeat=2):
        yield i, j, law.weights[..., i] * law.weights[..., j]


def _choices(problem: Any, weights: list[Any], table: Any) -> list[Any]:
    """Σ_x weight·N_x(x′)·table for each cell and explanation, one after the other."""
    law = problem.neighborhoods
    return [
        [
            sum(w * law.neighbors[..., x, z] * table[..., g, x] for x, w in weights)
            for g in range(table.shape[-2])
        ]
        for z in range(law.n_cells)
    ]


def _best(xp: Any, choices: Any, largest: bool = True) -> Any:
    """The sum over cells of the largest, or the least, choice."""
    pick = xp.max if largest else xp.min
    return sum(pick(xp.stack(cell, axis=-1), axis=-1) for cell in choices)


def _two_draws(problem: Any) -> tuple[Any, Any, Any]:
    """E sup (L_D − L_S), E R̂_S of outputs, and E MNF*_S, for m = 2 by loops."""
    xp, law = namespace(problem.values), problem.neighborhoods
    every = [(x, law.weights[..., x]) for x in range(law.n_points)]
    deviation, complexity, train = 0.0, 0.0, 0.0
    for i, j, chance in _pairs(problem):
        sample = [(i, 0.5), (j, 0.5)]
        excess = every + [(x, -w) for x, w in sample]
        losses = problem.losses
        deviation = deviation + chance * _best(xp, _choices(problem, excess, losses))
        least = _best(xp, _choices(problem, sample, losses), largest=False)
        train = train + chance * least
        for a, b in product((-0.5, 0.5), repeat=2):
            signed = _choices(problem, [(i, a), (j, b)], problem.outputs)
            complexity = complexity + chance * _best(xp, signed) / 4
    return deviation, complexity, train


@claim(
    "LE-17",
    kind="inequality",
    domain=problems,
    source=LI.sharpened("the first theorem, whose constants were not read"),
    cost=24,
)
def symmetrization(rg, problem, first=2.0, second=8.0):
    """E sup (L_D − L_S) ≤ 2 E R̂_S(ℓ∘G, N) ≤ 8b E R̂_S(G, N).

    The suprema are over all systems, and |y|, |g| ≤ b. Neither constant can be less.
    """
    le, b = rg.explainability, _bound(problem)
    relations: list[Any] = []
    # All samples of two of the many pinned points would take long.
    for m in (1, 2, 3) if problem.neighborhoods.n_points < 5 else (1,):
        of_losses = le.expected_complexity(problem, m, losses=True)
        of_outputs = le.expected_complexity(problem, m)
        relations += [
            at_most(
                le.expected_deviation(problem, m),
                first * of_losses,
                16 * b * b,
                sharp=0.97 if m == 1 else False,
            ),
            at_most(2 * of_losses, second * b * of_outputs, 16 * b * b, sharp=0.99),
        ]
    if problem.neighborhoods.n_points < 5:
        deviation, complexity, _ = _two_draws(problem)
        relations += [
            equal(le.expected_deviation(problem, 2), deviation, 8 * b * b),
            equal(le.expected_complexity(problem, 2), complexity, 4 * b),
        ]
    return relations


symmetrization.twin("1.9 in the first step", first=1.9)
symmetrization.twin("7.8 b in the second step", second=7.8)
symmetrization.twin("1/2 in the first step", first=0.5)


@claim("LE-23", kind="inequality", domain=problems, cost=24)
def best_for_the_sample(rg, problem, below=1.0, power=0.0):
    """E MNF*_S does not fall as m grows, and is at most MNF* of the law."""
    le, b = rg.explainability, _bound(problem)
    few = problem.neighborhoods.n_points < 5
    sizes = (1, 2, 3, 4) if few else (1, 2)
    means = [le.expected_train_fidelity(problem, m) for m in sizes]
    raised = [mean / m**power for m, mean in zip(sizes, means, strict=True)]
    population = below * problem.best_mirrored_fidelity
    law = problem.neighborhoods
    every = [(x, law.weights[..., x]) for x in range(law.n_points)]
    choices = _choices(problem, every, problem.losses)
    best = _best(namespace(problem.values), choices, largest=False)
    relations = [
        equal(problem.best_mirrored_fidelity, best, 8 * b * b),
        at_most(means[-1], population, 8 * b * b, sharp=True),
        *ascending(*raised, scale=8 * b * b, sharp=True),
    ]
    if few:
        relations.append(equal(means[1], _two_draws(problem)[2], 8 * b * b))
    return relations


best_for_the_sample.twin("0.97 of MNF* bounds it", below=0.97)
best_for_the_sample.twin("it grows by a power of .03 at least", power=0.03)


@best_for_the_sample.twin_function("the sample's is unbiased")
def _(rg, problem):
    mean = rg.explainability.expected_train_fidelity(problem, 1)
    return equal(mean, problem.best_mirrored_fidelity, 8 * _bound(problem) ** 2)
