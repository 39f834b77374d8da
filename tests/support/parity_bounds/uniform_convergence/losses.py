"""Losses."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def mean_loss(arguments, want):
    """A mean of Φ, or a difference of ∫Φ at two points over their distance s/γ.

    The distance is 1 at least, and ∫Φ is of the size of the farther point.
    """
    example, radius, gamma = arguments
    spread = example.variance * np.sqrt(example.n_samples) * radius
    size = 2 + (example.signal + gamma) / np.maximum(gamma, spread)
    return model(64, size)


CASES = {
    "LinearExample": Case(),
    "ramp_loss": Case(),
    "expected_loss": Case(mean_loss),
}
