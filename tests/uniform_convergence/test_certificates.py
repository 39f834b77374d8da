"""Certificates, against exact sums; their printed digits; what they refuse."""

from fractions import Fraction
from math import comb, log

import numpy as np
import pytest
from scipy.special import betainccinv

from refgen.uniform_convergence import (
    affordable_divergence,
    gaussian_divergence,
    gibbs_error,
    held_out_bound,
    occam_bound,
    pac_bayes_constant,
    pac_bayes_kl,
)


@pytest.mark.parametrize("m", [1, 2, 8, 15, 16, 17, 200])
def test_the_constant_is_its_sum(m):
    ways = (comb(m, k) * k**k * (m - k) ** (m - k) for k in range(m + 1))
    want = float(Fraction(sum(ways), m**m))
    assert float(pac_bayes_constant(m)) == pytest.approx(want, rel=1e-14)


def test_the_constant_of_many_samples():
    m = np.array([1e6, 1e6 + 1, 1e12])
    over = pac_bayes_constant(m) - np.sqrt(np.pi / 2 * m) - 2 / 3
    assert np.allclose(over[:2], np.sqrt(np.pi / 2) / 12e3, rtol=1e-2)
    assert abs(over[2]) < 1e-6


def test_held_out_bounds_are_quantiles():
    errors, n = np.array([0, 0, 1, 59, 60, 500]), np.array([1, 60, 60, 60, 60, 1000])
    got = held_out_bound(errors, n, 0.05)
    want = betainccinv(errors + 1, np.maximum(n - errors, 1), 0.05)
    assert np.allclose(got, np.where(errors < n, want, 1.0), rtol=1e-13, atol=0)


def test_certificates_cost_what_they_should():
    assert float(occam_bound(0.0, 10, 100, 0.05)) == pytest.approx(
        -np.expm1(-(10 * log(2) + log(20)) / 100), rel=1e-14
    )
    bound = pac_bayes_kl(0.02, 10.0, 1000, 0.05)
    assert f"{float(bound):.6f}" == "0.056887"
    assert float(affordable_divergence(0.02, bound, 1000, 0.05)) == pytest.approx(10)
    assert float(affordable_divergence(0.5, 0.5, 10, 0.05)) < 0
    assert float(pac_bayes_kl(0.9, 1e9, 10, 0.05)) == 1.0


def test_gaussian_weights():
    assert float(gibbs_error(0.0, 1.0)) == 0.5
    assert float(gaussian_divergence(0.0, 7, 2.0, 2.0)) == 0.0
    narrow = gaussian_divergence(1.0, 3, 0.5, 1.0)
    assert float(narrow) == pytest.approx(0.5 * (3 * (0.25 - 1 + log(4)) + 1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pac_bayes_kl(1.2, 1.0, 10, 0.1), r"empirical_risk must lie in \[0, 1"),
        (lambda: pac_bayes_kl(0.2, -1.0, 10, 0.1), "divergence must not be negative"),
        (lambda: pac_bayes_kl(0.2, 1.0, 0, 0.1), "n_samples must be at least 1"),
        (lambda: pac_bayes_kl(0.2, 1.0, 10, 1.0), "delta must be strictly between"),
        (lambda: occam_bound(0.2, -1.0, 10, 0.1), "description_length must not be"),
        (lambda: held_out_bound(11, 10, 0.1), "n_errors must be at most n_samples"),
        (lambda: held_out_bound(1, 1e10, 0.1), "n_samples must be at most 10"),
        (lambda: affordable_divergence(0.3, 0.2, 10, 0.1), "not be below empirical"),
        (lambda: gibbs_error(1.0, 0.0), "lengths must be positive"),
        (lambda: gaussian_divergence(1.0, 0), "dimension must be at least 1"),
    ],
)
def test_bad_numbers_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
