"""Constrained rounds."""

import numpy as np

import refgen.distillation as kd
from support.mirrors import Case
from support.parity import model


def relative(arguments, want):
    """Quotients of roots of sums of squares, which have no cancellation."""
    return model(2 * arguments[0].n_points + 12, want)


def bounds(arguments, want):
    """Denominators √(r² − i) − 1 and r − i − 1 have the error of r² and r."""
    problem, n_rounds = arguments
    ratio = kd.label_ratio(problem)[:, None]
    off = model(2 * problem.n_points + 12, ratio)
    rest = ratio - 1 - np.arange(n_rounds)
    square = (ratio - 1) * (ratio + 1) - np.arange(n_rounds)
    found = {}
    for i, (part, near) in enumerate(zip(want, (square, rest), strict=True)):
        size = np.where(np.isinf(part), 0.0, part)
        found[f"result.{i}"] = size * (4 * (1 + ratio) * off / abs(near) + model(32, 1))
    return found


def product(arguments, want):
    return model(4 * arguments[1].shape[-1], want)


CASES = {
    "ConstrainedProblem": Case(),
    "constrained_filter": Case(product, endless=("penalties",)),
    "constrained_penalty_bounds": Case(bounds),
    "constrained_round_bounds": Case(),
    "constrained_rounds": Case(),
    "count_constrained_rounds": Case(),
    "label_ratio": Case(relative),
}
