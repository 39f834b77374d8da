"""Draws from Pólya's urn, by numbers that do not cancel as values of log Γ do."""

from __future__ import annotations

from math import log, pi
from typing import Any

from refgen.arrays import namespace, special_functions

# From here on the next term of Stirling's series is below 2⁻⁵³.
LARGE = 16.0

# Sums of a few parameters up to this do not overflow.
LARGEST = 1e300


def stirling_rest(x: Any) -> Any:
    """log Γ(x) − (x − ½) log x + x − log(2π)/2, for x of at least `LARGE`.

    Source: Stirling's series (DLMF 5.11.1).
    """
    inverse = 1 / x
    y = inverse * inverse
    series = 1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))
    return series / x


def log_urn(j: Any, n: Any, a: Any, b: Any) -> Any:
    """log of C(n, j) B(j + a, n − j + b) / B(a, b), as accurate for large a, b and n.

    The probability is that of two negative binomial counts with parameters a and b, if
    they add up to n. With the success probability p = A/(A + n), A = a + b, the
    logarithm for each count is a deviance, which is small where the probability is
    not, plus terms of moderate size.

    Parameters
    ----------
    j, n : arrays of whole numbers, 0 ≤ j ≤ n
    a, b : arrays of positive numbers up to `LARGEST`

    Notes
    -----
    Source: Loader (2000), "Fast and accurate computation of binomial probabilities".
    """
    total = a + b
    # By how much j falls short of its mean; n − j exceeds its own by as much.
    short = (a / total) * (n - j) - (b / total) * j
    both = _log_count(j, a, n, total, short) + _log_count(n - j, b, n, total, -short)
    return both - _log_count(n, total, n, total, 0.0)


def _log_count(x: Any, r: Any, n: Any, total: Any, short: Any) -> Any:
    """log of Γ(x + r) / (Γ(r) x!) pʳ (1 − p)ˣ for p = total / (total + n).

    `short` is r n / total − x.
    """
    xp = namespace(r)
    is_zero, n = x == 0, xp.maximum(n, 1.0)
    x = xp.where(is_zero, 1.0, x)
    # r and x, relative to the shares p and 1 − p of x + r.
    of_r = xp.where(is_zero, 0.0, short / (x + r))
    of_x = -of_r * (total / n)
    deviance = r * _log1p(of_r, _log_share(r, x) - _log_share(total, n))
    deviance = deviance + x * _log1p(of_x, _log_share(x, r) - _log_share(n, total))
    rest = _rest(x + r) - _rest(r) - _rest(x)
    some = rest - deviance + 0.5 * (_log_share(r, x) - xp.log(2 * pi * x))
    return xp.where(is_zero, r * _log_share(total, n), some)


def _log1p(t: Any, otherwise: Any) -> Any:
    """log(1 + t) from t where it is no large negative part of 1."""
    xp = namespace(otherwise)
    return xp.where(t > -0.5, xp.log1p(xp.maximum(t, -0.5)), otherwise)


def _log_share(a: Any, b: Any) -> Any:
    """log of a / (a + b)."""
    xp = namespace(a)
    few = xp.log(xp.minimum(a, b)) - xp.log(a + b)
    return xp.where(a < b, few, -xp.log1p(b / xp.maximum(a, b)))


def _rest(x: Any) -> Any:
    """`stirling_rest` of any positive number."""
    xp, gammaln = namespace(x), special_functions(x).gammaln
    small = xp.minimum(x, LARGE)
    # log Γ(x) = log Γ(x + 1) − log x, also where Γ(x) overflows.
    exact = gammaln(small + 1) - (small + 0.5) * xp.log(small) + small
    exact = exact - 0.5 * log(2 * pi)
    return xp.where(x < LARGE, exact, stirling_rest(xp.maximum(x, LARGE)))
