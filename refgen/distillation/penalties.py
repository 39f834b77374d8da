"""To which ridge regression a student is equal: in each direction another."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import as_not_negative, as_positive
from refgen.arrays import namespace
from refgen.distillation._checks import as_rounds, as_spectrum, on_spectrum
from refgen.distillation._progress import TINY, composed, product, shares


def equivalent_penalty(
    spectrum: Any,
    teacher_penalty: Any,
    student_penalty: Any,
    n_iterations: Any = 1.0,
) -> Any:
    """The penalty of one ridge regression that leaves as much as teacher and student.

    For ridge regression ρ + ρ′ + ρρ′/λ, which falls with λ: weak directions are shrunk
    more. For iterated ridge regression of order ν (see `iterated_ridge_filter`) it is
    the penalty of the same order, and falls everywhere if and only if ν ≥ 1.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0.
    teacher_penalty, student_penalty : array of shape (...)
        ρ and ρ′, at least 0, with batch axes.
    n_iterations : array of shape (...)
        ν > 0 of teacher, student and the equivalent; 1 is ridge regression.

    Returns
    -------
    array of shape (..., n_directions)
        Infinite where λ = 0 and both penalties are positive.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-5e and KD-21i.

    Examples
    --------
    >>> equivalent_penalty([2.0, 0.5, 0.0], 1.0, 1.0).round(12).tolist()
    [2.5, 4.0, inf]
    """
    spectrum, first, second, order = on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum),
        teacher_penalty=as_not_negative("teacher_penalty", teacher_penalty),
        student_penalty=as_not_negative("student_penalty", student_penalty),
        n_iterations=as_positive("n_iterations", n_iterations),
    )
    xp = namespace(spectrum)
    with np.errstate(over="ignore"):
        a, b = (order * _logarithm(xp, spectrum, rho) for rho in (first, second))
        learned, share = shares(xp, a, b)
        few = share < TINY
        ratio = xp.expm1(composed(xp, a, b) / order)
        found = spectrum / xp.where(few, 1.0, ratio)
        early = order * (spectrum / xp.where(learned > 0, learned, 1.0))
        taught = -xp.expm1(-a)
        weak = early / xp.where(taught > 0, taught, 1.0)
    some = (learned > 0) & (taught > 0)
    found = xp.where(few, xp.where(some, weak, xp.inf), found)
    # One of two without a penalty leaves all.
    alone = xp.where(first == 0, second, first)
    return xp.where((first == 0) | (second == 0), alone, found)


def _logarithm(xp: Any, spectrum: Any, penalty: Any) -> Any:
    """log(1 + λ/ρ), infinite without a penalty."""
    ratio = spectrum / xp.where(penalty > 0, penalty, 1.0)
    return xp.where(penalty > 0, xp.log1p(ratio), xp.inf)


def repeated_penalty(spectrum: Any, penalty: Any, n_rounds: Any) -> Any:
    """λ((1 + ρ/λ)ᵐ − 1): the penalty of one ridge regression that is equal to m rounds.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0.
    penalty : array of shape (...)
        ρ ≥ 0, with batch axes.
    n_rounds : array of shape (...)
        Whole numbers m ≥ 0; infinity is the limit.

    Returns
    -------
    array of shape (..., n_directions)
        Infinite where nothing is left, and above the range of float64.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-5e.

    Examples
    --------
    >>> repeated_penalty([2.0, 0.5], 1.0, 2).round(12).tolist()
    [2.5, 4.0]
    """
    spectrum, penalty, rounds = on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum),
        penalty=as_not_negative("penalty", penalty),
        n_rounds=as_rounds("n_rounds", n_rounds),
    )
    xp, seen = namespace(spectrum), spectrum > 0
    positive = xp.where(seen, spectrum, 1.0)
    with np.errstate(over="ignore"):
        each = xp.log1p(penalty / positive)
        lost = product(xp, xp.where(rounds > 0, each, 0.0), rounds)
        far = lost > 600  # e^lost may leave float64, and λe^lost need not
        found = positive * xp.expm1(xp.where(far, 0.0, lost))
        large = xp.exp(xp.where(far, lost + xp.log(positive), 0.0))
    found = xp.where(far, large, found)
    unseen = xp.where((penalty > 0) & (rounds > 1), xp.inf, penalty)
    found = xp.where(rounds == 1, penalty, xp.where(seen, found, unseen))
    return xp.where(rounds == 0, 0.0, found)
