"""Coordinates of points of spheres, against mpmath."""

import mpmath
import numpy as np
import pytest

from refgen.uniform_convergence import cap_bound, cap_probability, log_sphere_mean


@pytest.mark.parametrize("dimension", [2, 3, 20, 100_000])
def test_means_of_exponentials_are_bessel_functions(dimension):
    for k in (0.0, 1e-3, 0.5, 30.0, 300.0):
        with mpmath.workdps(30):
            half = mpmath.mpf(dimension) / 2
            series = mpmath.hyp0f1(half, mpmath.mpf(k) ** 2 / 4, maxterms=10**5)
            want = float(mpmath.log(series))
        got = float(log_sphere_mean(k, dimension))
        assert abs(got - want) <= 4e-15 * max(1.0, want)


def test_a_mean_beyond_float64_has_its_asymptote():
    k = 1e9
    want = k - np.log(2 * np.pi * k) / 2
    assert float(log_sphere_mean(k, 2)) == pytest.approx(want, rel=1e-15)


def test_one_mean_is_that_of_a_batch():
    k, d = np.linspace(0, 40, 6000), 2.0 + np.arange(6000) % 90
    batch = log_sphere_mean(k, d)
    assert all(batch[i] == log_sphere_mean(k[i], d[i]) for i in (0, 2281, 5999))


@pytest.mark.parametrize("height", [1e-9, 1e-3, 0.3, 0.9, 1.0, 2.0])
def test_caps_are_incomplete_beta_functions(height):
    for dimension in (2, 3, 100):
        with mpmath.workdps(40):
            inside = max(1 - mpmath.mpf(height) ** 2, 0)
            want = float(
                mpmath.betainc(
                    mpmath.mpf(dimension - 1) / 2, 0.5, 0, inside, regularized=True
                )
            )
        got = float(cap_probability(height, dimension))
        assert got == pytest.approx(want, rel=1e-13, abs=0)
        assert got <= float(cap_bound(height, dimension)) * (1 + 1e-13)


@pytest.mark.parametrize("dimension", [999_999, 1_000_000, 10**13])
def test_caps_in_many_dimensions_are_integrals(dimension):
    """Of the density of t, from h on in steps in which it falls by e at least."""
    with mpmath.workdps(40):
        half, d = mpmath.mpf(1) / 2, mpmath.mpf(dimension)
        beta = mpmath.beta(half, (d - 1) / 2)
        for z in (0.5, 2.0, 9.0):
            h = float(z / mpmath.sqrt(d))
            step = 1 / (z * mpmath.sqrt(d))

            def density(k, h=h, step=step):
                return (1 - (h + k * step) ** 2) ** ((d - 3) / 2)

            mass = mpmath.quad(density, [0, 1, 2, 4, 8, 16, 32, 64, 100])
            want = float(2 * step * mass / beta)
            got = float(cap_probability(h, dimension))
            near = 5e-11 if dimension < 10**6 else 2e-14
            assert got == pytest.approx(want, rel=near, abs=0)
    assert float(cap_probability(0.1, 1e100)) == 0


def test_a_tiny_cap_has_all_digits():
    # Laplace's method, up to 1/(D h²).
    d, h = 1e5, 0.1
    log_bound = (d - 1) / 2 * np.log1p(-h * h)
    rough = log_bound - np.log(h * np.sqrt(np.pi * d / 2))
    assert np.log(float(cap_probability(h, d))) == pytest.approx(rough, abs=0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: log_sphere_mean(-1.0, 3), "concentration must not be negative"),
        (lambda: log_sphere_mean(1.0, 1), "dimension must be at least 2"),
        (lambda: log_sphere_mean(1e13, 3), r"concentration must be at most 1e\+12"),
        (lambda: cap_probability(-0.1, 3), "height must not be negative"),
        (lambda: cap_bound(0.5, 2.5), "dimension must be a whole number"),
    ],
)
def test_caps_refuse(call, message):
    with pytest.raises(ValueError, match=message):
        call()
