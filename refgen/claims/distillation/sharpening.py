"""KD-7s, KD-24s and KD-46: how much constrained rounds sharpen."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.distillation.constrained import (
    constrained_problems,
    not_constrained,
    ratios,
    steep,
)
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import MOBAHI
from refgen.distillation import ConstrainedProblem
from refgen.domains import choice

N_ROUNDS = 4

# The products over four rounds of the wider domain would underflow.
sharpened_problems = constrained_problems.but(
    "up to 10 eigenvalues, ties too, of condition up to 10²⁰, ‖y‖/tolerance in (1, 7]",
    lambda: [
        ConstrainedProblem([1.0, 0.5], [1e-9, 6.0], 1.0),
        ConstrainedProblem([1.0, 0.5], [6.0, 1e-9], 1.0),
        ConstrainedProblem([1.0, 0.01], [0.1, 3.0], 1.0),
        steep(3, 9, 1.0005),
    ],
    outside=not_constrained,
    power=choice(1, 3, 20),
)


def _products(spectrum: Any, penalties: Any) -> Any:
    """Π d/(c + d) after each of the rounds, 0 where c is infinite."""
    xp, left, found = namespace(spectrum), 1.0, []
    for i in range(penalties.shape[-1]):
        c = penalties[:, i, None]
        endless = xp.isinf(c)
        share = spectrum / (spectrum + xp.where(endless, 0.0, c))
        left = left * xp.where(endless, 0.0, share)
        found.append(left)
    return xp.stack(found, axis=1)


def _less_uneven(spectrum: Any, one: Any, other: Any) -> Any:
    """one[k]/one[j] ≤ other[k]/other[j] for all d_k > d_j, without quotients."""
    xp = namespace(spectrum)
    larger = (spectrum[:, :, None] > spectrum[:, None, :])[:, None]
    left = one[..., :, None] * other[..., None, :]
    right = one[..., None, :] * other[..., :, None]
    left, right = (xp.where(larger, side, 0.0) for side in (left, right))
    return at_most(left, right, right, sharp=True)


def _first(spectrum: Any, ratio: Any, numerator: Any) -> Any:
    """Penalties numerator/(r − 1), the same for all rounds."""
    xp = namespace(spectrum)
    return xp.broadcast_to((numerator / (ratio - 1))[:, None], (len(ratio), N_ROUNDS))


@claim(
    "KD-7s",
    kind="inequality",
    domain=sharpened_problems,
    source=MOBAHI.recalled("rounds make the filter sparser"),
    cost=20,
)
def sharper_filters(rg, problem, share=1.0, largest=False):
    """After t rounds B[k]/B[j] ≥ ((r−1+d_min/d_j)/(r−1+d_min/d_k))ᵗ for d_k > d_j.

    That is the filter of t rounds of penalty d_min/(r − 1).
    """
    d, (ratio, least, most) = problem.spectrum, ratios(problem)
    _, filters = rg.distillation.constrained_rounds(problem, N_ROUNDS)
    constant = _first(d, ratio, share * (most if largest else least))
    bound = _products(d, constant)
    total = rg.distillation.constrained_filter(d, constant)
    return (
        _less_uneven(d, bound, filters),
        equal(total, bound[:, -1], total),
    )


sharper_filters.twin("with 1.03 d_min", share=1.03)
sharper_filters.twin("with d_max for d_min", largest=True)


def _root_of_squares(ratio: Any, i: int) -> Any:
    return namespace(ratio).sqrt(namespace(ratio).maximum(ratio**2 - i, 0.0))


def _difference(ratio: Any, i: int) -> Any:
    return ratio - i


def _bound(numerator: Any, ratio: Any, later: Any) -> Any:
    """Penalties numerator/(later(r, i) − 1); infinite where that is not positive."""
    xp, found = namespace(ratio), []
    for i in range(N_ROUNDS):
        rest = later(ratio, i) - 1
        safe = xp.where(rest > 0, rest, 1.0)
        found.append(xp.where(rest > 0, numerator / safe, xp.inf))
    return xp.stack(found, axis=-1)


@claim("KD-24s", kind="inequality", domain=sharpened_problems, cost=20)
def sharpening_of_each_round(rg, problem, share=1.0, above=1.0, later=_root_of_squares):
    """Round i sharpens as ridge regression of a penalty between two bounds would.

    Penalties d_min/(√(r² − i) − 1) and d_max/(r − i − 1), i = 0, 1, …; for d_k > d_j,
    B[k]/B[j] is between the quotients of their filters.
    """
    d, (ratio, least, _) = problem.spectrum, ratios(problem)
    _, filters = rg.distillation.constrained_rounds(problem, N_ROUNDS)
    low = _products(d, _bound(share * least, ratio, later))
    upper = rg.distillation.constrained_penalty_bounds(problem, N_ROUNDS)[1]
    high = _products(d, above * upper)
    return _less_uneven(d, low, filters), _less_uneven(d, filters, high)


sharpening_of_each_round.twin("with 1.03 d_min", share=1.03)
sharpening_of_each_round.twin("with 0.97 d_max", above=0.97)
sharpening_of_each_round.twin("with r − i for √(r² − i)", later=_difference)


def _inverse(penalties: Any) -> Any:
    """1/c, which is 0 where c is infinite."""
    xp = namespace(penalties)
    endless = xp.isinf(penalties)
    return xp.where(endless, 0.0, 1 / xp.where(endless, 1.0, penalties))


def _mean(problem: Any) -> Any:
    """yᵀDy/‖y‖²."""
    squares = problem.labels**2
    return (problem.spectrum * squares).sum(axis=-1) / squares.sum(axis=-1)


def _middle(problem: Any) -> Any:
    return (problem.spectrum.min(axis=-1) + problem.spectrum.max(axis=-1)) / 2


@claim("KD-46", kind="inequality", domain=sharpened_problems, cost=20)
def penalties_by_moments(rg, problem, share=1.0, above=1.0, mean=_mean):
    """s/(√(r² − i) − 1) ≤ c in round i, and c ≤ m/(r − 1) in the first one.

    s = ‖y‖/‖D⁻¹y‖ and m = yᵀDy/‖y‖² of the first labels: d_min ≤ s ≤ m ≤ d_max.
    """
    xp, (ratio, least, most) = namespace(problem.labels), ratios(problem)
    bounds = rg.distillation.constrained_penalty_bounds(problem, N_ROUNDS)
    low, high = map(_inverse, bounds)
    x = _inverse(rg.distillation.constrained_rounds(problem, N_ROUNDS)[0])
    y, inverse = problem.labels, problem.labels / problem.spectrum
    s = xp.sqrt((y**2).sum(axis=-1) / (inverse**2).sum(axis=-1))
    m = mean(problem)
    stated = _inverse(_bound(share * s, ratio, _root_of_squares))
    # The first upper bound is m/(r − 1) ≤ d_max/(r − 1).
    done = xp.arange(N_ROUNDS)
    largest = xp.where(done == 0, _mean(problem)[:, None], most[:, None])
    small, large = (ratio / s)[:, None], ratio[:, None] / largest
    return (
        at_most(x, stated, small, sharp=True),
        equal(low, share * stated, small),
        at_most(high / above, x, large, sharp=True),
        equal(high, xp.maximum(ratio[:, None] - 1 - done, 0.0) / largest, large),
        at_most((ratio - 1) / m, x[:, 0], ratio / m, sharp=True),
        at_most(least, s, s, sharp=True),
        at_most(_mean(problem), most, most, sharp=True),
    )


penalties_by_moments.twin("with 1.03 s", share=1.03)
penalties_by_moments.twin("c ≤ 0.97 of its upper bounds", above=0.97)
penalties_by_moments.twin("(d_min + d_max)/2 for m", mean=_middle)
