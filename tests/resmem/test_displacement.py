"""Displacements of nearest neighbours: anchors, other quadratures, bad input."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad

from refgen.random import Stream
from refgen.resmem import _lens, ball, displacement

EXACT = {"rel": 1e-12, "abs": 0}
# Error of a value that is printed with nine decimals.
PRINTED = {"rel": 0, "abs": 5.1e-10}


# --- the interval


def on_a_grid(points, k, low, high, n=100_000):
    x = low + (high - low) * (np.arange(n) + 0.5) / n
    order = np.argsort(abs(x[:, None] - points), axis=1)[:, :k]
    return ((x - points[order].mean(axis=1)) ** 2).mean()


@pytest.mark.parametrize("k", [1, 2, 5])
def test_interval_displacement_is_the_mean_over_queries(k):
    points = np.sort(Stream(0, "test").uniform(7)) * 2 - 0.5
    value = displacement.interval_displacement(points, k, -0.5, 1.5)
    # The integrand jumps at some borders: at each of them the grid is off by one cell.
    assert value == pytest.approx(on_a_grid(points, k, -0.5, 1.5), abs=2e-4)


def test_interval_displacement_broadcasts_over_designs_and_intervals():
    points = np.array([[[0.1, 0.4], [0.2, 0.2]], [[0.0, 1.0], [0.5, 0.6]]])
    high = np.array([[1.0, 2.0], [1.0, 1.5]])
    values = displacement.interval_displacement(points, 1, 0.0, high)
    assert values.shape == (2, 2)
    for i, j in np.ndindex(2, 2):
        one = displacement.interval_displacement(points[i, j], 1, 0.0, high[i, j])
        assert values[i, j] == one


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8), st.integers(1, 8))
def test_interval_displacement_is_symmetric_and_scales(grid, k):
    points = np.sort(grid) / 50
    k = min(k, len(points))
    value = displacement.interval_displacement(points, k, 0.0, 1.0)
    mirrored = displacement.interval_displacement(1 - points[::-1], k, 0.0, 1.0)
    larger = displacement.interval_displacement(4 * points, k, 0.0, 4.0)
    assert mirrored == pytest.approx(value, rel=0, abs=1e-14)
    assert larger == pytest.approx(16 * value, rel=0, abs=1e-13)


EXPECTED = {
    (1, 1): 2, (2, 1): 0.9, (5, 1): 3 / 14, (20, 1): 0.015245624,
    (12, 3): 0.080586081, (8, 8): 1.125, (30, 5): 0.0187317,
}  # fmt: skip


@pytest.mark.parametrize(("n", "k"), EXPECTED)
def test_expected_interval_displacement_has_the_known_values(n, k):
    value = displacement.expected_interval_displacement(n, k)
    assert value == pytest.approx(EXPECTED[n, k], rel=0, abs=5.1e-8)
    unit = displacement.expected_interval_displacement(n, k, 0.0, 1.0)
    assert unit == pytest.approx(value / 12, **EXACT)


@pytest.mark.parametrize("n", [2, 8, 10**6, 10**14])
def test_all_points_have_the_mean_of_n(n):
    value = displacement.expected_interval_displacement(n, n)
    assert value == pytest.approx(1 + 1 / n, **EXACT)


# --- the torus and the centre

MOMENTS = {
    (1, 10, 1): 0.003787878788, (2, 12, 3): 0.05769230769, (3, 12, 2): 0.06861520238,
    (2, 100, 1): 0.002475247525, (5, 1000, 10): 0.03913737066,
}  # fmt: skip


@pytest.mark.parametrize("sizes", MOMENTS)
def test_torus_moments_have_the_known_values(sizes):
    value = displacement.torus_distance_moment(*sizes)
    assert value == pytest.approx(MOMENTS[sizes], rel=1e-9)


def test_torus_moments_broadcast():
    d, n = np.array([1, 2, 3])[:, None], np.array([4, 9])
    values = displacement.torus_distance_moment(d, n, 2, 1)
    assert values.shape == (3, 2)
    assert values[1, 0] == displacement.torus_distance_moment(2, 4, 2, 1)


def test_one_neighbour_is_as_good_as_two_on_the_circle_and_worse_in_the_plane():
    first, second = displacement.torus_displacement(1, 50, np.array([1, 2]))
    assert first == pytest.approx(second, **EXACT)
    values = displacement.torus_displacement(2, 50, np.arange(1, 6))
    assert values == pytest.approx(values[0] * np.array([2, 1.5, 4 / 3, 1.25, 1.2]) / 2)


@pytest.mark.parametrize("k", [1, 2, 7])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_limit_is_that_of_the_centre_and_of_the_torus(d, k):
    n = 1e14
    centre = displacement.centre_displacement(d, n, k, math.sqrt(d + 2))
    limit = displacement.displacement_limit(d, k)
    assert n ** (2 / d) * centre == pytest.approx(limit, rel=1e-12)
    # A cube of half-side s has variance s²/3, a ball of radius R has R²/(d + 2).
    torus = displacement.torus_displacement(d, n, k) * 12
    assert n ** (2 / d) * torus == pytest.approx(limit, rel=1e-12)


# --- the ball

ANCHORS = {
    (1, 10): 0.059440559, (2, 10): 0.486465522, (2, 100): 0.043610583,
    (3, 10): 1.265830822, (3, 100): 0.239778982, (5, 100): 1.195682857,
    (5, 10**4): 0.167572714, (10, 1000): 3.355391223,
}  # fmt: skip


@pytest.mark.parametrize(("d", "n"), ANCHORS)
def test_ball_squared_distance_has_the_known_values(d, n):
    value = ball.ball_squared_distance(d, n)
    assert value == pytest.approx(ANCHORS[d, n], **PRINTED)


@pytest.mark.parametrize("d", [2, 3, 7, 16, 24, 40, 64])
def test_two_random_points_are_2d_apart_in_the_square(d):
    value = ball.ball_squared_distance(d, 1)
    # Powers with exponent d, and betainc with an error of dozens of roundings.
    assert value == pytest.approx(2 * d, rel=1e-14 * d, abs=0)


def lens_of_discs(rho, r):
    """Share of the disc B(0, 1) in B(x, r), by two sectors and two triangles."""
    one = math.acos((rho**2 + 1 - r**2) / (2 * rho))
    two = math.acos((rho**2 + r**2 - 1) / (2 * rho * r))
    sectors = one - math.sin(2 * one) / 2 + r**2 * (two - math.sin(2 * two) / 2)
    return sectors / math.pi


def lens_of_balls(rho, r):
    """The same share in three dimensions, a rational function."""
    square = rho**2 + 2 * rho * r - 3 * r**2 + 2 * rho + 6 * r - 3
    return (1 + r - rho) ** 2 * square / (16 * rho)


@pytest.mark.parametrize(
    ("d", "n", "lens"),
    [(2, 1, lens_of_discs), (2, 6, lens_of_discs), (3, 6, lens_of_balls)],
)
def test_ball_squared_distance_equals_another_quadrature(d, n, lens):
    def inner(r, rho):
        return d * rho ** (d - 1) * 2 * r * (1 - r**d) ** n

    def outer(r, rho):
        return d * rho ** (d - 1) * 2 * r * max(1 - lens(rho, r), 0.0) ** n

    options = {"epsabs": 1e-9, "epsrel": 1e-9}
    inside = dblquad(inner, 0, 1, 0, lambda rho: 1 - rho, **options)[0]
    rest = dblquad(outer, 0, 1, lambda rho: 1 - rho, lambda rho: 1 + rho, **options)[0]
    value = ball.ball_squared_distance(d, n)
    assert value == pytest.approx((d + 2) * (inside + rest), rel=1e-7)


@pytest.mark.parametrize("d", [1, 2, 9, 30])
def test_caps_are_integrals_of_powers_of_the_sine(d):
    angles = np.array([1e-4, 0.3, 1.2, 1.57, 1.6, 2.5, 3.1])
    found = _lens.cap(d, np.sin(angles), np.cos(angles))
    whole = mpmath.quad(lambda t: mpmath.sin(t) ** d, [0, mpmath.pi])
    for angle, value in zip(angles, found, strict=True):
        exact = mpmath.quad(lambda t: mpmath.sin(t) ** d, [0, angle / 2, angle]) / whole
        assert value == pytest.approx(float(exact), rel=1e-13 * d)


@pytest.mark.parametrize("d", [1, 2, 5, 12, 24])
def test_finer_nodes_change_nothing(d, monkeypatch):
    n = np.array([1, 3, 10**3, 10**9, 10**14])
    value = ball.ball_squared_distance(d, n)
    nodes = _lens.unit_nodes
    with monkeypatch.context() as patched:
        patched.setattr(_lens, "unit_nodes", lambda m: nodes(m + m // 2))
        ball._rule.cache_clear()
        finer = ball.ball_squared_distance(d, n)
    ball._rule.cache_clear()
    # F has powers with exponent d: each number has up to 8 d roundings.
    assert value == pytest.approx(finer, rel=2 * 8 * (d + 8) * 2**-53, abs=0)


def test_ball_squared_distance_does_not_depend_on_the_batch():
    n = np.arange(1, 301).reshape(3, 100)
    values = ball.ball_squared_distance(3, n)
    assert values.shape == (3, 100)
    assert values[1, 50] == pytest.approx(ball.ball_squared_distance(3, 151), **EXACT)
    assert (np.diff(values.ravel()) < 0).all()


@pytest.mark.parametrize("d", [1, 2, 5])
def test_limit_of_the_ball_is_reached(d):
    n = 1e14
    value = n ** (2 / d) * ball.ball_squared_distance(d, n)
    assert value == pytest.approx(ball.ball_distance_limit(d), rel=2e-3)
    assert value / d == pytest.approx(displacement.displacement_limit(d), rel=2e-3)


# --- the recalled rate and the break-even


def test_recalled_constant_is_that_of_one_dimension_two_points_and_no_capacity():
    ratio = 0.9 / ball.recalled_risk_bound(1, 2, 1e-9)
    assert ratio == pytest.approx(2.59685, rel=0, abs=5e-6)


BREAK_EVEN = {
    1: (2, 0.9), 2: (3, 0.8105), 3: (3, 0.9980), 4: (4, 0.9560), 5: (5, 0.9522),
    6: (6, 0.9623), 8: (8, 0.9956), 10: (12, 0.9823), 12: (16, 0.9971),
    16: (31, 0.9981), 20: (59, 0.9988), 24: (111, 0.9993), 40: (1320, 0.9999),
}  # fmt: skip


@pytest.mark.parametrize("d", BREAK_EVEN)
def test_break_even_has_the_known_values(d):
    n, ratio = BREAK_EVEN[d]
    assert ball.break_even_n(d) == n
    assert ball.ball_squared_distance(d, n) / d == pytest.approx(ratio, abs=5.1e-5)
    assert ball.ball_squared_distance(d, n - 1) > d


# --- bad input


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("interval_displacement", ([0.5, 0.2], 1, 0, 1), "ascending"),
        ("interval_displacement", ([0.5, 1.2], 1, 0, 1), r"lie in \[low, high\]"),
        ("interval_displacement", ([0.5], 2, 0, 1), "n_neighbors=2 is more than"),
        ("interval_displacement", ([0.5], 0, 0, 1), "n_neighbors must be at least 1"),
        ("interval_displacement", ([0.5], 1, 1, 0), "low must be below high"),
        ("interval_displacement", ([math.nan], 1, 0, 1), "points holds NaN"),
        ("interval_displacement", (0.5, 1, 0, 1), "points must have at least 1"),
        ("interval_displacement", ([1 + 1e-15], 1, 0, 1), r"points must lie in \[low,"),
        ("interval_displacement", ([0.5], 1, 0, 1e200), "low and high have the scale"),
        ("expected_interval_displacement", (3, 4), "n_neighbors=4 is more than"),
        (
            "expected_interval_displacement",
            (3, 0),
            "n_neighbors must be at least 1, got 0",
        ),
        (
            "expected_interval_displacement",
            (0, 1),
            "n_points must be at least 1",
        ),
        ("expected_interval_displacement", (2.5, 1), "n_points must be a whole number"),
        ("expected_interval_displacement", (2, 1, 3, 3), "low must be below high"),
        ("torus_distance_moment", (0, 2, 1), "n_features must be at least 1"),
        ("torus_distance_moment", (1, 2, 3), "n_neighbors=3 is more than"),
        ("torus_distance_moment", (1, 2, 1, 0), "order must be positive"),
        ("torus_displacement", (1, 2, 3), "n_neighbors=3 is more than"),
        ("centre_displacement", (1, 2, 1, -1.0), "radius must be positive"),
        ("displacement_limit", (1, 0), "n_neighbors must be at least 1"),
    ],
)
def test_bad_input_is_named(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(displacement, function)(*arguments)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("ball_squared_distance", (0, 1), "n_features must be at least 1"),
        ("ball_squared_distance", (65, 1), "n_features must be at most 64"),
        ("ball_squared_distance", (2, 0), "n_points must be at least 1"),
        ("ball_squared_distance_bounds", (2, -1), "n_points must be at least 1"),
        ("ball_distance_limit", (0,), "n_features must be at least 1"),
        ("recalled_risk_bound", (1, 1, 0.5), "n_points must be at least 2"),
        ("recalled_risk_bound", (1, 2, 1.0), "radius must be strictly between"),
        ("recalled_risk_bound", (0, 2, 0.5), "n_features must be at least 1"),
        ("break_even_n", (0,), "n_features must be at least 1"),
        ("break_even_n", (65,), "n_features must be at most 64"),
    ],
)
def test_bad_input_of_the_ball_is_named(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(ball, function)(*arguments)


@pytest.mark.parametrize("order", [0.5, 2, 30, 700, 1000, 1100, 1e6, 1e17, 1e308])
def test_moments_of_any_order(order):
    # (2D)ᵈ ~ Beta(k, n + 1 − k): E Dᵐ = 2⁻ᵐ times the product of j/(j + m/d).
    for d, n, k in ((1, 10, 3), (1, 10, 10), (3, 40, 1)):
        log = sum(-math.log1p(order / d / j) for j in range(k, n + 1))
        want = math.exp(log - min(order, 2000) * math.log(2))
        got = float(displacement.torus_distance_moment(d, n, k, order))
        # The exponent, up to 745, has a rounding; so has a denormal number.
        assert got == pytest.approx(want, rel=2e-12, abs=1e-323)


def test_a_moment_is_not_above_its_bound_by_rounding():
    # The difference of logarithms is 7e-15 here, in exact arithmetic below 0.
    order = 1.1501302159861552e-08
    found = displacement.torus_distance_moment(343_068, 14, 14, order)
    assert float(found) <= 2.0**-order


def test_numbers_of_points_and_features_are_no_booleans_and_no_fractions():
    for d in (2.5, True):
        with pytest.raises(TypeError, match="n_features must be an integer"):
            ball.ball_squared_distance(d, 1)
