"""When label noise is fitted, exaggerated and washed out: closed forms in times."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen.distillation._two_rates import (
    first_ratio,
    fitting_ratio,
    gap,
    log_first_ratio,
    log_ratio_at,
    ratio_at,
    time_of,
)
from refgen.distillation.label_noise import LabelNoiseModel, with_times


@finite
def filter_ratio(model: LabelNoiseModel, time: Any) -> Any:
    """a₁(t)/a_κ(t): what the shared direction has learned over what the others have.

    Parameters
    ----------
    model : LabelNoiseModel
    time : array of shape (...)
        t ≥ 0. At 0 it is the limit (μ²n + κ)/κ, from which it falls to 1.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If a time is negative, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-42 and KD-43.

    Examples
    --------
    >>> filter_ratio(LabelNoiseModel(4, 1, 1.0, 0.5), [0.0, float("inf")]).tolist()
    [11.0, 1.0]
    """
    model, time = with_times(model, time=time)
    return ratio_at(model, time)


@finite
def exaggeration_time(model: LabelNoiseModel, teacher_time: Any) -> Any:
    """t̃_c = log(s₁/s_κ)/(λ₁ − κ): the slope exceeds 1 from this student time on.

    That is if the teacher fits the flipped labels; otherwise it never does.

    Parameters
    ----------
    model : LabelNoiseModel
    teacher_time : array of shape (...)
        T ≥ 0; at 0 it is the limit of short training.

    Returns
    -------
    array of shape (...)
        Falls from log(λ₁/κ)/(λ₁ − κ) to 0.

    Raises
    ------
    ValueError
        If a time is negative, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-28.

    Examples
    --------
    >>> round(float(exaggeration_time(LabelNoiseModel(51, 9, 1.21, 0.8), 2.0)), 6)
    0.003106
    """
    model, teacher = with_times(model, teacher_time=teacher_time)
    return log_ratio_at(model, teacher) / gap(model)


@finite
def steepest_student_time(model: LabelNoiseModel, teacher_time: Any) -> Any:
    """t̃_c + log(λ₁/κ)/(λ₁ − κ): where the slope over student times is largest.

    Parameters
    ----------
    model : LabelNoiseModel
    teacher_time : array of shape (...)
        T ≥ 0, of a teacher that fits the flipped labels.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If a time is negative, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-28p.

    Examples
    --------
    >>> round(float(steepest_student_time(LabelNoiseModel(51, 9, 1.21, 0.8), 2.0)), 6)
    0.065352
    """
    model, teacher = with_times(model, teacher_time=teacher_time)
    logs = log_ratio_at(model, teacher) + log_first_ratio(model)
    return logs / gap(model)


def noise_fitting_time(model: LabelNoiseModel, teacher_time: Any = float("inf")) -> Any:
    """Time from which on the flipped labels are fitted, by a teacher or a student.

    A student of an endless teacher, which is the default, is trained on the labels
    themselves. Students of other teachers take longer.

    Parameters
    ----------
    model : LabelNoiseModel
    teacher_time : array of shape (...), optional
        T ≥ 0.

    Returns
    -------
    array of shape (...)
        0 if flipped labels are fitted from the start, infinity if they never are.

    Raises
    ------
    ValueError
        If a time is negative, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-28 and KD-44.

    Examples
    --------
    >>> model = LabelNoiseModel(51, 9, 1.21, 0.8)
    >>> [round(float(noise_fitting_time(model, t)), 6) for t in (float("inf"), 2.0)]
    [0.663285, 0.906905]
    """
    model, teacher = with_times(model, teacher_time=teacher_time)
    return time_of(model, fitting_ratio(model) / ratio_at(model, teacher))


def winning_student_time(model: LabelNoiseModel, teacher_time: Any) -> Any:
    """The longest student time with which it is more accurate than every teacher.

    That is more accurate on fresh points than training on the labels stopped at any
    time. Shorter students are, too.

    Parameters
    ----------
    model : LabelNoiseModel
    teacher_time : array of shape (...)
        T ≥ 0.

    Returns
    -------
    array of shape (...)
        Positive, unless the teacher is endless; infinite for T = 0, and for a T that
        is so short that a₁/a_κ rounds to its first value.

    Raises
    ------
    ValueError
        If a time is negative, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-28w and KD-43.

    Examples
    --------
    >>> model = LabelNoiseModel(51, 9, 1.21, 0.8)
    >>> round(float(winning_student_time(model, 0.13782)), 4)
    0.1378
    """
    model, teacher = with_times(model, teacher_time=teacher_time)
    return time_of(model, first_ratio(model) / ratio_at(model, teacher))
