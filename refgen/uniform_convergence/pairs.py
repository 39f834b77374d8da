"""What gaps of pairs of samples certify about every bound by uniform convergence."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._numbers import as_counts, as_open_unit, as_unit, first_of, refuse, together
from refgen.arrays import as_floats, namespace, special_functions
from refgen.uniform_convergence._checks import as_delta
from refgen.uniform_convergence.certificates import held_out_bound


class PairsCertificate(NamedTuple):
    """What gaps of pairs of samples certify; `certified_pairs` says how.

    Attributes
    ----------
    lower_bound : array of shape (...)
        What no bound by uniform convergence is below; 0 where nothing is certified.
    rank : array of shape (...)
        The bound is the rank-th largest gap; 0 if there are too few pairs.
    test_errors_low, test_errors_high : arrays of shape (..., n_pairs)
        Ends of intervals for the test errors. All of the upper ends hold at once, with
        what the rank leaves of the error probability, and so do the lower ends.
    """

    lower_bound: Any
    rank: Any
    test_errors_low: Any
    test_errors_high: Any


def certified_gap(gaps: Any, delta: Any, error_probability: Any) -> Any:
    """What independent pairs of samples certify about bounds by uniform convergence.

    Parameters
    ----------
    gaps : array of shape (..., n_pairs)
        Of pairs (S, S′): how much larger the error on S′ of the classifier of S is than
        its test error. Each S and each S′ has the law of the sample; pairs are
        independent of each other.
    delta : array of shape (...)
        δ in (0, 1), the failure probability of uniform convergence.
    error_probability : array of shape (...)
        In (0, 1), of this certificate.

    Returns
    -------
    array of shape (...)
        0 where nothing is certified.

    Raises
    ------
    ValueError
        If a probability is not strictly between 0 and 1, a gap is above 1 or below −1,
        or shapes do not broadcast.

    Notes
    -----
    A gap of which Pr[gap ≥ g] > 2δ cannot be avoided: a set of samples of probability
    1 − δ holds both S and S′ of such a pair. The certificate is the k-th largest gap,
    with the least k such that a binomial variable with n_pairs trials of chance 2δ is k
    or more with at most the error probability. There is none if 2δ ≥ 1, or if
    (2δ)^n_pairs is above the error probability. Source: derived here, claim UC-71.

    Examples
    --------
    >>> float(certified_gap([0.9, 0.8], delta=0.05, error_probability=0.05))
    0.8
    >>> float(certified_gap([0.9], delta=0.05, error_probability=0.05))
    0.0
    """
    gaps = as_floats("gaps", gaps, 1)
    refuse("gaps", gaps, abs(gaps) > 1, "lie in [-1, 1]")
    delta, failure, _ = together(
        delta=as_delta(delta),
        error_probability=as_open_unit("error_probability", error_probability),
        gaps=gaps[..., 0],
    )
    return _ranked(gaps, _tails_and_rank(gaps.shape[-1], delta, failure)[1])


def certified_pairs(
    transformed_errors: Any,
    n_wrong: Any,
    n_held_out: Any,
    delta: Any,
    confidence_level: Any,
) -> PairsCertificate:
    """`certified_gap` where test errors are known by counts on held-out points.

    Parameters
    ----------
    transformed_errors : array of shape (..., n_pairs)
        Of the classifier of each sample, on its transformed sample.
    n_wrong, n_held_out : arrays of shape (..., n_pairs)
        Held-out points that the classifier has wrong, of how many. They are independent
        of its sample; several classifiers may have the same ones.
    delta : array of shape (...)
        δ in (0, 1), the failure probability of uniform convergence.
    confidence_level : array of shape (...)
        In (0, 1), of the whole certificate.

    Returns
    -------
    PairsCertificate

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    The rank is chosen for half of the error probability. What it leaves of the whole is
    spent on upper limits of the test errors, in equal parts; the limits are exact for
    binomial counts. Source: derived here, claim UC-71b.

    Examples
    --------
    >>> found = certified_pairs([1.0, 1.0], [0, 2], 200, 0.05, 0.95)
    >>> round(float(found.lower_bound), 3), int(found.rank)
    (0.963, 2)
    """
    errors = as_unit("transformed_errors", transformed_errors, 1)
    wrong, tried = as_counts("n_wrong", n_wrong, 0), as_counts("n_held_out", n_held_out)
    errors, wrong, tried = together(
        transformed_errors=errors, n_wrong=wrong, n_held_out=tried
    )
    _check_counts(wrong, tried)
    delta, level, _ = together(
        delta=as_delta(delta),
        confidence_level=as_open_unit("confidence_level", confidence_level),
        transformed_errors=errors[..., 0],
    )
    failure, n = 1 - level, errors.shape[-1]
    spent, rank = _tails_and_rank(n, delta, failure / 2)
    low, high = _limits(wrong, tried, ((failure - spent) / n)[..., None])
    return PairsCertificate(_ranked(errors - high, rank), rank, low, high)


def _check_counts(wrong: Any, tried: Any) -> None:
    bad = wrong > tried
    if bool(bad.any()):
        raise ValueError(
            f"n_wrong must be at most n_held_out, got {first_of(wrong, bad):g} of "
            f"{first_of(tried, bad):g}"
        )


def _tails_and_rank(n: int, delta: Any, failure: Any) -> tuple[Any, Any]:
    """The least k with Pr[Bin(n, 2δ) ≥ k] ≤ failure, and that probability; else 0, 0.

    Arrays that broadcast.
    """
    xp = namespace(delta)
    k = xp.arange(1.0, n + 1)
    chance = xp.minimum(2 * delta, 1.0)[..., None]
    tails = special_functions(delta).betainc(k, n - k + 1, chance)
    fits = tails <= failure[..., None]
    first = xp.argmax(fits, axis=-1)
    some = fits[..., -1]
    spent = xp.take_along_axis(tails, first[..., None], axis=-1)[..., 0]
    return xp.where(some, spent, 0.0), xp.where(some, first + 1, 0)


def _ranked(gaps: Any, rank: Any) -> Any:
    """The rank-th largest of each batch of gaps, if it is positive; 0 for rank 0."""
    xp = namespace(gaps)
    gaps = xp.broadcast_to(gaps, (*rank.shape, gaps.shape[-1]))
    place = xp.maximum(gaps.shape[-1] - rank, 0)[..., None]
    place = xp.minimum(place, gaps.shape[-1] - 1)
    chosen = xp.take_along_axis(xp.sort(gaps, axis=-1), place, axis=-1)[..., 0]
    return xp.where(rank > 0, xp.maximum(chosen, 0.0), 0.0)


def _limits(wrong: Any, tried: Any, failure: Any) -> tuple[Any, Any]:
    """Exact lower and upper confidence limits, each of which misses with `failure`."""
    xp, special = namespace(failure), special_functions(failure)
    # Shapes are kept positive where the limit is 0 by definition.
    low = special.betaincinv(xp.maximum(wrong, 1), tried - wrong + 1, failure)
    return xp.where(wrong == 0, 0.0, low), held_out_bound(wrong, tried, failure)
