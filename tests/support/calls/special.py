"""Calls of refgen.special."""

import numpy as np

ROW = np.array([1.0, 2.0])

CALLS = {
    "beta_binomial_pmf": (ROW, 4 + 0 * ROW, ROW, ROW),
    "binomial_pmf": (ROW, 4 + 0 * ROW, ROW / 4),
    "clipped_normal_moments": (ROW, ROW, -ROW, ROW),
    "folded_normal_mean": (ROW, ROW),
    "gamma_ratio": (ROW, ROW),
    "log_rising_factorial": (ROW, ROW),
    "normal_density": (ROW,),
}
RANGES = {
    "beta_binomial_pmf": (0, 1),
    "binomial_pmf": (0, 1),
    "folded_normal_mean": (0, np.inf),
    "gamma_ratio": (0, 1),
    "normal_density": (0, 0.4),
}
