"""Calls of mixing, of leaving out and of the best filter."""

import numpy as np


def data_sets(draws, d):
    """Three data sets with penalties."""
    return (
        draws.child("X").normal((3, d + 4, d)),
        draws.child("y").normal((3, d + 4)),
        0.5 + draws.child("penalty").uniform(3),
    )


def with_target(draws, d):
    X, y, penalty = data_sets(draws, d)
    root = draws.child("root").normal((3, d, d))
    metric = root @ root.swapaxes(1, 2) + np.eye(d)
    return X, y, draws.child("target").normal((3, d)), penalty, metric


def filters(draws, d):
    """Filters whose entries are apart, and filters to reach."""
    apart = (np.arange(d) + 0.1 + 0.8 * draws.child("filter").uniform((3, d))) / d
    return apart, draws.child("oracle").uniform((3, d))


def two_directions(draws, d):
    strong = 1 + draws.child("strong").uniform(3)
    return (
        np.stack([3 + strong, strong], axis=-1),
        np.stack([strong, strong + draws.child("rise").uniform(3)], axis=-1),
    )


ARGUMENTS = {
    "coincident_gain": lambda s, d: (np.arange(1.0, 5.0), s.exponential(4)),
    "cp_mixing": lambda s, d: (*data_sets(s, d), s.child("noise").uniform(3)),
    "flow_left_out_residuals": data_sets,
    "leave_one_out_mixing": data_sets,
    "leave_one_out_residuals": lambda s, d: (*data_sets(s, d), d % 4),
    "mixed_filter": lambda s, d: (s.uniform((3, d)), s.child("mixing").normal((3, 2))),
    "mixed_penalty": lambda s, d: (
        s.exponential((3, d)),
        0.1 + s.child("penalty").uniform(3),
        1 - s.child("mixing").exponential(3) - 1e-9,
    ),
    "mixing_excess": lambda s, d: (
        *filters(s, d),
        s.child("weights").exponential((3, d)),
        d - 1,
    ),
    "mixing_gain": with_target,
    "one_student_oracle": two_directions,
    "optimal_mixing": with_target,
    "oracle_mixing": filters,
}
MEANINGFUL = {
    ("optimal_mixing", "metric", "none"): "the risk at the points of X",
    ("mixing_gain", "metric", "none"): "the risk at the points of X",
}
RANGES = {
    "coincident_gain": (1.0, np.inf),
    "mixing_excess": (0.0, np.inf),
    "mixing_gain": (0.0, np.inf),
}
