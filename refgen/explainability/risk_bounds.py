"""Bounds on the risk of a function from errors of its explanations."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_not_negative, first_of, together
from refgen.arrays import namespace

# Rounding of means of squares, which a spread may be above the errors by.
_ROUNDING = 1e-12


class RiskBounds(NamedTuple):
    """Three bounds on the squared risk, of shape (...); each is at most the next.

    Attributes
    ----------
    centered : array
        With the spread of explanations taken out.
    root : array
        By roots of squared errors.
    linear : array
        Four, two, four and two times the terms.
    """

    centered: Any
    root: Any
    linear: Any


@finite
def risk_bound(label_error: Any, fidelity: Any, spread: Any = 0.0) -> Any:
    """The largest risk of a function, by errors of explanations on new points.

    Parameters
    ----------
    label_error : array of shape (...)
        L = E (g_{x′}(x) − y)² ≥ 0, the mirrored error of explanations against labels.
    fidelity : array of shape (...)
        MNF = E (g_{x′}(x) − f(x))² ≥ 0, the same against the function.
    spread : array of shape (...)
        V = E Var(g_{x′}(x) | x) of explanations at a point, over its neighbours x′. It
        is part of both errors, hence at most as large as each. 0 is always allowed; of
        averages of K explanations the spread that may be taken out of single ones is
        (1 − 1/K)V.

    Returns
    -------
    array of shape (...)
        (√(MNF − V) + √(L − V))², which the squared risk E (f(x) − y)² does not exceed.

    Raises
    ------
    ValueError
        If a number is negative or not finite, a spread is larger than an error that it
        is part of, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims LE-34 and LE-58.

    Examples
    --------
    >>> float(risk_bound(0.09, 0.04))
    0.25
    >>> float(risk_bound(0.09, 0.04, 0.03).round(4))
    0.119
    """
    error, fidelity, spread = together(
        label_error=as_not_negative("label_error", label_error),
        fidelity=as_not_negative("fidelity", fidelity),
        spread=as_not_negative("spread", spread),
    )
    xp = namespace(error)
    left = xp.sqrt(_without("label_error", error, spread))
    return (xp.sqrt(_without("fidelity", fidelity, spread)) + left) ** 2


@finite
def uniform_risk_bounds(
    train_risk: Any,
    train_fidelity: Any,
    fidelity: Any,
    deviation: Any,
    spread: Any = 0.0,
) -> RiskBounds:
    """Bounds on the risk of any function, even one that was trained on the sample.

    Parameters
    ----------
    train_risk : array of shape (...)
        R_S ≥ 0, the mean squared error of the function on the sample.
    train_fidelity : array of shape (...)
        MNF_S ≥ 0, the mirrored fidelity of explanations on the sample.
    fidelity : array of shape (...)
        MNF ≥ 0, the same on new points.
    deviation : array of shape (...)
        Δ ≥ 0, as of `deviation_bound`.
    spread : array of shape (...)
        V ≥ 0 of explanations, as in `risk_bound`; only `centered` takes it out.

    Returns
    -------
    RiskBounds
        `centered` is `risk_bound` with L = (√R_S + √MNF_S)² + Δ, `root` the same with
        V = 0, and `linear` 4R_S + 2MNF + 4MNF_S + 2Δ.

    Raises
    ------
    ValueError
        If a number is negative or not finite, the spread is larger than MNF or L, or
        shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim LE-18. The theorem of Li et al. 2021 (arXiv 2011.01205)
    has this form; constants are ours.

    Examples
    --------
    >>> found = uniform_risk_bounds(0.0097, 0.0093, 0.0093, 0.098)
    >>> round(float(found.root), 3), round(float(found.linear), 3)
    (0.216, 0.291)
    """
    risk, own, fidelity, deviation, spread = together(
        train_risk=as_not_negative("train_risk", train_risk),
        train_fidelity=as_not_negative("train_fidelity", train_fidelity),
        fidelity=as_not_negative("fidelity", fidelity),
        deviation=as_not_negative("deviation", deviation),
        spread=as_not_negative("spread", spread),
    )
    xp = namespace(risk)
    error = (xp.sqrt(risk) + xp.sqrt(own)) ** 2 + deviation
    return RiskBounds(
        risk_bound(error, fidelity, spread),
        risk_bound(error, fidelity),
        4 * risk + 2 * fidelity + 4 * own + 2 * deviation,
    )


def _without(name: str, error: Any, spread: Any) -> Any:
    """error − spread, which is not negative but for rounding."""
    bad = spread > (1 + _ROUNDING) * error
    if bool(bad.any()):
        raise ValueError(
            f"spread must be at most {name}, which it is a part of, got "
            f"{first_of(spread, bad):g} and {first_of(error, bad):g}; estimate both "
            "from the same draws, or leave the spread out"
        )
    return namespace(error).maximum(error - spread, 0.0)
