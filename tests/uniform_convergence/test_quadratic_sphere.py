"""Two spheres, and the network of quadratic units, against loops and SciPy."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import betainc

from refgen.random import Stream
from refgen.uniform_convergence import (
    QuadraticSphere,
    draw_hyperspheres,
    draw_quadratic_margins,
    log_negative_mass,
    quadratic_bounds,
    quadratic_matrix,
    quadratic_moments,
    quadratic_test_error,
    swap_radii,
)

SPHERE = QuadraticSphere(200, 400, 1.0, 2.0)


def test_drawn_points_are_on_their_spheres_and_balanced():
    points, labels = draw_hyperspheres(4000, 3, 1.0, 2.0, Stream(0))
    assert_allclose((points**2).sum(axis=-1), np.where(labels > 0, 4.0, 1.0))
    assert abs(labels.mean()) < 4 / 4000**0.5
    # The covariance of a uniform direction.
    directions = points[labels > 0] / 2
    assert_allclose(np.cov(directions.T), np.eye(3) / 3, atol=0.03)


def test_swapping_a_batch_twice_gives_it_back():
    points, labels = draw_hyperspheres(12, 3, 1.0, 2.0, Stream(0))
    X, y = points.reshape(3, 4, 3), labels.reshape(3, 4)
    other, opposite = swap_radii(X, y, 1.0, 2.0)
    assert_allclose(other, X * np.where(y > 0, 0.5, 2.0)[..., None])
    assert (opposite == -y).all()
    assert_allclose(swap_radii(other, opposite, 1.0, 2.0)[0], X)


def test_the_network_memorizes_and_fails_on_copies():
    """The published size: a test error near 0.02, all copies wrong."""
    errors = []
    for seed in range(6):
        stream = Stream(seed, "sphere")
        points, labels = draw_hyperspheres(200, 400, 1.0, 2.0, stream)
        matrix = quadratic_matrix(points, labels)
        theta = float(SPHERE.threshold)
        other, opposite = swap_radii(points, labels, 1.0, 2.0)
        assert (labels * ((points @ matrix * points).sum(axis=-1) - theta) > 0).all()
        assert (opposite * ((other @ matrix * other).sum(axis=-1) - theta) < 0).all()
        errors.append(quadratic_test_error(SPHERE, np.linalg.eigvalsh(matrix)))
    drawn = draw_quadratic_margins(SPHERE, 3000, Stream(0))
    # It differs much between samples, as the classes are of different sizes.
    assert 0.005 < np.mean(errors) < 0.05
    assert 0.012 < (drawn.fresh <= 0).mean() < 0.03
    assert (drawn.train > 0).all()
    assert (drawn.transformed < 0).mean() > 0.998


def test_moments_are_those_of_draws():
    sphere = QuadraticSphere(4, [3, 8], 0.8, [1.5, 1.2])
    drawn, moments = (
        draw_quadratic_margins(sphere, 30_000, Stream(1)),
        (quadratic_moments(sphere)),
    )
    for k, label in enumerate((-1.0, 1.0)):
        for kind in ("fresh", "train", "transformed"):
            for i in range(2):
                part = getattr(drawn, kind)[i][drawn.labels[i] == label]
                variance = getattr(moments, f"{kind}_variance")[i, k]
                off = part.mean() - getattr(moments, f"{kind}_mean")[i, k]
                assert abs(off) < 4.5 * (variance / len(part)) ** 0.5
                assert part.var() == pytest.approx(variance, rel=0.1)


def by_inversion(weights):
    """P(Σ wᵢgᵢ² < 0) by the formula of Imhof and adaptive quadrature."""

    def integrand(u):
        angle = np.arctan(weights * u).sum() / 2
        return np.sin(angle) / (u * np.prod(1 + (weights * u) ** 2) ** 0.25)

    return 0.5 - quad(integrand, 0, np.inf, limit=500, epsabs=1e-12)[0] / np.pi


@pytest.mark.parametrize("seed", range(3))
def test_negative_mass_is_that_of_an_oscillating_integral(seed):
    weights = np.random.default_rng(seed).normal(size=6)
    got = np.exp(log_negative_mass(weights))
    assert got == pytest.approx(by_inversion(weights), abs=1e-9)


@pytest.mark.parametrize(
    ("n_positive", "n_negative", "ratio"),
    [(1, 1, 1.0), (100, 30, 0.05), (300, 300, 0.5), (3, 1, 1e3), (1, 300, 1e2)],
)
def test_negative_mass_of_two_weights(n_positive, n_negative, ratio):
    weights = np.repeat([1.0, -ratio], [n_positive, n_negative])
    want = betainc(n_positive / 2, n_negative / 2, ratio / (1 + ratio))
    assert_allclose(np.exp(log_negative_mass(weights)), want, rtol=1e-13)


def test_negative_mass_beyond_float64():
    with mpmath.workdps(30):
        share = mpmath.mpf(1) / (100_000 + 1)
        mass = mpmath.betainc(1000, 0.5, 0, share, regularized=True)
        want = float(mpmath.log(mass))
    got = float(log_negative_mass(np.repeat([100_000.0, -1.0], [2000, 1])))
    assert got == pytest.approx(want, rel=1e-14)
    assert want < -10_000
    assert log_negative_mass([[1.0, 2.0], [-1.0, 0.0]]).tolist() == [-np.inf, 0.0]
    assert float(log_negative_mass([1e300, -1.0])) == pytest.approx(
        np.log(2 / np.pi) - 150 * np.log(10)
    )


def test_bounds_by_moments():
    large = QuadraticSphere(100_000, 100_000, 1.0, 2.0)
    test_error, transformed_error = quadratic_bounds(large)
    moments = quadratic_moments(large)
    variance, mean = moments.fresh_variance, moments.fresh_mean
    assert_allclose(test_error, np.mean(variance / (variance + mean**2)))
    assert float(transformed_error) > 0.999
    # With more points than that the signal outweighs the self energy.
    assert float(quadratic_bounds(QuadraticSphere(30, 10, 1.0, 2.0))[1]) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: QuadraticSphere(1, 3, 1.0, 2.0), "n_samples must be at least 2"),
        (lambda: QuadraticSphere(5, 1, 1.0, 2.0), "dimension must be at least 2"),
        (lambda: QuadraticSphere(5, 3, 2.0, 2.0), "inner must be below outer, got 2.0"),
        (lambda: QuadraticSphere(5, 3, 0.0, 2.0), "inner must be positive"),
        (lambda: QuadraticSphere(5, 3, 1.0, 1e40), "outer must be between"),
        (lambda: quadratic_test_error(SPHERE, [1.0]), "one for each dimension"),
        (lambda: quadratic_matrix([[1.0]], [0]), "labels must be −1 or 1, got 0.0"),
        (
            lambda: swap_radii([[1.0, 0.0]], [1], 1.0, 2.0),
            "points must have the length inner where the label is −1",
        ),
        (
            lambda: draw_quadratic_margins(
                QuadraticSphere([5, 6], 3, 1.0, 2.0), 2, Stream(0)
            ),
            "n_samples must be the same for all examples, got 5 and 6",
        ),
        (
            lambda: draw_quadratic_margins(SPHERE, 2**40, Stream(0)),
            "n_draws must be so small",
        ),
        (
            lambda: draw_hyperspheres(0, 3, 1.0, 2.0, Stream(0)),
            "n_samples must be",
        ),
        (
            lambda: draw_hyperspheres(4, 3, [1.0], 2.0, Stream(0)),
            r"inner and outer must be single numbers, got shape \(1,\)",
        ),
        (lambda: QuadraticSphere(5, 3, [1, 1], [2, 2, 2]), "shapes do not broadcast"),
    ],
)
def test_spheres_refuse(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
