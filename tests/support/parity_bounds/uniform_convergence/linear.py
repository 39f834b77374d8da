"""Samples, margins and expected errors."""

import numpy as np

from refgen.uniform_convergence.margins import DrawnMargins, MarginSummaries
from support.mirrors import Case
from support.parity import model

# Arguments of log Φ take some operations, and log Φ multiplies their relative error by
# twice its size. At the peak of the integrand it is no larger than the result, but for
# the height of the density.
ROUNDINGS = 256


def logs(arguments, want):
    size = {name: 8 - value for name, value in zip(NAMES, want, strict=True)}
    return {name: model(ROUNDINGS, value) for name, value in size.items()}


def errors(arguments, want):
    """A relative error that is the absolute one of the logarithm.

    Below 2⁻¹⁰²² results are whole multiples of 2⁻¹⁰⁷⁴, and are rounded to them.
    """
    sizes = [p * (8 - np.log(np.maximum(p, 1e-300))) for p in want]
    return {
        n: model(ROUNDINGS, s) + 2 * 2.0**-1074
        for n, s in zip(NAMES, sizes, strict=False)
    }


NAMES = tuple(f"result.{i}" for i in range(4))


def margins(arguments, want):
    """Sums of m normals, each below 9, in any order; test errors as Φ is."""
    example = arguments[0].map(lambda field: field[..., None])
    radius = want.noise_radius
    spread = example.variance * np.sqrt(example.n_samples) * radius
    size = example.signal + example.variance * radius**2 + 18 * spread
    bound = model(32 + example.n_samples, size)[..., None]
    given = DrawnMargins(bound, bound, model(32, 1), 0.0)
    return {f"result.{i}": given[i] for i in range(4)}


def summaries(arguments, want):
    """All but the test errors have the bits of the CPU."""
    given = MarginSummaries(0.0, 0.0, 0.0, model(32, 1), 0.0)
    return {f"result.{i}": given[i] for i in range(5)}


CASES = {
    "LinearSample": Case(),
    "draw_margin_summaries": Case(summaries),
    "draw_margins": Case(margins),
    "expected_errors": Case(errors),
    "log_expected_errors": Case(logs),
}
