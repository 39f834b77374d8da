"""Calls of losses."""

import numpy as np

from refgen.uniform_convergence import LinearExample


def fields(draws, d):
    """Of four examples with 2 to d + 1 samples."""
    return (
        2 + np.arange(4.0) % d,
        10 + 90 * np.floor(9 * draws.child("dimension").uniform(4)),
        0.1 + draws.child("signal").exponential(4),
        0.1 + draws.child("noise").exponential(4),
    )


def example(draws, d):
    return LinearExample(*fields(draws, d))


def radii(draws):
    return 1 + draws.child("radius").exponential(4)


ARGUMENTS = {
    "LinearExample": fields,
    "expected_loss": lambda s, d: (example(s, d), radii(s), radii(s)),
    "ramp_loss": lambda s, d: (s.child("margin").normal(4), radii(s)),
}
CALLS = {"LinearExample.published": (10, 100)}
RANGES = {"expected_loss": (0.0, 1.0), "ramp_loss": (0.0, 1.0)}
