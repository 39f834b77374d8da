"""Quantiles and brackets."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def quantile(arguments, want):
    """A relative error e of χ² moves z by z e/2, and Φ(−z) by zφ(z) times that.

    Quantiles of χ² are as accurate as the function that they invert: moved by e, its
    value moves by √D e.
    """
    example = arguments[0]
    return model(64 * (1 + np.sqrt(example.dimension)), 1)


CASES = {
    "test_error_quantile": Case(quantile),
}
