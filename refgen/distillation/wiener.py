"""Students in a row, mixed with true labels: how near they come to the best filter."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative, refuse, together
from refgen.arrays import as_floats, namespace

# A row whose part orthogonal to the earlier ones is shorter than this share of it is
# rounding: no more students would help.
_DEPENDENT = 2.0**-40


@finite
def oracle_mixing(filter: Any, oracle: Any) -> Any:
    """The ξ with which as many students as directions reach any filter exactly.

    Parameters
    ----------
    filter : array of shape (..., n_directions)
        s of the teacher and all students, different in all directions, in (0, 1).
    oracle : array of shape (..., n_directions)
        The filter to reach, such as the best one, λβ²/(λβ² + σ²/n).

    Returns
    -------
    array of shape (..., n_directions)
        ξⱼ of the students, the first one first, for `mixed_filter`. They grow without
        bound as two entries of `filter` approach each other.

    Raises
    ------
    ValueError
        If two entries of a filter agree, or are not in (0, 1), or no mixing reaches
        the oracle: this one alone is missed, and a slightly different one is not.

    Notes
    -----
    (1 − F)/(1 − s) is a polynomial H of degree k in s with H(0) = 1, and ξₖ, ξₖξₖ₋₁, …
    are its coefficients. Source: Pareek et al. 2024 (arXiv 2407.04600), the
    construction derived here, claim KD-13w.

    Examples
    --------
    >>> mixing = oracle_mixing([0.5, 0.25], [0.5, 0.5])
    >>> mixing.round(12).tolist()
    [-2.0, -2.666666666667]
    """
    share, oracle = together(
        filter=as_floats("filter", filter, 1), oracle=as_floats("oracle", oracle, 1)
    )
    bad = (share <= 0) | (share >= 1)
    refuse("filter", share, bad, "lie strictly between 0 and 1")
    xp = namespace(share)
    tails = _through(xp, share, (1 - oracle) / (1 - share))
    first = [1 + 0 * tails[0], *tails[:-1]]
    ratios = []
    for above, below in zip(tails, first, strict=True):
        lost = (below == 0) & (above != 0)
        if bool(lost.any()):
            raise ValueError(
                "oracle is one of the few filters that no mixing reaches; change the "
                "penalty behind filter a little"
            )
        ratios.append(above / xp.where(below == 0, 1.0, below))
    return xp.stack(ratios[::-1], axis=-1)


def _through(xp: Any, share: Any, values: Any) -> list[Any]:
    """Coefficients of s, s², … of the polynomial with the values, and 1 at 0."""
    k = share.shape[-1]
    nodes = [share[..., j] for j in range(k)]
    # Divided differences, of which those with the node 0 come first.
    table = [(values[..., j] - 1) / nodes[j] for j in range(k)]
    for order in range(1, k):
        for j in reversed(range(order, k)):
            apart = nodes[j] - nodes[j - order]
            if bool((apart == 0).any()):
                raise ValueError(
                    "filter must differ in all directions; join directions of equal "
                    "eigenvalues, which all mixes treat alike"
                )
            table[j] = (table[j] - table[j - 1]) / apart
    # From Newton's form to powers, by Horner's rule.
    powers = [table[-1]]
    for j in reversed(range(k - 1)):
        shifted = [0.0 * powers[0], *powers]
        lowered = [-nodes[j] * c for c in powers] + [0.0]
        powers = [a + b for a, b in zip(shifted, lowered, strict=True)]
        powers[0] = powers[0] + table[j]
    return powers


@finite
def mixing_excess(filter: Any, oracle: Any, weights: Any, n_students: int) -> Any:
    """The least Σ w (F − f)² of `n_students` mixed students, over all real ξ.

    Parameters
    ----------
    filter : array of shape (..., n_directions)
        s of the teacher and all students.
    oracle, weights : arrays of shape (..., n_directions)
        f and w ≥ 0, so that the sum is the risk above its least value; with labels'
        noise σ, f = λβ²/(λβ² + σ²/n) and w = λβ² + σ²/n.
    n_students : int
        k ≥ 0; for 0 the teacher's own.

    Returns
    -------
    array of shape (...)
        The infimum, which falls as k grows and is 0 from the number of different
        entries of `filter` on. A few exceptional filters only approach it.

    Raises
    ------
    ValueError
        If shapes do not broadcast, or `weights` or `n_students` is negative.

    Notes
    -----
    Least squares in s(1 − s)ⁱ, orthogonalized one after the other. Source: derived
    here, claim KD-13m.

    Examples
    --------
    >>> excess = [mixing_excess([0.5, 0.25], [0.5, 0.5], [1, 1], k) for k in (0, 1, 2)]
    >>> [round(float(a), 6) for a in excess]
    [0.0625, 0.04, 0.0]
    """
    n_students = check_integer("n_students", n_students, 0)
    share, oracle, weights = together(
        filter=as_floats("filter", filter, 1),
        oracle=as_floats("oracle", oracle, 1),
        weights=as_not_negative("weights", weights, 1),
    )
    xp = namespace(share)
    size = xp.sqrt(weights)
    rest = size * (oracle - share)
    row, basis = size * share, list[Any]()
    # Beyond the number of directions nothing is left.
    for _ in range(min(n_students, share.shape[-1])):
        row = _unit(xp, row * (1 - share), basis)
        basis.append(row)
        rest = _without(rest, basis)
    return (rest * rest).sum(axis=-1)


def _unit(xp: Any, row: Any, basis: list[Any]) -> Any:
    """The part of a row that is orthogonal to the basis, of length 1; 0 if rounding."""
    left = _without(row, basis)
    length = _length(left)
    alone = length > _DEPENDENT * _length(row)
    scale = xp.where(alone, 1 / xp.where(alone, length, 1.0), 0.0)
    return left * scale[..., None]


def _without(row: Any, basis: list[Any]) -> Any:
    for _ in range(2):  # the second projection removes the first one's rounding
        for other in basis:
            row = row - (row * other).sum(axis=-1)[..., None] * other
    return row


def _length(row: Any) -> Any:
    return namespace(row).sqrt((row * row).sum(axis=-1))


@finite
def coincident_gain(n_directions: Any, signal_to_noise: Any) -> Any:
    """r(S + 1)/(S + r): the least risk of one mixed student over that of r students.

    In the limit of r eigenvalues that approach each other, with all signal in one
    direction.

    Parameters
    ----------
    n_directions : array of shape (...)
        Whole numbers r ≥ 1.
    signal_to_noise : array of shape (...)
        S = nλβ²/σ² ≥ 0 of the direction with signal.

    Returns
    -------
    array of shape (...)
        From 1 to r, which it approaches as S grows.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: Pareek et al. 2024 (arXiv 2407.04600) for the growth with r; derived here,
    claim KD-29.

    Examples
    --------
    >>> round(float(coincident_gain(8, 925)), 5)
    7.93998
    """
    r, signal = together(
        n_directions=as_counts("n_directions", n_directions),
        signal_to_noise=as_not_negative("signal_to_noise", signal_to_noise),
    )
    return r * ((signal + 1) / (signal + r))
