"""Calls of samples, margins and expected errors."""

import numpy as np

from refgen.uniform_convergence import LinearSample
from support.calls.uniform_convergence.losses import example


def sample(draws, d):
    """Labels, noise vectors and signals of three samples of d + 1 points."""
    return (
        draws.child("labels").signs((3, d + 1)),
        draws.child("noise").normal((3, d + 1, 4)),
        0.1 + draws.child("signal").exponential(3),
    )


def alike(draws, d):
    """Examples with the same numbers of samples and dimensions."""
    given = example(draws, d)
    return type(given)(d + 1, 20, given.signal, given.noise)


ARGUMENTS = {
    "LinearSample": sample,
    "draw_margin_summaries": lambda s, d: (example(s, d), 3, s.child("draws")),
    "draw_margins": lambda s, d: (alike(s, d), 3, s.child("draws")),
    "expected_errors": lambda s, d: (example(s, d),),
    "log_expected_errors": lambda s, d: (example(s, d),),
}


def _drawn():
    from refgen.random import Stream

    return Stream(0, "calls")


CALLS = {
    "LinearSample.draw": lambda: (alike(_drawn(), 2), 2, _drawn()),
    "LinearSample.margins": lambda: (
        LinearSample(*sample(_drawn(), 2)),
        np.ones(5),
    ),
    "LinearSample.transformed": lambda: (LinearSample(*sample(_drawn(), 2)),),
}
RANGES = {"expected_errors": (0.0, 1.0), "log_expected_errors": (-np.inf, 0.0)}
