"""Beyond pure distillation: labels mixed in, and how many rounds reach the oracle."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

from refgen._finite import finite, watched
from refgen._numbers import LARGEST_COUNT, refuse
from refgen._objects import check_instance
from refgen.arrays import UNIT_ROUNDOFF, namespace
from refgen.distillation.problem import SpectralProblem, signal_to_noise
from refgen.distillation.risk import by_direction
from refgen.distillation.stopping import direction_stopping_times

# What a logarithm of the wanted filter may be off by, relative to itself.
_TIE = 64 * UNIT_ROUNDOFF
_HALVINGS = 70


@finite
def optimal_label_weight(
    problem: SpectralProblem, teacher_filter: Any
) -> tuple[Any, Any]:
    """The best weight α of true labels for a student trained to the end, and its gain.

    Such a student learns α + (1 − α)s where its teacher learns s.

    Parameters
    ----------
    problem : SpectralProblem
    teacher_filter : array of shape (..., n_directions)
        s.

    Returns
    -------
    label_weight : array of shape (...)
        Any real number; between 0 and 1 it mixes labels with outputs. 0 if the teacher
        lacks nothing.
    gain : array of shape (...)
        The teacher's risk minus the student's, at least 0.

    Raises
    ------
    ValueError
        If the numbers of directions differ, or batch axes do not broadcast.

    Notes
    -----
    α = D/C and the gain is D²/C with D = Σ w(f* − s)(1 − s) and C = Σ w(1 − s)², for
    w = λβ*² + σ²/n and the Wiener filter f*. Source: derived here, claim KD-35.

    Examples
    --------
    >>> problem = SpectralProblem([2.0, 0.5], [1.0, 2.0], 1.0, 4)
    >>> weight, gain = optimal_label_weight(problem, [0.75, 0.5])
    >>> round(float(weight), 6), round(float(gain), 6)
    (0.733333, 0.378125)
    """
    signal, variance, s = by_direction(problem, teacher_filter=teacher_filter)
    weight, lacking = signal + variance, 1 - s
    # w(f* − s) = λβ*²(1 − s) − σ²/n · s.
    pull = ((signal * lacking - variance * s) * lacking).sum(axis=-1)
    size = (weight * (lacking * lacking)).sum(axis=-1)
    share = pull / namespace(size).where(size > 0, size, 1.0)
    return share, share * pull


@watched
def oracle_rounds(problem: SpectralProblem) -> Any:
    """How many rounds of gradient flow, a teacher's included, can be the Wiener filter.

    In two directions. One round can if both have the same best stopping time, and no
    number if the weaker direction has the later one. Otherwise m rounds can iff m equal
    ones that learn the Wiener filter of the stronger direction leave no more than that
    of the weaker one.

    Parameters
    ----------
    problem : SpectralProblem
        With noise, two directions of positive eigenvalue, and signal in both.

    Returns
    -------
    array of shape (...)
        The smallest m, a whole number up to 2⁵³ and a real one up to 1e100; infinity
        stands for no number, or for more.

    Raises
    ------
    ValueError
        If there are not two directions, or one has no signal, or there is no noise.

    Notes
    -----
    m is the smallest with (1 − (1 − f₁^(1/m))^(λ₂/λ₁))^m ≤ f₂. Source: derived here,
    claim KD-36.

    Examples
    --------
    >>> float(oracle_rounds(SpectralProblem([0.4, 0.2], [50**0.5, 0.1**0.5], 1.0, 1)))
    313.0
    """
    check_instance("problem", problem, SpectralProblem)
    if problem.n_directions != 2:
        raise ValueError(
            f"problem must have 2 directions, got {problem.n_directions}; with more, "
            "no number of rounds need be enough"
        )
    signal = problem.signal
    refuse("problem", signal, signal <= 0, "have signal in both directions")
    xp, ratio = namespace(signal), signal_to_noise(problem)
    best, strong = direction_stopping_times(problem), problem.spectrum.argmax(axis=-1)
    ordered = xp.stack([strong, 1 - strong], axis=-1)
    ratio, spectrum, best = (
        xp.take_along_axis(part, ordered, axis=-1)
        for part in (ratio, problem.spectrum, best)
    )
    # −log f* = log(1 + 1/snr).
    wanted = xp.log1p(1 / ratio)
    power = spectrum[..., 1] / spectrum[..., 0]
    once = best[..., 1] >= best[..., 0] * (1 - _TIE)
    never = best[..., 1] > best[..., 0] * (1 + _TIE)
    found = _smallest(wanted[..., 0], wanted[..., 1] * (1 - _TIE), power)
    return xp.where(never, xp.inf, xp.where(once, 1.0, found))


def _smallest(total: Any, wanted: Any, power: Any) -> Any:
    """The least m of rounds that take `total` of one direction and take `wanted`."""
    xp = namespace(total)

    def enough(rounds: Any) -> Any:
        left = (-xp.expm1(-total / rounds)) ** power
        with np.errstate(divide="ignore"):  # all is left but for rounding: log 0
            return -rounds * xp.log1p(-left) >= wanted

    low, high = 0 * total, 0 * total + log(LARGEST_COUNT)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        done = enough(xp.exp(middle))
        low, high = xp.where(done, low, middle), xp.where(done, middle, high)
    # The tie that is granted keeps a whole number from being passed by rounding.
    real = xp.exp(high)
    rounds = xp.where(real < 2.0**53, xp.ceil(real), real)
    return xp.where(enough(0 * low + LARGEST_COUNT), rounds, xp.inf)
