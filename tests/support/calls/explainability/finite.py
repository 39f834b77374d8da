"""Calls of finite laws, systems and problems."""

import numpy as np

from refgen.explainability import FiniteNeighborhoods, FiniteProblem
from refgen.random import Stream
from support.parity import dyadic_simplex


def law_fields(draws, d, cells=None):
    """Two laws of up to four points; every sum of probabilities is exact."""
    n = 1 + d % 4
    k = n if cells is None else cells
    weights = dyadic_simplex(draws.child("weights"), (2, n), 16)
    return weights, dyadic_simplex(draws.child("rows"), (2, n, k), 16)


def law(draws, d, cells=None):
    return FiniteNeighborhoods(*law_fields(draws, d, cells))


def neighbors(draws, d):
    return dyadic_simplex(draws.child("rows"), (2, 1 + max(d, 1), 3), 16)


def system_fields(draws, d):
    n = 1 + d % 4
    values = draws.child("values").normal((2, n))
    return law(draws, d), values, draws.child("explanations").normal((2, n, n))


def problem_fields(draws, d):
    n = 1 + d % 4
    values = draws.child("values").normal((2, n))
    return law(draws, d, 3), values, draws.child("outputs").normal((2, 3, n))


def problem(draws, d):
    return FiniteProblem(*problem_fields(draws, d))


def memorizing(draws, d):
    return 10.0 + np.arange(4), 1.0 + np.arange(4) % d, 0.5 + draws.uniform(4)


ARGUMENTS = {
    "FiniteNeighborhoods": law_fields,
    "FiniteProblem": problem_fields,
    "FiniteSystem": system_fields,
    "MemorizingSystem": memorizing,
    "disjointedness_variance": lambda s, d: (law(s, d), 2),
    "empirical_complexity": lambda s, d: (problem(s, d),),
    "expected_complexity": lambda s, d: (problem(s, d), 2),
    "expected_deviation": lambda s, d: (problem(s, d), 2),
    "expected_disjointedness": lambda s, d: (law(s, d), 3),
    "expected_train_fidelity": lambda s, d: (problem(s, d), 2),
    "left_out_disjointedness": lambda s, d: (neighbors(s, d),),
}


CALLS = {"FiniteNeighborhoods.sample": lambda: (neighbors(Stream(0, "calls"), 2),)}
