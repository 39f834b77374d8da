"""Finite laws, systems and problems, against loops over all samples."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

from refgen.explainability import (
    FiniteNeighborhoods,
    FiniteProblem,
    FiniteSystem,
    MemorizingSystem,
    disjointedness_variance,
    empirical_complexity,
    expected_complexity,
    expected_deviation,
    expected_disjointedness,
    expected_train_fidelity,
    left_out_disjointedness,
)

RNG = np.random.default_rng(0)
D, N = RNG.dirichlet(np.ones(3)), RNG.dirichlet(np.ones(3), 3)
F, G = RNG.normal(size=3), RNG.normal(size=(3, 3))
LAW = FiniteNeighborhoods(D, N)
SYSTEM = FiniteSystem(LAW, F, G)
CELLS = RNG.dirichlet(np.ones(2), 3)
OUTPUTS = RNG.normal(size=(4, 3))
PROBLEM = FiniteProblem(FiniteNeighborhoods(D, CELLS), F, OUTPUTS)


def over_pairs(value):
    """A mean over points and neighbours, one after the other."""
    pairs = product(range(3), repeat=2)
    return sum(D[x] * N[x, z] * value(x, z) for x, z in pairs)


def over_samples(m, value):
    """A mean over all samples of m of three points, in order."""
    return sum(
        np.prod(D[list(chosen)]) * value(list(chosen))
        for chosen in product(range(3), repeat=m)
    )


def test_fidelities_are_means_over_points_and_neighbors():
    assert SYSTEM.fidelity == pytest.approx(
        over_pairs(lambda x, z: (G[x, z] - F[z]) ** 2)
    )
    mirrored = over_pairs(lambda x, z: (G[z, x] - F[x]) ** 2)
    assert SYSTEM.mirrored_fidelity == pytest.approx(mirrored)
    means = [sum(N[x, z] * G[z, x] for z in range(3)) for x in range(3)]
    np.testing.assert_allclose(SYSTEM.mean_explanation, means)
    spread = over_pairs(lambda x, z: (G[z, x] - means[x]) ** 2)
    assert SYSTEM.spread == pytest.approx(spread)


def test_the_reversed_pair_has_the_same_pairs():
    reversed_pair = LAW.reversed_pair
    np.testing.assert_allclose(reversed_pair.joint, LAW.joint.T)
    np.testing.assert_allclose(reversed_pair.neighbors.sum(axis=-1), 1)
    # A cell without mass has the law of points.
    alone = FiniteNeighborhoods([1.0, 0.0], [[1.0, 0.0], [0.5, 0.5]]).reversed_pair
    assert alone.weights.tolist() == [1, 0]
    assert alone.neighbors.tolist() == [[1, 0], [1, 0]]


def test_disjointedness_of_samples():
    def rho(rows):
        return np.sqrt((CELLS[rows] ** 2).mean(axis=0)).sum()

    law = PROBLEM.neighborhoods
    mean = over_samples(3, rho)
    assert expected_disjointedness(law, 3) == pytest.approx(mean)
    variance = over_samples(3, lambda rows: (rho(rows) - mean) ** 2)
    assert disjointedness_variance(law, 3) == pytest.approx(variance)
    assert FiniteNeighborhoods.sample(CELLS).disjointedness == pytest.approx(
        rho([0, 1, 2])
    )
    # Where products of factorials leave int64, and where they are near 2⁹⁰⁰.
    apart = FiniteNeighborhoods([0.3, 0.7], np.eye(2))
    for m in (26, 900):
        k = np.arange(m + 1)
        values = np.sqrt(k / m) + np.sqrt(1 - k / m)
        mean = binom.pmf(k, m, 0.3) @ values
        assert expected_disjointedness(apart, m) == pytest.approx(mean, rel=1e-10)
    left = left_out_disjointedness(CELLS)
    np.testing.assert_allclose(left, [rho([1, 2]), rho([0, 2]), rho([0, 1])])


def over_cells(weights, table, pick):
    """The sum over cells of the picked Σ_x weight·N_x(x′)·table."""
    cells = range(CELLS.shape[1])
    return sum(pick([weights @ (CELLS[:, z] * row) for row in table]) for z in cells)


def counts(rows):
    return np.bincount(rows, minlength=3)


def test_samples_of_a_problem():
    losses = (OUTPUTS - F) ** 2
    best = over_samples(2, lambda rows: over_cells(counts(rows) / 2, losses, min))
    assert expected_train_fidelity(PROBLEM, 2) == pytest.approx(best)
    worst = over_samples(2, lambda rows: over_cells(D - counts(rows) / 2, losses, max))
    assert expected_deviation(PROBLEM, 2) == pytest.approx(worst)
    assert PROBLEM.best_mirrored_fidelity == pytest.approx(over_cells(D, losses, min))


@pytest.mark.parametrize("losses", [False, True])
def test_complexities(losses):
    table = (OUTPUTS - F) ** 2 if losses else OUTPUTS

    def of_signs(rows):
        signs = [np.bincount(rows, s, 3) for s in product((-0.5, 0.5), repeat=2)]
        return np.mean([over_cells(s, table, max) for s in signs])

    found = expected_complexity(PROBLEM, 2, losses=losses)
    assert found == pytest.approx(over_samples(2, of_signs))


def test_complexity_of_a_sample():
    signs = [np.array(s) / 3 for s in product((-1, 1), repeat=3)]
    mean = np.mean([over_cells(s, OUTPUTS, max) for s in signs])
    assert empirical_complexity(PROBLEM) == pytest.approx(mean)
    most = FiniteProblem(
        FiniteNeighborhoods.sample(np.eye(14)), np.ones(14), [[0] * 14]
    )
    assert empirical_complexity(most) == 0


def test_batches_and_shapes_broadcast():
    system = FiniteSystem(LAW, RNG.normal(size=(4, 3)), G)
    assert system.fidelity.shape == (4,)
    assert system.take(0).neighborhoods.weights.tolist() == D.tolist()
    problem = FiniteProblem(PROBLEM.neighborhoods, F, RNG.normal(size=(2, 4, 3)))
    assert expected_complexity(problem, 2).shape == (2,)
    assert MemorizingSystem([10, 100], 5, 2.0).test_risk.tolist() == [2.0, 3.8]


BAD = {
    "neighbors must have a row for each of the 2": lambda: FiniteNeighborhoods(
        [0.5, 0.5], np.eye(3)
    ),
    "explanations must have a row for each of the 3 cells": lambda: FiniteSystem(
        LAW, F, G[:2]
    ),
    "values must have a number for each of the 3": lambda: FiniteSystem(LAW, F[:2], G),
    "outputs must have a number for each": lambda: FiniteProblem(LAW, F, G[:, :2]),
    "points as cells, got 3 points and 2 cells": lambda: (
        PROBLEM.neighborhoods.asymmetry
    ),
    "points as cells, got 3": lambda: (
        FiniteSystem(PROBLEM.neighborhoods, F, G[:2]).fidelity
    ),
    "17 draws of 6 points": lambda: expected_complexity(PROBLEM, 17),
    "n_samples must be smaller": lambda: expected_disjointedness(LAW, 1000),
    "more orders than float64 can count": lambda: expected_disjointedness(
        FiniteNeighborhoods([0.5, 0.5], np.eye(2)), 901
    ),
    "14 points at most": lambda: empirical_complexity(
        FiniteProblem(FiniteNeighborhoods.sample(np.eye(15)), np.ones(15), [[0.0] * 15])
    ),
    "two points at least": lambda: left_out_disjointedness([[1.0]]),
    "n_samples must be at most n_points": lambda: MemorizingSystem(3, 4, 1.0),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input_is_refused(message):
    with pytest.raises(ValueError, match=message):
        BAD[message]()


def test_other_types_are_refused():
    for build in (FiniteSystem, FiniteProblem):
        with pytest.raises(TypeError, match="neighborhoods must be a FiniteNeigh"):
            build(D, F, G)
    with pytest.raises(TypeError, match="problem must be a FiniteProblem"):
        expected_deviation(SYSTEM, 2)
    with pytest.raises(TypeError, match="losses must be True or False"):
        expected_complexity(PROBLEM, 2, losses=1)
