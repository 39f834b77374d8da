"""What no estimate of a risk can do: printed digits, exact sums, and refusals."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from refgen.uniform_convergence import (
    field_tradeoff,
    field_tradeoff_floor,
    two_worlds_floor,
)


def exact_floor(n_points, n_samples, least):
    """By surjections, in fractions."""
    total = Fraction(0)
    for k in range(1, n_points + 1):
        onto = sum((-1) ** j * comb(k, j) * (k - j) ** n_samples for j in range(k + 1))
        rest = n_points - k
        tail = sum(comb(rest, j) for j in range(least, rest + 1))
        chance = Fraction(comb(n_points, k) * onto, n_points**n_samples)
        total += chance * Fraction(tail, 2**rest)
    return float(total)


@pytest.mark.parametrize(("n", "m", "least"), [(5, 3, 2), (12, 9, 1), (40, 30, 8)])
def test_two_worlds_by_fractions(n, m, least):
    got = float(two_worlds_floor(n, m, least / n / 2))
    assert got == pytest.approx(exact_floor(n, m, least), rel=1e-13)


def test_printed_digits():
    assert f"{float(two_worlds_floor(5, 3, 0.2)):.4f}" == "0.3875"
    assert f"{float(field_tradeoff(3, 2, 4)):.8f}" == "0.70144757"


def test_extremes():
    assert two_worlds_floor(3, 2, [0.6, 1e300]).tolist() == [0.0, 0.0]
    # Every precision below that of a single wrong point is the same.
    few = two_worlds_floor(4, 2, [1e-300, 0.125])
    assert few[0] == few[1] > 0
    # Of many samples in many more dimensions only q matters.
    huge = field_tradeoff([2, 9973], 1e6, 1e9)
    assert np.allclose(huge, [0.6103215180, 0.9998997193], atol=1e-10)
    assert (field_tradeoff_floor([2, 9973], 1e6, 1e9) < huge).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: field_tradeoff(6, 1, 2), "power of a prime, got 6.0; there is no"),
        (lambda: field_tradeoff(10007, 1, 2), "field_size must be at most 10,000"),
        (lambda: field_tradeoff(3, 2, 2), "n_samples must be below dimension"),
        (lambda: field_tradeoff_floor(1, 1, 2), "field_size must be at least 2"),
        (lambda: two_worlds_floor(0, 1, 0.1), "n_points must be at least 1"),
        (lambda: two_worlds_floor(2, 20_000, 0.1), "n_samples must be at most 10,000"),
        (lambda: two_worlds_floor(2, 2, 0.0), "precision must be positive"),
    ],
)
def test_bad_numbers_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
