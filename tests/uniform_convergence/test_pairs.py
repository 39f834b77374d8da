"""What pairs of samples certify, and noise: against binomial laws and by hand."""

import numpy as np
import pytest
from scipy.stats import binom

from refgen.intervals import clopper_pearson
from refgen.random import Stream
from refgen.uniform_convergence import (
    asymmetry_p_value,
    certified_gap,
    certified_pairs,
    with_noise,
)


def test_the_rank_is_that_of_the_binomial_law():
    gaps = np.linspace(0.9, 0.1, 9)
    for delta, error in ((0.05, 0.05), (0.2, 0.01), (0.3, 0.5), (0.49, 0.001)):
        fits = [k for k in range(1, 10) if binom.sf(k - 1, 9, 2 * delta) <= error]
        expected = gaps[fits[0] - 1] if fits else 0.0
        assert certified_gap(gaps, delta, error) == expected
    assert certified_gap(gaps, [0.5, 0.7], 0.9).tolist() == [0.0, 0.0]
    assert certified_gap([-0.5, -0.2], 0.01, 0.5) == 0.0
    with pytest.raises(ValueError, match=r"gaps must lie in \[-1, 1\], got -1.5"):
        certified_gap([0.5, -1.5], 0.01, 0.5)


def test_limits_share_what_the_rank_leaves():
    found = certified_pairs([1.0, 0.9, 0.8], [0, 3, 20], 20, 0.05, 0.9)
    spent = binom.sf(found.rank - 1, 3, 0.1)
    each = clopper_pearson([0, 3, 20], 20, 2 * (0.1 - spent) / 3)
    np.testing.assert_allclose(found.test_errors_low, each.low, rtol=1e-12)
    np.testing.assert_allclose(found.test_errors_high, each.high, rtol=1e-12)
    gaps = np.sort([1.0, 0.9, 0.8] - each.high)
    assert found.lower_bound == pytest.approx(max(gaps[-int(found.rank)], 0))
    # Half of the error probability allows the second largest here, and not here.
    assert found.rank == 2
    assert certified_pairs([1.0, 0.9, 0.8], 0, 20, 0.05, 0.95).rank == 3
    with pytest.raises(ValueError, match="n_wrong must be at most n_held_out, got 4"):
        certified_pairs([1.0], [4], 3, 0.05, 0.9)
    with pytest.raises(ValueError, match=r"transformed_errors must lie in \[0, 1\]"):
        certified_pairs([-0.5], [0], 3, 0.05, 0.9)


def test_asymmetry_is_of_the_column_that_is_furthest_from_it():
    values = np.array([[3.0, 1.0], [1.0, 1.0], [2.0, -1.0], [2.0, 1.0]])
    t = max(abs(values.sum(axis=0)) / np.sqrt((values**2).sum(axis=0)))
    assert asymmetry_p_value(values) == pytest.approx(4 * np.exp(-(t**2) / 2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": [1.0, 2.0]}, "X must have at least 2 dimension"),
        ({"X": [[[1.0]]]}, "X must have shape"),
        ({"n_features": 0}, "n_features must be at least 1"),
        ({"n_features": 2**40}, "n_features must be at most"),
        ({"noise": 0.0}, "noise must be positive"),
        ({"noise": [1.0]}, "noise must be one number"),
        ({"stream": 0}, "stream must be a Stream"),
    ],
)
def test_what_is_no_noise_is_refused(change, message):
    given = {"X": [[1.0], [2.0]], "n_features": 2, "noise": 1.0, "stream": Stream(0)}
    with pytest.raises((TypeError, ValueError), match=message):
        with_noise(**{**given, **change})
