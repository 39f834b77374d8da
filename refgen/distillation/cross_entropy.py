"""The model of label noise with logistic loss: its flow in two dimensions."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import first_of, refuse
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.distillation.label_noise import LabelNoiseModel, with_times
from refgen.distillation.label_noise_fits import LabelNoiseFit
from refgen.kernels import kernel

_duals = kernel("flows", "logistic_duals")

# Steps are halved until margins m move by less than this times 1 + |m|. What is left
# after that is 15 times less, and the leading part of it is taken out.
TOLERANCE = 1e-10

# Longer flows, in units of the time in which margins change, need too many steps.
_LONGEST = 2.0**18


@finite
def cross_entropy_teacher(model: LabelNoiseModel, teacher_time: Any) -> LabelNoiseFit:
    """The model after gradient flow on Σ log(1 + e^(−ỹᵢ zᵢ)), from 0.

    Parameters
    ----------
    model : LabelNoiseModel
    teacher_time : array of shape (...)
        T in [0, ∞). The flow has no limit: margins grow like log T.

    Returns
    -------
    LabelNoiseFit
        Margins m are off by less than 1e-11 (1 + |m|).

    Raises
    ------
    ValueError
        If a time is out of range, or so long that the flow needs more than 2²⁰ steps;
        the message has the longest time.

    Notes
    -----
    By symmetry all points with a right label have the same dual weight, and all with a
    flipped one. Steps of Runge and Kutta's method are halved until that changes nothing
    that counts. Source: derived here, claim KD-17.

    Examples
    --------
    >>> teacher = cross_entropy_teacher(LabelNoiseModel(51, 9, 1.0, 1.0), 20.0)
    >>> teacher.margins.round(8).tolist()
    [4.05811833, 2.28551673]
    """
    model, time = with_times(model, teacher_time=teacher_time)
    endless = namespace(time).isinf(time)
    hint = ": with labels as targets, logistic loss has no minimum"
    refuse("teacher_time", time, endless, "be finite", hint)
    targets = namespace(time).zeros((*time.shape, 2))
    return LabelNoiseFit(model, _flow("teacher_time", model, time, targets))


@finite
def cross_entropy_student(teacher: LabelNoiseFit, student_time: Any) -> LabelNoiseFit:
    """A student of that teacher: its targets are the teacher's probabilities.

    Parameters
    ----------
    teacher : LabelNoiseFit
        Any one: its scores are taken for logits.
    student_time : array of shape (...)
        t̃ ≥ 0; an endless student is its teacher.

    Returns
    -------
    LabelNoiseFit

    Raises
    ------
    ValueError
        As `cross_entropy_teacher`.

    Notes
    -----
    Source: derived here, claim KD-17.

    Examples
    --------
    >>> from refgen.distillation import slope_of_fits
    >>> teacher = cross_entropy_teacher(LabelNoiseModel(51, 9, 1.0, 1.0), 20.0)
    >>> round(float(slope_of_fits(teacher, cross_entropy_student(teacher, 3.0))), 6)
    1.336187
    """
    check_instance("teacher", teacher, LabelNoiseFit)
    model, time = with_times(teacher.model, student_time=student_time)
    xp = namespace(time)
    target = xp.broadcast_to(teacher.margins, (*time.shape, 2))
    # 1 − σ(m) without cancellation, and without overflow.
    rest = 1 / (1 + xp.exp(xp.minimum(target, 700.0)))
    endless = xp.isinf(time)
    duals = _flow("student_time", model, xp.where(endless, 0.0, time), rest)
    own = xp.broadcast_to(teacher.duals, duals.shape)
    return LabelNoiseFit(model, xp.where(endless[..., None], own, duals))


def _flow(name: str, model: LabelNoiseModel, time: Any, rest: Any) -> Any:
    """Dual weights at `time`, (..., 2), for targets that are `rest` short of 1."""
    xp = namespace(time)
    rate = model.spectrum[..., 0] / 4
    most = _LONGEST / rate
    long = time > most
    refuse(name, time, long, f"be at most {float(most.min()):.3g} for these models")
    columns = [model.n_clean, model.n_flipped, model.shared, model.private]
    given = xp.stack([xp.broadcast_to(c, time.shape).ravel() for c in columns], axis=1)
    duals, moved = _duals(time.ravel(), given, rest.reshape(-1, 2), TOLERANCE)
    unsettled = ~(moved <= TOLERANCE)
    if bool(unsettled.any()):
        raise ValueError(
            f"{name} is too long for this model: halving the steps, down to 2**20 of "
            f"them, still moves a margin by {first_of(moved, unsettled):.1e}; give "
            "a shorter one, or smaller features"
        )
    return duals.reshape(*time.shape, 2)
