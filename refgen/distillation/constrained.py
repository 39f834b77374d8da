"""Rounds of self-distillation whose fit keeps to a distance from its labels."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._numbers import in_one_place, refuse
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.distillation._checks import as_spectrum, as_times
from refgen.distillation.constrained_bounds import constrained_round_bounds
from refgen.distillation.constrained_problem import MOST_ROUNDS, ConstrainedProblem
from refgen.distillation.filters import ridge_filter
from refgen.kernels import kernel

secular_roots = kernel("secular", "secular_roots")


def constrained_rounds(problem: ConstrainedProblem, n_rounds: int) -> tuple[Any, Any]:
    """Penalties and filters of rounds whose fit keeps to a distance from its labels.

    A round of penalty c leaves the share d/(c + d) of its labels z in each direction,
    where c > 0 solves ‖z − D(c + D)⁻¹z‖ = tolerance. If ‖z‖ is at most the tolerance,
    the fit is 0, and that of all later rounds.

    Parameters
    ----------
    problem : ConstrainedProblem
    n_rounds : int
        From 1 to 10⁵.

    Returns
    -------
    penalties : array of shape (..., n_rounds)
        c of each round, on the scale of the spectrum; infinity where the fit is 0.
    filters : array of shape (..., n_rounds, n_points)
        What is left after each round of the first labels, in [0, 1).

    Raises
    ------
    ValueError
        If `n_rounds` is out of range.

    Notes
    -----
    Source: Mobahi et al. (2020); claim KD-7. The bits are the same on every device.
    Where ‖z‖ and the tolerance are equal up to rounding, rounding decides.

    Examples
    --------
    >>> problem = ConstrainedProblem([1.0, 1.0], [3.0, 4.0], 2.0)
    >>> penalties, filters = constrained_rounds(problem, 3)
    >>> penalties.round(6).tolist(), filters[:, 0].round(6).tolist()
    ([0.666667, 2.0, inf], [0.6, 0.2, 0.0])
    """
    check_instance("problem", problem, ConstrainedProblem)
    n_rounds = check_integer("n_rounds", n_rounds, 1, MOST_ROUNDS)
    xp, left, penalties, filters = namespace(problem.labels), 1.0, [], []
    for strength, share in _rounds(problem, n_rounds):
        left = left * share
        penalties.append(strength)
        filters.append(left)
    strengths = xp.stack(penalties, axis=-1)
    fitted = strengths > 0
    largest = problem.spectrum.max(axis=-1)[..., None]
    penalty = xp.where(fitted, largest / xp.where(fitted, strengths, 1.0), xp.inf)
    return penalty, xp.stack(filters, axis=-2)


def _rounds(problem: ConstrainedProblem, n_rounds: int) -> Any:
    """Of each round d_max/c, 0 if its fit is 0, and the shares that it leaves."""
    spectrum = problem.spectrum
    shape = spectrum.shape
    relative = (spectrum / spectrum.max(axis=-1, keepdims=True)).reshape(-1, shape[-1])
    labels = (problem.labels / problem.tolerance[..., None]).reshape(relative.shape)
    inverse = 1 / relative
    for _ in range(n_rounds):
        # In x = d_max/c the condition is Σ (z/(1 + x d/d_max))² = tolerance².
        strength = secular_roots(inverse, inverse * labels)
        product = strength[:, None] * relative
        share = product / (1 + product)
        labels = labels * share
        yield strength.reshape(shape[:-1]), share.reshape(shape)


def count_constrained_rounds(problem: ConstrainedProblem) -> Any:
    """N, the number of rounds that fit more than 0.

    Parameters
    ----------
    problem : ConstrainedProblem

    Returns
    -------
    integer array of shape (...)

    Raises
    ------
    ValueError
        If `constrained_round_bounds` allows more than 10⁵ rounds.

    Notes
    -----
    Source: Mobahi et al. (2020); claim KD-7n. See `constrained_rounds`.

    Examples
    --------
    >>> int(count_constrained_rounds(ConstrainedProblem([2.0, 1.0], [2.0, 2.0], 1.0)))
    2
    """
    most = constrained_round_bounds(problem)[1]
    xp = namespace(most)
    refuse(
        "problem", most, most > MOST_ROUNDS, "allow at most 10**5 rounds, for which a "
        "larger tolerance is needed"
    )  # fmt: skip
    count = xp.zeros(most.shape, int)
    # One more, as rounding may let a round fit that is at the edge.
    for strength, _ in _rounds(problem, int(most.max()) + 1):
        fits = strength > 0
        if not bool(fits.any()):
            break
        count = count + fits
    return count


@finite
def constrained_filter(spectrum: Any, penalties: Any) -> Any:
    """Π d/(c + d) over rounds of ridge regression with penalties c.

    Parameters
    ----------
    spectrum : array of shape (..., n_points)
        d > 0.
    penalties : array of shape (..., n_rounds)
        c ≥ 0; infinity leaves 0.

    Returns
    -------
    array of shape (..., n_points)
        In [0, 1].

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: Mobahi et al. (2020); claim KD-7s.

    Examples
    --------
    >>> constrained_filter([3.0, 1.0], [1.0, 3.0]).tolist()
    [0.375, 0.125]
    """
    spectrum, penalties = in_one_place(
        spectrum=as_spectrum("spectrum", spectrum),
        penalties=as_times("penalties", penalties),
    )
    if penalties.ndim < 1:
        raise ValueError("penalties must have an axis of rounds, got a single number")
    xp = namespace(spectrum)
    endless = xp.isinf(penalties)
    shares = ridge_filter(spectrum[..., None, :], xp.where(endless, 0.0, penalties))
    return xp.where(endless[..., None], 0.0, shares).prod(axis=-2)
