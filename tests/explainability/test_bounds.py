"""Complexities, deviations and forms of bounds: printed digits, and what is refused."""

import numpy as np
import pytest

from refgen.explainability import (
    deviation_bound,
    label_scaled_points,
    left_out_deviation,
    linear_complexity,
    neighbor_complexity,
    ridge_stability,
    risk_bound,
    uniform_risk_bounds,
)


def test_the_forms_give_the_digits_of_the_page():
    found = uniform_risk_bounds(0.0097, 0.0093, 0.0093, 0.098)
    assert float(found.root) == pytest.approx(0.216, abs=5e-4)
    assert float(found.linear) == pytest.approx(0.291, abs=5e-4)
    assert found.centered == found.root
    # Labels of -1/2, and outputs that are right on 1 of 100 points.
    assert float(uniform_risk_bounds(0.0, 0.0, 0.99, 0.0).root) == pytest.approx(0.99)
    assert risk_bound(0.03, 0.005, 0.001) < risk_bound(0.03, 0.005)
    spread = uniform_risk_bounds(0.0097, 0.0093, 0.0093, 0.098, 0.005)
    assert spread.centered < spread.root == found.root


def test_the_deviation_is_small_for_many_points_only():
    complexity = 2 * 2**0.5 * 2.39 / np.sqrt([25.0, 1e5])
    few, many = deviation_bound(complexity, [25.0, 1e5], 0.5, 0.05)
    assert few > 1 > 10 * many
    assert many == pytest.approx(0.0855 + 0.0077, abs=1e-4)
    # −log δ has its digits next to 1.
    near = deviation_bound(0.0, 1.0, 0.5, 1 - 2.0**-40)
    assert near == pytest.approx(2 * (2.0**-41) ** 0.5, rel=1e-11)


def test_leaving_out_is_certain_for_many_points_only():
    assert left_out_deviation(0.03, 0.0, 300, 0.5, 0.05) < 0.05
    right = ((0.03 / 300 + 6 * 0.1) / 0.05) ** 0.5
    assert left_out_deviation(0.03, 0.1, 300, 0.5, 0.05) == pytest.approx(right)
    assert right > 1
    stability = ridge_stability(0.1, 1000, 1.5, 1.0, 0.5)
    assert stability == pytest.approx(4 * 0.5 * 1.5**2 / (0.1 * 1000))


def test_a_complexity_is_that_of_the_definition():
    points, neighbors = (
        np.array([[3.0, 4.0], [0.0, 2.0]]),
        np.array([[0.5, 0.5], [1, 0]]),
    )
    roots = np.sqrt(0.25 * 25 + 4), np.sqrt(0.25 * 25)
    assert neighbor_complexity(points, neighbors, 3.0) == pytest.approx(
        1.5 * sum(roots)
    )
    assert linear_complexity(points, 3.0) == pytest.approx(1.5 * np.sqrt(29))
    scaled = label_scaled_points(points, [2.0, 0.0], 2.0)
    assert scaled.tolist() == [[3.0, 4.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: risk_bound(0.1, 0.2, 0.1 + 1e-12), "spread must be at most label_e"),
        (lambda: risk_bound(0.2, 0.1, 0.15), "spread must be at most fidelity"),
        (lambda: risk_bound(-0.1, 0.2), "label_error must not be negative"),
        (lambda: risk_bound(0.1, -0.2), "fidelity must not be negative"),
        (lambda: deviation_bound(0.1, 0, 0.5, 0.1), "n_points must be at least 1"),
        (lambda: deviation_bound(0.1, 9, 0.5, 1.0), "delta must be strictly between"),
        (
            lambda: label_scaled_points([[1.0]], [2.0], 1.0),
            r"labels must lie in \[−output_bound, output_bound\], got 2.0",
        ),
        (lambda: label_scaled_points([[1.0]], [-2.0], 1.0), "labels must lie in"),
        (
            lambda: left_out_deviation(0.1, 0.1, 1, 0.5, 0.1),
            "n_points must be at least 2",
        ),
        (
            lambda: label_scaled_points([[1.0]], [2.0, 1.0], 2.0),
            "labels must be as many as points",
        ),
        (
            lambda: neighbor_complexity([[1.0]], [[1.0], [1.0]], 1.0),
            "neighbors must have one row for each of the points",
        ),
        (
            lambda: neighbor_complexity([[1.0]], [[0.4]], 1.0),
            "neighbors must sum to 1",
        ),
        (lambda: linear_complexity([[1.0]], 0.0), "norm_bound must be positive"),
        (
            lambda: neighbor_complexity(np.ones((2, 1, 1)), np.ones((3, 1, 1)), 1.0),
            r"do not broadcast: points \(2,\), neighbors \(3,\)",
        ),
        (
            lambda: deviation_bound(0.1, 9, 1e200, 0.1),
            r"output_bound has the scale 1e\+200",
        ),
    ],
)
def test_what_is_wrong_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
