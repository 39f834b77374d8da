"""Memorized noise: moments, the exact risk in one dimension, and averaging."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refgen.random import Stream
from refgen.resmem import (
    LinearProblem,
    averaging,
    expected_interval_displacement,
    interval_displacement,
    noise,
)

EDGE = noise.EDGE


# One dimension.


def nearest_mean(points, x, k):
    order = np.argsort(abs(points - x[:, None]), axis=1, kind="stable")[:, :k]
    return points[order].mean(axis=1)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_agreement_against_a_grid(k):
    points = np.random.default_rng(k).uniform(-EDGE, EDGE, 5)
    x = EDGE * ((2 * np.arange(200_000) + 1) / 200_000 - 1)
    near = nearest_mean(points, x, k)
    got = noise.neighbor_agreement(points, k)
    # On the grid a jump between cells is off by at most half a step.
    assert got == pytest.approx(np.mean((x - near) * near), abs=1e-4)


DESIGN = [-0.4, 0.3, 0.9]


def test_the_anchor():
    risk = noise.noisy_risk(DESIGN, 1.0, 0.9, 0.7)
    assert risk == pytest.approx(0.629313, abs=5e-7)
    _, unclipped = noise.noisy_slope(DESIGN, 1.0, 0.9, 0.7)
    stein = 2 * 0.49 * unclipped * noise.neighbor_agreement(DESIGN) / 1.06
    assert risk - stein == pytest.approx(0.5594, abs=5e-5)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_risk_against_simulated_labels(k):
    points, theta, limit, sigma = np.array(DESIGN), 1.0, 0.9, 0.7
    draws = Stream(4, "simulated", str(k))
    epsilon = sigma * draws.normal((200_000, 3))
    x = EDGE * (2 * draws.child("x").uniform(200_000) - 1)
    slope = (theta * points + epsilon) @ points / (points @ points)
    base = np.clip(slope, -limit, limit)
    order = np.argsort(abs(points - x[:, None]), axis=1)[:, :k]
    residuals = theta * points + epsilon - base[:, None] * points
    smoothed = np.take_along_axis(residuals, order, 1).mean(1)
    squares = (theta * x - base * x - smoothed) ** 2
    got = noise.noisy_risk(points, theta, limit, sigma, k)
    assert abs(squares.mean() - got) < 4.5 * squares.std() / np.sqrt(len(x))
    alone = ((theta - base) * x) ** 2
    got = noise.noisy_base_risk(points, theta, limit, sigma)
    assert abs(alone.mean() - got) < 4.5 * alone.std() / np.sqrt(len(x))


def test_other_intervals_and_orders():
    points = np.array([0.9, 0.1, 0.4])
    one = noise.noisy_risk(points, 0.5, 0.4, 0.3, 2, 0.0, 1.0)
    other = noise.noisy_risk(np.sort(points), 0.5, 0.4, 0.3, 2, 0.0, 1.0)
    assert float(one) == float(other)
    # Twice the points and half the slopes give the same problem.
    scaled = noise.noisy_risk(2 * points, 0.25, 0.2, 0.3, 2, 0.0, 2.0)
    assert float(scaled) == pytest.approx(float(one), rel=1e-14, abs=0)


# Averaging.


def test_gain_is_what_the_rule_says():
    for sigma, k in ((0.4, 1), (0.6, 1), (0.8, 3), (0.9, 3)):
        problem = LinearProblem([1.0, 1.0], [0.6, 0.8], 0.5, noise=sigma)
        gain = averaging.memorization_gain(problem, k)
        assert gain == pytest.approx(0.25 - sigma**2 / k, abs=1e-14)
        assert (gain > 0) == (sigma**2 < k * 0.25)


def test_four_thousand_points_are_near_the_limit():
    points = np.sort(EDGE * (2 * Stream(0, "many").uniform(4000) - 1))
    for sigma, want in ((0.4, -0.09), (0.6, 0.11)):
        setting = (points, 1.0, 0.5, sigma)
        apart = noise.noisy_risk(*setting) - noise.noisy_base_risk(*setting)
        assert apart == pytest.approx(want, abs=5e-5)


@given(st.integers(1, 80), st.integers(0, 20), st.integers(0, 20))
def test_best_neighbors_against_all(n, gap, sigma):
    k = np.arange(1, n + 1)
    risks = averaging.noisy_interval_risk(np.full(n, n), k, gap / 20, sigma / 20)
    best = averaging.best_neighbors(n, gap / 20, sigma / 20)
    assert risks[int(best) - 1] <= risks.min() * (1 + 1e-14)


def test_the_exponent_of_averaging():
    n = np.array([1e6, 1e8])
    best = averaging.best_neighbors(n, 0.5, 0.3)
    risk = averaging.noisy_interval_risk(n, best, 0.5, 0.3)
    assert np.log(risk[0] / risk[1]) / np.log(100) == pytest.approx(0.7502, abs=1e-4)


@pytest.mark.parametrize(("gap", "sigma"), [(0.5, 0.3), (1.0, 1.0), (0.1, 0.9)])
def test_the_limit_of_averaging_is_a_minimum(gap, sigma):
    # Of gap² k³ + σ²/k, the risk in units of n^¾ and k in units of n^¾.
    k = np.geomspace(0.05, 20, 200_001)
    wanted = (gap**2 * k**3 + sigma**2 / k).min()
    assert float(averaging.averaged_risk_limit(gap, sigma)) == pytest.approx(wanted)


def test_torus_risk_by_its_parts():
    # E D₂² of 10 points on the circle is 2·3/(4·11·12).
    got = averaging.noisy_torus_risk(1, 10, 1, 0.5, 0.3)
    assert got == pytest.approx(0.25 / 3 * 6 / (4 * 11 * 12) + 0.09, rel=1e-14, abs=0)


# Ranges and scales.

ON_A_RANGE = {
    "agreement": lambda low, high: noise.neighbor_agreement([0.5], 1, low, high),
    "risk": lambda low, high: noise.noisy_risk([0.5], 1.0, 0.5, 0.1, 1, low, high),
    "base": lambda low, high: noise.noisy_base_risk([0.5], 1.0, 0.5, 0.1, low, high),
    "interval": lambda low, high: interval_displacement([0.5], 1, low, high),
    "expected": lambda low, high: expected_interval_displacement(3, 1, low, high),
}


@pytest.mark.parametrize("name", ON_A_RANGE)
def test_ranges_have_a_low_and_a_high_end(name):
    call = ON_A_RANGE[name]
    assert np.isfinite(call(0.0, 1.0))
    for low, high, error, message in (
        (2, -2, ValueError, "low must be below high, got low 2.0 and high -2.0"),
        (1, 1, ValueError, "low must be below high"),
        (np.nan, 1, ValueError, "low holds NaN"),
        (0, np.inf, ValueError, "high holds NaN or infinity"),
        (-1e308, 1e308, ValueError, "high - low must be finite"),
        (1j, 2, TypeError, "low must hold real numbers"),
        ("0", 1, TypeError, "low must hold real numbers"),
        (0.5, np.nextafter(0.5, 1), None, ""),
    ):
        if error is not None:
            with pytest.raises(error, match=message):
                call(low, high)


def test_designs_may_have_ranges_of_their_own():
    points, low, high = np.array([[0.1, 0.4], [0.7, 0.3]]), [0.0, 0.25], [0.5, 1.0]
    for call in (
        lambda x, a, b: noise.neighbor_agreement(x, 1, a, b),
        lambda x, a, b: noise.noisy_risk(x, 1.0, 0.5, 0.1, 1, a, b),
        lambda x, a, b: noise.noisy_base_risk(x, 1.0, 0.5, 0.1, a, b),
    ):
        alone = [float(call(*each)) for each in zip(points, low, high, strict=True)]
        assert call(points, low, high).tolist() == alone
    with pytest.raises(ValueError, match=r"low has shape \(3,\) where the designs"):
        noise.neighbor_agreement(points, 1, [0.0] * 3, 1.0)


def test_designs_of_any_scale():
    # Σx² overflows, or is 0: the slope's deviation is the same.
    one = noise.noisy_slope(DESIGN, 1.0, 0.9, 0.7)
    for unit in (2.0**600, 2.0**-600):
        x = np.array(DESIGN) * unit
        assert noise.noisy_slope(x, 1.0, 0.9, 0.7 * unit) == one
    with pytest.raises(ValueError, match=r"noise / ‖points‖ must be at most 2³⁰⁰"):
        noise.noisy_slope([1e-300], 1.0, 0.9, 1.0)
    best = averaging.best_neighbors(30, [5e199, 5e-201], [1e200, 1e-200])
    assert best.tolist() == [float(averaging.best_neighbors(30, 0.5, 1.0))] * 2


# Bad input.


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (noise.neighbor_agreement, (DESIGN, 4), "more than n_points=3"),
        (noise.neighbor_agreement, (DESIGN, 0), "n_neighbors must be at least 1"),
        (noise.neighbor_agreement, ([0.0], 1, 1.0, -1.0), "low must be below high"),
        (noise.neighbor_agreement, ([2.0],), r"points must lie in \[low, high\]"),
        (noise.noisy_slope, ([0.0, 0.0], 1.0, 0.5, 1.0), "all 0: they say nothing"),
        (noise.noisy_slope, (DESIGN, 1.0, 0.5, -1.0), "noise must not be negative"),
        (noise.noisy_slope, (DESIGN, 1.0, 0.0, 1.0), "radius must be positive"),
        (noise.noisy_slope, (DESIGN, 1e200, 0.5, 1.0), "coefficient or radius must be"),
        (averaging.noisy_interval_risk, (9, 3, -1.0, 0.0), "gap must not be negative"),
        (averaging.noisy_torus_risk, (1, 9, 3, 1.0, -1.0), "noise must not be negat"),
        (averaging.averaged_risk_limit, (0.0, 1.0), "gap must be positive"),
        (averaging.averaged_risk_limit, (1.0, -1.0), "noise must be positive"),
        (averaging.best_neighbors, (9, -1.0, 1.0), "gap must not be negative"),
        (averaging.best_neighbors, (0.5, 1.0, 1.0), "n_points must be a whole"),
        (averaging.best_neighbors, (2.0**54, 1.0, 1.0), "n_points must be at most 2⁵³"),
        (
            averaging.memorization_gain,
            (LinearProblem([1.0], [1.0], 0.5), 0),
            "n_neighbors must be at least 1",
        ),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


def test_the_best_number_of_neighbours_is_the_best_of_all():
    n_points, n_noises = 40, 60
    noises = np.geomspace(0.05, 5.0, n_noises)
    k = np.arange(1, n_points + 1)
    for n in (2, 5, 17, n_points):
        risks = averaging.noisy_interval_risk(n, k[:n], 1.0, noises[:, None])
        chosen = averaging.best_neighbors(n, 1.0, noises).astype(int)
        at = np.take_along_axis(risks, chosen[:, None] - 1, axis=1)[:, 0]
        # Neighbouring risks may tie up to the rounding of their formula.
        assert (at <= risks.min(axis=1) * (1 + 1e-12)).all()
