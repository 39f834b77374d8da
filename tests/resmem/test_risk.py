"""ResMem's smoother, random designs and exact error, and the kernel that finds them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import kstest
from support.parity import (
    assert_on_device,
    assert_same_bits,
    on_device,
    seeds,
    stream,
)

import refgen.neighbors
import refgen_gpu.resmem
from refgen.kernels.designs import nearest_in_designs
from refgen.random import Stream
from refgen.resmem import empirical_base, simulation, smoother
from refgen.resmem import risk as risks
from refgen_gpu import launch
from refgen_gpu.arrays import to_device

pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
from support.standin.emulate import Emulated, why_not

needs_compiler = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

RNG = np.random.default_rng(0)


# Weights and the smoother.


@pytest.mark.parametrize("bandwidth", [0.1, 1.0, 30.0])
def test_exponential_weights_against_a_loop(bandwidth):
    distances = np.sort(RNG.exponential(size=(4, 3, 5)), axis=-1)
    got = smoother.neighbor_weights(distances, "exponential", bandwidth)
    for place in itertools.product(range(4), range(3)):
        raw = [np.exp(-d / bandwidth) for d in distances[place]]
        assert_allclose(got[place], [w / sum(raw) for w in raw], rtol=1e-13)


def test_one_bandwidth_for_each_row():
    distances = np.array([[1.0, 2.0], [1.0, 2.0]])
    got = smoother.neighbor_weights(distances, bandwidth=np.array([1.0, 2.0]))
    assert_allclose(got[:, 1] / got[:, 0], np.exp([-1, -0.5]))


@pytest.mark.parametrize("bandwidth", [5e-324, 1e-300, 1e-3, 1.0, 1e300, 1.7e308])
@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_weights_at_extreme_scales_are_finite_and_sum_to_one(bandwidth, size):
    distances = size * np.array([0.0, 1.0, 1.0, 5.0])
    got = smoother.neighbor_weights(distances, bandwidth=bandwidth)
    assert np.isfinite(got).all()
    assert got.sum() == pytest.approx(1, abs=1e-15)
    assert (np.diff(got) <= 0).all()


def test_limits_of_the_bandwidth():
    distances = [0.5, 0.5, 2.0]
    assert smoother.neighbor_weights(distances, bandwidth=1e-9).tolist() == [
        0.5,
        0.5,
        0,
    ]
    wide = smoother.neighbor_weights(distances, bandwidth=1e18)
    assert wide.tolist() == smoother.neighbor_weights(distances, "uniform").tolist()
    assert smoother.neighbor_weights(distances, "nearest").tolist() == [1, 0, 0]


@pytest.mark.parametrize("shape", [(6,), (6, 2), (6, 2, 3)])
def test_smoother_against_a_loop(shape):
    values = RNG.normal(size=shape)
    indices = RNG.integers(0, 6, (4, 3))
    weights = RNG.uniform(size=(4, 3))
    got = smoother.smooth(values, indices, weights)
    want = [
        sum(w * values[i] for i, w in zip(*row, strict=True))
        for row in zip(indices, weights, strict=True)
    ]
    assert_allclose(got, np.array(want), rtol=1e-13)


def test_predictions_for_a_batch_are_those_of_each_design():
    own, fitted, labels = (RNG.normal(size=(2, n, 2)) for n in (3, 6, 6))
    indices, weights = RNG.integers(0, 6, (2, 3, 4)), RNG.uniform(size=(2, 3, 4))
    got = smoother.resmem_predictions(own, fitted, labels, indices, weights)
    for b in range(2):
        residuals = smoother.smooth(labels[b] - fitted[b], indices[b], weights[b])
        assert_allclose(got[b], own[b] + residuals, rtol=1e-13, atol=1e-15)


# Designs.


@pytest.mark.parametrize("d", [1, 2, 5])
def test_points_of_the_ball_are_uniform(d):
    points = simulation.sample_points(Stream(1, "ball"), (20_000,), d)
    radius = np.sqrt((points**2).sum(-1) / (d + 2))
    assert kstest(radius**d, "uniform").pvalue > 1e-3
    assert abs(points.mean(0)).max() < 5 / np.sqrt(20_000)
    # Var x² < 2 for every d.
    assert_allclose(np.cov(points.T), np.eye(d), atol=5 * np.sqrt(2 / 20_000))


def test_laws_are_those_of_the_stream():
    draws = Stream(2, "laws")
    shape = (3, 4)
    gaussian = simulation.sample_points(draws, shape, 2, "gaussian")
    assert_array_equal(gaussian, draws.normal((3, 4, 2)))
    torus = simulation.sample_points(draws, shape, 2, "torus")
    assert_array_equal(torus, draws.uniform((3, 4, 2)))


@given(seeds, st.integers(1, 30), st.integers(1, 4), st.data())
def test_neighbors_in_designs_have_the_bits_of_the_definition(seed, n, d, data):
    k = data.draw(st.integers(1, n))
    draws = stream(seed)
    points = draws.child("points").integers(3, (3, n, d)) / 3
    queries = draws.child("queries").integers(3, (3, 5, d)) / 3
    distances, indices = simulation.design_neighbors(points, queries, k)
    for b in range(3):
        want = refgen.neighbors.nearest_neighbors(points[b], queries[b], k)
        assert_same_bits((distances[b], indices[b]), want)


def test_batch_axes_are_kept():
    points, queries = RNG.normal(size=(2, 3, 7, 2)), RNG.normal(size=(2, 3, 4, 2))
    distances, indices = simulation.design_neighbors(points, queries, 3)
    assert distances.shape == indices.shape == (2, 3, 4, 3)
    assert simulation.displacements(points, queries, 3).shape == (2, 3, 4, 2)
    assert simulation.displacement_matrices(points, queries, 3).shape == (2, 3, 2, 2)


@pytest.mark.parametrize("weights", smoother.WEIGHTS)
def test_displacements_against_a_loop(weights):
    points, queries = RNG.normal(size=(9, 2)), RNG.normal(size=(3, 2))
    got = simulation.displacements(points, queries, 4, weights, 0.5)
    for x, delta in zip(queries, got, strict=True):
        distance = np.sqrt(((points - x) ** 2).sum(1))
        order = np.argsort(distance)[:4]
        raw = {
            "nearest": np.eye(4)[0],
            "uniform": np.ones(4),
            "exponential": np.exp(-distance[order] / 0.5),
        }[weights]
        assert_allclose(delta, x - raw @ points[order] / raw.sum(), atol=1e-14)


@pytest.mark.parametrize("entries", [1, 50, 1 << 22])
def test_pieces_change_matrices_by_rounding_only(monkeypatch, entries):
    points, queries = RNG.normal(size=(5, 9, 2)), RNG.normal(size=(5, 7, 2))
    widths = RNG.uniform(0.1, 2, 5)
    delta = simulation.displacements(points, queries, 3, "exponential", widths)
    monkeypatch.setattr(simulation, "_ENTRIES", entries)
    got = simulation.displacement_matrices(points, queries, 3, "exponential", widths)
    assert_allclose(got, risks.displacement_matrix(delta), rtol=1e-13, atol=1e-15)


# Errors and bounds.


def test_matrix_and_risk_against_loops():
    delta, theta, base = RNG.normal(size=(6, 3)), RNG.normal(size=3), RNG.normal(size=3)
    errors = risks.resmem_errors(theta, base, delta)
    assert_allclose(errors, [(theta - base) @ row for row in delta], rtol=1e-12)
    matrix = risks.displacement_matrix(delta)
    assert_allclose(matrix, sum(np.outer(r, r) for r in delta) / 6, rtol=1e-13)
    risk = risks.resmem_risk(theta, base, matrix)
    assert risk == pytest.approx((errors**2).mean(), rel=1e-12)
    noise = RNG.normal(size=6)
    noisy = risks.resmem_errors(theta, base, delta, noise)
    assert_allclose(noisy, errors - noise, rtol=1e-13)


def test_decomposition_terms_by_hand():
    theta, base, population = np.array([1.0, 2.0]), np.array([0.5, 0.0]), np.ones(2)
    x, near = RNG.normal(size=(2, 5, 2))
    stage, change = risks.decomposition_terms(theta, base, population, x, near)
    first = [((base - population) @ a) ** 2 for a in x]
    second = [((base - population) @ a) ** 2 for a in near]
    assert stage == pytest.approx(np.mean(first) + np.mean(second))
    target = [
        ((theta - population) @ (a - b)) ** 2 for a, b in zip(x, near, strict=True)
    ]
    assert change == pytest.approx(np.mean(target))


def test_the_factor_three_is_attained():
    # Both parts of the base's error and the target's change are equal.
    terms = risks.decomposition_terms([1.0], [0.7], [0.9], [[1.0]], [[-1.0]])
    risk = risks.resmem_risk([1.0], [0.7], [[4.0]])
    assert float(risk) == pytest.approx(3 * float(sum(terms)), rel=1e-14, abs=0)


def test_bounds_are_attained():
    sharp, uniform = risks.risk_bounds(
        [1.0, 0.0], [-0.5, 0.0], np.diag([2.0, 0.0]), 0.5
    )
    risk = risks.resmem_risk([1.0, 0.0], [-0.5, 0.0], np.diag([2.0, 0.0]))
    assert float(risk) == float(sharp) == float(uniform) == 4.5


def test_a_fitted_base_is_between_its_bounds_and_reaches_them():
    # One point: the projection on it, or θ* shortened to length L.
    for theta, radius in (([0.6, 0.8], 1.25), ([1.0, 0.0], 0.5)):
        base, _ = empirical_base([[2.0, 0.0]], [2 * theta[0]], radius)
        for target, at in (([0.0, 3.0], 1), ([3.0, 0.0], 0)):
            matrix = np.outer(target, target)
            low, high = risks.fitted_risk_bounds(theta, base, matrix, radius)
            risk = float(risks.resmem_risk(theta, base, matrix))
            assert low <= risk <= high * (1 + 1e-15)
            if (radius > 1) == (at == 1):
                wanted = np.dot(theta, theta) - np.dot(base, base)
                assert float(high) == pytest.approx(9 * wanted)


def test_fitted_bounds_by_eigenvalues():
    matrix = np.array([[2.0, 1.0], [1.0, 2.0]])  # eigenvalues 1 and 3
    low, high = risks.fitted_risk_bounds([1.5, 2.0], [0.3, 0.4], matrix, 0.5)
    assert float(low) == pytest.approx(4.0)
    assert float(high) == pytest.approx(3 * (6.25 - 0.25))
    nothing = risks.fitted_risk_bounds([1.0, 0.0], [1.0, 0.0], matrix, 2.0)
    assert [float(bound) for bound in nothing] == [0, 0]


# Bad input.

POINTS, QUERIES = np.zeros((4, 2)), np.zeros((3, 2))
MATRIX = np.eye(2)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("smoother.neighbor_weights", ([1.0], "soft"), "weights must be one of 'near"),
        ("smoother.neighbor_weights", ([-1.0],), "distances must not be negative"),
        (
            "smoother.neighbor_weights",
            ([1.0], "exponential", 0.0),
            "bandwidth must be positive, got 0",
        ),
        ("smoother.smooth", ([1.0], [[0]], [[0.5, 0.5]]), "one weight for each"),
        ("smoother.smooth", ([1.0], [[1]], [[1.0]]), r"indices must lie in \[0, 1\)"),
        (
            "smoother.resmem_predictions",
            ([[1.0]], [[1.0]], [[1.0, 0.0]], [[0]], [[1.0]]),
            "must agree in their outputs",
        ),
        (
            "simulation.sample_points",
            (Stream(0), (2,), 2, "cube"),
            "law must be one of",
        ),
        ("simulation.sample_points", (Stream(0), (2,), 0), "n_features must be at le"),
        (
            "simulation.design_neighbors",
            (POINTS, np.zeros((3, 1)), 1),
            "number of feat",
        ),
        ("simulation.design_neighbors", (POINTS, QUERIES, 5), "more than n_points=4"),
        ("simulation.design_neighbors", (POINTS + 1e200, QUERIES, 1), "overflows"),
        ("simulation.displacement_matrices", (POINTS, QUERIES[None], 1), "batch axes"),
        ("risk.resmem_errors", ([1.0], [1.0, 2.0], QUERIES), r"have 1 feature\(s\)"),
        ("risk.resmem_errors", ([1.0], [1.0], QUERIES), "displacements have 2"),
        ("risk.resmem_risk", ([1.0], [1.0], MATRIX), "matrix has 2"),
        ("risk.risk_bounds", ([1.0], [1.0], MATRIX, 0.5), "matrix has 2"),
        ("risk.fitted_risk_bounds", ([1.0], [1.0], MATRIX, 0.5), "matrix has 2"),
        (
            "risk.fitted_risk_bounds",
            ([1.0] * 2, [1.0] * 2, MATRIX, -0.5),
            "radius must not be negative",
        ),
        (
            "risk.decomposition_terms",
            ([1.0], [1.0], [1.0], QUERIES, QUERIES),
            "queries have 2",
        ),
    ],
)
def test_bad_input(function, arguments, message):
    module, name = function.split(".")
    module = {"smoother": smoother, "simulation": simulation, "risk": risks}[module]
    with pytest.raises(ValueError, match=message):
        getattr(module, name)(*arguments)


# The kernel, emulated.

GUARD = -7.0


def check_designs(run):
    """The kernel's bits are those of Numba, and nothing else is written."""
    rng = np.random.default_rng(3)
    for shape in ((1, 1, 1, 1, 1), (3, 9, 4, 2, 3), (2, 40, 5, 3, 33)):
        for block, grid, order in ((1, 1, 0), (32, 1, 3), (64, 3, 5)):
            one_design(run, rng, shape, block, grid, order)


def one_design(run, rng, shape, block, grid, order):
    n_designs, n, q, d, k = shape
    for scale in (1, np.pi):  # with many ties, then with squares that are rounded
        points = rng.integers(-2, 3, (n_designs, n, d)) * scale
        queries = rng.integers(-2, 3, (n_designs, q, d)) * (scale**0.5)
        squares = np.full((n_designs + 1, q, k), GUARD)
        indices = np.full((n_designs + 1, q, k), int(GUARD))
        outputs = squares[:-1], indices[:-1]
        sizes = (n_designs, n, q, d, k)
        arguments = (points.astype(float), queries, *sizes, *outputs)
        run("nearest_in_designs", (grid,), (block,), arguments, 0, order)
        for got, want in zip(
            outputs, nearest_in_designs(*arguments[:2], k), strict=True
        ):
            assert_array_equal(got, want)
        assert (squares[-1] == GUARD).all()
        assert (indices[-1] == GUARD).all()


@needs_compiler
def test_kernel():
    check_designs(Emulated("designs.cu"))


BUGS = [
    ("t < n_designs * n_queries", "t <= n_designs * n_queries"),
    ("t < n_designs * n_queries", "t < n_designs * n_queries - 1"),
    ("t / n_queries * n_points", "t * n_points"),
    ("queries + t * n_features", "queries + t"),
    ("i < n_points", "i < n_points - 1"),
    ("j < n_features", "j < n_features - 1"),
    ("square < worst", "square <= worst"),
    ("kept[place - 1] > square", "kept[place - 1] >= square"),
    ("place > 0 &&", "place > 1 &&"),
    ("worst = kept[n_kept - 1];", ""),
    ("where[place] = where[place - 1];", ""),
    ("square + difference * difference", "fma(difference, difference, square)"),
]


@needs_compiler
@pytest.mark.parametrize(("right", "wrong"), BUGS)
def test_planted_bugs_are_caught(right, wrong):
    text = launch.source("designs.cu")
    assert text.count(right) == 1
    buggy = Emulated("designs.cu", ("-O1",), text.replace(right, wrong))
    with pytest.raises(AssertionError):
        check_designs(buggy)


# On a device.


@on_device
@given(seeds, st.integers(1, 30), st.integers(1, 5), st.integers(1, 4), st.data())
def test_neighbors_have_the_same_bits_on_a_device(device, seed, n, q, d, data):
    k = data.draw(st.integers(1, n))
    draws = stream(seed)
    points, queries = draws.normal((2, n, d)), draws.child("q").normal((2, q, d))
    points[:, ::2] = np.rint(points[:, ::2])
    queries[:, ::2] = np.rint(queries[:, ::2])
    got = refgen_gpu.resmem.design_neighbors(to_device(points), to_device(queries), k)
    assert_on_device(got, device)
    assert_same_bits(got, simulation.design_neighbors(points, queries, k))


def test_bounds_and_errors_refuse_what_they_cannot_use():
    with pytest.raises(ValueError, match="radius must not be negative, got -1"):
        risks.risk_bounds([1.0], [0.5], [[1.0]], -1.0)
    with pytest.raises(ValueError, match="memorized_noise holds NaN"):
        risks.resmem_errors([1.0], [0.5], [[1.0]], [np.nan])
