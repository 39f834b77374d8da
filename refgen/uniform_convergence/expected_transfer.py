"""What two expected errors say of every uniform-convergence bound."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._numbers import refuse, together
from refgen.arrays import as_floats, namespace
from refgen.uniform_convergence._checks import as_delta


class TransferBound(NamedTuple):
    """A lower bound on ε_unif-alg, and whether there is one; arrays of shape (...)."""

    low: Any
    certified: Any


def expected_transfer_bound(
    test_error: Any, transformed_error: Any, delta: Any, failure: Any = 0.0
) -> TransferBound:
    """ε_unif-alg(m, δ) ≥ 1 − (E L + 1 − E L')/(1 − 2δ − q), from expected errors.

    L is the test error of the classifier of a sample, L' its error on the transformed
    sample, which has the law of a sample; the expectations are over samples.

    Parameters
    ----------
    test_error, transformed_error : arrays
        E L and E L', in [0, 1]; an upper bound on the one and a lower bound on the
        other will do.
    delta : array
        δ, strictly between 0 and 1.
    failure : array
        q, in [0, 1]: the probability of samples that are set aside. On all others
        the expectations are bounded (of L and of 1 − L', as 0 on those set aside).

    Returns
    -------
    TransferBound
        low, in [0, 1], and certified. Where 2δ + q ≥ 1 nothing is known of any sample:
        low is 0 and certified is False. It is False, too, where the bound is not
        positive.

    Raises
    ------
    ValueError
        If an argument is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-62.

    Examples
    --------
    >>> found = expected_transfer_bound(0.05, 0.99, 0.1)
    >>> round(float(found.low), 6), bool(found.certified)
    (0.925, True)
    """
    test, transformed, delta, failure = together(
        test_error=_probability("test_error", test_error),
        transformed_error=_probability("transformed_error", transformed_error),
        delta=as_delta(delta),
        failure=_probability("failure", failure),
    )
    xp, left = namespace(test), 1 - 2 * delta - failure
    possible = left > 0
    share = (test + (1 - transformed)) / xp.where(possible, left, 1.0)
    low = xp.where(possible, xp.maximum(1 - share, 0.0), 0.0)
    return TransferBound(low, low > 0)


def _probability(name: str, value: Any) -> Any:
    array = as_floats(name, value)
    refuse(name, array, (array < 0) | (array > 1), "lie in [0, 1]")
    return array
