"""How fast the errors of the linear example fall with its dimension, exactly."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import watched
from refgen._numbers import as_counts, together
from refgen.arrays import namespace
from refgen.uniform_convergence._ratios import as_ratio

# Of the series of artanh at 0.18: the next term is below a rounding.
_TERMS = 10


class ErrorExponents(NamedTuple):
    """Rates J: probabilities fall as e^(−JD), up to factors that are no exponentials.

    Attributes
    ----------
    test : array of shape (...)
        Of the test error.
    train : array of shape (...)
        Of the training error.
    not_transformed : array of shape (...)
        Of one less the error on the transformed sample.

    Examples
    --------
    >>> ErrorExponents(test=0.1, train=0.4, not_transformed=0.2).train
    0.4
    """

    test: Any
    train: Any
    not_transformed: Any


@watched
def error_exponents(signal_ratio: Any, n_samples: Any) -> ErrorExponents:
    """Large-deviation exponents for fixed m and α as D → ∞.

    Parameters
    ----------
    signal_ratio : array of shape (...)
        α = a/V > 0.
    n_samples : array of shape (...)
        m ≥ 2.

    Returns
    -------
    ErrorExponents of arrays of shape (...)
        `not_transformed` is 0 for α ≥ 1, where the transformed sample is not wrong.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    With κ = 1/(m − 1) and the q that makes each smallest: (q − 1 − log q)/2 + α²/(2mq)
    for new points, and + κ(q ± α)²/(2q) for the two others, whose q is the same:
    they differ by 2α/(m − 1). Source: derived here, claim UC-39.

    Examples
    --------
    >>> [round(float(rate), 8) for rate in error_exponents(0.125, 2)]
    [0.00389115, 0.48696406, 0.23696406]
    """
    alpha, m = together(
        signal_ratio=as_ratio("signal_ratio", signal_ratio),
        n_samples=as_counts("n_samples", n_samples, 2),
    )
    xp, own = namespace(alpha), 1 / (m - 1)
    test = _least(alpha * (alpha / m))
    both = _least(own * (1 + own) * (alpha * alpha)) + xp.log1p(own) / 2
    return ErrorExponents(test, both + own * alpha, _not_transformed(alpha, own))


def _least(ratio: Any) -> Any:
    """The least (q − log q + B/q − 1)/2; there q = 1 + B/q."""
    xp = namespace(ratio)
    beyond = 2 * ratio / (1 + xp.sqrt(1 + 4 * ratio))
    return beyond - xp.log1p(beyond) / 2


def _not_transformed(alpha: Any, own: Any) -> Any:
    """(q − 1 − log q + κ(q − α)²/q)/2, by factors of 1 − α, with which it vanishes."""
    xp = namespace(alpha)
    alpha = xp.minimum(alpha, 1.0)
    root = xp.sqrt(1 + 4 * own * (1 + own) * (alpha * alpha))
    unit = (1 - alpha) / (root + 1 + 2 * own)
    more, apart = -2 * own * (1 + alpha) * unit, (root + 1 - 2 * own * alpha) * unit
    return (_less_log1p(more) + own * (apart * apart) / (1 + more)) / 2


def _less_log1p(x: Any) -> Any:
    """x − log(1 + x), which is about x²/2 for small x."""
    xp = namespace(x)
    near = xp.where(abs(x) < 0.3, x, 0.0)
    s = near / (2 + near)
    square, rest = s * s, 0.0
    for k in range(2 * _TERMS + 1, 1, -2):
        rest = 1 / k + square * rest
    return xp.where(abs(x) < 0.3, s * (near - 2 * square * rest), x - xp.log1p(x))
