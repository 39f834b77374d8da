"""The linear base of bounded norm, and the least squares behind it."""

from itertools import product

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from refgen import linalg
from refgen.arrays import UNIT_ROUNDOFF
from refgen.claims.resmem.domains import (
    designs,
    isotropic_problems,
    linear_problems,
)
from refgen.linalg import ball_constrained_least_squares, secular_multiplier
from refgen.random import Stream
from refgen.resmem.linear_base import (
    asymptotic_excess_risk,
    ball_moments,
    base_risk,
    excess_risk_parts,
    irreducible_risk,
    irreducible_risk_bounds,
    irreducible_risk_slope,
    population_base,
)
from refgen.resmem.problem import LinearProblem
from refgen.resmem.trained_base import empirical_base

ANCHOR = LinearProblem([2.0, 1.0, 0.4], [0.6, 0.64, 0.48], 0.6)


# The secular equation.


def secular_sum(spectrum, rotated, radius, mu):
    """Σ (m/(λ + μ))²/L² to 60 digits."""
    with mpmath.workdps(60):
        terms = [
            (mpmath.mpf(m) / (mpmath.mpf(lam) + mpmath.mpf(mu))) ** 2
            for lam, m in zip(spectrum, rotated, strict=True)
            if m
        ]
        return mpmath.fsum(terms) / mpmath.mpf(radius) ** 2


def spectra(kind, size):
    """Eigenvalues and m: ordinary, tied, with zeros, 300 decades, near the ball."""
    stream = Stream(size[1], "secular", kind)
    u, m = stream.uniform((2, *size)), stream.child("m").normal(size)
    if kind == "tied":
        return np.ones(size), m
    if kind == "zeros":
        return u[0] * (u[0] < 0.5), m * (u[1] < 0.5)
    if kind == "decades":
        spectrum = 10 ** (300 * u[0] - 150)
        return spectrum, spectrum * 10 ** (6 * u[1] - 3)
    if kind == "threshold":
        length = np.sqrt(((m / (1 + u[0])) ** 2).sum(axis=1, keepdims=True))
        return 1 + u[0], m / length * (1 + 1e-12)
    return u[0], m


@pytest.mark.parametrize("d", [1, 2, 8, 33])
@pytest.mark.parametrize("kind", ["plain", "tied", "zeros", "decades", "threshold"])
def test_the_secular_equation_is_solved_to_the_last_bits(kind, d):
    spectrum, rotated = spectra(kind, (30, d))
    radius = np.ones(30)
    mu = secular_multiplier(spectrum, rotated, radius)
    allowed = (d + 12) * UNIT_ROUNDOFF
    for row in zip(spectrum, rotated, radius, mu, strict=True):
        total = secular_sum(*row)
        if row[-1] > 0:
            assert abs(total - 1) <= allowed
        else:
            assert total <= 1 + allowed


@pytest.mark.parametrize("power", [-140, -3, 0, 140])
def test_multipliers_scale_with_the_problem(power):
    spectrum, rotated = spectra("plain", (50, 6))
    factor = 2.0**power  # exact, so that the bits must agree
    mu = secular_multiplier(spectrum, rotated, 0.7)
    scaled = secular_multiplier(spectrum * factor, rotated * factor, 0.7)
    assert (scaled == mu * factor).all()


def test_multipliers_of_degenerate_problems():
    assert secular_multiplier([0.0, 0.0], [0.0, 0.0], 1.0) == 0
    assert secular_multiplier([0.0, 1.0], [0.0, 0.5], 0.5) == 0
    # An eigenvalue of 0 with a moment: |m|/μ = L.
    assert secular_multiplier([0.0], [2.0], 0.5) == 4
    assert secular_multiplier([5e-324], [1e300], 1.0) == 1e300


@pytest.mark.parametrize(
    "shapes", [((3, 1, 4), (4, 4)), ((3, 4), (4,)), ((4,), (3, 4))]
)
def test_spectrum_and_coefficients_broadcast_without_a_warning(shapes):
    spectrum, rotated = (np.ones(shape) for shape in shapes)
    found = secular_multiplier(spectrum, rotated, 1.0)
    np.testing.assert_array_equal(found, np.ones(found.shape))
    assert found.shape == np.broadcast_shapes(*shapes)[:-1]


# Least squares over a ball.


def objective(gram, moment, theta):
    return theta @ gram @ theta - 2 * moment @ theta


@given(st.integers(0, 2**31), st.integers(1, 4), st.integers(1, 6))
@settings(max_examples=20)
def test_no_solver_finds_less(seed, d, n):
    points = Stream(seed, "x").normal((n, d))
    gram, moment = points.T @ points, points.T @ Stream(seed, "y").normal(n)
    radius = float(0.1 + Stream(seed, "L").exponential(1)[0])
    theta, _ = ball_constrained_least_squares(gram, moment, radius)
    assert np.linalg.norm(theta) <= radius * (1 + 4 * d * UNIT_ROUNDOFF)
    found = optimize.minimize(
        lambda t: objective(gram, moment, t),
        np.zeros(d),
        jac=lambda t: 2 * (gram @ t - moment),
        constraints={
            "type": "ineq",
            "fun": lambda t: radius**2 - t @ t,
            "jac": lambda t: -2 * t,
        },
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    # SLSQP stops at changes of 1e-12 and may leave the ball by about that.
    best = objective(gram, moment, theta)
    assert best <= found.fun + 1e-9 * (1 + abs(found.fun))


def test_inactive_problems_have_the_solution_of_least_norm():
    points, labels = Stream(0, "x").normal((20, 3, 5)), Stream(0, "y").normal((20, 3))
    gram = points.swapaxes(-1, -2) @ points
    moment = (points * labels[..., None]).sum(axis=-2)
    theta, mu = ball_constrained_least_squares(gram, moment, 1e6)
    assert (mu == 0).all()
    for x, y, mine in zip(points, labels, theta, strict=True):
        wanted = np.linalg.lstsq(x, y)[0]
        condition = np.linalg.cond(x)
        # Products square the condition number.
        allowed = 8 * 5**2 * UNIT_ROUNDOFF * condition**2
        assert np.linalg.norm(mine - wanted) <= allowed * np.linalg.norm(wanted)


@pytest.mark.parametrize("scale", [1e-120, 1.0, 1e120])
@pytest.mark.parametrize("d", [1, 2, 7, 8])
def test_solutions_meet_the_conditions_of_a_minimum(d, scale):
    points = Stream(d, "x").normal((200, d + 2, d))
    gram = points.swapaxes(-1, -2) @ points * scale
    moment = (gram @ Stream(d, "t").normal((200, d, 1)))[..., 0]
    radius = 10 ** (4 * Stream(d, "L").uniform(200) - 3)
    theta, mu = ball_constrained_least_squares(gram, moment, radius)
    residual = (gram @ theta[..., None])[..., 0] + mu[:, None] * theta - moment
    norm = np.linalg.norm(theta, axis=-1)
    size = np.linalg.norm(gram, axis=(-2, -1)) + mu
    # Higham 2002, theorem 10.4, as in test_linalg; the length is set afterwards.
    allowed = 2 * ((3 * d + 1) * d + d + 8) * UNIT_ROUNDOFF
    assert (np.linalg.norm(residual, axis=-1) <= allowed * size * norm).all()
    active = mu > 0
    assert (
        abs(norm - radius)[active] <= (d + 4) * UNIT_ROUNDOFF * radius[active]
    ).all()
    assert (norm <= radius * (1 + (d + 4) * UNIT_ROUNDOFF)).all()
    assert active.any()
    assert not active.all()


def test_cholesky_and_eigenvalues_agree():
    from refgen.kernels.secular import ball_by_cholesky

    points = Stream(3, "x").normal((300, 12, 6))
    gram = points.swapaxes(-1, -2) @ points
    moment = (gram @ Stream(3, "t").normal((300, 6, 1)))[..., 0]
    radius = 0.1 + Stream(3, "L").exponential(300)
    theta, mu = ball_by_cholesky(gram, moment, radius, 0.0)
    # With tolerance 1 no pivot is large enough: all problems are left to eigenvalues.
    assert (ball_by_cholesky(gram, moment, radius, 1.0)[1][1:] <= 0).all()
    spectrum, vectors = np.linalg.eigh(gram)
    rotated = np.einsum("bij,bi->bj", vectors, moment)
    other = secular_multiplier(spectrum, rotated, radius)
    largest = spectrum[:, -1] + other
    condition = largest / (spectrum[:, 0] + other)
    allowed = 8 * 6**2 * UNIT_ROUNDOFF
    assert (abs(mu - other) <= allowed * condition * largest).all()
    again = np.einsum("bij,bj->bi", vectors, rotated / (spectrum + other[:, None]))
    error = np.linalg.norm(again - theta, axis=-1)
    assert (error <= allowed * condition * np.linalg.norm(theta, axis=-1)).all()


def test_leading_axes_and_layouts():
    points = Stream(4, "x").normal((2, 3, 9, 4))
    gram = points.swapaxes(-1, -2) @ points
    moment = Stream(4, "m").normal(4)
    theta, mu = ball_constrained_least_squares(gram, moment, [[0.5], [5.0]])
    assert theta.shape == (2, 3, 4)
    assert mu.shape == (2, 3)
    gram.flags.writeable = False
    for i, j in product(range(2), range(3)):
        radius = (0.5, 5.0)[i]
        alone = ball_constrained_least_squares(gram[i, j].T, moment, radius)
        assert (alone[0] == theta[i, j]).all()
        assert alone[1] == mu[i, j]


def test_only_upper_triangles_are_read():
    gram = np.array([[2.0, 1.0], [np.pi, 3.0]])
    for singular in (0.0, 1.0):
        gram[1, 1] = 3.0 if not singular else 0.5
        got = ball_constrained_least_squares(gram, [2.0, 1.0], 0.3)
        whole = np.triu(gram) + np.triu(gram, 1).T
        wanted = ball_constrained_least_squares(whole, [2.0, 1.0], 0.3)
        assert (got[0] == wanted[0]).all()
        assert got[1] == wanted[1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: secular_multiplier([-1.0], [1.0], 1.0), "spectrum must not be neg"),
        (lambda: secular_multiplier([1.0], [1.0], 0.0), "radius must be positive"),
        (lambda: secular_multiplier([1.0], [1e200], 1e-200), "overflows float64"),
        (lambda: secular_multiplier([1.0], [np.nan], 1.0), "rotated holds NaN"),
        (lambda: ball_constrained_least_squares([[1.0, 2.0]], [1.0], 1), "gram must"),
        (lambda: ball_constrained_least_squares([[1.0]], [1.0, 2.0], 1), "moment"),
        (lambda: ball_constrained_least_squares([[1.0]], [1.0], -1), "radius must be"),
        (lambda: empirical_base([[1.0], [2.0]], [1.0], 1), "one label a row"),
        (lambda: empirical_base([[1.0]], [1.0], 0), "radius must be positive"),
        (lambda: asymptotic_excess_risk(ANCHOR, "cube"), "design must be"),
        (lambda: ball_moments(0), "n_features must be at least 1"),
    ],
)
def test_bad_input_says_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# The base.


def test_the_printed_numbers():
    theta, mu = population_base(ANCHOR)
    assert f"{float(mu):.9f}" == "0.726987704"
    assert f"{float(irreducible_risk(ANCHOR)):.9f}" == "0.162103055"
    assert f"{float(asymptotic_excess_risk(ANCHOR)):.4f}" == "0.1717"
    assert abs(np.linalg.norm(theta) - 0.6) < 1e-15
    isotropic = LinearProblem(np.ones(4), np.full(4, 0.5), 0.5)
    # E ‖θₙ − θ∞‖² is the excess times L.
    gaussian = float(asymptotic_excess_risk(isotropic)) * 0.5
    ball = float(asymptotic_excess_risk(isotropic, "ball")) * 0.5
    assert (f"{gaussian:.4f}", f"{ball:.4f}") == ("0.1875", "0.1406")


@given(isotropic_problems.strategy())
def test_the_isotropic_base(problem):
    theta, mu = population_base(problem)
    radius, d = float(problem.radius), problem.n_features
    norm = np.linalg.norm(problem.coefficients)
    allowed = 4 * (d + 12) * UNIT_ROUNDOFF
    assert abs(mu - (norm - radius) / radius) <= allowed / radius
    assert abs(theta - radius * problem.coefficients).max() <= allowed
    assert abs(irreducible_risk(problem) - (norm - radius) ** 2) <= allowed
    assert abs(irreducible_risk_slope(problem) + 2 * (norm - radius)) <= allowed
    limit = radius * (norm - radius) ** 2 * (d - 1)
    assert abs(asymptotic_excess_risk(problem) - limit) <= d * allowed


def tensor(problem, design):
    """E xᵢxⱼxₖxₗ, from the normal law's pairings and the ball's moments."""
    eye = np.diag(problem.spectrum)
    pairings = (
        np.einsum("ij,kl->ijkl", eye, eye)
        + np.einsum("ik,jl->ijkl", eye, eye)
        + np.einsum("il,jk->ijkl", eye, eye)
    )
    return pairings * (ball_moments(problem.n_features)[2] if design == "ball" else 1)


@given(linear_problems.strategy(), st.sampled_from(["gaussian", "ball"]))
def test_the_limit_is_the_trace_of_a_sandwich(problem, design):
    """tr(QK) with every matrix written out, instead of its closed form."""
    theta, mu = population_base(problem)
    if not mu > 1e-3:  # Q differs where the constraint is inactive
        return
    sigma = np.diag(problem.spectrum)
    b = problem.coefficients - theta
    inverse = np.diag(1 / (problem.spectrum + mu))
    across = inverse @ theta
    q = inverse - np.outer(across, across) / (theta @ across)
    second = np.einsum("ijkl,k,l->ij", tensor(problem, design), b, b)
    k = second - np.outer(sigma @ b, sigma @ b)
    wanted = np.trace(q @ k)
    d = problem.n_features
    reach = abs(problem.coefficients) + abs(theta)
    size = np.einsum("ijkl,k,l->ij", tensor(problem, design), reach, reach)
    scale = 2 * inverse.sum() * size.sum()
    # Cancellation of the parts of b, Q and K, times a condition number of 50 between
    # the multiplier's error and that of θ∞.
    allowed = 50 * 16 * (d + 12) * UNIT_ROUNDOFF * scale
    assert abs(asymptotic_excess_risk(problem, design) - wanted) <= allowed


def test_moments_of_the_pairings_by_gaussian_quadrature():
    """K of the normal law from a rule that is exact up to degree 5."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)
    weights = weights / weights.sum()
    points = np.array(list(product(nodes, repeat=3))) * np.sqrt(ANCHOR.spectrum)
    mass = np.array([np.prod(w) for w in product(weights, repeat=3)])
    found = np.einsum("p,pi,pj,pk,pl->ijkl", mass, points, points, points, points)
    np.testing.assert_allclose(found, tensor(ANCHOR, "gaussian"), atol=1e-13)


def test_the_base_responds_to_its_covariance_as_the_limit_says():
    """θ(Σ + hE) = θ∞ + hQEb + O(h²), the step from KKT to the normal limit."""
    theta, mu = population_base(ANCHOR)
    b = ANCHOR.coefficients - theta
    inverse = np.diag(1 / (ANCHOR.spectrum + mu))
    across = inverse @ theta
    q = inverse - np.outer(across, across) / (theta @ across)
    e = Stream(0, "E").normal((3, 3))
    e = e + e.T
    remainders = []
    for h in (1e-3, 5e-4):
        gram = np.diag(ANCHOR.spectrum) + h * e
        moment = gram @ ANCHOR.coefficients
        moved, _ = ball_constrained_least_squares(gram, moment, 0.6)
        remainders.append(np.linalg.norm(moved - theta - h * q @ e @ b))
    # The remainder is quadratic: a quarter at half the step, up to relative order h.
    assert remainders[1] / remainders[0] == pytest.approx(0.25, rel=0.02)


def test_an_inactive_base_with_noise_is_least_squares():
    """Normal points: n E excess is σ² n d/(n − d − 1), which tends to σ² d."""
    problem = LinearProblem([2.0, 0.0, 0.4], [0.1, 0.5, 0.1], 3.0, 0.5)
    assert float(asymptotic_excess_risk(problem)) == 0.25 * 2
    silent = LinearProblem([2.0, 0.0, 0.4], [0.1, 0.5, 0.1], 3.0)
    assert float(asymptotic_excess_risk(silent)) == 0


def test_one_dimension_is_exact():
    points = Stream(0, "x").normal((50, 7, 1))
    theta, _ = empirical_base(points, points[..., 0], 0.3)
    assert (abs(theta - 0.3) <= 4 * UNIT_ROUNDOFF).all()


@given(designs.strategy())
def test_the_trained_base_is_above_the_irreducible_risk(design):
    theta, _ = empirical_base(design.points, design.labels, design.problem.radius)
    problem = design.problem
    excess = base_risk(problem, theta) - irreducible_risk(problem)
    distance, slack = excess_risk_parts(problem, theta)
    scale = 10 * (1 + float(problem.radius)) ** 2 * (1 + 1 / float(problem.radius))
    assert excess >= -64 * UNIT_ROUNDOFF * scale
    assert abs(excess - distance - slack) <= 64 * UNIT_ROUNDOFF * scale


def test_a_batch_is_its_problems_one_by_one():
    import refgen

    batch = linear_problems.sample(refgen, Stream(5, "batch"), 40)
    for function in (irreducible_risk, irreducible_risk_slope, asymptotic_excess_risk):
        together = function(batch)
        for i in range(40):
            alone = function(batch.take(i))
            assert alone == pytest.approx(together[i], rel=64 * UNIT_ROUNDOFF, abs=0)


def test_coefficients_of_other_problems_are_refused():
    problem = LinearProblem([2.0, 1.0], [0.6, 0.8], 0.5)
    for function in (base_risk, excess_risk_parts):
        with pytest.raises(ValueError, match=r"1 feature.s. and the problem 2"):
            function(problem, [0.1])
    with pytest.raises(ValueError, match="give one coefficient per feature"):
        LinearProblem.from_covariance(np.eye(2), [1.0], 0.5)


def test_every_covariance_of_a_batch_is_checked_at_its_own_scale():
    skew, indefinite = [[1.0, 2.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]
    for wrong, message in ((skew, "symmetric"), (indefinite, "semidefinite")):
        batch = np.array([1e12 * np.eye(2), wrong])
        with pytest.raises(ValueError, match=message):
            LinearProblem.from_covariance(batch, np.ones((2, 2)), 0.5)


def test_only_the_upper_triangle_of_the_gram_matrix_is_read():
    """This holds for singular matrices, too, which are solved by another method."""
    points = Stream(3, "triangle").normal((2, 3, 5))  # rank 3 in 5 dimensions
    for design in (points, Stream(3, "full").normal((2, 9, 5))):
        gram = np.einsum("bni,bnj->bij", design, design)
        moment = np.einsum("bij,j->bi", gram, np.ones(5))
        upper = np.triu(gram)
        for got, want in zip(
            ball_constrained_least_squares(upper, moment, 0.5),
            ball_constrained_least_squares(gram, moment, 0.5),
            strict=True,
        ):
            assert (got == want).all()


# Bounds without a multiplier.


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_lower_bound_is_the_least_risk_of_a_half_space(d):
    stream = Stream(d, "half-space")
    spectrum, target = 0.1 + stream.uniform(d), stream.child("target").normal(d)
    length = np.linalg.norm(target)
    problem = LinearProblem(spectrum, target, 0.4 * length)
    low, high = irreducible_risk_bounds(problem)
    # By Lagrange: the nearest point of the plane ⟨u, θ⟩ = L in the norm of Σ.
    u = target / length
    step = (u @ target - problem.radius) / (u @ (u / spectrum)) * u / spectrum
    assert low == pytest.approx(base_risk(problem, target - step), rel=1e-12)
    assert high == pytest.approx(base_risk(problem, 0.4 * target), rel=1e-12)


def test_bounds_of_degenerate_problems():
    spectra = [[1.0, 0.0], [1.0, 0.0], [2.0, 1.0], [0.0, 0.0], [1e-320, 1.0]]
    targets = [[0.6, 0.8], [1.0, 0.0], [0.0, 0.0], [0.6, 0.8], [0.6, 0.8]]
    low, high = irreducible_risk_bounds(LinearProblem(spectra, targets, 0.5))
    assert low.tolist() == pytest.approx([0, 0.25, 0, 0, 0], abs=1e-300)
    assert high == pytest.approx([0.09, 0.25, 0, 0, 0.16], rel=1e-12)
    inactive = irreducible_risk_bounds(LinearProblem([1.0, 2.0], [0.6, 0.8], 1.0))
    assert inactive == (0.0, 0.0)


# What counts as an eigenvalue of 0.


@pytest.mark.parametrize(("size", "seen"), [(2e-12, True), (0.5e-12, False)])
def test_eigenvalues_up_to_the_tolerance_count_as_0(size, seen):
    gram = np.diag([1.0, size])
    theta, mu = ball_constrained_least_squares(gram, [0.5, size], 10.0)
    assert mu == 0
    assert theta == pytest.approx([0.5, 1.0 if seen else 0.0], rel=1e-3)


@pytest.mark.parametrize(("factor", "seen"), [(1.5, True), (0.7, False)])
def test_trained_bases_see_what_is_above_the_rounding_of_their_points(factor, seen):
    n, d = 6, 2
    size = factor * np.sqrt(16 * (n + d) * UNIT_ROUNDOFF)
    points = np.zeros((n, d))
    points[0, 0], points[1, 1] = 1.0, size
    theta, _ = empirical_base(points, points @ [0.5, 1.0], 10.0)
    assert theta == pytest.approx([0.5, 1.0 if seen else 0.0], rel=1e-6)


@pytest.mark.parametrize(("pivot", "calls"), [(2e-6, 0), (0.5e-6, 1)])
def test_eigenvalues_decide_where_a_pivot_is_small(pivot, calls, monkeypatch):
    seen = []
    by_eigenvalues = linalg._ball_by_eigenvalues
    monkeypatch.setattr(
        linalg, "_ball_by_eigenvalues", lambda *a: seen.append(1) or by_eigenvalues(*a)
    )
    theta, _ = ball_constrained_least_squares(np.diag([1.0, pivot]), [0.5, pivot], 10.0)
    assert theta == pytest.approx([0.5, 1.0], rel=1e-9)
    assert len(seen) == calls


# Coordinates.


@pytest.mark.parametrize("d", [2, 3, 6])
def test_covariances_turn_coefficients_to_their_eigenvectors(d):
    stream = Stream(d, "turned")
    vectors, _ = np.linalg.qr(stream.normal((d, d)))
    spectrum = 1.0 + np.arange(d)
    target = stream.child("target").normal(d)
    covariance = vectors * spectrum @ vectors.T
    problem = LinearProblem.from_covariance(covariance, vectors @ target, 0.5)
    assert problem.spectrum == pytest.approx(spectrum, rel=1e-12)
    assert problem.coefficients == pytest.approx(abs(target), rel=1e-9)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e5])
def test_covariances_are_symmetric_and_semidefinite_up_to_rounding(size):
    skew = size * np.array([[1.0, 0.0], [1e-9, 1.0]])
    negative = size * np.diag([1.0, -1e-9])
    for matrix, what in ((skew, "symmetric"), (negative, "positive semidefinite")):
        off = matrix - np.diag(np.maximum(np.diag(matrix), 0))
        LinearProblem.from_covariance(matrix - 0.5 * off, [1.0, 0.0], 0.5)
        with pytest.raises(ValueError, match=what):
            LinearProblem.from_covariance(matrix + 0.5 * off, [1.0, 0.0], 0.5)
