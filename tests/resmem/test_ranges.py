"""What has a range stays in it, whatever rounding does."""

import math

import numpy as np
from hypothesis import given
from support.degenerate import seeds, sizes

import refgen.resmem as r
from refgen.resmem import LinearProblem

POSITIVE, UNIT = (0, math.inf), (0, 1)
BATCH = 64
EDGE = math.sqrt(3)

# Functions of a problem.
OF_PROBLEMS = {
    "asymptotic_excess_risk": POSITIVE,
    "irreducible_risk": POSITIVE,
    "irreducible_risk_bounds": POSITIVE,
    "irreducible_risk_slope": (-math.inf, 0),
}
# Of a problem and coefficients in the ball.
OF_BASES = {"base_risk": POSITIVE, "excess_risk_parts": POSITIVE}
# Of sorted points in [−√3, √3] and k.
OF_POINTS = {"interval_displacement": (0, 12)}
# Of such points, θ*, L and σ.
OF_NOISE = {
    "noisy_base_risk": POSITIVE,
    "noisy_risk": POSITIVE,
    "noisy_slope": POSITIVE,
}
# Of whole numbers n and k ≤ n.
OF_COUNTS = {
    "expected_interval_displacement": (0, 4),
    "noisy_interval_risk": POSITIVE,
}
# Of d, n and k.
OF_DIMENSIONS = {
    "centre_displacement": UNIT,
    "noisy_torus_risk": POSITIVE,
    "torus_displacement": (0, 1 / 12),
    "torus_distance_moment": (0, 1 / 4),
}
# Of d up to 6 and n.
OF_BALLS = {
    "ball_squared_distance": (0, 12),
    "ball_squared_distance_bounds": (0, 12),
}
# Of θ*, θₙ, their Mₙ and L.
OF_DESIGNS = {"risk_bounds": POSITIVE, "fitted_risk_bounds": POSITIVE}
ELSEWHERE = {
    "LinearProblem": "an instance",
    "MemorizationVerdict": "holds estimates; their interval is tested where it is made",
    "ResMemClassifier": "gives classes, and project_on_simplex's rows",
    "ResMemDisplay": "draws what an estimator found",
    "ResMemRegressor": "gives sums of residuals, of either sign",
    "at_neighbors": "takes rows of an array",
    "averaged_risk_limit": "a product of powers",
    "ball_boundary_limit": "one number for each d",
    "ball_displacement": "below, as k = n is slow",
    "ball_distance_limit": "one number for each d",
    "ball_moments": "four numbers for each d",
    "best_neighbors": "whole numbers",
    "decomposition_terms": "below",
    "resmem_risk": "below",
    "break_even_n": "whole numbers",
    "design_neighbors": "below",
    "displacement_limit": "one over products",
    "displacement_matrices": "below",
    "displacement_matrix": "below",
    "displacements": "differences, of either sign",
    "empirical_base": "coefficients, of either sign; below their norm",
    "leave_one_out_scores": "means of squares",
    "memorization_gain": "a difference, of either sign",
    "memorization_pays": "fits estimators",
    "neighbor_agreement": "of either sign",
    "neighbor_weights": "below",
    "population_base": "below",
    "project_on_simplex": "below",
    "recalled_risk_bound": "below",
    "resmem_errors": "of either sign",
    "resmem_predictions": "of either sign",
    "sample_points": "draws",
    "smooth": "weighted means of values",
    "without_self": "takes neighbours away",
}


def test_every_quantity_with_a_range_is_listed():
    tables = (
        OF_PROBLEMS,
        OF_BASES,
        OF_POINTS,
        OF_NOISE,
        OF_COUNTS,
        OF_DIMENSIONS,
        OF_BALLS,
        OF_DESIGNS,
    )
    listed = [name for table in (*tables, ELSEWHERE) for name in table]
    assert sorted(listed) == sorted(r.__all__)


def assert_in(bounds, value, name):
    for part in value if isinstance(value, tuple) else (value,):
        low, high = np.min(part), np.max(part)
        assert bounds[0] <= low <= high <= bounds[1], name


def check(table, *arguments):
    for name, bounds in table.items():
        found = getattr(r, name)(*arguments)
        assert_in(bounds, found, name)
        if name.endswith("_bounds"):
            assert (found[0] <= found[1]).all(), name


def powers(rng, shape, low=-16, high=2):
    """Positive numbers of very different sizes."""
    return 10.0 ** rng.uniform(low, high, shape)


def nearly(rng, values):
    """Most values, moved by a few roundings."""
    return values * (1 + rng.integers(-4, 5, values.shape) * 2.0**-53)


def problems(rng, d):
    """‖θ*‖ is next to L in many of them, θ* along an axis, Σ singular or tied."""
    spectrum = powers(rng, (BATCH, d), -13, 1) * rng.integers(0, 2, (BATCH, d))
    spectrum[::4] = 1.0
    spectrum[:, 0] = 2.0
    theta = rng.normal(size=(BATCH, d))
    theta[1::4, 1:] = 0
    norm = np.sqrt((theta**2).sum(axis=-1))
    share = np.where(rng.integers(0, 2, BATCH), 1.0, rng.uniform(0.01, 2, BATCH))
    radius = nearly(rng, norm * share)
    return LinearProblem(spectrum, theta, radius, rng.integers(0, 2, BATCH) * 0.5)


@given(rng=seeds, d=sizes(5))
def test_of_problems(rng, d):
    problem = problems(rng, d)
    check(OF_PROBLEMS, problem)
    best, multiplier = r.population_base(problem)
    assert_in(POSITIVE, multiplier, "population_base")
    for theta in (best, nearly(rng, best), 0 * best):
        check(OF_BASES, problem, theta)


def sorted_points(rng, n):
    """Points that repeat, nearly repeat, and lie at the ends."""
    points = rng.choice([-EDGE, -1.0, 0.1, 1.0, EDGE], (BATCH, n))
    points = points + powers(rng, (BATCH, n), -17, -1) * rng.integers(0, 2, (BATCH, n))
    points[::4] = rng.uniform(-EDGE, EDGE, (BATCH // 4, n))
    return np.sort(np.clip(points, -EDGE, EDGE), axis=-1)


@given(rng=seeds, n=sizes(7), k=sizes(7))
def test_of_points(rng, n, k):
    k = min(k, n)
    points = sorted_points(rng, n)
    check(OF_POINTS, points, k)
    points[(points == 0).all(axis=-1)] = 1.0
    theta, radius = rng.choice([0.0, 1.0, -1.0], BATCH), nearly(rng, np.ones(BATCH))
    noise = powers(rng, BATCH) * rng.integers(0, 2, BATCH)
    for name, bounds in OF_NOISE.items():
        options = {"n_neighbors": k} if name == "noisy_risk" else {}
        found = getattr(r, name)(points, theta, radius, noise, **options)
        assert_in(bounds, found, name)
    _, unclipped = r.noisy_slope(points, theta, radius, noise)
    assert_in(UNIT, unclipped, "noisy_slope")


@given(rng=seeds, d=sizes(6))
def test_of_counts(rng, d):
    n = np.floor(10.0 ** rng.uniform(0, 15, BATCH))
    k = np.maximum(np.floor(n * powers(rng, BATCH, -15, 0)), 1)
    k[::4] = n[::4]
    for name, bounds in OF_COUNTS.items():
        gap = (0.5, 0.1) if name.startswith("noisy") else ()
        assert_in(bounds, getattr(r, name)(n, k, *gap), name)
    for name, bounds in OF_DIMENSIONS.items():
        gap = (0.5, 0.1) if name.startswith("noisy") else ()
        assert_in(bounds, getattr(r, name)(d, n, k, *gap), name)
    few = np.minimum(n, 10.0**6)
    check(OF_BALLS, d, few)
    radius = rng.uniform(0.01, 0.99, BATCH)
    bound = r.recalled_risk_bound(d, few + 1, radius)
    assert_in(POSITIVE, bound, "recalled_risk_bound")
    assert_in((0, 2), r.ball_displacement(d, few[:4], 1), "ball_displacement")


@given(rng=seeds, d=sizes(4), n=sizes(6))
def test_of_designs(rng, d, n):
    points = rng.integers(-1, 2, (BATCH, n, d)) + powers(rng, (BATCH, n, d), -17, -6)
    queries = rng.integers(-1, 2, (BATCH, 3, d)) + powers(rng, (BATCH, 3, d), -17, -6)
    distances, _ = r.design_neighbors(points, queries, n)
    assert_in(POSITIVE, distances, "design_neighbors")
    assert (np.diff(distances, axis=-1) >= 0).all()
    weights = r.neighbor_weights(distances, bandwidth=1e-3)
    assert_in(UNIT, weights, "neighbor_weights")
    delta = r.displacements(points, queries, 1)
    matrix = r.displacement_matrix(delta)
    for found in (matrix, r.displacement_matrices(points, queries, 1)):
        assert_in(POSITIVE, np.einsum("...ii->...i", found), "displacement_matrix")
    theta = rng.integers(-1, 2, (BATCH, d)) + powers(rng, (BATCH, d), -17, -6)
    theta[:, 0] += 2
    radius = np.full(BATCH, 0.5)
    base = 0.5 * theta / np.sqrt((theta**2).sum(axis=-1, keepdims=True))
    assert_in(POSITIVE, r.resmem_risk(theta, base, matrix), "resmem_risk")
    check(OF_DESIGNS, theta, base, matrix, radius)
    near = queries - delta
    parts = r.decomposition_terms(theta, theta, base, queries, near)
    assert_in(POSITIVE, parts, "decomposition_terms")


@given(rng=seeds, k=sizes(6))
def test_of_scores(rng, k):
    scores = rng.normal(size=(BATCH, k)) * powers(rng, (BATCH, 1), -17, 17)
    rows = r.project_on_simplex(scores)
    assert_in(UNIT, rows, "project_on_simplex")
