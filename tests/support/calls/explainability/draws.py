"""Calls of what is known of draws, of LIME's kernel and of few features."""

import numpy as np


def curved(draws, d):
    matrices = draws.child("hessian").normal((4, d, d))
    return matrices + matrices.swapaxes(-1, -2), 0.2 + draws.child("s").exponential(4)


def widths(draws, n=4):
    return 0.2 + draws.child("width").exponential(n)


def fits(draws, d):
    slopes = draws.child("slope").normal((4, d))
    fidelity = draws.child("fidelity").exponential(4)
    return slopes, fidelity, 0.2 + draws.child("s").exponential(4), (d + 1) // 2


ARGUMENTS = {
    "kernel_efficiency": lambda s, d: (widths(s), d),
    "kernel_scale": lambda s, d: (0.2 + s.child("s").exponential(4), widths(s)),
    "quadratic_slope_variance": curved,
    "sparse_fidelity": fits,
}
RANGES = {
    "kernel_efficiency": (0.0, 1.0),
    "kernel_scale": (0.0, np.inf),
    "quadratic_slope_variance": (0.0, np.inf),
    "sparse_fidelity": (0.0, np.inf),
}
