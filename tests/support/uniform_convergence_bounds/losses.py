"""Losses."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def mean_loss(arguments, want):
    """A difference of ∫Φ at two points, each of the size of (γ + s)/s, over γ/s."""
    example, radius, gamma = arguments
    spread = example.variance * np.sqrt(example.n_samples) * radius
    size = (spread + example.signal + gamma) / gamma
    return model(64, size)


CASES = {
    "LinearExample": Case(),
    "ramp_loss": Case(),
    "expected_loss": Case(mean_loss),
}
