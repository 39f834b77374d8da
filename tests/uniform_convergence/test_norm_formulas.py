"""Closed forms around bounds by norms: anchors, oracles, and what they refuse."""

import numpy as np
import pytest

import refgen.uniform_convergence as ru

RNG = np.random.default_rng(2)


def test_anchors():
    assert ru.width_factor([100, 1]) == 11
    found = ru.perturbation_constant([2, 3, 5]).round(3)
    assert found.tolist() == [1.25, 1.37, 1.488]
    assert ru.norm_bound_floor(8000, 2, 1000).neyshabur_2018 == pytest.approx(1.0)


def test_sums_of_two_thirds_do_not_leave_float64():
    """(1 + 8^⅔)^(3/2) = 5^(3/2), at any scale."""
    for unit in (2.0**-300, 1.0, 2.0**290):
        found = ru.two_thirds_norm([unit, 8 * unit, 0.0]) / unit
        assert found == pytest.approx(5**1.5, 1e-14)
    assert ru.two_thirds_norm([0.0, 0.0]) == 0


def test_small_changes_do_not_cancel():
    found = ru.perturbation_bound([2.0, 3.0], [1e-20, 2e-20], 1.0)
    assert found == pytest.approx(18e-20, 1e-14)


def test_distances_by_inverses():
    J = RNG.normal(size=(5, 8))
    K, y = J @ J.T, RNG.normal(size=5)
    found = ru.prequential_distance(K, y).squared_distances
    noisy = ru.noisy_squared_distance(K, y, 0.5)
    for i in range(1, 6):
        inverse = np.linalg.inv(K[:i, :i])
        distance = y[:i] @ inverse @ y[:i]
        assert found[i - 1] == pytest.approx(distance, 1e-9)
        want = distance + np.trace(inverse) / 4
        assert noisy[i - 1] == pytest.approx(want, 1e-9)


def test_width_matters_for_the_origin_only():
    """With normal weights of widths 50 and 400; the first bound has a limit."""
    rng, points, bounds, balls = np.random.default_rng(0), np.eye(3), [], []
    for h in (50, 400):
        shapes = (h,), (h, h), (h, 3)
        given = (*(rng.normal(size=s) / h**0.5 for s in shapes), points, 0.5)
        bounds.append(ru.near_initialization_bound(*given))
        balls.append(ru.origin_ball_bound(*given))
    assert bounds[1] == pytest.approx(5.25 * 0.5 * 3**0.5 / 3, 0.03)
    assert bounds[1] / bounds[0] == pytest.approx(1, abs=0.15)
    assert balls[1] / balls[0] == pytest.approx(8**0.5, 0.1)


ONE = np.ones((1, 1))


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("two_thirds_norm", ([-1.0],), "values must not be negative"),
        ("two_thirds_norm", ([1e200],), "values have the scale 1e\\+200"),
        ("width_factor", (3,), "widths must have one number for each layer"),
        ("width_factor", ([0.5],), "widths must be a whole number"),
        ("perturbation_constant", (0,), "depth must be at least 1"),
        ("perturbation_bound", ([1.0], [-0.1], 1.0), "ratios must not be negative"),
        ("perturbation_bound", ([1e90] * 5, [0.1] * 5, 1.0), "leaves the range"),
        ("perturbation_bound", ([1.0], [0.1] * 2, 1.0), "one number for each layer"),
        ("perturbation_bound", ([ONE[0]] * 2, ONE, [1] * 3), "leading axes do not"),
        ("prequential_distance", (np.ones((2, 2)), [1, 1]), "positive definite"),
        ("prequential_distance", (np.eye(2), [1.0]), "targets must have one number"),
        ("noisy_squared_distance", (np.eye(2), [1, 1], -1), "noise must not be"),
        ("noisy_squared_distance", (np.eye(2), [1.0], 1.0), "mean must have one"),
        ("near_initialization_bound", ([1, 1], ONE, ONE, ONE, 1), "shapes must be"),
        ("origin_ball_bound", ([1.0], ONE, ONE, ONE, -1), "radius must not be"),
        ("append_biases", (ONE, [1.0, 2.0]), "one number for each of the 1 outputs"),
        ("append_biases", (ONE, [1.0], 1), "last must be True or False"),
        ("norm_bound_floor", (0, 2, 3), "n_samples must be at least 1"),
    ],
)
def test_bad_input_is_refused(name, arguments, words):
    with pytest.raises((TypeError, ValueError, np.linalg.LinAlgError), match=words):
        getattr(ru, name)(*arguments)
