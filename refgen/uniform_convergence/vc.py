"""How many labelings linear classifiers realize, and the bound by that number."""

from __future__ import annotations

from math import log
from typing import Any

from refgen._finite import finite
from refgen._numbers import as_counts, refuse, together
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._checks import as_delta

# Up to so many points the series below has enough terms.
_MOST = 1e6

# Shares below are taken from a series; above, its ratio may be so near to 1 that it
# needs more terms than these.
_TINY, _TERMS = 1e-250, 700


@finite
def realized_labelings(n_points: Any, dimension: Any) -> Any:
    """The share of all labelings that linear classifiers through the origin realize.

    Parameters
    ----------
    n_points : array of shape (...)
        From 1 to 10⁶ points in general position: any d of them are independent.
    dimension : array of shape (...)
        d ≥ 1, of the space that the points span. In the linear example it is D + 1, as
        signals of all points are on one line.

    Returns
    -------
    array of shape (...)
        In (0, 1]; 1 exactly if there are at most d points. What is too small for a
        float64 is 0.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    The probability of fewer than d heads in n − 1 tosses of a fair coin. Source: Cover
    1965, claim UC-18.

    Examples
    --------
    >>> realized_labelings([10, 20, 40], 10).round(6).tolist()
    [1.0, 0.5, 0.000533]
    """
    n, d = together(
        n_points=_as_points(n_points, _MOST),
        dimension=as_counts("dimension", dimension),
    )
    return _share(n, d)


def _as_points(value: Any, most: float) -> Any:
    n = as_counts("n_points", value)
    refuse("n_points", n, n > most, f"be at most {most:g}")
    return n


def _share(n: Any, d: Any) -> Any:
    """Pr[Bin(n − 1, ½) ≤ d − 1] by the incomplete beta function."""
    xp = namespace(n)
    some = n > d
    heads = xp.where(some, d, 1.0)
    misses = xp.where(some, n - d, 1.0)
    tail = special_functions(n).betainc(misses, heads, 0.5 + 0 * n)
    return xp.where(some, tail, 1.0)


@finite
def vc_bound(n_samples: Any, dimension: Any, delta: Any) -> Any:
    """How far error on a sample and on new points may be apart, by counted labelings.

    Parameters
    ----------
    n_samples : array of shape (...)
        From 1 to 500 000 independent points.
    dimension : array of shape (...)
        d ≥ 1, of the space that points span.
    delta : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    array of shape (...)
        √(8/m · log(4G(2m)/δ)): with probability 1 − δ no linear classifier through the
        origin has an error further from its error on the sample. From 1 on it is
        vacuous. G(2m) is the number of labelings of 2m points.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: Vapnik & Chervonenkis 1971, with Cover's number; claim UC-60.

    Examples
    --------
    >>> vc_bound([100, 500_000], 11, 0.05).round(4).tolist()
    [1.8488, 0.0453]
    """
    m, d, delta = together(
        n_samples=as_counts("n_samples", n_samples),
        dimension=as_counts("dimension", dimension),
        delta=as_delta(delta),
    )
    refuse("n_samples", m, m > _MOST / 2, f"be at most {_MOST / 2:g}")
    xp = namespace(m)
    labelings = 2 * m * log(2.0) + _log_share(2 * m, d)
    return xp.sqrt(8 / m * (labelings + log(4.0) - xp.log(delta)))


def _log_share(n: Any, d: Any) -> Any:
    """log of `_share`, also where that is too small for a float64."""
    xp, share = namespace(n), _share(n, d)
    tiny = share < _TINY
    if not bool(tiny.any()):
        return xp.log(share)
    heads, misses = xp.where(tiny, d, 1.0), xp.where(tiny, n - d, 1.0)
    # Σ C(n − 1, k) over k < d from its last term on, each over the next.
    rest = xp.ones_like(n)
    for j in reversed(range(_TERMS)):
        rest = 1 + rest * xp.maximum(heads - 1 - j, 0.0) / (misses + 1 + j)
    last = -special_functions(n).betaln(heads, misses + 1) - xp.log(heads + misses)
    series = last + xp.log(rest) - (n - 1) * log(2.0)
    return xp.where(tiny, series, xp.log(xp.where(tiny, 1.0, share)))
