"""KD-7, KD-7n and KD-24: constrained rounds of self-distillation."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import MOBAHI
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


def ratios(problem: Any) -> tuple[Any, Any, Any]:
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
    ratio, least, most = ratios(problem)
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
    ratio, smallest, largest = ratios(problem)
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
    ratio = ratios(problem)[0]
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
