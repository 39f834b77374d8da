"""The nearest points in a ball: exact values, the boundary, and what follows."""

from fractions import Fraction
from math import comb, log, sqrt

import mpmath
import numpy as np
import pytest

from refgen.claims.resmem._balls import by_angles, nearer_of_two
from refgen.claims.resmem._lenses import by_slices
from refgen.random import Stream
from refgen.resmem import (
    _lens,
    ball_boundary_limit,
    ball_displacement,
    ball_squared_distance,
    ball_squared_distance_bounds,
    break_even_n,
    centre_displacement,
    expected_interval_displacement,
    recalled_risk_bound,
)

# --- rational values


def plus(a, b, times=1):
    total = dict(a)
    for power, value in b.items():
        total[power] = total.get(power, 0) + times * value
    return total


def product(a, b):
    total = {}
    for (i, j), x in a.items():
        for (k, m), y in b.items():
            total[i + k, j + m] = total.get((i + k, j + m), 0) + x * y
    return total


def power(a, n):
    total = {(0, 0): Fraction(1)}
    for _ in range(n):
        total = product(total, a)
    return total


def lens(d):
    """F as a polynomial in ρ and τ, r = 1 + ρτ, for odd d; see the theory's page."""
    m, half = (d - 1) // 2, Fraction(1, 2)
    terms = {
        2 * i + 1: Fraction((-1) ** i * comb(m, i), 2 * i + 1) for i in range(m + 1)
    }
    whole = 2 * sum(terms.values())
    r = {(0, 0): Fraction(1), (1, 1): Fraction(1)}
    cos_alpha = {(0, 1): Fraction(-1), (1, 0): half, (1, 2): -half}
    r_cos_beta = {(0, 1): Fraction(1), (1, 0): half, (1, 2): half}
    share = plus({(0, 0): half}, power(r, d), half)
    for j, a in terms.items():
        share = plus(share, power(cos_alpha, j), -a / whole)
        other = product(power(r, d - j), power(r_cos_beta, j))
        share = plus(share, other, -a / whole)
    return share, r


def exact(d, n):
    """E D² as a fraction, for odd d."""
    share, r = lens(d)
    free = power(plus({(0, 0): Fraction(1)}, share, -1), n)
    outer = product(free, product(r, {(d, 0): Fraction(2 * d)}))
    total = sum(
        x * Fraction(1 - (-1) ** (j + 1), (i + 1) * (j + 1))
        for (i, j), x in outer.items()
    )
    for j in range(n + 1):  # 2r (1 − r)ᵈ (1 − rᵈ)ⁿ over [0, 1]
        for i in range(d + 1):
            sign = (-1) ** (i + j) * comb(n, j) * comb(d, i)
            total += Fraction(2 * sign, d * j + i + 2)
    return (d + 2) * total


@pytest.mark.parametrize(
    ("d", "n", "value"),
    [
        (1, 2, Fraction(9, 10)),
        (3, 2, Fraction(173, 44)),
        (3, 3, Fraction(83913, 28028)),
        (5, 2, Fraction(14585, 1989)),
        (7, 2, Fraction(92332569, 8498776)),
    ],
)
def test_odd_dimensions_have_rational_values(d, n, value):
    assert exact(d, n) == value
    assert ball_squared_distance(d, n) == pytest.approx(float(value), rel=2e-14)


@pytest.mark.parametrize(("d", "n"), [(3, 4), (3, 6), (5, 3)])
def test_quadratures_have_the_rational_values(d, n):
    value = float(exact(d, n))
    assert ball_squared_distance(d, n) == pytest.approx(value, rel=2e-14)
    assert by_angles(d, np.array([float(n)]))[0] == pytest.approx(value, rel=2e-14)


@pytest.mark.parametrize("d", [1, 2, 4, 40, 64])
def test_the_nearer_of_two_is_found_along_their_line(d):
    known = {1: 0.9, 2: 7 / 3, 4: 16 / 5 + 262144 / (11025 * np.pi**2)}
    value = ball_squared_distance(d, 2)
    assert value == pytest.approx(nearer_of_two(np, d), rel=1e-14 * max(d, 8))
    assert value == pytest.approx(known.get(d, value), rel=1e-14)


# --- the boundary


def share_below(d, t):
    """The fraction of a ball with its first coordinate at most t, to 30 digits."""
    half = mpmath.mpf(d + 1) / 2
    return 1 - mpmath.betainc(half, 0.5, 0, 1 - t**2, regularized=True) / 2


@pytest.mark.parametrize("d", [1, 2, 3, 8, 200])
def test_moments_of_the_boundary_are_integrals_of_shares_of_the_ball(d):
    with mpmath.workdps(25):
        breaks = [0, mpmath.mpf(1) / 4, mpmath.mpf(1) / 2, 1]
        first = mpmath.quad(
            lambda t: share_below(d, t) ** (-mpmath.mpf(3) / d) - 1, breaks
        )
    # log h is a difference from 1, small for large d.
    found = ball_boundary_limit(d) / (2 * (d + 2) * float(mpmath.gamma(3 / d)))
    assert found == pytest.approx(float(first), rel=1e-13)


def test_the_boundary_limit_has_the_known_values():
    assert ball_boundary_limit(1) == pytest.approx(24, rel=1e-14)
    assert ball_boundary_limit(3) == pytest.approx(80 / 9 * log(2) - 10 / 3, rel=1e-13)


@pytest.mark.parametrize("d", [1, 2, 3, 5, 12, 40])
def test_bounds_hold_and_close(d):
    n = np.array([1, 2, 3, 10, 1e3, 1e6, 1e12])
    low, high = ball_squared_distance_bounds(d, n)
    square = ball_squared_distance(d, n)
    assert (low <= square * (1 + 1e-13)).all()
    assert (square <= high * (1 + 1e-13)).all()
    if d <= 3:
        assert (high - low)[-1] < 1e-6 * square[-1]


@pytest.mark.parametrize(("d", "n"), [(2, 60), (3, 200), (5, 40), (5, 10**7)])
def test_bounds_are_those_of_the_page(d, n):
    with mpmath.workdps(25):
        breaks, a = [0, mpmath.mpf(1) / 4, mpmath.mpf(1) / 2, 1], mpmath.mpf(1) / d

        def moment(order, of):
            return mpmath.quad(
                lambda t: of(t) * (share_below(d, t) ** (-order * a) - 1), breaks
            )

        def beta(order):
            """E sᵐ = Γ(1 + m/d) Γ(n + 1)/Γ(n + 1 + m/d)."""
            return mpmath.gamma(1 + order * a) * mpmath.gammaprod(
                [n + 1], [n + 1 + order * a]
            )

        first = 2 * moment(3, lambda t: 1) * beta(3) * d / 3
        second = moment(4, lambda t: t) / 2 * d * (d - 1) * beta(4)
        high = min(4 * beta(3) * d / 3, first + 6 * d * beta(4))
        low = max(first - second, 0)
        want = [float((d + 2) * (beta(2) + part)) for part in (low, high)]
    found = ball_squared_distance_bounds(d, n)
    assert [float(x) for x in found] == pytest.approx(want, rel=1e-13)


def test_no_smaller_constant_bounds_the_boundary_on_a_line():
    low, high = ball_squared_distance_bounds(1, np.arange(1, 50))
    assert low == pytest.approx(ball_squared_distance(1, np.arange(1, 50)), rel=1e-14)
    assert high == pytest.approx(low, rel=1e-14)


# --- k neighbours


@pytest.mark.parametrize("k", [1, 2, 5])
def test_displacements_on_a_line_are_those_of_an_interval(k):
    n = np.array([5, 6, 20, 1000, 10**6])
    want = expected_interval_displacement(n, k)
    assert ball_displacement(1, n, k) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("d", [2, 3, 5, 16, 64])
def test_one_neighbour_has_its_share_of_the_squared_distance(d):
    n = np.array([1, 2, 30, 10**6])
    want = ball_squared_distance(d, n) / d
    assert ball_displacement(d, n) == pytest.approx(want, rel=1e-14 * max(d, 8))


@pytest.mark.parametrize(("d", "n", "k"), [(2, 7, 3), (3, 9, 8), (4, 40, 2)])
def test_displacements_equal_integrals_over_slices(d, n, k):
    want = by_slices(d, np.array([float(n)]), np.array([float(k)]))[0]
    assert ball_displacement(d, n, k) == pytest.approx(want, rel=1e-12)


def test_displacements_are_those_of_drawn_points():
    d, n, k, draws = 2, 6, 3, 40_000
    g = Stream(0, "ball").normal((draws, n + 1, d + 2))
    points = sqrt(d + 2) * g[..., :d] / np.linalg.norm(g, axis=-1, keepdims=True)
    delta = points[:, 1:] - points[:, :1]
    order = np.argsort((delta**2).sum(-1), axis=1)[:, :k, None]
    mean = np.take_along_axis(delta, order, axis=1).mean(axis=1)
    values = (mean**2).mean(axis=-1)
    error = 5 * values.std() / sqrt(draws)
    assert ball_displacement(d, n, k) == pytest.approx(values.mean(), abs=error)


@pytest.mark.parametrize(("n", "k"), [(100, 60), (1000, 900), (10_000, 5000)])
def test_displacements_of_many_neighbours_are_as_accurate(n, k):
    interval = expected_interval_displacement(n, k)
    assert ball_displacement(1, n, k) == pytest.approx(float(interval), rel=1e-12)


@pytest.mark.parametrize("d", [1, 3])
def test_all_neighbours_are_a_mean_of_n(d):
    n = np.array([1, 2, 9])
    assert ball_displacement(d, n, n).tolist() == (1 + 1 / n).tolist()


@pytest.mark.parametrize("d", [2, 5])
def test_many_points_are_near_the_value_at_the_centre(d):
    n, k = np.array([1e6, 1e9, 1e12, 1e15]), 4
    centre = centre_displacement(d, n, k, sqrt(d + 2))
    apart = ball_displacement(d, n, k) / centre - 1
    assert (apart > 0).all()
    # It falls like n^(−1/d).
    assert apart[1:] / apart[:-1] == pytest.approx(1e3 ** (-1 / d), rel=0.1)


def test_displacements_broadcast():
    n, k = np.array([[4], [9]]), np.array([1, 2, 4])
    values = ball_displacement(3, n, k)
    assert values.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        one = ball_displacement(3, int(n[i, 0]), int(k[j]))
        assert values[i, j] == pytest.approx(one, rel=1e-12)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (ball_displacement, (0, 3), "n_features must be at least 1"),
        (ball_displacement, (65, 3), "n_features must be at most 64"),
        (ball_displacement, (2, 3, 4), "n_neighbors=4 is more than n_points=3"),
        (ball_displacement, (2, 0), "n_points must be at least 1"),
        (ball_displacement, (2, 3, 0), "n_neighbors must be at least 1"),
        (ball_boundary_limit, (0,), "n_features must be at least 1"),
    ],
)
def test_bad_input_is_named(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


# --- the recalled rate and the break-even


@pytest.mark.parametrize("d", range(2, 9))
def test_two_points_are_the_worst_case_of_the_recalled_rate(d):
    n = np.unique(np.geomspace(2, 1e9, 60).round())
    quotient = ball_squared_distance(d, n) / d / recalled_risk_bound(d, n, 1e-9)
    assert quotient.argmax() == 0
    best = 7 / (12 * sqrt(log(2)))
    assert quotient[0] == pytest.approx(best) if d == 2 else quotient[0] < best / 2


def test_break_evens_approach_their_asymptotic_form():
    d = np.array([32, 40, 64])
    form = np.exp(1 / 3 - np.euler_gamma) * np.sqrt(np.pi * d / 8)
    ratios = [break_even_n(int(i)) for i in d] / (form * (4 / 3) ** ((d + 1) / 2))
    assert ratios == pytest.approx([1.203, 1.167, 1.108], abs=5.1e-4)
    # The rest is about 1/d: linear extrapolation in it.
    assert 2 * ratios[2] - ratios[0] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("d", [1, 2, 7])
def test_caps_of_spheres_have_two_dimensions_less(d):
    angle = np.array([0.3, 2.0])
    found = _lens.cap(d - 2, np.sin(angle), np.cos(angle))
    if d == 1:
        assert found.tolist() == [0.5, 0.5]
        return
    whole = mpmath.quad(lambda t: mpmath.sin(t) ** (d - 2), [0, mpmath.pi])
    for value, end in zip(found, angle, strict=True):
        part = mpmath.quad(lambda t: mpmath.sin(t) ** (d - 2), [0, end])
        assert value == pytest.approx(float(part / whole), rel=1e-13)
