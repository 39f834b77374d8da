"""KD-7, KD-24 and KD-46: constrained rounds of self-distillation."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import DERIVED, MOBAHI
from refgen.distillation import ConstrainedProblem
from refgen.domains import (
    choice,
    first_wrong,
    integer,
    not_a,
    real,
    record,
    spectrum,
    vector,
)

# Beyond the largest ratio only an example goes, for the sake of time.
_LARGEST, _MEMBER = 7.0, 50.0


def _problem(
    spectrum: Any, power: Any, labels: Any, ratio: Any, tolerance: Any
) -> ConstrainedProblem:
    """Eigenvalues in [10^−power, 1], and labels of the length ratio · tolerance."""
    return ConstrainedProblem.trusted(
        spectrum=spectrum ** power[..., None],
        labels=(ratio * tolerance)[..., None] * labels,
        tolerance=tolerance,
    )


def not_constrained(problem: Any) -> str | None:
    """Why there is no problem whose first round fits something."""
    reason = not_a(ConstrainedProblem, problem)
    if reason:
        return reason
    try:
        checked = ConstrainedProblem(
            problem.spectrum, problem.labels, problem.tolerance
        )
    except (TypeError, ValueError) as error:
        return str(error)
    ratio = np.sqrt((checked.labels**2).sum(axis=-1)) / checked.tolerance
    inside = (ratio > 1 + 1e-3) & (ratio <= _MEMBER)
    return first_wrong(~inside, ratio, f"‖y‖ / tolerance must be in (1, {_MEMBER:g}]")


def steep(n: int, decades: float, size: float) -> ConstrainedProblem:
    """Eigenvalues so far apart that a round is about one of them; equal labels."""
    spectrum = 10.0 ** (-decades * np.arange(n))
    return ConstrainedProblem(spectrum, np.full(n, size), 1.0)


constrained_problems = record(
    _problem,
    "up to 10 eigenvalues, ties too, of condition up to 10⁸⁰, ‖y‖/tolerance in (1, 7]",
    k=integer(1, 10),
    spectrum=spectrum("k", smallest=0.1, largest=1.0, singular=False),
    power=choice(1, 3, 30, 80),
    labels=vector("k", norm=1),
    ratio=real(1.05, _LARGEST),
    tolerance=real(0.1, 10, log=True),
    outside=not_constrained,
    examples=lambda: [
        ConstrainedProblem([1.0], [5.9999], 1.0),
        ConstrainedProblem([1.0, 1.0, 1.0], [3.0, 4.0, 0.0], 2.0),
        ConstrainedProblem([1.0, 1e-80], [3.0, 1.0005], 1.0),
        ConstrainedProblem([1.0, 0.5], [2.0, 0.0], 1.0),
        ConstrainedProblem([1.0, 0.5], [0.0, 2.0], 1.0),
        steep(10, 9, 10.01**0.5 / 10**0.5),
        steep(4, 20, 20.001),
    ],
)


def _ratios(problem: Any) -> tuple[Any, Any, Any]:
    """‖y‖/tolerance, and the extreme eigenvalues."""
    xp = namespace(problem.labels)
    ratio = xp.sqrt((problem.labels**2).sum(axis=-1)) / problem.tolerance
    return ratio, problem.spectrum.min(axis=-1), problem.spectrum.max(axis=-1)


# --- KD-7: a round


@claim("KD-7", kind="identity", domain=constrained_problems, source=MOBAHI, cost=4)
def constrained_round(rg, problem, distance=1.0, above=1.0, step=1.0, squared=1.0):
    """A round leaves d/(c + d) of its labels, with ‖z − z'‖ = tolerance.

    With r = ‖z‖/tolerance > 1: d_min/(r − 1) ≤ c ≤ d_max/(r − 1), and for the next
    round r' ≥ r − 1 and r'² ≤ r² − 1. The bounds are derived here.
    """
    xp, d, z = namespace(problem.labels), problem.spectrum, problem.labels
    penalties, filters = rg.distillation.constrained_rounds(problem, 1)
    c, left = penalties[:, 0], filters[:, 0]
    moved = ((c[:, None] / (c[:, None] + d) * z) ** 2).sum(axis=-1)
    goal = (distance * problem.tolerance) ** 2
    ratio, least, most = _ratios(problem)
    later = xp.sqrt(((left * z) ** 2).sum(axis=-1)) / problem.tolerance
    # Rounding of r moves 1/(r − 1) by r/(r − 1) of itself times that.
    scale = c * ratio / (ratio - 1)
    return (
        equal(moved, goal, goal),
        equal(left, d / (c[:, None] + d), left),
        equal(rg.distillation.label_ratio(problem), ratio, ratio),
        ascending(
            least / (ratio - 1), c, above * most / (ratio - 1), scale=scale, sharp=True
        ),
        at_most(ratio - step, later, ratio, sharp=True),
        at_most(later**2, ratio**2 - squared, ratio**2, sharp=True),
    )


constrained_round.twin("a distance of 1.01 tolerances", distance=1.01)
constrained_round.twin("c ≤ 0.97 d_max/(r − 1)", above=0.97)
constrained_round.twin("r' ≥ r − 0.97", step=0.97)
constrained_round.twin("r'² ≤ r² − 1.03", squared=1.03)


# --- KD-7n, KD-24: how many rounds fit something


def _near_whole(number: Any) -> Any:
    """1 where rounding decides which whole number is next, and 0 elsewhere."""
    xp = namespace(number)
    return xp.where(abs(number - xp.rint(number)) <= 1e-11 * number, 1.0, 0.0)


@claim(
    "KD-7n",
    kind="inequality",
    domain=constrained_problems,
    source=MOBAHI.sharpened("the number of rounds"),
    cost=100,
)
def number_of_rounds(rg, problem, low=1.0, power=2.0, least=None):
    """⌈r⌉ − 1 ≤ N ≤ ⌈r²⌉ − 1 rounds fit more than 0: no condition number is needed.

    The guarantee (r − 1)/κ with κ = d_max/d_min, recalled from the paper, follows.
    """
    count = rg.distillation.count_constrained_rounds(problem) + 0.0
    ratio, smallest, largest = _ratios(problem)
    fewest = low * ratio - 1 if least is None else least(ratio)
    found, most = rg.distillation.constrained_round_bounds(problem)
    return (
        ascending(fewest, count, ratio**power, scale=ratio**2, sharp=True),
        at_most(most, ratio**2, ratio**2, sharp=True),
        at_most(found - _near_whole(ratio), count, ratio, sharp=True),
        at_most((ratio - 1) * smallest / largest, count, ratio, sharp=True),
    )


number_of_rounds.twin("N ≥ 1.03 r − 1", low=1.03)
number_of_rounds.twin("N ≤ r^1.95", power=1.95)
number_of_rounds.twin("N ≤ r", power=1.0)
number_of_rounds.twin("N ≥ r² − 1", least=lambda ratio: ratio**2 - 1)


def _by_spaces(spectrum: Any, labels: Any) -> Any:
    """Σ ‖P y‖, each eigenspace at its first eigenvalue."""
    xp, total = namespace(labels), 0.0
    for k in range(spectrum.shape[-1]):
        same = spectrum == spectrum[:, k : k + 1]
        length = xp.sqrt(xp.where(same, labels**2, 0.0).sum(axis=-1))
        total = total + xp.where(same[:, :k].any(axis=-1), 0.0, length)
    return total


@claim("KD-24", kind="inequality", domain=constrained_problems, cost=100)
def rounds_by_spaces(rg, problem, share=1.0, pooled=True):
    """N ≤ ⌈ℓ⌉ − 1, where ℓ is the sum of ‖P y‖/tolerance over the eigenspaces.

    As every round shortens ℓ by 1 at least. Flat spectra have ℓ = r: N = ⌈r⌉ − 1.
    """
    d, goal, z = rg.distillation, problem.tolerance, problem.labels
    _, filters = d.constrained_rounds(problem, 1)
    before = _by_spaces(problem.spectrum, z) / goal
    after = _by_spaces(problem.spectrum, filters[:, 0] * z) / goal
    ratio = _ratios(problem)[0]
    count = d.count_constrained_rounds(problem) + 0.0
    most = d.constrained_round_bounds(problem)[1]
    edge = _near_whole(before) + _near_whole(ratio**2)
    whole = before if pooled else ratio
    return (
        at_most(count, share * whole, before, sharp=True),
        at_most(share, before - after, before, sharp=True),
        at_most(count, most + edge, before, sharp=True),
        at_most(most, before, before, sharp=True),
    )


rounds_by_spaces.twin("N ≤ 0.97 ℓ", share=0.97)
rounds_by_spaces.twin("N ≤ r for every spectrum", pooled=False)


# --- KD-7s, KD-24s, KD-46: how much rounds sharpen

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
    d, (ratio, least, most) = problem.spectrum, _ratios(problem)
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
    d, (ratio, least, _) = problem.spectrum, _ratios(problem)
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


@claim("KD-46", kind="inequality", domain=sharpened_problems, source=DERIVED, cost=20)
def penalties_by_moments(rg, problem, share=1.0, above=1.0, mean=_mean):
    """s/(√(r² − i) − 1) ≤ c in round i, and c ≤ m/(r − 1) in the first one.

    s = ‖y‖/‖D⁻¹y‖ and m = yᵀDy/‖y‖² of the first labels: d_min ≤ s ≤ m ≤ d_max.
    """
    xp, (ratio, least, most) = namespace(problem.labels), _ratios(problem)
    bounds = rg.distillation.constrained_penalty_bounds(problem, N_ROUNDS)
    low, high = map(_inverse, bounds)
    x = _inverse(rg.distillation.constrained_rounds(problem, N_ROUNDS)[0])
    squares = [(z**2).sum(axis=-1) for z in _with_inverse(problem)]
    s, m = xp.sqrt(squares[0] / squares[1]), mean(problem)
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


def _with_inverse(problem: Any) -> tuple[Any, Any]:
    """y and D⁻¹y."""
    return problem.labels, problem.labels / problem.spectrum


penalties_by_moments.twin("with 1.03 s", share=1.03)
penalties_by_moments.twin("c ≤ 0.97 of its upper bounds", above=0.97)
penalties_by_moments.twin("(d_min + d_max)/2 for m", mean=_middle)
