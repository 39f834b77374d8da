"""What training does to each eigendirection: filters, between 0 and 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative, as_positive
from refgen.arrays import as_floats, namespace
from refgen.distillation._checks import (
    as_spectrum,
    as_times,
    on_filters,
    on_spectrum,
    refuse_unstable,
)
from refgen.distillation._progress import learned_share


@finite
def gradient_flow_filter(spectrum: Any, time: Any) -> Any:
    """1 − e^(−λt): the share of each direction that gradient flow has learned.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0 of XᵀX/n, for the loss ‖y − Xβ‖²/(2n) and a start at 0.
    time : array of shape (...)
        Training times t ≥ 0, with batch axes; infinity is training to the end.

    Returns
    -------
    array of shape (..., n_directions)
        In [0, 1]; 0 where λ = 0, which stays at the start even in infinite time.

    Raises
    ------
    ValueError
        If an eigenvalue or a time is negative, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-1.

    Examples
    --------
    >>> gradient_flow_filter([1.0, 0.0], np.inf).tolist()
    [1.0, 0.0]
    """
    spectrum, time = on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum), time=as_times("time", time)
    )
    return learned_share(namespace(spectrum), spectrum, time)


@finite
def gradient_descent_filter(spectrum: Any, n_steps: Any, step_size: Any) -> Any:
    """1 − (1 − ηλ)^m: the same after m steps of gradient descent of size η.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0 of XᵀX/n.
    n_steps : array of shape (...)
        Whole numbers m ≥ 0, with batch axes.
    step_size : array of shape (...)
        η > 0 with ηλ < 2.

    Returns
    -------
    array of shape (..., n_directions)
        In [0, 1] where ηλ ≤ 1, and in (0, 2) otherwise, where steps overshoot.

    Raises
    ------
    ValueError
        If a number is out of range, or ηλ ≥ 2, where gradient descent diverges; the
        message has the largest step.

    Notes
    -----
    Source: derived here, claim KD-4.

    Examples
    --------
    >>> gradient_descent_filter([0.5, 0.0], 2, 1.0).tolist()
    [0.75, 0.0]
    """
    spectrum, n_steps, step_size = on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum),
        n_steps=as_counts("n_steps", n_steps, 0),
        step_size=as_positive("step_size", step_size),
    )
    refuse_unstable(spectrum, step_size)
    xp = namespace(spectrum)
    step = spectrum * step_size
    # Of (1 − ηλ)^m the logarithm, where 1 − ηλ is positive, and where it is not.
    short = xp.where(step < 1, step, 0.0)
    beyond = xp.where(step > 1, step, 2.0)
    odd = n_steps % 2 == 1
    smooth = -xp.expm1(n_steps * xp.log1p(-short))
    size = xp.exp(n_steps * xp.log(beyond - 1))
    overshooting = 1 - xp.where(odd, -size, size)
    at_once = xp.where(n_steps > 0, 1.0, 0.0)
    return xp.where(step < 1, smooth, xp.where(step > 1, overshooting, at_once))


@finite
def ridge_filter(spectrum: Any, penalty: Any) -> Any:
    """λ/(λ + ρ): what is left of each direction by ridge regression.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0 of XᵀX/n.
    penalty : array of shape (...)
        ρ ≥ 0, of ‖y − Xβ‖²/n + ρ‖β‖²; scikit-learn's `alpha` is nρ.

    Returns
    -------
    array of shape (..., n_directions)
        In [0, 1]; 0 where λ = 0, also without a penalty.

    Raises
    ------
    ValueError
        If an eigenvalue or a penalty is negative, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-5.

    Examples
    --------
    >>> ridge_filter([3.0, 0.0], 1.0).tolist()
    [0.75, 0.0]
    """
    spectrum, penalty = on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum),
        penalty=as_not_negative("penalty", penalty),
    )
    total = spectrum + penalty
    xp = namespace(total)
    return spectrum / xp.where(total > 0, total, 1.0)


def iterated_ridge_filter(spectrum: Any, penalty: Any, n_iterations: Any) -> Any:
    """1 − (1 + λ/ρ)^(−ν): ν ridge fits, each to what the ones before left over.

    This is Tikhonov's iterated regularization, for any order ν > 0; ν = 1 is ridge
    regression. It is another thing than distilling ν times, see `repeated_filter`.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0 of XᵀX/n.
    penalty : array of shape (...)
        ρ ≥ 0, with batch axes.
    n_iterations : array of shape (...)
        ν > 0; it need not be whole.

    Returns
    -------
    array of shape (..., n_directions)
        In [0, 1]; 0 where λ = 0, also without a penalty.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-5i.

    Examples
    --------
    >>> iterated_ridge_filter([3.0, 0.0], 1.0, 2).round(12).tolist()
    [0.9375, 0.0]
    """
    spectrum, penalty, order = on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum),
        penalty=as_not_negative("penalty", penalty),
        n_iterations=as_positive("n_iterations", n_iterations),
    )
    xp = namespace(spectrum)
    penalized = penalty > 0
    # A quotient that overflows is as good as infinite: nothing is left over.
    with np.errstate(over="ignore"):
        ratio = spectrum / xp.where(penalized, penalty, 1.0)
        learned = -xp.expm1(-order * xp.log1p(ratio))
    return xp.where(penalized, learned, xp.where(spectrum > 0, 1.0, 0.0))


@finite
def distilled_filter(
    teacher_filter: Any, student_filter: Any, label_weight: Any = 0.0
) -> Any:
    """u(α + (1 − α)s): a student of labels of weight α and of its teacher's outputs.

    Parameters
    ----------
    teacher_filter : array of shape (..., n_directions)
        s, such as a `gradient_flow_filter`.
    student_filter : array of shape (..., n_directions)
        u, of the student alone: what it learns of any labels.
    label_weight : array of shape (...)
        α in [0, 1], the weight of the true labels, with batch axes.

    Returns
    -------
    array of shape (..., n_directions)

    Raises
    ------
    ValueError
        If a weight is outside [0, 1], or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-1 and KD-18.

    Examples
    --------
    >>> distilled_filter([0.5, 1.0], [0.5, 0.5], label_weight=0.5).tolist()
    [0.375, 0.5]
    """
    teacher, student, weight = on_filters(
        label_weight,
        teacher_filter=as_floats("teacher_filter", teacher_filter, 1),
        student_filter=as_floats("student_filter", student_filter, 1),
    )
    return student * (weight + (1 - weight) * teacher)
