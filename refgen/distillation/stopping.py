"""When to stop teacher and student, and whether a student can be the better at all."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_choice
from refgen._finite import finite, watched
from refgen._objects import check_instance
from refgen.arrays import UNIT_ROUNDOFF, namespace
from refgen.distillation._checks import as_times, on_spectrum
from refgen.distillation._search import Squares, best_pair, best_time
from refgen.distillation.filters import gradient_flow_filter
from refgen.distillation.problem import SpectralProblem, signal_to_noise
from refgen.distillation.risk import by_direction, spectral_risk, wiener_filter

# Stopping times, and squares of coefficients, carry less than half as many roundings.
_TIE = 32 * UNIT_ROUNDOFF


@finite
def direction_stopping_times(problem: SpectralProblem) -> Any:
    """ln(1 + nλβ*²/σ²)/λ: when gradient flow meets the Wiener filter in a direction.

    Parameters
    ----------
    problem : SpectralProblem
        With noise; without it the best time is infinite.

    Returns
    -------
    array of shape (..., n_directions)
        In a null direction the limit nβ*²/σ², for λ → 0.

    Raises
    ------
    ValueError
        If a problem has no noise.

    Notes
    -----
    Source: derived here, claim KD-22.

    Examples
    --------
    >>> problem = SpectralProblem([2.0, 0.5], [1.0, 1.0], 1.0, 4)
    >>> direction_stopping_times(problem).round(6).tolist()
    [1.098612, 2.197225]
    """
    ratio, spectrum = signal_to_noise(problem), problem.spectrum
    xp = namespace(spectrum)
    null = problem.coefficients * problem.coefficients / problem.variance[..., None]
    known = xp.where(spectrum > 0, spectrum, 1.0)
    return xp.where(spectrum > 0, xp.log1p(ratio) / known, null)


def self_distillation_can_pay(
    problem: SpectralProblem, filter: str = "gradient_flow"
) -> Any:
    """Whether a student on its teacher's outputs can beat the best single teacher.

    Not in any sum of squared errors over directions, if the best stopping times of
    the directions do not increase with the eigenvalue: each student then has a time
    at which its teacher is at least as good in every direction. If they increase
    between two eigenvalues, some weights of the directions let a student win.

    Parameters
    ----------
    problem : SpectralProblem
        With noise.
    filter : {"gradient_flow", "ridge"}
        How teacher and student are trained. For ridge regression the best penalties
        σ²/(nβ*²) decide: they must not decrease with the eigenvalue.

    Returns
    -------
    boolean array of shape (...)
        Ties up to rounding count as ties. Null directions do not matter.

    Raises
    ------
    ValueError
        If a problem has no noise, or `filter` is another word.

    Notes
    -----
    A pair of directions decides, so time and memory grow with the square of their
    number. Source: derived here, claim KD-22d.

    Examples
    --------
    >>> pays = self_distillation_can_pay
    >>> bool(pays(SpectralProblem([2.0, 0.5], [1.0, 1.0], 1.0, 4)))
    False
    >>> bool(pays(SpectralProblem([2.0, 0.5], [1.0, 0.1], 1.0, 4)))
    True
    """
    check_choice("filter", filter, ("gradient_flow", "ridge"))
    best = direction_stopping_times(problem)
    if filter == "ridge":
        best = problem.coefficients * problem.coefficients
    weaker = problem.spectrum[..., None, :] < problem.spectrum[..., None]
    weaker = weaker & (problem.spectrum > 0)[..., None, :]
    earlier = best[..., None, :] < best[..., None] * (1 - _TIE)
    return (weaker & earlier).any(axis=(-1, -2))


@watched
def optimal_stopping(problem: SpectralProblem) -> tuple[Any, Any]:
    """The stopping time of gradient flow with the least risk, and that risk.

    Parameters
    ----------
    problem : SpectralProblem

    Returns
    -------
    time : array of shape (...)
        Infinite where training to the end is best.
    risk : array of shape (...)

    Notes
    -----
    The risk may have several minima. A scan of 256 times between bounds of the best
    one chooses among them, and bisection of the derivative finds the time; two minima
    between neighbours of the scan would be taken for one. Source: derived here, claim
    KD-22t.

    Examples
    --------
    >>> problem = SpectralProblem([0.4, 0.2], [50**0.5, 0.1**0.5], 1.0, 1)
    >>> time, risk = optimal_stopping(problem)
    >>> round(float(time), 4), round(float(risk), 4)
    (5.7815, 1.4795)
    """
    time = best_time(_squares(problem, 1.0))
    return time, spectral_risk(problem, gradient_flow_filter(problem.spectrum, time))


@watched
def optimal_student(problem: SpectralProblem, teacher_time: Any) -> tuple[Any, Any]:
    """The best time for a student of a teacher that is given, and the student's risk.

    Parameters
    ----------
    problem : SpectralProblem
    teacher_time : array of shape (...)
        With batch axes that broadcast with those of the problems.

    Returns
    -------
    time : array of shape (...)
        Infinite where no student is better than its teacher.
    risk : array of shape (...)

    Raises
    ------
    ValueError
        If a time is negative, or batch axes do not broadcast.

    Notes
    -----
    Found as by `optimal_stopping`. Source: derived here, claim KD-22t.

    Examples
    --------
    >>> problem = SpectralProblem([0.4, 0.2], [50**0.5, 0.1**0.5], 1.0, 1)
    >>> time, risk = optimal_student(problem, 5.7815)
    >>> round(float(time), 3), round(float(risk), 4)
    (9.581, 1.403)
    """
    check_instance("problem", problem, SpectralProblem)
    spectrum, teacher = on_spectrum(
        spectrum=problem.spectrum,
        teacher_time=as_times("teacher_time", teacher_time),
    )
    share = gradient_flow_filter(spectrum, teacher[..., 0])
    time = best_time(_squares(problem, share))
    return time, spectral_risk(problem, share * gradient_flow_filter(spectrum, time))


@watched
def optimal_pair(problem: SpectralProblem) -> tuple[Any, Any, Any]:
    """The best times for a teacher and its student together, and the student's risk.

    Parameters
    ----------
    problem : SpectralProblem

    Returns
    -------
    teacher_time, student_time : array of shape (...)
        The two may be exchanged; the first is not the larger one. The second is
        infinite where a teacher alone is best.
    risk : array of shape (...)

    Notes
    -----
    A search by ever smaller steps from the best of 300 pairs, and from the best
    teacher with its best student: never worse than these. Source: derived here, claim
    KD-10p.

    Examples
    --------
    >>> problem = SpectralProblem([0.4, 0.2], [50**0.5, 0.1**0.5], 1.0, 1)
    >>> round(float(optimal_pair(problem)[2]), 4)
    1.3711
    """
    squares = _squares(problem, 1.0)
    spectrum = problem.spectrum
    xp = namespace(spectrum)
    alone = best_time(squares)
    first, second = best_pair(squares, alone)
    pair = [gradient_flow_filter(spectrum, time) for time in (first, second)]
    risk = spectral_risk(problem, pair[0] * pair[1])
    single = spectral_risk(problem, gradient_flow_filter(spectrum, alone))
    better = risk < single
    teacher = xp.where(better, xp.minimum(first, second), alone)
    student = xp.where(better, xp.maximum(first, second), xp.inf)
    return teacher, student, xp.minimum(risk, single)


def _squares(problem: SpectralProblem, scale: Any) -> Squares:
    """The risk without what the Wiener filter leaves, for a scale of the filter."""
    signal, variance = by_direction(problem)
    xp = namespace(signal)
    shape = xp.broadcast_shapes(signal.shape, xp.asarray(scale).shape)
    target = wiener_filter(problem)
    return Squares(
        *(
            xp.broadcast_to(xp.asarray(part), shape)
            for part in (problem.spectrum, signal + variance, scale, target)
        )
    )
