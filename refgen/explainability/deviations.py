"""How far errors of explanations on new points may be from those on a sample."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import (
    as_counts,
    as_not_negative,
    as_open_unit,
    as_positive,
    together,
)
from refgen._scales import check_scale
from refgen.arrays import namespace


@finite
def deviation_bound(
    complexity: Any, n_points: Any, output_bound: Any, delta: Any
) -> Any:
    """Δ: how much larger mirrored errors may be on new points than on the sample.

    With probability 1 − δ it holds for all systems of explanations at once: the
    mirrored error against labels (or against a function chosen without the sample) is
    at most Δ above that on the sample.

    Parameters
    ----------
    complexity : array of shape (...)
        At least 0: WRρ_S/√m, the smaller `neighbor_complexity`, or the still smaller
        one with `label_scaled_points`.
    n_points : array of shape (...)
        m ≥ 1, the size of the sample.
    output_bound : array of shape (...)
        b > 0, which no |output|, |label| or |explanation| exceeds.
    delta : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    array of shape (...)
        Δ = 8b · complexity + 8b² √(ln(1/δ)/2m). Errors are at most 4b², so that a Δ of
        that size says nothing.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Notes
    -----
    Laws of neighbours, W and b are fixed before the sample is seen. Source: derived
    here, claims LE-18b, LE-19 and LE-32.

    Examples
    --------
    >>> float(deviation_bound(0.01, 20_000, 0.5, 0.05).round(4))
    0.0573
    """
    complexity, n, bound, delta = together(
        complexity=as_not_negative("complexity", complexity),
        n_points=as_counts("n_points", n_points),
        output_bound=_scaled("output_bound", output_bound),
        delta=as_open_unit("delta", delta),
    )
    xp = namespace(complexity)
    # −log δ, with all digits next to δ = 1, too.
    missing = xp.where(delta > 0.5, -xp.log1p(delta - 1), -xp.log(delta))
    return 8 * bound * complexity + 8 * bound * bound * xp.sqrt(missing / (2 * n))


@finite
def ridge_stability(
    penalty: Any, n_points: Any, radius: Any, largest_error: Any, output_bound: Any
) -> Any:
    """β: how much a squared error changes if one point of the sample is left out.

    It is about explanations by ridge regression with the penalty λm p(z) at z, where p
    is the density of all neighbours, and the mean over new points and their neighbours.

    Parameters
    ----------
    penalty : array of shape (...)
        λ > 0.
    n_points : array of shape (...)
        m ≥ 1.
    radius : array of shape (...)
        R > 0, which no point's length exceeds, with the feature that is 1.
    largest_error : array of shape (...)
        e ≥ 0, which no |y − g(x)| of a point that is left out exceeds.
    output_bound : array of shape (...)
        b > 0, which no |output|, |label| or |explanation| exceeds.

    Returns
    -------
    array of shape (...)
        β = 4b e R²/(λm), whatever the scale and the disjointedness are.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim LE-35.

    Examples
    --------
    >>> float(ridge_stability(0.1, 1000, 1.5, 1.0, 0.5))
    0.045
    """
    penalty, n, radius, error, bound = together(
        penalty=_scaled("penalty", penalty),
        n_points=as_counts("n_points", n_points),
        radius=_scaled("radius", radius),
        largest_error=check_scale(
            "largest_error", as_not_negative("largest_error", largest_error)
        ),
        output_bound=_scaled("output_bound", output_bound),
    )
    return 4 * bound * error * (radius / penalty) * radius / n


@finite
def left_out_deviation(
    label_error: Any, stability: Any, n_points: Any, output_bound: Any, delta: Any
) -> Any:
    """How far a leave-one-out error may be from the error of explanations, at most.

    Parameters
    ----------
    label_error : array of shape (...)
        The expected mirrored error of explanations from m − 1 points, in [0, 4b²].
    stability : array of shape (...)
        β ≥ 0, as of `ridge_stability`.
    n_points : array of shape (...)
        m ≥ 2.
    output_bound : array of shape (...)
        b > 0.
    delta : array of shape (...)
        δ in (0, 1), the probability with which it may be larger.

    Returns
    -------
    array of shape (...)
        √((4b² label_error/m + 24b²β)/δ), by Chebyshev's inequality.

    Raises
    ------
    ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim LE-35.

    Examples
    --------
    >>> float(left_out_deviation(0.03, 0.0, 300, 0.5, 0.05).round(4))
    0.0447
    """
    error, stability, n, bound, delta = together(
        label_error=as_not_negative("label_error", label_error),
        stability=as_not_negative("stability", stability),
        n_points=as_counts("n_points", n_points, 2),
        output_bound=_scaled("output_bound", output_bound),
        delta=as_open_unit("delta", delta),
    )
    xp = namespace(error)
    return 2 * bound * xp.sqrt((error / n + 6 * stability) / delta)


def _scaled(name: str, value: Any) -> Any:
    return check_scale(name, as_positive(name, value))
