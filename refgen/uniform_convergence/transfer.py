"""What errors on other samples say of every bound by uniform convergence."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_not_negative, as_unit, together
from refgen.arrays import namespace
from refgen.uniform_convergence._checks import as_delta

# All sets of so many samples are tried.
_MOST_SAMPLES = 16
# A share of samples that is 1 − δ but for rounding counts as 1 − δ.
_ROUNDING = 1e-9


class TransferBound(NamedTuple):
    """A lower bound on ε_unif-alg(m, δ), of shape (...)."""

    low: Any
    """In [0, 1]; 0 where there is no certificate."""
    certified: Any
    """Whether `low` is positive: otherwise nothing is known of ε_unif-alg."""


@finite
def transfer_bound(
    test_error: Any, transformed_error: Any, delta: Any, missed: Any = 0.0
) -> TransferBound:
    """The transfer lemma: errors on a second sample rule out small uniform bounds.

    Let a sample S and its transform T(S) both have the law of a sample, and let the
    classifier of S have at most `test_error` on new points and at least
    `transformed_error` on T(S), except with probability q = `missed`. If 2δ + q < 1,
    then ε_unif-alg(m, δ) ≥ transformed_error − test_error.

    Parameters
    ----------
    test_error, transformed_error : array of shape (...)
        In [0, 1]; the first from above and the second from below.
    delta : array of shape (...)
        δ in (0, 1).
    missed : array of shape (...)
        q in [0, 1].

    Returns
    -------
    TransferBound
        Where 2δ + q ≥ 1 there is no certificate: a set of samples of probability 1 − δ
        may hold no sample together with its transform.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    T need not be invertible: a coupling of two samples is enough. Source: Nagarajan &
    Kolter 2019 (arXiv 1902.04742), sharpened here, claim UC-1.

    Examples
    --------
    >>> low, certified = transfer_bound(0.1, 1.0, [0.05, 0.4], 0.2)
    >>> low.tolist(), certified.tolist()
    ([0.9, 0.0], [True, False])
    """
    test, transformed, left = _given(test_error, transformed_error, delta, missed)
    return _positive(transformed - test, left)


@finite
def expected_transfer_bound(
    test_error: Any, transformed_error: Any, delta: Any, missed: Any = 0.0
) -> TransferBound:
    """ε_unif-alg(m, δ) ≥ 1 − (E L + 1 − E L')/(1 − 2δ − q), from expected errors.

    L is the test error of the classifier of a sample, L' its error on the transformed
    sample, which has the law of a sample; the expectations are over samples.

    Parameters
    ----------
    test_error, transformed_error : array of shape (...)
        E L and E L', in [0, 1]; the first from above and the second from below.
    delta : array of shape (...)
        δ in (0, 1).
    missed : array of shape (...)
        q in [0, 1]: the probability of samples that are set aside. On all others the
        expectations are bounded (of L and of 1 − L', as 0 on those set aside).

    Returns
    -------
    TransferBound
        Where 2δ + q ≥ 1 there is no certificate, as with `transfer_bound`.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-62.

    Examples
    --------
    >>> found = expected_transfer_bound(0.05, 0.99, 0.1)
    >>> round(float(found.low), 6), bool(found.certified)
    (0.925, True)
    """
    test, transformed, left = _given(test_error, transformed_error, delta, missed)
    share = (test + (1 - transformed)) / namespace(left).where(left > 0, left, 1.0)
    return _positive(1 - share, left)


def _given(test: Any, transformed: Any, delta: Any, missed: Any) -> tuple[Any, ...]:
    """Both errors, and 1 − 2δ − q: the chance of a pair that a set must hold."""
    test, transformed, delta, missed = together(
        test_error=as_unit("test_error", test),
        transformed_error=as_unit("transformed_error", transformed),
        delta=as_delta(delta),
        missed=as_unit("missed", missed),
    )
    return test, transformed, 1 - (2 * delta + missed)


def _positive(gap: Any, left: Any) -> TransferBound:
    xp = namespace(gap)
    low = xp.where(left > 0, xp.maximum(gap, 0.0), 0.0)
    return TransferBound(low, low > 0)


@finite
def smallest_uniform_gap(gaps: Any, delta: Any) -> Any:
    """ε_unif-alg of finitely many equally likely samples, by trying all sets.

    Parameters
    ----------
    gaps : array of shape (..., n, n)
        |L_D(h_s) − L̂_{s'}(h_s)| for the classifier of sample s (rows) and the sample s'
        (columns); 1 ≤ n ≤ 16.
    delta : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    array of shape (...)
        The least number that, for some set of samples of probability 1 − δ or more,
        no gap between two samples of the set exceeds.

    Raises
    ------
    ValueError
        If a gap is negative, there are too many samples, or shapes do not broadcast.

    Notes
    -----
    Source: Nagarajan & Kolter 2019 (arXiv 1902.04742), definition of ε_unif-alg; claim
    UC-1.

    Examples
    --------
    >>> float(smallest_uniform_gap([[0.0, 1.0], [0.2, 0.1]], 0.5))
    0.0
    """
    gaps = as_not_negative("gaps", gaps, 2)
    n = gaps.shape[-1]
    if gaps.shape[-2] != n or n > _MOST_SAMPLES:
        raise ValueError(
            f"gaps has shape {gaps.shape}; its last two axes must be equal and at most "
            f"{_MOST_SAMPLES}, as all sets of samples are tried"
        )
    delta, _ = together(delta=as_delta(delta), gaps=gaps[..., 0, 0])
    worst, counts = _worst_of_sets(gaps)
    xp = namespace(gaps)
    large = counts >= n * (1 - delta[..., None] - _ROUNDING)
    return xp.where(large, worst, xp.inf).min(axis=-1)


def _worst_of_sets(gaps: Any) -> tuple[Any, Any]:
    """The largest gap in every set of samples, (..., 2^n), and how many it has."""
    xp = namespace(gaps)
    either = xp.maximum(gaps, gaps.swapaxes(-1, -2))
    worst = xp.zeros_like(gaps[..., :1, 0])
    counts = xp.zeros(1)
    for s in range(gaps.shape[-1]):
        # The largest gap between s and a set of the samples before it.
        added = gaps[..., s, s : s + 1]
        for before in range(s):
            new = xp.maximum(added, either[..., s, before : before + 1])
            added = xp.concatenate([added, new], axis=-1)
        worst = xp.concatenate([worst, xp.maximum(worst, added)], axis=-1)
        counts = xp.concatenate([counts, counts + 1])
    return worst, counts
