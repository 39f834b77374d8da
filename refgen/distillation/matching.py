"""To which teacher, stopped earlier, a student is equal: in each direction another."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import as_not_negative, as_positive, as_unit, refuse, together
from refgen.arrays import namespace
from refgen.distillation._checks import (
    as_filter,
    as_spectrum,
    as_times,
    on_spectrum,
)
from refgen.distillation._progress import TINY, composed, product, shares


def equivalent_time(
    spectrum: Any, teacher_time: Any, student_time: Any, label_weight: Any = 0.0
) -> Any:
    """τ: when a teacher has learned as much of a direction as the student does.

    1 − e^(−λτ) = (1 − e^(−λt))(1 − (1 − α)e^(−λT)) for a teacher of time T and a
    student of time t. Without labels τ rises with λ, from λTt to min(T, t): a student
    is a teacher that weak directions leave earlier. To match a student along a
    direction, stop the teacher at that direction's τ.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0.
    teacher_time, student_time : array of shape (...)
        T and t, from 0 to infinity, with batch axes.
    label_weight : array of shape (...)
        α in [0, 1], the weight of the true labels among the student's.

    Returns
    -------
    array of shape (..., n_directions)
        Where λ = 0, the limit of small λ, αt; infinite only if the student trains to
        the end, and so does its teacher or it sees true labels.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-3.

    Examples
    --------
    >>> equivalent_time([0.0, 0.1, 5.0], 1.3, 2.1).round(6).tolist()
    [0.0, 0.233614, 1.296375]
    """
    spectrum, first, second, weight = _flows(
        spectrum, teacher_time, student_time, label_weight
    )
    xp, seen = namespace(spectrum), spectrum > 0
    positive = xp.where(seen, spectrum, 1.0)
    with np.errstate(over="ignore"):  # λt as good as infinite
        a, b = (product(xp, spectrum, time) for time in (first, second))
        learned, share = shares(xp, a, b, weight)
        times = composed(xp, a, b, weight) / positive
        early = learned / positive * (weight - (1 - weight) * xp.expm1(-a))
    times = xp.where(share < TINY, early, times)
    # Where λ = 0, a teacher that has learned all is as good as the labels.
    labels = xp.where(xp.isinf(first), 1.0, weight)
    taught = xp.where(xp.isinf(second), first, 0.0)
    unseen = xp.where(labels > 0, second * xp.where(labels > 0, labels, 1.0), taught)
    return xp.where(seen, times, unseen)


def lost_time(
    spectrum: Any, teacher_time: Any, student_time: Any, label_weight: Any = 0.0
) -> Any:
    """t − τ: how much longer the student trains than the teacher that it is equal to.

    log(1 + (1 − α)(1 − e^(−λt))e^(−λ(T − t)))/λ, to its own digits, where τ itself has
    none left. If t ≤ T it is at most log(2)/λ, and falls with λ.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0.
    teacher_time, student_time : array of shape (...)
        T from 0 to infinity, and t ≥ 0, finite.
    label_weight : array of shape (...)
        α in [0, 1].

    Returns
    -------
    array of shape (..., n_directions)
        In [0, t].

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-2 and KD-3.

    Examples
    --------
    >>> lost_time([0.1, 5.0], 2.1, 1.3).round(9).tolist()
    [1.066385889, 0.003624577]
    """
    student_time = as_not_negative("student_time", student_time)
    spectrum, first, second, weight = _flows(
        spectrum, teacher_time, student_time, label_weight
    )
    xp, seen, taught = namespace(spectrum), spectrum > 0, 1 - weight
    longer = xp.maximum(second - first, 0.0)  # −∞ becomes 0
    with np.errstate(over="ignore"):
        later = xp.exp(-product(xp, spectrum, xp.maximum(first - second, 0.0)))
        ahead = spectrum * longer
        passed = -taught * xp.expm1(-product(xp, spectrum, second))
    # log(1 + c u e^x), x = λ(t − T): of two terms where x is large.
    far = ahead > 1
    inner = xp.exp(-ahead) + passed
    grown = ahead + xp.log(xp.where(inner > 0, inner, 1.0))
    small = xp.log1p(passed * later * xp.exp(xp.where(far, 0.0, ahead)))
    found = xp.where(far & (passed > 0), grown, xp.where(far, 0.0, small))
    limit = xp.where(xp.isinf(first), 0.0, taught * second)
    return xp.where(seen, found / xp.where(seen, spectrum, 1.0), limit)


def _flows(spectrum: Any, first: Any, second: Any, weight: Any) -> list[Any]:
    """λ, T, t and α, all with an axis for directions."""
    return on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum),
        teacher_time=as_times("teacher_time", first),
        student_time=as_times("student_time", second),
        label_weight=as_unit("label_weight", weight),
    )


def stopping_times(spectrum: Any, filter: Any) -> Any:
    """−log(1 − f)/λ: when gradient flow has learned the share f of each direction.

    A student with these times exaggerates the bias of every teacher, trained by
    gradient flow for a finite time, if and only if they do not fall where λ rises.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ > 0.
    filter : array of shape (..., n_directions)
        f in [0, 1].

    Returns
    -------
    array of shape (..., n_directions)
        Infinite where f = 1.

    Raises
    ------
    ValueError
        If an eigenvalue is not positive, a filter is outside [0, 1], or shapes do not
        broadcast.

    Notes
    -----
    Source: derived here, claim KD-30.

    Examples
    --------
    >>> stopping_times([1.0, 2.0], [0.5, 0.5]).round(6).tolist()
    [0.693147, 0.346574]
    """
    spectrum, share = together(
        spectrum=as_positive("spectrum", spectrum, 1),
        filter=as_filter("filter", filter),
    )
    xp, partial = namespace(share), share < 1
    with np.errstate(over="ignore"):
        times = -xp.log1p(-xp.where(partial, share, 0.0)) / spectrum
    return xp.where(partial, times, xp.inf)


def gradient_descent_rates(spectrum: Any, step_size: Any) -> Any:
    """−log(1 − ηλ): the eigenvalues for which a flow is as fast as descent, per step.

    With these for λ and numbers of steps for times, what is true of gradient flow is
    true of gradient descent: `equivalent_time` gives numbers of steps, for example.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0.
    step_size : array of shape (...)
        η > 0, below 1/λ for all of them, with batch axes.

    Returns
    -------
    array of shape (..., n_directions)

    Raises
    ------
    ValueError
        If a step is 1/λ or more: descent then overshoots, as no flow does.

    Notes
    -----
    Source: derived here, claim KD-4s.

    Examples
    --------
    >>> gradient_descent_rates([0.5, 0.1], 1.0).round(6).tolist()
    [0.693147, 0.105361]
    """
    spectrum, step_size = on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum),
        step_size=as_positive("step_size", step_size),
    )
    with np.errstate(over="ignore"):
        step = spectrum * step_size
    wanted = "be below 1 / λ for the largest eigenvalue λ"
    refuse("step_size", step_size, step >= 1, wanted, "; larger steps overshoot")
    return -namespace(step).log1p(-step)
