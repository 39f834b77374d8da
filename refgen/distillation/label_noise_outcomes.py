"""What comes of given times: confidence slope and accuracy, in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._numbers import as_counts, as_positive, refuse, together
from refgen.arrays import namespace, special_functions
from refgen.distillation._two_rates import (
    clean_score,
    filters,
    first_ratio,
    fitting_ratio,
    gap,
    ratio_at,
)
from refgen.distillation.label_noise import LabelNoiseModel, with_times


@finite
def label_noise_slope(
    model: LabelNoiseModel, teacher_time: Any, student_time: Any
) -> Any:
    """Confidence slope on the training points, with scores as logits.

    It jumps where the teacher begins to fit the flipped labels, and is not defined
    there; see `noise_fitting_time`.

    Parameters
    ----------
    model : LabelNoiseModel
    teacher_time : array of shape (...)
        T in (0, ∞): an endless teacher is equally confident on all points.
    student_time : array of shape (...)
        t̃ ≥ 0.

    Returns
    -------
    array of shape (...)
        Not negative, without cancellation.

    Raises
    ------
    ValueError
        If a time is out of range, if the teacher is undecided on the flipped labels,
        or if the slope leaves the range of float64.

    Notes
    -----
    Source: derived here, claim KD-16.

    Examples
    --------
    >>> model = LabelNoiseModel(51, 9, 1.21, 0.8)
    >>> [round(float(label_noise_slope(model, 2.0, t)), 6) for t in (2.5, float("inf"))]
    [1.534985, 1.0]
    """
    model, teacher, student = with_times(
        model, teacher_time=teacher_time, student_time=student_time
    )
    xp = namespace(teacher)
    bad = (teacher == 0) | xp.isinf(teacher)
    refuse("teacher_time", teacher, bad, "be positive and finite, or there is no slope")
    below = fitting_ratio(model) - ratio_at(model, teacher)
    tie = below == 0
    wanted = "not be where the teacher is undecided on the flipped labels"
    refuse("teacher_time", teacher, tie, wanted)
    fits = below > 0
    top, own = filters(model, student)
    _, memory = filters(model, teacher)
    # s_κ (u₁ − u_κ)/(s₁ − s_κ), where e^(−κt) (1 − e^(−gt)) is in both differences.
    with np.errstate(over="ignore"):
        share = xp.expm1(-gap(model) * student) / xp.expm1(-gap(model) * teacher)
        lead = xp.where(fits, model.private * (teacher - student), 0.0)
    return xp.where(fits, top + memory * share * xp.exp(lead), own)


@finite
def label_noise_accuracy(
    model: LabelNoiseModel,
    teacher_time: Any,
    test_noise: Any,
    student_time: Any = float("inf"),
    n_rounds: Any = 1,
) -> Any:
    """Accuracy on fresh points (μy, τζ), ζ ~ N(0, I), of a teacher or its student.

    Parameters
    ----------
    model : LabelNoiseModel
    teacher_time : array of shape (...)
        T ≥ 0; at 0 it is the limit of short training.
    test_noise : array of shape (...)
        τ > 0, the standard deviation of each private feature of a fresh point.
    student_time : array of shape (...), optional
        t̃ ≥ 0; an endless one, which is the default, is the teacher itself.
    n_rounds : array of shape (...), optional
        Whole number of students, each trained for t̃ on the outputs of the one before.

    Returns
    -------
    array of shape (...)
        In (1/2, 1]. It rises with the number of rounds to `noiseless_accuracy`.

    Raises
    ------
    ValueError
        If an argument is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-16 and KD-42.

    Examples
    --------
    >>> model = LabelNoiseModel(51, 9, 1.21, 0.8)
    >>> [round(float(label_noise_accuracy(model, 2, 0.35, t)), 5) for t in (1e9, 2.5)]
    [0.65569, 0.67848]
    """
    model, teacher, student = with_times(
        model, teacher_time=teacher_time, student_time=student_time
    )
    xp = namespace(teacher)
    noise, n, base, step = together(
        test_noise=as_positive("test_noise", test_noise),
        n_rounds=as_counts("n_rounds", n_rounds, 0),
        teacher=ratio_at(model, teacher) / first_ratio(model),
        student=ratio_at(model, student),
    )
    # (λ₁/κ)/ρ: from below 1, where flipped labels are nearly washed out, to λ₁/κ.
    left = xp.exp(-n * xp.log(step)) / base
    surplus = model.n_clean - model.n_flipped
    odds = 4 * (model.n_clean / surplus) * (model.n_flipped / surplus)
    z = clean_score(model) / noise / xp.sqrt(1 + odds * left * left)
    return special_functions(z).ndtr(z)


@finite
def noiseless_accuracy(model: LabelNoiseModel, test_noise: Any) -> Any:
    """Φ(μ²√n/(τ√κ)): the accuracy without flipped labels, which rounds tend to.

    Parameters
    ----------
    model : LabelNoiseModel
    test_noise : array of shape (...)
        τ > 0.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If `test_noise` is not positive, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-42.

    Examples
    --------
    >>> round(float(noiseless_accuracy(LabelNoiseModel(4, 1, 1.0, 1.25), 2.0)), 6)
    0.841345
    """
    (model,) = with_times(model)
    score, noise = together(
        model=clean_score(model), test_noise=as_positive("test_noise", test_noise)
    )
    z = score / noise
    return special_functions(z).ndtr(z)
