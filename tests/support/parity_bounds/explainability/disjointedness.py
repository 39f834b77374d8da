"""Bounds on the disjointedness factor, and its exact values."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def _spread(sample):
    """‖x − x̄‖²/s² at most, and how rounding turns principal axes.

    They are off by the rounding of second moments over the gap between two of them.
    """
    points = sample.points / sample.scale[..., None, None]
    points = points - points.mean(axis=-2, keepdims=True)
    moments = np.linalg.eigvalsh(points.swapaxes(-1, -2) @ points / sample.n_points)
    largest = (points**2).sum(axis=-1).max(axis=-1)
    if sample.n_features == 1:
        return largest, 1.0
    gap = np.diff(moments, axis=-1)
    # Axes along which all points agree may turn.
    apart = np.where(moments[..., 1:] > 1e-9 * largest[..., None], gap, np.inf)
    return largest, 1 + moments[..., -1] / apart.min(axis=-1)


def exponents(arguments, want):
    """Squared coordinates are weighed by 8 at most, also where that is searched for."""
    largest, turned = _spread(arguments[0])
    size = (1 + 16 * largest) * turned
    return want * model(64 * (4 + arguments[0].n_features), size)


def cells(arguments, want):
    """Φ errs by 16 units; cells of width h have differences of about hΦ."""
    largest, turned = _spread(arguments[0])
    size = 2.0 * arguments[1] * (1 + np.sqrt(largest)) * turned
    return {"result.0": model(128, size), "result.1": model(128, size)}


def ends(arguments, want):
    """Places are sums of m gaps of at most 2, and lengths their differences."""
    m, d = arguments[0].shape[-2:]
    return want * model(16 * m * m * d, 1.0)


def tails(arguments, want):
    """Terms e^v with v up to 37/α + log m: a relative error of as many units."""
    return want * model(256, 1 + 40 / arguments[1] + np.log(arguments[0]))


CASES = {
    "cell_bracket": Case(cells),
    "cell_disjointedness": Case(lambda a, want: want * model(32, 1.0)),
    "disjointedness_lower_bound": Case(exponents),
    "disjointedness_upper_bound": Case(exponents),
    "heavy_tail_disjointedness": Case(tails),
    "heavy_tail_exponent": Case(),
    "line_disjointedness_bound": Case(lambda a, want: want * model(64, 1.0)),
    "moment_disjointedness_bound": Case(exponents),
    "population_disjointedness": Case(lambda a, want: want * model(64, 1.0)),
    "separation_disjointedness_bound": Case(
        lambda a, want: exponents(a, want) / a[1].min()
    ),
    "uniform_disjointedness": Case(ends),
}
ELSEWHERE = {"disjointedness_bracket": "the best of three bounds that are compared"}
