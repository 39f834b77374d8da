"""What can be said of constrained rounds of self-distillation without a round."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_integer
from refgen._finite import finite
from refgen.arrays import namespace
from refgen.distillation.constrained_problem import (
    MOST_ROUNDS,
    ConstrainedProblem,
    label_ratio,
    length,
)


@finite
def constrained_round_bounds(problem: ConstrainedProblem) -> tuple[Any, Any]:
    """The fewest and the most rounds that can fit more than 0, without a round.

    ⌈r⌉ − 1 ≤ N ≤ ⌈min(r², ℓ)⌉ − 1, where r is the `label_ratio`, and ℓ the same with
    the sum of ‖P y‖ over the eigenspaces for ‖y‖.

    Parameters
    ----------
    problem : ConstrainedProblem

    Returns
    -------
    low, high : arrays of shape (...)
        Whole numbers.

    Notes
    -----
    Source: derived here, claims KD-7n and KD-24. No condition number is needed.
    Eigenvalues make one eigenspace if they are equal in every bit.

    Examples
    --------
    >>> low, high = constrained_round_bounds(
    ...     ConstrainedProblem([2.0, 1.0], [2.0, 2.0], 1.0)
    ... )
    >>> float(low), float(high)
    (2.0, 3.0)
    """
    ratio = label_ratio(problem)
    xp = namespace(ratio)
    # ℓ ≤ √n r: where r² is smaller anyway, it need not be finite.
    square = ratio * xp.minimum(ratio, 2.0 * problem.n_points)
    most = xp.minimum(square, _length_by_spaces(problem) / problem.tolerance)
    low, high = (xp.maximum(xp.ceil(number) - 1, 0.0) for number in (ratio, most))
    return xp.minimum(low, high), high


def _length_by_spaces(problem: ConstrainedProblem) -> Any:
    """Σ ‖P y‖ over the projections P on eigenspaces."""
    xp, spectrum = namespace(problem.spectrum), problem.spectrum
    same = spectrum[..., :, None] == spectrum[..., None, :]
    squares = (problem.labels * problem.labels)[..., None, :]
    lengths = xp.sqrt(xp.where(same, squares, 0.0).sum(axis=-1))
    return (lengths / same.sum(axis=-1)).sum(axis=-1)


def constrained_penalty_bounds(
    problem: ConstrainedProblem, n_rounds: int
) -> tuple[Any, Any]:
    """Bounds on the penalties of `constrained_rounds`, without a round.

    With r the `label_ratio`, s = ‖y‖/‖D⁻¹y‖ and m = yᵀDy/‖y‖²: round i = 0, 1, … has
    s/(√(r² − i) − 1) ≤ c ≤ d_max/(r − i − 1), and the first one c ≤ m/(r − 1). Where a
    denominator is not positive, its bound is infinite.

    Parameters
    ----------
    problem : ConstrainedProblem
    n_rounds : int
        From 1 to 10⁵.

    Returns
    -------
    low, high : arrays of shape (..., n_rounds)

    Raises
    ------
    ValueError
        If `n_rounds` is out of range.

    Notes
    -----
    Source: derived here, claims KD-24s and KD-46. As `constrained_filter` of smaller
    penalties is less uneven, they bound how much rounds sharpen.

    Examples
    --------
    >>> problem = ConstrainedProblem([4.0, 1.0], [3.0, 4.0], 1.0)
    >>> low, high = constrained_penalty_bounds(problem, 2)
    >>> low.round(6).tolist(), high.round(6).tolist()
    ([0.307148, 0.315106], [0.52, 1.333333])
    """
    n_rounds = check_integer("n_rounds", n_rounds, 1, MOST_ROUNDS)
    ratio = label_ratio(problem)[..., None]
    xp, spectrum = namespace(ratio), problem.spectrum
    done = xp.arange(n_rounds) + 0.0
    largest = spectrum.max(axis=-1)[..., None]
    least, mean = (part[..., None] * largest for part in _moments(problem))
    # √(r² − i) − 1 without the difference of two large numbers.
    above = (ratio - 1) * (ratio + 1) - done
    most = above / (1 + xp.sqrt(xp.maximum(above + 1, 0.0)))
    numerator = xp.where(done == 0, mean, largest)
    return _over(least, most), _over(numerator, ratio - 1 - done)


def _over(numerator: Any, denominator: Any) -> Any:
    xp, positive = namespace(denominator), denominator > 0
    return xp.where(positive, numerator / xp.where(positive, denominator, 1.0), xp.inf)


def _moments(problem: ConstrainedProblem) -> tuple[Any, Any]:
    """s and m over the largest eigenvalue."""
    xp = namespace(problem.labels)
    relative = problem.spectrum / problem.spectrum.max(axis=-1, keepdims=True)
    size = abs(problem.labels).max(axis=-1, keepdims=True)
    labels = problem.labels / xp.where(size > 0, size, 1.0)
    norm = xp.where(size[..., 0] > 0, length(labels), 1.0)
    of_inverse = xp.where(size[..., 0] > 0, length(labels / relative), 1.0)
    mean = (relative * labels * labels).sum(axis=-1) / (norm * norm)
    return norm / of_inverse, mean
