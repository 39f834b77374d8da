"""Calls of constrained rounds."""

import numpy as np

import refgen.distillation as kd
from support.calls import endless


def problem(draws, d):
    """Four problems, of which some fit nothing."""
    return kd.ConstrainedProblem(
        0.1 + draws.child("spectrum").exponential((4, d)),
        4 * draws.child("labels").normal((4, d)),
        0.5 + draws.child("tolerance").uniform(4),
    )


def penalties(draws):
    given = draws.child("penalties").exponential((4, 3))
    given[-1, -1] = np.inf
    return given


ARGUMENTS = {
    "ConstrainedProblem": lambda s, d: tuple(vars(problem(s, d)).values()),
    "constrained_filter": lambda s, d: (problem(s, d).spectrum, penalties(s)),
    "constrained_penalty_bounds": lambda s, d: (problem(s, d), 3),
    "constrained_round_bounds": lambda s, d: (problem(s, d),),
    "constrained_rounds": lambda s, d: (problem(s, d), 3),
    "count_constrained_rounds": lambda s, d: (problem(s, d),),
    "label_ratio": lambda s, d: (problem(s, d),),
}
MEANINGFUL = endless("a round that fits nothing", ("constrained_filter", "penalties"))
RANGES = {
    "constrained_filter": (0.0, 1.0),
    **dict.fromkeys(
        ("constrained_penalty_bounds", "constrained_round_bounds",
         "constrained_rounds", "count_constrained_rounds", "label_ratio"),
        (0.0, np.inf),
    ),
}  # fmt: skip
INFINITE = {
    "constrained_penalty_bounds": "nothing is fitted, or the bound says nothing",
    "constrained_rounds": "the penalty of a round that fits nothing",
}
