"""Logistic distillation: where it ends, and how often student and teacher disagree."""

import math
from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import chi, norm

from refgen.distillation import (
    directed_transfer_risk,
    gaussian_transfer_risk,
    gaussian_transfer_risk_bounds,
    hard_label_margin,
    logistic_limit,
    mixture_transfer_risk,
    rotation_transfer_bound,
    teacher_angles,
    transfer_risk_bounds,
)

RNG = np.random.default_rng(0)
RIGHT = math.pi / 2


# Where it ends.


def test_gradient_descent_on_soft_labels_ends_at_the_projection():
    inputs, w = RNG.normal(size=(3, 6)), RNG.normal(size=6)
    labels = 1 / (1 + np.exp(-inputs @ w))
    student = np.zeros(6)
    for _ in range(20_000):
        wrong = labels - 1 / (1 + np.exp(-inputs @ student))
        student += 4 / np.linalg.norm(inputs, 2) ** 2 * wrong @ inputs
    want = np.linalg.pinv(inputs) @ inputs @ w
    assert_allclose(student, want, atol=1e-13)
    assert_allclose(logistic_limit(inputs, w), want, atol=1e-14)


def test_repeated_inputs_add_nothing_and_spanning_ones_give_everything():
    inputs, w = RNG.normal(size=(2, 4)), RNG.normal(size=4)
    repeated = np.concatenate([inputs, inputs[:1] + inputs[1:]])
    assert_allclose(logistic_limit(repeated, w), logistic_limit(inputs, w), atol=1e-14)
    assert_allclose(logistic_limit(RNG.normal(size=(9, 4)), w), w, atol=1e-13)


def test_margins_of_hard_labels_follow_the_flow():
    margin, square, steps = 0.0, 1.7, 20_000
    dt = 50.0 / steps
    for _ in range(steps):  # the midpoint rule
        middle = margin + dt / 2 * square / (1 + math.exp(margin))
        margin += dt * square / (1 + math.exp(middle))
    assert hard_label_margin(square, 50.0) == pytest.approx(margin, rel=1e-7)


@pytest.mark.parametrize("total", [0.0, 1e-300, 1e-9, 0.3, 3.0, 1e9, 1e300])
def test_margins_solve_their_equation(total):
    m = float(hard_label_margin(total, 1.0))
    assert m + math.expm1(m) == pytest.approx(total, rel=1e-12, abs=0)


# Normal inputs.


@pytest.mark.parametrize(
    ("n", "p", "risk"),
    [
        (1, 6, 0.385094911523),
        (2, 7, 0.330234727369),
        (5, 7, 0.169765272631),
        (3, 6, 0.25),
        (2, 4, 0.25),
        (1, 2, 0.25),
        (10, 50, 0.354776658334),
        (7, 7, 0.0),
        (9, 7, 0.0),
    ],
)
def test_printed_risks(n, p, risk):
    assert round(float(gaussian_transfer_risk(n, p)), 12) == risk
    assert mixture_transfer_risk(n, p, 0.0) == pytest.approx(risk, abs=1e-12)


def test_risks_of_two_clusters_that_coincide_in_many_dimensions():
    want = float(gaussian_transfer_risk(300, 1000))
    assert mixture_transfer_risk(300, 1000, 0.0) == pytest.approx(want, abs=1e-12)


def test_large_batches_are_cut_into_parts_that_lose_nothing(monkeypatch):
    theta, weights, n = np.linspace(0.1, 1.5, 7), np.arange(1, 8) / 28, np.arange(1, 6)

    def all_of_them():
        return [
            gaussian_transfer_risk(n, 9),
            *transfer_risk_bounds(theta, 2, weights),
            rotation_transfer_bound(theta, 2, 5, weights),
        ]

    whole = all_of_them()
    monkeypatch.setattr("refgen.distillation.logistic_risk._ENTRIES", 1024)
    monkeypatch.setattr("refgen.distillation.logistic_bounds._ENTRIES", 21)
    for part, want in zip(all_of_them(), whole, strict=True):
        assert_allclose(part, want, rtol=1e-14)


def exact(n, left):
    """The finite sum of KD-47, in steps of 2 from E(n, 2n) or E(1, 3)."""
    if n > left:
        return 0.5 - exact(left, n)
    rho = [
        0.0,
        *(math.gamma((a + 1) / 2) / math.gamma(a / 2 + 1) for a in range(1, 60)),
    ]
    if (left - n) % 2 == 0:
        risk, b = 0.25, n
    else:
        risk, a = 1 / math.pi, 1
        for a in range(1, n):  # from E(a, 2a + 1) to E(a + 1, 2a + 3)
            lost = (a + 1) / (2 * a + 1) * rho[a] * rho[a + 1] / (2 * math.pi)
            risk = 0.5 - (risk - lost)
        b = n + 1
    while b < left:
        risk += n / (n + b) * rho[n] * rho[b] / (2 * math.pi)
        b += 2
    return risk


def test_risks_are_finite_sums():
    sizes = [(1, 1), (1, 2), (1, 3), (2, 3), (3, 4), (2, 9), (5, 12), (12, 3), (1, 40)]
    for n, left in sizes:
        got = gaussian_transfer_risk(n, n + left)
        assert got == pytest.approx(exact(n, left), rel=1e-13)
    assert gaussian_transfer_risk(1, 4) == pytest.approx(
        0.25 + 1 / math.pi**2, rel=1e-14
    )


@pytest.mark.parametrize("n", [1.0, 1e4, 1e8, 4e8])
def test_risks_of_many_inputs_and_features(n):
    """They tend to arccos(√(n/p))/π, from above and within 1/n of it."""
    assert gaussian_transfer_risk(n, 2 * n) == pytest.approx(0.25, rel=1e-13)
    assert gaussian_transfer_risk_bounds(n + 2, n) == (0, 0)
    low, high = gaussian_transfer_risk_bounds(n, 1e9)
    assert low <= gaussian_transfer_risk(n, 1e9) <= min(high, low + 1 / n)


# A given first coordinate.


@pytest.mark.parametrize("left", [1, 2, 7])
@pytest.mark.parametrize("size", [0.0, 0.3, 4.0])
def test_given_coordinates_against_adaptive_quadrature(left, size):
    def tail(x):
        return norm.sf(size / x) * chi.pdf(x, left)

    want = quad(tail, 0, np.inf, epsabs=1e-13)[0]
    got = directed_transfer_risk([0.6 * size, -0.8 * size], -1.0, 2 + left)
    assert got == pytest.approx(want, abs=1e-12)


def test_coordinates_of_any_size():
    for a, b in ((1e300, 1e300), (1e-300, 1e300), (1e-300, 1e-300)):
        risk = directed_transfer_risk([a, a], b, 5)
        assert risk == pytest.approx(0.5 if a * b < 1e-9 else 0.0 if a > 1 else risk)


def test_printed_risks_of_two_clusters():
    risks = mixture_transfer_risk([1, 2, 4], 6, 2.2)
    printed = [0.085312821662, 0.031458833578, 0.009454053351]
    assert [round(float(risk), 12) for risk in risks] == printed


# Bounds.


def cluster_angles(n_angles=500):
    """Quantiles of the angle of ±2.2 e₁ + N(0, I₆) to e₁."""
    u, mass = np.polynomial.legendre.leggauss(200)
    b = 6 * (u + 1)
    mass = 6 * mass * (norm.pdf(b - 2.2) + norm.pdf(b + 2.2))
    grid = np.linspace(0, RIGHT, 3001)
    above = (mass * chi.sf(b * np.tan(grid)[:, None], 5)).sum(axis=-1)
    share = (np.arange(n_angles) + 0.5) / n_angles
    return np.interp(share, above[::-1], grid[::-1])


def test_bounds_of_two_clusters():
    theta, printed = cluster_angles(), {
        1: (0.9436, 0.4904, 0.08531),
        2: (0.6940, 0.3245, 0.04337),
        4: (0.4840, 0.2068, 0.02595),
    }  # fmt: skip
    for n, (union, probability, rotation) in printed.items():
        found = transfer_risk_bounds(theta, n)
        assert_allclose(found, (probability, union), atol=2.5e-3)
        got = rotation_transfer_bound(theta, n, 6)
        assert got == pytest.approx(rotation, abs=1e-4)
        assert mixture_transfer_risk(n, 6, 2.2) <= got + 1e-4


def test_bounds_of_a_finite_law_against_a_loop():
    for right in ([0.0, RIGHT], [0.3, RIGHT - 0.3]):  # angles that add up to π/2
        assert transfer_risk_bounds(right, 1)[0] == 0.75
    theta, weights = np.array([0.2, 0.9, 0.9, RIGHT]), np.array([0.4, 0.3, 0.2, 0.1])
    n, total = 2, 0.0
    for chosen in product(range(4), repeat=n + 1):
        reached = theta[chosen[0]] + min(theta[i] for i in chosen[1:]) >= RIGHT
        total += reached * np.prod(weights[list(chosen)])
    probability, union = transfer_risk_bounds(theta, n, weights)
    assert probability == pytest.approx(total)
    betas = np.linspace(0, RIGHT, 10_001)[1:-1, None]
    sums = (weights * (theta >= betas)).sum(-1)
    sums += (weights * (theta >= RIGHT - betas)).sum(-1) ** n
    assert union == pytest.approx(sums.min())
    assert rotation_transfer_bound(theta, n, 2, weights) == pytest.approx(total / 2)


def test_angles_of_inputs():
    inputs = np.array([[2.0, 0.0], [-1.0, 1.0], [0.0, 3.0], [0.0, 0.0], [1e300, 1e285]])
    want = [0.0, math.pi / 4, RIGHT, RIGHT, 1e-15]
    assert_allclose(teacher_angles(inputs, [1e-200, 0.0]), want, rtol=1e-12)


# Bad input.


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaussian_transfer_risk(0, 3), "n_points must be at least 1"),
        (lambda: gaussian_transfer_risk(1, 2e9), r"n_features must be at most 10\*\*9"),
        (
            lambda: directed_transfer_risk([1.0, 2.0], 1.0, 2),
            "n_features must be above",
        ),
        (lambda: mixture_transfer_risk(1, 2000, 1.0), "n_features must be at most 10"),
        (lambda: mixture_transfer_risk(10, 30, 20.0), "separation must have n_points"),
        (lambda: transfer_risk_bounds([-0.1], 1), r"angles must lie in \[0, π/2\]"),
        (
            lambda: logistic_limit(np.ones((3, 1, 2)), np.ones((2, 2))),
            r"inputs \(3,\), coefficients \(2,\)",
        ),
        (lambda: transfer_risk_bounds([0.1, 1.6], 1), r"angles must lie in \[0, π/2\]"),
        (lambda: transfer_risk_bounds([0.1], 1, [0.5, 0.5]), r"weights has shape \("),
        (lambda: rotation_transfer_bound([0.1], 1, 1), "n_features must be at least 2"),
        (lambda: teacher_angles([[1.0]], [0.0]), "coefficients must not all be 0"),
        (lambda: logistic_limit([[1.0]], [1.0, 2.0]), "give one coefficient"),
        (lambda: hard_label_margin(-1.0, 1.0), "squared_length must not be negative"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
