"""Fits of the reversed pair and their errors, against plain loops."""

import itertools

import numpy as np
import pytest
from scipy import integrate

from refgen.explainability import (
    GaussianNeighborhoods,
    drawn_fidelity,
    line_mirrored_fidelity,
    mirrored_errors,
    mirrored_fit,
    penalty_for_norm_bound,
    uniform_mirrored_fidelity,
)
from refgen.explainability._local_ridge import local_ridge
from refgen.random import Stream


def by_loop(X, y, weights, penalties):
    """Coefficients and hat matrix of one weighted ridge fit."""
    design = np.c_[np.ones(len(X)), X]
    inverse = np.linalg.inv(design.T * weights @ design + np.diag(penalties))
    return inverse @ (design.T @ (weights * y)), design @ inverse @ design.T * weights


@pytest.mark.parametrize("penalized", [True, False])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_many_fits_by_a_loop(penalized, batch):
    """Two outputs share the factors; weights of any size are as good."""
    draws, q, m, d = Stream(0, "ridge"), 3, 7, 2
    X = draws.child("X").normal((*batch, m, d)) + 3
    Y = draws.child("Y").normal((2, *batch, m))
    logs = draws.child("w").normal((*batch, q, m))
    size = draws.child("size").exponential((*batch, q))
    fit = local_ridge(X, Y, logs, size, penalized_intercept=penalized)
    for at in np.ndindex(2, *batch, q):
        output, *rest, j = at
        rest, penalties = tuple(rest), np.full(d + 1, size[at[1:]])
        penalties[0] *= penalized
        points, values = X[rest], Y[(output, *rest)]
        weights = np.exp(logs[(*rest, j)])
        found, hat = by_loop(points, values, weights, penalties)
        own = np.append(fit.intercepts[at], fit.coefficients[at])
        np.testing.assert_allclose(own, found, rtol=1e-9)
        left = values - np.c_[np.ones(m), points] @ found
        np.testing.assert_allclose(fit.residuals[at], left, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(fit.leverages[at[1:]], np.diag(hat), rtol=1e-9)


def test_a_fit_that_is_not_unique():
    for logs in (np.zeros((1, 3)), np.full((1, 3), -np.inf)):
        with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
            local_ridge(np.ones((3, 1)), np.ones(3), logs, 0.0)


def test_weights_that_are_small_beside_the_penalty():
    """All is 0 then; a free intercept is the weighted mean."""
    X, y, logs = np.array([[0.0], [1.0]]), np.array([1.0, 4.0]), np.full((1, 2), -2e3)
    for penalized, intercept in ((True, 0.0), (False, 2.5)):
        fit = local_ridge(X, y, logs, 1.0, penalized_intercept=penalized)
        np.testing.assert_allclose(fit.intercepts, intercept, atol=1e-200)
        np.testing.assert_allclose(fit.coefficients, 0, atol=1e-200)


def test_points_far_from_0_cost_a_free_intercept_no_digits():
    X, y = np.array([[0.0], [1.0], [3.0]]), np.array([0.0, 2.0, 1.0])
    slopes = [
        local_ridge(x, y, np.zeros((1, 3)), 0.1, penalized_intercept=False).coefficients
        for x in (X, X + 2.0**30)
    ]
    np.testing.assert_allclose(*slopes, rtol=1e-9)


# Explanations of a sample

PLANE = GaussianNeighborhoods([[0.0, 1.0], [2.0, 1.0], [1.0, 3.0], [0.5, -1.0]], 1.5)
VALUES = np.array([1.0, -2.0, 0.5, 3.0])


def test_errors_by_refits():
    """At a source, point by point, with the penalty of the whole sample."""
    z, share = np.array([0.3, 0.7]), 0.4
    found = mirrored_errors(PLANE, VALUES, z[None], share)
    fit = mirrored_fit(PLANE, VALUES, z[None], share)
    X = PLANE.points
    weights = np.exp(-((X - z) ** 2).sum(axis=1) / (2 * 1.5**2))
    weights /= weights.sum()
    left_out = []
    for i in range(4):
        others = np.arange(4) != i
        c, _ = by_loop(X[others], VALUES[others], weights[others], np.full(3, share))
        left_out.append((VALUES[i] - c[0] - X[i] @ c[1:]) ** 2)
    c, _ = by_loop(X, VALUES, weights, np.full(3, share))
    train = weights @ (VALUES - c[0] - X @ c[1:]) ** 2
    np.testing.assert_allclose(fit.value[0], c[0] + z @ c[1:], rtol=1e-12)
    np.testing.assert_allclose(fit.slope[0], c[1:], rtol=1e-12)
    np.testing.assert_allclose([found.train[0], fit.fidelity[0]], train, rtol=1e-12)
    np.testing.assert_allclose(found.left_out[0], weights @ left_out, rtol=1e-12)
    np.testing.assert_allclose(found.penalized[0], train + share * c @ c, rtol=1e-12)
    free = mirrored_errors(PLANE, VALUES, z[None])  # by default without a penalty
    assert free.penalized == free.train < found.train


def test_some_sources_at_a_time(monkeypatch):
    sample = GaussianNeighborhoods(PLANE.points, [1.0, 2.0])
    given = sample, VALUES, Stream(0, "z").normal((5, 2)), np.arange(1.0, 6)
    whole = mirrored_fit(*given), mirrored_errors(*given)
    monkeypatch.setattr("refgen.explainability._reversed_pairs._ENTRIES", 16)
    for mine, right in zip((mirrored_fit, mirrored_errors), whole, strict=True):
        for one, other in zip(mine(*given), right, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-13)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": VALUES[:3]}, r"values has shape \(3,\) for n_points=4"),
        (
            {"sources": np.ones((2, 3))},
            r"sources must have shape \(..., n_sources, 2\)",
        ),
        ({"penalty": -1.0}, "penalty must not be negative, got -1.0"),
        ({"penalty": np.ones(3)}, r"do not broadcast: penalty \(3,\), sources \(2,\)"),
        ({"sources": [[99.0, 0.0]], "penalty": 0.0}, "penalty is too small for a"),
    ],
)
def test_what_has_no_fit(change, message):
    given = {"values": VALUES, "sources": [[0.0, 0.0], [1.0, 0.0]], "penalty": 0.1}
    for function in (mirrored_fit, mirrored_errors):
        with pytest.raises(ValueError, match=message):
            function(PLANE, **given | change)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [((1e200, 1.0), "norm_bound has the scale"), ((1, 1e200), "output_bound has the")],
)
def test_penalties_that_would_leave_float64(bounds, message):
    with pytest.raises(ValueError, match=message):
        penalty_for_norm_bound(*bounds)


def test_equal_points_and_a_single_one():
    """With a ridge a fit is unique whatever the points are."""
    for points in ([[1.0, 1.0]], [[1.0, 1.0]] * 3):
        sample = GaussianNeighborhoods(points, 1.0)
        fit = mirrored_fit(sample, [1.0] * len(points), [[0.0, 0.0]], 3.0)
        # The longest that the penalty allows.
        np.testing.assert_allclose(fit.slope[0], [1 / 6, 1 / 6], rtol=1e-13)


# Curves of training errors


def by_integral(x, f, s):
    """The least MNF: the integral over sources of sums of squares, by SciPy."""
    design = np.c_[np.ones(len(x)), x]

    def squares(z):
        roots = np.exp(-((x - z) ** 2) / (4 * s * s))
        rest = np.linalg.lstsq(roots[:, None] * design, roots * f, rcond=None)[0]
        return ((roots * (f - design @ rest)) ** 2).sum()

    ends = x.min() - 9 * s, x.max() + 9 * s
    total = integrate.quad(squares, *ends, limit=500, epsabs=1e-12)[0]
    return total / len(x) / np.sqrt(2 * np.pi) / s


@pytest.mark.parametrize("s", [0.3, 1.0, 4.0])
def test_the_least_fidelity_by_an_integral(s):
    x, f = np.array([0.0, 0.5, 1.5, 3.0]), np.array([1.0, 0.0, 2.0, -1.0])
    sample = GaussianNeighborhoods(x[:, None], s)
    right = by_integral(x, f, s)
    np.testing.assert_allclose(line_mirrored_fidelity(sample, f), right, rtol=1e-9)


def test_points_that_are_equal_or_far_apart():
    f, scale = [0.0, 2.0, 5.0], [1e-3, 1.0]
    twice = GaussianNeighborhoods([[0.0], [0.0], [9.0]], scale)
    np.testing.assert_allclose(line_mirrored_fidelity(twice, f), 2 / 3, rtol=1e-2)
    far = GaussianNeighborhoods([[-1e9], [0.0], [1e9]], 1.0)
    assert line_mirrored_fidelity(far, f) == 0.0
    blocks = GaussianNeighborhoods(np.zeros((9, 1)), np.full(300, 1.0))
    found = line_mirrored_fidelity(blocks, np.arange(9.0))
    np.testing.assert_allclose(found, np.arange(9.0).var(), rtol=1e-13)
    with pytest.raises(ValueError, match="sample must have one feature, got 2"):
        line_mirrored_fidelity(PLANE, VALUES)


@pytest.mark.parametrize(
    ("slope", "h", "anchor"),
    [
        (False, 1.0, 0.2458),
        (False, 1.5, 0.2204),
        (True, 1.5, 0.2148),
        (True, 2, 0.1956),
    ],
)
def test_intervals_where_it_falls(slope, h, anchor):
    x = np.arange(60.0)
    assert abs(uniform_mirrored_fidelity(x, x % 2, h, bool(slope)) - anchor) < 5e-5


def test_intervals_by_a_sum_over_sources(monkeypatch):
    x, f, h = np.array([3.0, 0.0, 0.5, 0.5]), np.array([1.0, 0.0, 2.0, -1.0]), 0.8
    sources = np.linspace(-0.8, 3.8, 200_001)
    total = 0.0
    near = abs(sources[:, None] - x) < h
    for row, times in zip(*np.unique(near, axis=0, return_counts=True), strict=True):
        design = np.c_[np.ones(row.sum()), x[row]]
        rest = f[row] - design @ np.linalg.lstsq(design, f[row], rcond=None)[0]
        total += times * (rest**2).sum()
    right = total * (sources[1] - sources[0]) / (2 * h * 4)
    monkeypatch.setattr("refgen.explainability.uniform_mirrored._ENTRIES", 8)
    np.testing.assert_allclose(uniform_mirrored_fidelity(x, f, h), right, rtol=1e-4)


def test_intervals_of_other_values():
    with pytest.raises(ValueError, match="give one value for each point"):
        uniform_mirrored_fidelity([1.0, 2.0], [1.0], 1.0)
    with pytest.raises(TypeError, match="slope must be True or False"):
        uniform_mirrored_fidelity([1.0], [1.0], 1.0, slope=1)


# Fidelity from draws


def test_pairs_by_a_loop():
    """The affine function of one half, the pairs of the other, and in turn."""
    normals = Stream(0, "e").normal((12, 2))
    values = np.exp(normals[:, 0]) + normals[:, 1]
    halves = np.arange(12) < 6, np.arange(12) >= 6
    found = []
    for one, other in (halves, halves[::-1]):
        c = np.linalg.lstsq(np.c_[np.ones(6), normals[one]], values[one], rcond=None)[0]
        r, e = values[other] - c[0] - normals[other] @ c[1:], normals[other]
        pairs = [
            (r[i] ** 2 + r[j] ** 2) / 2 - r[i] * r[j] * (1 + e[i] @ e[j])
            for i, j in itertools.permutations(range(6), 2)
        ]
        each = np.reshape(pairs, (6, 5)).mean(axis=1)
        found.append((each.mean(), 4 * each.var(ddof=1) / 6))
    mean, variance = np.mean(found, axis=0)
    fidelity, error = drawn_fidelity(normals, values)
    np.testing.assert_allclose(fidelity, mean, rtol=1e-12)
    np.testing.assert_allclose(error, np.sqrt(variance / 2), rtol=1e-12)
    affine, _ = drawn_fidelity(normals, 3 + normals @ [1.0, 2.0])
    assert abs(affine) < 1e-28


def test_draws_are_unbiased():
    """Of sin(ε + ½), where NF is known (LE-5)."""
    normals = Stream(0, "unbiased").normal((40_000, 16, 1))
    found = drawn_fidelity(normals, np.sin(normals[..., 0] + 0.5))
    squares = (1 - np.exp(-2) * np.cos(1)) / 2
    right = squares - np.exp(-1)
    mean, error = found.fidelity.mean(), found.fidelity.std() / 200
    assert abs(mean - right) < 4 * error < 0.03 * right
    covered = abs(found.fidelity - right) < 1.96 * found.standard_error
    assert abs(covered.mean() - 0.62) < 0.02


def test_draws_that_are_too_few():
    with pytest.raises(ValueError, match="4 = 8 draws, got 7"):
        drawn_fidelity(np.ones((7, 2)), np.ones(7))
    with pytest.raises(ValueError, match=r"values has shape \(7,\) for 8 draws"):
        drawn_fidelity(np.ones((8, 2)), np.ones(7))
    with pytest.raises(ValueError, match="normals of one half lie in a hyperplane"):
        drawn_fidelity(np.ones((8, 2)), np.ones(8))
