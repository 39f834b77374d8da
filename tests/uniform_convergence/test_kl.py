"""Divergences of two coins, against 60 digits."""

import mpmath
import numpy as np
import pytest

from refgen.uniform_convergence import bernoulli_kl, kl_inverse, kl_lower_inverse

mpmath.mp.dps = 60
CHANCES = [1e-250, 1e-12, 0.003, 0.3, 0.5, 0.9, 1 - 2.0**-50]


def exact(p, q):
    p, q = mpmath.mpf(p), mpmath.mpf(q)
    rest = mpmath.log1p(-p) - mpmath.log1p(-q)
    return p * mpmath.log(p / q) + (1 - p) * rest


@pytest.mark.parametrize("p", CHANCES[1:])
@pytest.mark.parametrize("step", [-1 + 2.0**-50, -0.4, 1e-14, 1e-6, 0.3])
def test_all_digits_of_a_divergence_are_right(p, step):
    q = p + step * (p if step < 0 else 1 - p)
    assert float(bernoulli_kl(p, q)) == pytest.approx(float(exact(p, q)), rel=4e-15)


@pytest.mark.parametrize("p", CHANCES[1:])
@pytest.mark.parametrize("bound", [1e-19, 1e-5, 0.1, 2.0])
def test_inverses_are_exact_to_rounding(p, bound):
    for inverse in (kl_inverse, kl_lower_inverse):
        q = float(inverse(p, bound))
        far = abs(np.log(q / p)) if q else np.inf
        if q in (0.0, p, 1.0):
            continue
        slope = (mpmath.mpf(q) - p) / (mpmath.mpf(q) * (1 - mpmath.mpf(q)))
        off = float((exact(p, q) - bound) / slope / q)
        assert abs(off) < 1e-15 * (1 + far)


def test_ends():
    ends = [0.0, 0.0, 1.0, 1.0, 0.5]
    assert bernoulli_kl(ends, [0.0, 1.0, 1.0, 0.0, 0.5]).tolist() == [
        *(0.0, np.inf, 0.0, np.inf, 0.0)
    ]
    bounds = [0.0, 5.0, 0.0, 5.0, 1e308]
    assert np.allclose(kl_inverse(ends, bounds), [0, 1 - np.exp(-5), 1, 1, 1])
    assert np.allclose(kl_lower_inverse(ends, bounds), [0, 0, 1, np.exp(-5), 0])
    assert float(kl_lower_inverse(1e-310, 1e-300)) == 0
    assert float(bernoulli_kl(5e-324, 1e-310)) == pytest.approx(1e-310, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bernoulli_kl(0.5, -0.1), r"q must lie in \[0, 1\], got -0.1"),
        (lambda: kl_inverse(1.5, 1.0), r"p must lie in \[0, 1\], got 1.5"),
        (lambda: kl_inverse(0.5, -1.0), "bound must not be negative"),
        (lambda: kl_lower_inverse([0.5, 0.1], [1.0, 1.0, 1.0]), "do not broadcast"),
    ],
)
def test_bad_numbers_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
