"""How much more of a weak direction a student loses than of a strong one."""

from __future__ import annotations

from typing import Any

from refgen._numbers import as_positive, refuse, together
from refgen.arrays import namespace
from refgen.distillation._checks import as_times
from refgen.distillation._progress import composed, product


def exaggeration(strong: Any, weak: Any, teacher_time: Any, student_time: Any) -> Any:
    """What a student has along a weak direction, as a share of a teacher like it.

    The teacher is stopped when it agrees with the student along the strong direction.
    The share is below 1 for all finite times: a student exaggerates the bias of its
    teacher.

    Parameters
    ----------
    strong, weak : array of shape (...)
        Eigenvalues λ₁ ≥ λ₂ > 0 of the two directions.
    teacher_time, student_time : array of shape (...)
        T and t, from 0 to infinity.

    Returns
    -------
    array of shape (...)
        In (0, 1]; at time 0 the limit of short times.

    Raises
    ------
    ValueError
        If a number is out of range, or the eigenvalues are not in order.

    Notes
    -----
    Source: derived here, claims KD-21 and KD-21b.

    Examples
    --------
    >>> float(exaggeration(2.0, 1.0, 1.3, 2.1).round(6))
    0.90797
    """
    strong, weak, first, second = _pair(strong, weak, teacher_time, student_time)
    xp = namespace(strong)
    progress = composed(xp, product(xp, strong, first), product(xp, strong, second))
    ratios = [_ratio(xp, strong, weak, time) for time in (first, second)]
    matched = _ratio_at(xp, progress, weak / strong)
    return ratios[0] * ratios[1] / matched


def exaggeration_bounds(
    strong: Any, weak: Any, teacher_time: Any, student_time: Any
) -> tuple[Any, Any]:
    """Two numbers below `exaggeration`: λ₂/λ₁, and the larger r(T) of T and t.

    r(T) = (1 − e^(−λ₂T))/(1 − e^(−λ₁T)) is the share that the teacher itself has, when
    it stops. So a student loses less than the slower start of weak directions costs.

    Parameters
    ----------
    strong, weak, teacher_time, student_time : array of shape (...)
        As in `exaggeration`.

    Returns
    -------
    least, own : arrays of shape (...)

    Raises
    ------
    ValueError
        If a number is out of range, or the eigenvalues are not in order.

    Notes
    -----
    Source: derived here, claim KD-21b.

    Examples
    --------
    >>> bounds = exaggeration_bounds(2.0, 1.0, 1.3, 2.1)
    >>> [float(bound.round(6)) for bound in bounds]
    [0.5, 0.890903]
    """
    strong, weak, first, second = _pair(strong, weak, teacher_time, student_time)
    xp = namespace(strong)
    ratios = [_ratio(xp, strong, weak, time) for time in (first, second)]
    return weak / strong, xp.maximum(*ratios)


def _pair(strong: Any, weak: Any, first: Any, second: Any) -> list[Any]:
    arrays = together(
        strong=as_positive("strong", strong),
        weak=as_positive("weak", weak),
        teacher_time=as_times("teacher_time", first),
        student_time=as_times("student_time", second),
    )
    strong, weak, *_ = arrays
    hint = "; exchange the two eigenvalues"
    refuse("weak", weak, weak > strong, "not be above strong", hint)
    return arrays


def _ratio(xp: Any, strong: Any, weak: Any, time: Any) -> Any:
    """r(T), and λ₂/λ₁ at T = 0."""
    return _ratio_at(xp, product(xp, strong, time), weak / strong)


def _ratio_at(xp: Any, progress: Any, ratio: Any) -> Any:
    """The same for λ₁T and λ₂/λ₁."""
    started = progress > 0
    some = xp.where(started, progress, 1.0)
    return xp.where(started, xp.expm1(-ratio * some) / xp.expm1(-some), ratio)
