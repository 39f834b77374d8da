"""Functions with closed forms, and fits by quadrature, against mpmath."""

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from refgen.explainability import (
    Absolute,
    Bump,
    Exponential,
    Linear,
    Quadratic,
    ReLURidge,
    Sine,
    Step,
    anisotropic_fidelity,
    fidelity_from_hessian,
    gaussian_fidelity,
    gaussian_mirrored_fit,
    local_fit_by_quadrature,
    piecewise_linear_fidelity,
    quadrature_fits,
    spectral,
    transfer,
)

# Functions of one variable: h, E h(t + σZ) and E h′(t + σZ).


def relu(t, s):
    z = t / s
    return t * mpmath.ncdf(z) + s * mpmath.npdf(z), mpmath.ncdf(z)


def relu_square(t, s):
    return (t * t + s * s) * mpmath.ncdf(t / s) + t * s * mpmath.npdf(t / s)


def absolute(t, s):
    a, b = relu(t, s)
    return 2 * a - t, 2 * b - 1


TABLE = {
    ReLURidge: (relu, relu_square),
    Absolute: (absolute, lambda t, s: t * t + s * s),
    Step: (
        lambda t, s: (mpmath.ncdf(t / s), mpmath.npdf(t / s) / s),
        lambda t, s: mpmath.ncdf(t / s),
    ),
    Sine: (
        lambda t, s: (
            mpmath.exp(-s * s / 2) * mpmath.sin(t),
            mpmath.exp(-s * s / 2) * mpmath.cos(t),
        ),
        lambda t, s: (1 - mpmath.exp(-2 * s * s) * mpmath.cos(2 * t)) / 2,
    ),
    Exponential: (
        lambda t, s: (mpmath.exp(t + s * s / 2),) * 2,
        lambda t, s: mpmath.exp(2 * t + 2 * s * s),
    ),
}


@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize("scale", [1e-4, 0.3, 1.0, 1.5, 6.0])
def test_all_digits_at_any_scale(kind, scale):
    fit, square = TABLE[kind]
    kinked = kind in (ReLURidge, Absolute, Step)
    t = np.array([-20.0, -8.0, -1.2, 0.0, 0.4, 2.0, 8.0]) * (scale if kinked else 1)
    found = kind([2.0, 0.0], 0.5).local_fit(
        np.stack([(t - 0.5) / 2, t], axis=-1), scale / 2
    )
    with mpmath.workdps(400):
        sigma = mpf(scale)
        for i, at in enumerate(t):
            at = mpf(float(found_at(at)))
            a, b = fit(at, sigma)
            nf = square(at, sigma) - a * a - sigma * sigma * b * b
            wanted = map(float, (a, 2 * b, nf))
            got = found.value[i], found.slope[i, 0], found.fidelity[i]
            # (t/σ)² roundings of exponents.
            off = 1e-15 * (40 + 2 * float(at / sigma) ** 2 if kinked else 40 + abs(at))
            np.testing.assert_allclose(got, list(wanted), rtol=float(off), atol=0)
    assert not found.slope[:, 1].any()


def found_at(t):
    """w·x + β as it is computed from the point."""
    return 2.0 * ((t - 0.5) / 2) + 0.5


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize("scale", [1e-4, 0.1, 1.0, 2.0, 3.0, 1e4])
def test_all_digits_of_a_bump(d, scale):
    r = np.array([0.0, 1.0, 1.7, 6.0, 15.0])
    points = np.zeros((5, d))
    points[:, -1] = 2 * r + 1
    bump = Bump(np.eye(d)[-1], 2.0)
    found = bump.local_fit(points, 2 * scale)
    with mpmath.workdps(60):
        q = mpf(2 * scale / 2) ** 2
        for i, at in enumerate(map(mpf, r)):
            a = (1 + q) ** (-mpf(d) / 2) * mpmath.exp(-at * at / (2 + 2 * q))
            b = -a * at / (1 + q) / 2
            square = (1 + 2 * q) ** (-mpf(d) / 2) * mpmath.exp(-at * at / (1 + 2 * q))
            wanted = float(a), float(b), float(square - a * a - 4 * q * b * b)
            got = found.value[i], found.slope[i, -1], found.fidelity[i]
            np.testing.assert_allclose(got, wanted, rtol=1e-13, atol=1e-290)


def test_published_numbers():
    """As printed where they were first computed."""
    sine = Sine([1.7], 0.4)
    found = gaussian_fidelity(sine, [0.4], 0.9, 0.6)
    assert (round(found.fidelity, 5), round(found.mirrored, 5)) == (0.13991, 0.08254)
    found = gaussian_fidelity(Bump([0.0], 0.3), [0.0], 0.3, 3.0)
    assert (round(found.fidelity, 4), round(found.mirrored, 4)) == (0.0603, 0.0761)
    peak, wide = Bump([0.0]).local_fit([0.0], [2.3, 15.0]).fidelity
    assert (round(peak, 3), round(wide, 4)) == (0.135, 0.0427)
    found = fidelity_from_hessian(Sine([1.0, 0.5], 0.3), [0.2, 0.1], 0.7)
    printed = [0.04403, 0.02778, 0.04452, 0.05289, 0.08129]
    assert [round(float(part), 5) for part in found] == printed


def test_several_functions_points_and_scales_at_once():
    sines = Sine(np.array([[1.0, 0.0], [0.5, 2.0], [0.0, 1.0]]), [0.0, 1.0, 2.0])
    points, scales = np.arange(12.0).reshape(2, 3, 2) / 5, np.array([[0.3], [1.0]])
    found = sines.local_fit(points, scales)
    assert found.value.shape == found.fidelity.shape == (2, 3)
    assert found.slope.shape == (2, 3, 2)
    assert found.fidelity.flags.writeable
    for i in range(2):
        for j in range(3):
            one = Sine(sines.weights[j], sines.offset[j])
            alone = one.local_fit(points[i, j], scales[i, 0])
            np.testing.assert_allclose(found.value[i, j], alone.value)
            np.testing.assert_allclose(found.slope[i, j], alone.slope)
            np.testing.assert_allclose(found.fidelity[i, j], alone.fidelity)


def test_kinks_and_nodes_in_blocks(monkeypatch):
    kinks, changes = np.random.default_rng(0).normal(size=(2, 3, 7))
    sine, points = Sine([1.0, 2.0]), np.ones((3, 2)) / 3
    right = piecewise_linear_fidelity(kinks, changes, [0.5, 1.0, 2.0])
    whole = local_fit_by_quadrature(sine, points, 0.5)
    monkeypatch.setattr(spectral, "_AT_ONCE", 50)
    monkeypatch.setattr(quadrature_fits, "_AT_ONCE", 100)
    found = piecewise_linear_fidelity(kinks, changes, [0.5, 1.0, 2.0])
    np.testing.assert_allclose(found, right, rtol=1e-13)
    blocks = local_fit_by_quadrature(sine, points, 0.5)
    np.testing.assert_array_equal(blocks.fidelity, whole.fidelity)


def test_two_kinks_that_cancel_are_a_small_step():
    """max(x, 0) − max(x − h, 0) has the NF of a step of height h."""
    h = 1e-3
    found = piecewise_linear_fidelity([0.0, h], [1.0, -1.0], 1.0)
    x = np.linspace(-9, 9, 181)[:, None]
    right = 0.1 * Step([1.0]).local_fit(x, 1.0).fidelity.sum()
    assert abs(found / h**2 / right - 1 + h * np.pi**0.5 / 3) < 1e-6


def test_a_quadratic_needs_no_symmetric_matrix():
    skew = Quadratic([[1.0, 3.0], [-1.0, 2.0]], [1.0, 0.0], 4.0)
    x = np.array([0.5, -2.0])
    assert skew.values(x) == 0.5 * x @ skew.matrix @ x + x[0] + 4.0
    np.testing.assert_allclose(skew.local_fit(x, 0.1).slope, skew.matrix @ x + [1, 0])
    one = anisotropic_fidelity(skew.matrix, np.eye(2), 0.01 * np.eye(2))
    np.testing.assert_allclose(one.fidelity, skew.local_fit(x, 0.1).fidelity)
    np.testing.assert_allclose(
        one.mirrored, gaussian_fidelity(skew, x, 1.0, 0.1).mirrored
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Sine([0.0, 0.0]), "largest of the weights must not be 0.*constant"),
        (lambda: ReLURidge(1.0), "weights must have at least 1 dimension"),
        (lambda: Step([1e-200]), "weights have the scale 1e-200"),
        (lambda: Quadratic([[1.0, 2.0]]), r"matrix must be square, got shape \(1, 2\)"),
        (lambda: Quadratic(np.eye(2), [1.0]), "weights must have length 2"),
        (lambda: Bump([0.0], 0.0), "width must be positive"),
        (lambda: Linear([1.0]).values([1.0, 2.0]), r"points must have 1 feature\(s\)"),
        (lambda: Linear([1.0]).local_fit([1.0], -1.0), "scale must be positive"),
        (lambda: Exponential([9.0]).local_fit([99.0], 1.0), "leaves the range"),
        (lambda: gaussian_fidelity(Sine([1.0]), [0.0], 0.0, 1.0), "spread must be pos"),
        (
            lambda: gaussian_mirrored_fit(Sine([1.0]), [0.0, 1.0], [0.0], 1.0, 1.0),
            "points must have 1 feature",
        ),
        (
            lambda: anisotropic_fidelity([[1.0]], [[0.0]], [[1.0]]),
            "spread must be positive definite",
        ),
        (
            lambda: anisotropic_fidelity([[1.0]], np.eye(2), [[1.0]]),
            "spread must be of the size 1 of the matrix",
        ),
        (
            lambda: local_fit_by_quadrature(lambda x: x, [0.0], 1.0),
            r"must return an array of shape \(32,\) for points of shape \(32, 1\)",
        ),
        (
            lambda: local_fit_by_quadrature(lambda x: x[..., 0] * np.nan, [0.0], 1.0),
            "what the function returns holds NaN",
        ),
        (
            lambda: local_fit_by_quadrature(Linear(np.ones(9)), np.ones(9), 1.0),
            "in 9 features are more than 2\\*\\*20 nodes",
        ),
        (
            lambda: fidelity_from_hessian(lambda x: x, [0.0], 1.0),
            r"must return an array of shape \(16, 1, 1\)",
        ),
        (
            lambda: piecewise_linear_fidelity([0.0, 1.0], [1.0], 1.0),
            r"one entry for each kink, got 1 for 2 kink\(s\)",
        ),
        (lambda: transfer(-1.0), "u must not be negative"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_is_no_function():
    with pytest.raises(TypeError, match="function must be one with closed forms"):
        gaussian_fidelity(np.sin, [0.0], 1.0, 1.0)
    with pytest.raises(TypeError, match="function must be a function of points, got 3"):
        local_fit_by_quadrature(3, [0.0], 1.0)
    with pytest.raises(TypeError, match="hessian must be a function of points"):
        fidelity_from_hessian(ReLURidge([1.0]), [0.0], 1.0)
