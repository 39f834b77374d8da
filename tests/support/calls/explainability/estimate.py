"""Calls of estimates of the disjointedness factor by draws."""

import numpy as np

from refgen.explainability import GaussianNeighborhoods
from support.calls.explainability.neighborhoods import sample


def line(draws, d):
    """Three samples of four points with one feature, and lengths of the points."""
    points, scale = draws.child("x").normal((3, 4, 1)), draws.child("s").exponential(3)
    return GaussianNeighborhoods(points, 0.2 + scale), _lengths(draws)


def _lengths(draws):
    return draws.child("lengths").exponential((3, 4))


def means(draws, d):
    return draws.child("mean").uniform(4), 1 + draws.child("n").integers(10**6, 4), 0.05


def paired(draws, d):
    half = draws.child("half").uniform(4) / 2
    n = 2 + 2 * draws.child("n").integers(10**6, 4)
    return draws.child("mean").uniform(4), half, n, 0.05


def complexity(draws, d):
    norm = draws.child("norm").exponential(3)
    return sample(draws, d), norm, 12, draws.child("draws"), _lengths(draws)


ARGUMENTS = {
    "chernoff_interval": means,
    "disjointedness": lambda s, d: (sample(s, d), 12, s.child("draws")),
    "disjointedness_from_chi_square": lambda s, d: (s.uniform(4), np.array([2.0] * 4)),
    "disjointedness_ratios": lambda s, d: (
        sample(s, d),
        9,
        s.child("draws"),
        _lengths(s),
    ),
    "effective_sample_size": lambda s, d: (sample(s, d), s.normal((3, 5, d))),
    "line_disjointedness": line,
    "paired_bernstein_interval": paired,
    "ratio_variance_bound": lambda s, d: (1 + s.uniform(4), np.array([9.0] * 4)),
    "system_complexity": complexity,
}
RANGES = {
    "disjointedness_from_chi_square": (1.0, 2**0.5 + 1e-9),
    "effective_sample_size": (1.0, 4.0),
    "ratio_variance_bound": (0.0, 1.0),
}
