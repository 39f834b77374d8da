"""LE-18r, 24, 24e and 24i: ridge explanations of a sample, and leaving points out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._explained import (
    ExplainedSample,
    explained,
    given,
)
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import distribution, integer, matrix, real, record, vector
from refgen.linalg import solve_positive

# --- LE-18r


@claim("LE-18r", kind="inequality", domain=explained, cost=8)
def norm_of_a_ridge(rg, case, share=1.0):
    """λ = b²/(4W²) keeps the coefficients within the ball of radius W.

    b is the root mean square of the values under the weights, which sum to 1.
    """
    xp, d = namespace(case.points), rg.explainability
    weights = case.kernels / case.kernels.sum(axis=-1)[..., None]
    output = xp.sqrt((weights * case.values[..., None, :] ** 2).sum(axis=-1))
    output = xp.where(output > 0, output, 1.0)
    radius = output / (2 * xp.sqrt(case.penalty))[..., None]
    penalty = share * d.penalty_for_norm_bound(radius, output)
    fit = d.mirrored_fit(case.sample(rg), case.values, case.sources, penalty)
    intercept = fit.value - (fit.slope * case.sources).sum(axis=-1)
    norm = xp.sqrt(intercept**2 + (fit.slope**2).sum(axis=-1))
    return at_most(norm, radius, xp.sqrt(case.size)[..., None], sharp=True)


norm_of_a_ridge.twin("0.24 b²/W² would do", share=0.96)


# --- LE-24


def _refits(case: Any, penalty: Any) -> Any:
    """Σ w (f − g)² at each source, g fitted to all points but the one it is tried on.

    The penalty, of shape (..., q, n), is of the fit without each point.
    """
    xp, n = namespace(case.points), case.points.shape[-2]
    kernels = case.kernels
    ones = xp.ones((*case.points.shape[:-1], 1))
    design = xp.concatenate([ones, case.points], axis=-1)
    total: Any = 0.0
    for i in range(n):
        kept = xp.asarray(np.delete(np.arange(n), i))
        rows, weights = design[..., None, kept, :], kernels[..., kept]
        weighted = (weights[..., None] * rows).swapaxes(-1, -2)
        gram = weighted @ rows
        gram = gram + penalty[..., i, None, None] * xp.eye(design.shape[-1])
        moment = weighted @ case.values[..., None, kept, None]
        found = solve_positive(gram, moment)[..., 0]
        rest = case.values[..., i, None] - (found * design[..., None, i, :]).sum(-1)
        total = total + kernels[..., i] * rest**2
    return total / kernels.sum(axis=-1)


@claim("LE-24", kind="identity", domain=explained, cost=40)
def leaving_out_in_closed_form(rg, case, shrinks=0.0, which="left_out"):
    """The residual without a point is r/(1 − ℓ), the penalty being the same.

    The penalty is λ times the sum of all weights, that of the point included.
    """
    errors = rg.explainability.mirrored_errors(
        case.sample(rg), case.values, case.sources, case.penalty[..., None]
    )
    kernels = case.kernels
    totals = kernels.sum(axis=-1)[..., None] - shrinks * kernels
    penalty = case.penalty[..., None, None] * totals
    refits = _refits(case, penalty)
    return equal(getattr(errors, which), refits, case.size[..., None])


leaving_out_in_closed_form.twin("the penalty shrinks with the sum", shrinks=1.0)
leaving_out_in_closed_form.twin("the error of training", which="train")
leaving_out_in_closed_form.twin("it shrinks by a fiftieth of that", shrinks=0.02)


# --- LE-24e


@dataclass(frozen=True, repr=False)
class ExplainedLaw(ExplainedSample):
    """The points are the law's, and `weights` (..., n) say how likely each is."""

    weights: Any


# Of the law and of the sample.
ATOMS, M = 3, 3

laws = record(
    ExplainedLaw,
    "3 possible points in 1 or 2 dimensions, s in [1, 5], λ in [0.1, 5], 2 sources",
    n=ATOMS,
    d=integer(1, 2),
    points=matrix("n", "d"),
    values=vector("n"),
    scale=real(1.0, 5.0, log=True),
    penalty=real(0.1, 5.0, log=True),
    sources=matrix(2, "d"),
    weights=distribution("n"),
    examples=lambda: [
        given(
            ExplainedLaw,
            [[0.0], [1.0], [2.0]],
            [0.0, 1.0, 4.0],
            1.0,
            0.1,
            [[0.0], [3.0]],
            [0.25, 0.5, 0.25],
        )
    ],
)


def _samples(rg: Any, law: Any, m: int) -> tuple[Any, ...]:
    """Every sample of m points with its values, its penalties, and its probability.

    The penalty of the fit, relative to the sum of weights, is such that λ in units of a
    weight is the same for all samples.
    """
    xp = namespace(law.points)
    chosen = xp.asarray(np.array(list(itertools.product(range(ATOMS), repeat=m))))
    sample = rg.explainability.GaussianNeighborhoods(
        law.points[..., chosen, :], law.scale[..., None]
    )
    totals = law.kernels[..., chosen].sum(axis=-1).swapaxes(-1, -2)
    penalty = law.penalty[..., None, None] / totals
    chance = law.weights[..., chosen].prod(axis=-1)
    return sample, law.values[..., chosen], penalty, totals, chance


@claim("LE-24e", kind="identity", domain=laws, cost=60)
def expectation_of_leaving_out(rg, law, m=M, which="left_out", ridge=1.0):
    """The mean of the leave-one-out MNF is the test MNF of samples of one point less.

    At every source, with a penalty that is the same for all samples.
    """
    d, sources = rg.explainability, law.sources[..., None, :, :]
    sample, values, penalty, totals, chance = _samples(rg, law, M)
    errors = getattr(d.mirrored_errors(sample, values, sources, penalty), which)
    left_out = (chance[..., None] * totals / M * errors).sum(axis=-2)

    sample, values, penalty, _, chance = _samples(rg, law, m - 1)
    fit = d.mirrored_fit(sample, values, sources, ridge * penalty)
    away = law.points[..., None, None, :, :] - sources[..., None, :]
    said = fit.value[..., None] + (fit.slope[..., None, :] * away).sum(axis=-1)
    squares = (said - law.values[..., None, None, :]) ** 2
    reached = law.kernels * law.weights[..., None, :]
    lost = (squares * reached[..., None, :, :]).sum(axis=-1)
    test = (chance[..., None] * lost).sum(axis=-2)
    return equal(left_out, test, law.size[..., None])


expectation_of_leaving_out.twin("the test MNF at the same size", m=M + 1)
expectation_of_leaving_out.twin("a penalty 3 % larger", ridge=1.03)
expectation_of_leaving_out.twin("the MNF of training", which="train")


# --- LE-24i


@dataclass(frozen=True, repr=False)
class Corner(Instance):
    """(−1, 0), (1, 0) and (0, v), v being the height.

    Attributes
    ----------
    height, scale : array of shape (...)
    """

    height: Any
    scale: Any


corners = record(
    Corner,
    "a corner at a height from 0.05 to 1 over the middle of two points, scales 1 to 5",
    height=real(0.05, 1.0, log=True),
    scale=real(1.0, 5.0, log=True),
    examples=lambda: [given(Corner, 0.05, 1.0), given(Corner, 0.5, 2.0)],
)


@claim("LE-24i", kind="identity", domain=corners, cost=4)
def three_points_without_a_ridge(rg, corner, height=1.0):
    """Three points, f = ‖x‖², no ridge: the error at (0, 1) is |v − 1/v|.

    At any source. So it has no expectation where the height v has a density at 0.
    """
    xp, v = namespace(corner.height), corner.height
    zero, one = 0 * v, 1 + 0 * v
    rows = [xp.stack(pair, axis=-1) for pair in ((-one, zero), (one, zero), (zero, v))]
    sample = rg.explainability.GaussianNeighborhoods(
        xp.stack(rows, axis=-2), corner.scale
    )
    values = xp.stack([one, one, v * v], axis=-1)
    source = xp.stack([one / 2, one], axis=-1)
    fit = rg.explainability.mirrored_fit(sample, values, source[..., None, :])
    slope = fit.slope[..., 0, :]
    said = fit.value[..., 0] - slope[..., 0] / 2
    # A matrix of condition 1/v² is solved.
    size = (v / height + height / v) / v**2
    return equal(abs(said - 1), abs(height / v - v / height), 16 * size)


three_points_without_a_ridge.twin("a height 3 % larger", height=1.03)
