"""LE-34 and 35: errors by leaving out, of explanations by ridge regression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability.deviations import sequences
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import distribution, integer, real, record

BOUND = 0.5  # b


@dataclass(frozen=True, repr=False)
class Line(Instance):
    """A law of labeled points on the line, and where they have neighbours.

    Attributes
    ----------
    law : array of shape (..., n)
    neighbors : array of shape (..., n, k)
        Positive, so that every source sees every point.
    features : array of shape (..., n)
        In [−3, 3].
    labels : array of shape (..., n)
        In [−1/2, 1/2].
    penalty : array of shape (...)
        λ.
    """

    law: Any
    neighbors: Any
    features: Any
    labels: Any
    penalty: Any


def _line(*parts: Any) -> Line:
    return Line(*(np.array(part, float) for part in parts))


lines = record(
    Line,
    "2 or 3 points on the line, 1 or 2 sources, penalties in [0.05, 1000]",
    n=integer(2, 3),
    k=integer(1, 2),
    law=distribution("n"),
    neighbors=distribution("n", "k", positive=True),
    features=real(-3.0, 3.0, shape=("n",)),
    labels=real(-0.5, 0.5, shape=("n",)),
    penalty=real(0.05, 1e3, log=True),
    examples=lambda: [
        _line([0.5, 0.5], [[0.8, 0.2], [0.2, 0.8]], [-1, 1], [-0.5, 0.5], 0.1),
        _line([0.8, 0.2], [[1.0], [1.0]], [0, 0], [0.0, 0.5], 2.0),
        # Fits that hardly leave 0: half of β is attained.
        _line([0.5, 0.5], [[1.0], [1.0]], [3, 3], [0.5, 0.5], 1e3),
    ],
)

SIZE = 3  # m


def _all_samples(case: Line, size: int) -> np.ndarray:
    """Numbers of the points of every sample, (n_samples, size)."""
    return np.array(sequences(case.law.shape[-1], size))


def _without(drawn: np.ndarray, i: int) -> np.ndarray:
    return np.delete(drawn, i, axis=1)


def _taken(values: Any, numbers: np.ndarray) -> Any:
    """Values of points, (..., n), at numbers of points, (..., *numbers.shape)."""
    return values[..., namespace(values).asarray(numbers)]


def _seen(case: Line, drawn: np.ndarray) -> Any:
    """pᵢ(z) of every sample, (..., n_samples, size, k)."""
    return case.neighbors[..., namespace(case.law).asarray(drawn), :]


def _fitted(case: Line, drawn: np.ndarray, penalty: Any, moved: int = -1) -> Any:
    """g_z(x) = v + wx of least Σ pᵢ(z)(yᵢ − g)² + penalty(z)·(v² + w²).

    Of every sample, point and source, (..., n_samples, n, k). With 1 added to one of
    the labels, if `moved` says to which.
    """
    xp, p = namespace(case.law), _seen(case, drawn)
    x = _taken(case.features, drawn)[..., None]
    added = xp.arange(drawn.shape[1]) == moved
    y = (_taken(case.labels, drawn) + added)[..., None]
    s0, s1, s2 = ((p * x**j).sum(axis=-2) for j in range(3))
    t0, t1 = (p * y).sum(axis=-2), (p * x * y).sum(axis=-2)
    a, c = s0 + penalty, s2 + penalty
    determinant = a * c - s1 * s1
    constant = (c * t0 - s1 * t1) / determinant
    slope = (a * t1 - s1 * t0) / determinant
    at = case.features[..., None, :, None]
    return constant[..., None, :] + slope[..., None, :] * at


def _share(case: Line, drawn: np.ndarray) -> Any:
    """The penalty λ of normalized weights, in units of the weights of every sample."""
    return case.penalty[..., None, None] * _seen(case, drawn).sum(axis=-2)


def _by_share(case: Line, drawn: np.ndarray) -> Any:
    return _fitted(case, drawn, _share(case, drawn))


def _by_density(case: Line, drawn: np.ndarray) -> Any:
    """Fits with the penalty λ m p(z), which no sample changes."""
    density = (case.law[..., None] * case.neighbors).sum(axis=-2)
    return _fitted(
        case, drawn, SIZE * (case.penalty[..., None] * density)[..., None, :]
    )


def _clipped(outputs: Any) -> Any:
    return namespace(outputs).clip(outputs, -BOUND, BOUND)


def _errors(case: Line, outputs: Any) -> Any:
    """Of each point, over its neighbours, (..., n_samples, n)."""
    squares = (_clipped(outputs) - case.labels[..., None, :, None]) ** 2
    return (case.neighbors[..., None, :, :] * squares).sum(axis=-1)


def _on_new(case: Line, outputs: Any) -> Any:
    return (case.law[..., None, :] * _errors(case, outputs)).sum(axis=-1)


def _at(errors: Any, points: np.ndarray) -> Any:
    """The error of one point for every sample, (..., n_samples)."""
    samples = np.arange(len(points))
    xp = namespace(errors)
    return errors[..., xp.asarray(samples), xp.asarray(points)]


def _left_out(case: Line, drawn: np.ndarray, fit: Callable[..., Any]) -> Any:
    """The mean error of fits to all others, fitted anew, (..., n_samples)."""
    total: Any = 0.0
    for i in range(drawn.shape[1]):
        errors = _errors(case, fit(case, _without(drawn, i)))
        total = total + _at(errors, drawn[:, i])
    return total / drawn.shape[1]


def _mean(case: Line, drawn: np.ndarray, values: Any) -> Any:
    """The mean over samples."""
    chances = namespace(case.law).ones(values.shape)
    for i in range(drawn.shape[1]):
        chances = chances * _taken(case.law, drawn[:, i])
    return (chances * values).sum(axis=-1)


# --- LE-34


def _by_leverages(case: Line, drawn: np.ndarray) -> Any:
    """Residuals over 1 − leverage, where the penalty is that of the whole sample."""
    penalty = _share(case, drawn)
    outputs, label = _fitted(case, drawn, penalty), case.labels[..., None, :, None]
    total: Any = 0.0
    for i in range(drawn.shape[1]):
        leverages = _fitted(case, drawn, penalty, i) - outputs
        left = label - (label - outputs) / (1 - leverages)
        total = total + _at(_errors(case, left), drawn[:, i])
    return total / drawn.shape[1]


def _mean_square(case: Line, outputs: Any) -> Any:
    """The mirrored fidelity of explanations to the function 0."""
    squares = case.neighbors[..., None, :, :] * _clipped(outputs) ** 2
    return (case.law[..., None, :] * squares.sum(axis=-1)).sum(axis=-1)


def _mean_of_fits(case: Line, size: int, fit: Callable[..., Any], of: Any) -> Any:
    """E of a number that `of` tells of a case and fits, over samples of `size`."""
    drawn = _all_samples(case, size)
    return _mean(case, drawn, of(case, fit(case, drawn)))


@claim("LE-34", kind="identity", domain=lines, cost=200)
def unbiased_by_leaving_out(rg, case, size=SIZE - 1, penalized=1.0):
    """Leaving out is unbiased for the error L of explanations from m − 1 points.

    Weights are normalized, and every fit has the penalty λ; by L, `risk_bound` is at
    least the risk of any function, here of one that is 0.
    """
    drawn = _all_samples(case, SIZE)
    left = _mean(case, drawn, _left_out(case, drawn, _by_share))
    other = replace(case, penalty=penalized * case.penalty)
    tried = _mean_of_fits(other, size, _by_share, _on_new)
    fidelity = _mean_of_fits(case, SIZE - 1, _by_share, _mean_square)
    risk = (case.law * case.labels**2).sum(axis=-1)
    bound = rg.explainability.risk_bound(left, fidelity)
    return [equal(left, tried), at_most(risk, bound, sharp=True)]


unbiased_by_leaving_out.twin("unbiased for m points", size=SIZE)
unbiased_by_leaving_out.twin("fits to the sample have 1.03 λ", penalized=1.03)


@unbiased_by_leaving_out.twin_function("residual/(1 − leverage) of normalized weights")
def _(rg, case):
    drawn = _all_samples(case, SIZE)
    left = _mean(case, drawn, _by_leverages(case, drawn))
    return equal(left, _mean_of_fits(case, SIZE - 1, _by_share, _on_new))


# --- LE-35

_FAR = "no loss of 4b² comes from ridge, so that M E L/m is far from attained"

_SMALL = "steepness 4b is that of fits that are wrong by 2b; half of it is attained"


def _largest_error(case: Line) -> Any:
    """The largest |y − g(x)| of fits without one or two points."""
    largest: Any = 0.0
    for size in (SIZE - 1, SIZE - 2):
        fits = _by_density(case, _all_samples(case, size))
        off = abs(fits - case.labels[..., None, :, None]).max(axis=(-1, -2, -3))
        largest = namespace(off).maximum(largest, off)
    return largest


def _stability(rg: Any, case: Line) -> Any:
    radius = namespace(case.law).sqrt(1 + (case.features**2).max(axis=-1))
    return rg.explainability.ridge_stability(
        case.penalty, float(SIZE), radius, _largest_error(case), BOUND
    )


def _largest_change(case: Line) -> Any:
    """The largest mean change of a loss if the last point of a sample is left out."""
    drawn, label = _all_samples(case, SIZE), case.labels[..., None, :, None]
    with_it = (_clipped(_by_density(case, drawn)) - label) ** 2
    without = (_clipped(_by_density(case, drawn[:, :-1])) - label) ** 2
    changes = (case.neighbors[..., None, :, :] * abs(with_it - without)).sum(axis=-1)
    return (case.law[..., None, :] * changes).sum(axis=-1).max(axis=-1)


@claim("LE-35", kind="inequality", domain=lines, cost=400)
def left_out_interval(rg, case, size=SIZE - 1, penalized=1.0):
    """E (LOO − L)² ≤ (4b²/m) E L_{m−1} + 24b²β, and E LOO = E L_{m−1}.

    With the penalty λm p(z); β bounds what a point changes, whatever s and ρ_S are.
    """
    drawn = _all_samples(case, SIZE)
    left = _left_out(case, drawn, _by_density)
    tried = _on_new(case, _by_density(case, drawn))
    other = replace(case, penalty=penalized * case.penalty)
    smaller = _mean_of_fits(other, size, _by_density, _on_new)
    beta = _stability(rg, case)
    # Chebyshev's bound is the root of the mean square over √δ.
    most, rarely = (
        level
        * rg.explainability.left_out_deviation(smaller, beta, float(SIZE), BOUND, level)
        ** 2
        for level in (0.5, 0.05)
    )
    return [
        equal(_mean(case, drawn, left), smaller),
        at_most(_mean(case, drawn, (left - tried) ** 2), most, reason=_FAR),
        equal(rarely, most, most),
        at_most(_largest_change(case), beta, reason=_SMALL),
    ]


left_out_interval.twin("E LOO = E L_m", size=SIZE)
left_out_interval.twin("of fits with 1.03 λ", penalized=1.03)
