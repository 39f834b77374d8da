"""Calls of bounds on the disjointedness factor, and of its exact values."""

import numpy as np

from refgen.explainability import GaussianNeighborhoods


def sample(draws, d):
    """Three samples of four points, and their scales."""
    return GaussianNeighborhoods(
        draws.child("points").normal((3, 4, d)),
        0.2 + draws.child("scale").exponential(3),
    )


def on_a_line(draws, d):
    return (sample(draws, 1),)


def centers(draws, d):
    return (
        draws.child("centers").normal((3, 4, min(d, 3))),
        0.2 + draws.child("width").exponential(3),
    )


def laws(draws, d):
    sizes = draws.child("laws").exponential((3, 4, d + 1))
    return (sizes / sizes.sum(axis=-1, keepdims=True),)


def spectra(draws, d):
    return draws.child("spectrum").exponential((3, d)), np.array([0.5, 1.0, 2.0])


def tails(draws, d):
    tail = 0.2 + 0.7 * draws.child("tail").uniform(3)
    return np.array([1e2, 1e6, 1e12]), tail, 0.5 * (1 - draws.child("s").uniform(3))


ARGUMENTS = {
    "cell_bracket": lambda draws, d: (sample(draws, d), 8 * d),
    "cell_disjointedness": laws,
    "disjointedness_bracket": lambda draws, d: (sample(draws, d),),
    "disjointedness_lower_bound": lambda draws, d: (sample(draws, d),),
    "disjointedness_upper_bound": lambda draws, d: (sample(draws, d),),
    "heavy_tail_disjointedness": tails,
    "heavy_tail_exponent": lambda draws, d: (0.1 + draws.exponential(3), float(d)),
    "line_disjointedness_bound": on_a_line,
    "moment_disjointedness_bound": lambda draws, d: (
        sample(draws, d),
        0.5 + draws.exponential(d),
    ),
    "population_disjointedness": spectra,
    "separation_disjointedness_bound": lambda draws, d: (
        sample(draws, d),
        0.2 + 0.6 * draws.uniform(3),
    ),
    "uniform_disjointedness": centers,
}
RANGES = {
    "cell_disjointedness": (1.0, 2.0),
    "heavy_tail_exponent": (0.0, 0.5),
    "line_disjointedness_bound": (1.0, np.inf),
    "population_disjointedness": (1.0, np.inf),
    "uniform_disjointedness": (1.0, 2.0),
}
