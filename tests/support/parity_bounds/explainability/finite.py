"""Finite laws, systems and problems."""

from support.mirrors import Case
from support.parity import model


def disjointedness(arguments, want):
    """Sums of roots, each at most √2 after 20 samples of chances that add up to 1."""
    return model(256, 2.0)


def losses(arguments, want):
    """Sums of losses, over samples whose chances add up to 1."""
    problem = arguments[0]
    largest = abs(problem.values).max() + abs(problem.outputs).max()
    return model(256, largest * largest + largest)


CASES = {
    "FiniteNeighborhoods": Case(),
    "FiniteProblem": Case(),
    "FiniteSystem": Case(),
    "MemorizingSystem": Case(),
    "disjointedness_variance": Case(disjointedness),
    "empirical_complexity": Case(losses),
    "expected_complexity": Case(losses),
    "expected_deviation": Case(losses),
    "expected_disjointedness": Case(disjointedness),
    "expected_train_fidelity": Case(losses),
    "left_out_disjointedness": Case(disjointedness),
}
