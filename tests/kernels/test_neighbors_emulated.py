"""Nearest neighbours on the device: the kernels, the certificate, the CPU's bits."""

import functools
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import refgen.neighbors
from refgen.arrays import UNIT_ROUNDOFF
from refgen_gpu import launch
from refgen_gpu import neighbors as on_device
from refgen_gpu.arrays import to_device, to_host

pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
from support.standin.emulate import Emulated, why_not
from support.standin.sanitize import assert_clean, reports_of_asan

needs_compiler = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

NONE = np.iinfo(np.int64).max
GUARD = -7.0  # in rows behind those that a kernel may write


# The kernels, against NumPy.


def guarded(shape, dtype=float):
    """An array of `shape`, and the array that holds it and two more rows of GUARD."""
    whole = np.full((shape[0] + 2, *shape[1:]), GUARD, dtype)
    return whole[: shape[0]], whole


def check_row_norms(run):
    rng = np.random.default_rng(0)
    for n, d in ((1, 1), (5, 3), (9, 70), (3, 129)):
        rows = rng.integers(-9, 9, (n, d)).astype(float)
        for block, grid, order in itertools.product((1, 2, 64), (1, n), range(3)):
            out, whole = guarded((n,))
            args = (rows, n, d, out)
            run("row_norms", (grid,), (block,), args, 8 * block, order)
            np.testing.assert_array_equal(out, (rows**2).sum(1))
            assert (whole[n:] == GUARD).all()


def check_merge(run):
    """Tiles in any order give the smallest by (value, index)."""
    rng = np.random.default_rng(1)
    for n_kept, n, exact in itertools.product((1, 7, 32), (1, 3), (0, 1)):
        for block, order in ((32, 0), (32, 5), (64, 3), (128, 0)):
            one_merge(run, rng, n, exact, n_kept, block, order)


def one_merge(run, rng, n, exact, n_kept, block, order):
    values = rng.integers(0, 6, (n, 90)).astype(float)
    rows = rng.integers(0, 9, n).astype(float)
    columns = rng.integers(0, 9, 90).astype(float)
    kept, all_kept = guarded((n, n_kept))
    indices, all_indices = guarded((n, n_kept), np.int64)
    kept[:], indices[:] = np.inf, NONE
    for start, stop in ((50, 83), (83, 90), (0, 50)):
        tile = np.ascontiguousarray(values[:, start:stop])
        terms = rows, np.ascontiguousarray(columns[start:stop])
        args = (tile, *terms, *tile.shape, start, n_kept, exact, kept, indices)
        run("merge_nearest", (2,), (block,), args, 0, order)
    if not exact:
        values = rows[:, None] + columns - 2 * values
    wanted = np.argsort(values, axis=1, kind="stable")[:, :n_kept]
    np.testing.assert_array_equal(indices, wanted)
    np.testing.assert_array_equal(kept, np.take_along_axis(values, wanted, 1))
    assert (all_kept[n:] == GUARD).all()
    assert (all_indices[n:] == GUARD).all()


def squared_distances(points, queries):
    """The definition: rounded after every operation, summed from left to right."""
    out = np.zeros((len(queries), len(points)))
    for j in range(points.shape[1]):
        difference = points[:, j] - queries[:, j, None]
        out += difference * difference
    return out


def check_exact(run):
    rng = np.random.default_rng(2)
    for n, q, d, m in ((1, 1, 1, 1), (40, 6, 5, 3), (33, 3, 20, 32)):
        points, queries = rng.normal(size=(n, d)), rng.normal(size=(q, d))
        wanted = squared_distances(points, queries)
        candidates = rng.integers(0, n, (q, m))
        for block, grid, order in itertools.product((1, 32, 96), (1, 3), (0, 7)):
            out, whole = guarded((q, m))
            args = (points, queries, candidates, q, m, d, out)
            run("exact_candidates", (grid,), (block,), args, 0, order)
            chosen = np.take_along_axis(wanted, candidates, axis=1)
            np.testing.assert_array_equal(out, chosen)
            assert (whole[q:] == GUARD).all()
            out, whole = guarded((q, n))
            args = (np.ascontiguousarray(points.T), queries, q, n, d, out)
            run("exact_distances", (grid,), (block,), args, 0, order)
            np.testing.assert_array_equal(out, wanted)
            assert (whole[q:] == GUARD).all()


CHECKS = (check_row_norms, check_merge, check_exact)


@needs_compiler
@pytest.mark.parametrize("check", CHECKS)
def test_kernel(check):
    check(Emulated("neighbors.cu"))


ORDER = "a < b || (a == b && index_a < index_b)"

BUGS = [
    (check_row_norms, "partial[threadIdx.x] = sum;\n    __syncthreads();", "barrier"),
    (check_row_norms, "row < n_rows", "row <= n_rows"),
    (check_row_norms, "j = threadIdx.x; j <", "j = threadIdx.x + 1; j <"),
    (check_row_norms, "half = blockDim.x / 2", "half = blockDim.x / 4"),
    (check_merge, ORDER, "a < b || (index_a < 0 && index_b < 0)"),
    (check_merge, ORDER, "a < b || (a == b && index_a > index_b)"),
    (check_merge, "i < n_rows", "i <= n_rows"),
    (check_merge, "if (j < n_columns)", "if (j < n_columns - 1)"),
    (check_merge, "if (j < n_columns)", "if (j <= n_columns)"),
    (check_merge, "index = first + j", "index = 0 * first + j"),
    (check_merge, "start += 32", "start += 64"),
    (check_merge, "lane == 0 || !below_moves", "!below_moves"),
    (check_merge, "if (!is_exact)", "if (is_exact)"),
    (check_merge, "- 2.0 * value", "- value"),
    (check_merge, "if (lane < n_kept) {", "if (lane < n_kept - 1) {"),
    (check_exact, "j = 0; j < n_features", "j = 0; j < n_features - 1"),
    (check_exact, "t < n_queries * n_candidates", "t < n_queries * n_candidates - 1"),
    (check_exact, "t / n_candidates * n_features", "t % n_candidates * n_features"),
    (check_exact, "t % n_points, n_points", "t % n_points, n_features"),
    (check_exact, "t < n_queries * n_points", "t <= n_queries * n_points"),
    (check_exact, "sum + difference * difference", "fma(difference, difference, sum)"),
]


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize(("check", "right", "wrong"), BUGS)
def test_planted_bugs_are_caught(check, right, wrong):
    text = launch.source("neighbors.cu")
    assert text.count(right) >= 1
    if wrong == "barrier":
        wrong = right.replace("__syncthreads();", "")
    buggy = Emulated("neighbors.cu", source=text.replace(right, wrong))
    with pytest.raises((AssertionError, RuntimeError)):
        check(buggy)


def all_checks(file, kernels):
    for check in CHECKS:
        check(kernels)


@needs_compiler
def test_kernels_stay_within_their_arrays():
    (report,) = reports_of_asan(all_checks, [("neighbors.cu", None)])
    assert_clean(report)


@needs_compiler
def test_the_sanitizer_sees_a_read_behind_an_array():
    text = launch.source("neighbors.cu")
    right = "if (j < n_columns)"
    wrong = "if (j < n_columns || values[n_rows * n_columns] > 0)"
    assert right in text
    bug = text.replace(right, wrong)
    (report,) = reports_of_asan(all_checks, [("neighbors.cu", bug)])
    assert "heap-buffer-overflow" in report


# The whole function, on a GPU or on the stand-in.


def both(points, queries, k):
    wanted = refgen.neighbors.nearest_neighbors(points, queries, k)
    got = on_device.nearest_neighbors(to_device(points), to_device(queries), k)
    return [to_host(a) for a in got], wanted


def assert_bits_agree(points, queries, k):
    for got, wanted in zip(*both(points, queries, k), strict=True):
        assert got.dtype == wanted.dtype
        np.testing.assert_array_equal(got, wanted)


def integers(rng, n, q, d):
    return rng.integers(-3, 3, (n, d)), rng.integers(-3, 3, (q, d))


def generic(rng, n, q, d):
    return rng.normal(size=(n, d)), rng.normal(size=(q, d))


def far_clusters(rng, n, q, d):
    """Clusters of size 1e-6 that are 1e8 apart: the matrix product sees no distance."""
    centres = 1e8 * rng.normal(size=(3, d))
    points = centres[rng.integers(0, 3, n)] + 1e-6 * rng.normal(size=(n, d))
    return points, centres[rng.integers(0, 3, q)] + 1e-6 * rng.normal(size=(q, d))


def duplicates(rng, n, q, d):
    points = np.repeat(rng.normal(size=(-(-n // 40), d)), 40, axis=0)[:n]
    return rng.permutation(points), points[rng.integers(0, n, q)] + 0.125


def near_ties(rng, n, q, d):
    """Squared distances from a query differ in their last few bits only.

    The rounding of |q|² is the same in all lower bounds of a query: it alone may lift
    all of them above the squared distances that are found.
    """
    return 1e-16 * rng.normal(size=(n, d)), rng.normal(size=(q, d))


def outlier(rng, n, q, d):
    points, queries = generic(rng, n, q, d)
    points[n // 2] = 1e12
    return points, queries


DATA = (integers, generic, far_clusters, duplicates, near_ties, outlier)


@pytest.mark.parametrize("data", DATA)
@given(
    st.integers(1, 150), st.integers(1, 5), st.integers(0, 2**32), st.integers(1, 40),
    st.sampled_from([1, 2, 7, 1 << 15]), st.sampled_from([0, 1, 8]),
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_the_bits_of_the_cpu(device, data, n, d, seed, k, tile, spare):
    points, queries = data(np.random.default_rng(seed), n, 4, d)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(on_device, "_TILE", tile)
        patch.setattr(on_device, "_SPARE", spare)
        assert_bits_agree(points, queries, min(k, n))


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("k", [1, 10, 24, 25, 33])
def test_more_points_than_a_warp_holds(device, data, k):
    assert_bits_agree(*data(np.random.default_rng(k), 700, 9, 6), k)


@pytest.mark.parametrize("budget", [1, 20_000, 10**9])
@pytest.mark.parametrize("k", [3, 30])
def test_chunks_of_queries_change_nothing(device, monkeypatch, budget, k):
    limited = functools.partial(on_device.in_chunks, budget=budget)
    monkeypatch.setattr(on_device, "in_chunks", limited)
    for data in DATA:
        assert_bits_agree(*data(np.random.default_rng(0), 300, 23, 3), k)


def test_digits(device):
    datasets = pytest.importorskip("sklearn.datasets")
    digits = datasets.load_digits().data
    assert_bits_agree(digits, digits[::60], 10)


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("data", [integers, far_clusters])
def test_the_order_of_threads_changes_nothing(seed, data):
    from support.standin import use_standin

    with use_standin(order_seed=seed):
        assert_bits_agree(*data(np.random.default_rng(seed), 90, 5, 4), 6)


def test_lists_are_created_on_the_device(device):
    distances, indices = on_device.nearest_neighbors([[0.0], [1.0], [3.0]], [[0.9]], 2)
    assert to_host(indices).tolist() == [[1, 0]]
    assert to_host(distances).dtype == np.float64


def test_large_and_tiny_numbers(device):
    assert_bits_agree(np.full((40, 2), 1.7e308), np.full((1, 2), 1.7e308), 3)
    assert_bits_agree(1e140 * np.arange(40.0)[:, None], [[1.0]], 3)
    assert_bits_agree(1e134 * np.arange(40.0)[:, None], [[1e135]], 3)
    tiny = np.random.default_rng(0).normal(size=(60, 3))
    for size in (1e-150, 1e-154, 1e-158, 1e-161, 1e-162, 1e-170, 1e-310):
        assert_bits_agree(size * tiny, size * tiny[:3] * 0.5, 5)


@pytest.mark.parametrize("k", [1, 30])
def test_overflow_is_refused(device, k):
    points = to_device(np.linspace(0, 1e200, 40)[:, None])
    with pytest.raises(ValueError, match="overflows float64; rescale"):
        on_device.nearest_neighbors(points, to_device([[-1e200]]), k)


GOOD = np.zeros((3, 2))


@pytest.mark.parametrize(
    ("points", "queries", "k", "error", "message"),
    [
        (np.zeros((3, 2, 1)), GOOD, 1, ValueError, r"points must have shape \(n_p"),
        (GOOD, np.zeros((1, 3)), 1, ValueError, r"2 feature\(s\) and queries have 3"),
        (GOOD, np.zeros((0, 2)), 1, ValueError, "queries is empty"),
        (np.full((3, 2), np.nan), GOOD, 1, ValueError, "points holds NaN"),
        (GOOD, GOOD, 0, ValueError, "n_neighbors must be at least 1, got 0"),
        (GOOD, GOOD, 4, ValueError, "n_neighbors=4 is more than n_points=3"),
        (GOOD, GOOD, 1.5, TypeError, "n_neighbors must be an integer"),
    ],
)
def test_bad_input(device, points, queries, k, error, message):
    with pytest.raises(error, match=message):
        on_device.nearest_neighbors(to_device(points), to_device(queries), k)


def test_host_arrays_are_refused(device):
    with pytest.raises(TypeError, match="points is on the host"):
        on_device.nearest_neighbors(GOOD, to_device(GOOD), 1)


# The certificate.


def refuse(*args):
    raise AssertionError("a query was searched exactly")


def test_generic_queries_are_certified(device, monkeypatch):
    monkeypatch.setattr(on_device, "_exact_search", refuse)
    for d in (2, 20):
        assert_bits_agree(*generic(np.random.default_rng(d), 2000, 20, d), 10)
    # Bounds are per pair: one far point does not spoil the bounds of others.
    points, queries = generic(np.random.default_rng(0), 500, 20, 2)
    assert_bits_agree(np.vstack([points, [[1e4, 1e4]]]), queries, 10)


@pytest.mark.parametrize("data", [far_clusters, duplicates, near_ties])
def test_hard_queries_are_searched_exactly(device, monkeypatch, data):
    monkeypatch.setattr(on_device, "_exact_search", refuse)
    with pytest.raises(AssertionError, match="searched exactly"):
        both(*data(np.random.default_rng(0), 400, 5, 3), 5)


@pytest.mark.parametrize("k", [1, 5])
def test_without_its_bound_the_filter_is_wrong(device, monkeypatch, k):
    """The errors are planted, of d roundings: a device's own may be smaller."""
    points, queries = near_ties(np.random.default_rng(0), 60, 50, 20)
    exact = on_device._lowered_norms

    def rounded(rows):
        signs = 1.0 - 2.0 * (on_device.backend().xp.arange(len(rows)) % 2)
        terms = exact(rows)
        return terms + signs * (20 * UNIT_ROUNDOFF * abs(terms).max())

    monkeypatch.setattr(on_device, "_lowered_norms", rounded)
    assert_bits_agree(points, queries, k)
    monkeypatch.setattr(on_device, "_lowering", lambda d: (0.0, 0.0))
    (_, got), (_, wanted) = both(points, queries, k)
    assert (got != wanted).any(axis=1).mean() > 0.1


def lower_bounds(points, queries, against=0.0):
    """Every pair's lower bound; `against` is the relative error added to its sums."""
    xp = on_device.backend().xp
    points, queries = to_device(points), to_device(queries)
    centre = points.mean(axis=0)
    x, q = points - centre, queries - centre
    products = xp.matmul(q, x.T) - against * xp.matmul(abs(q), abs(x).T)
    terms = on_device._lowered_norms(q)[:, None] + on_device._lowered_norms(x)
    return to_host(terms * (1 + against) - 2.0 * products)


@pytest.mark.parametrize("data", [generic, far_clusters, near_ties, outlier])
@pytest.mark.parametrize("d", [1, 2, 5, 64, 400])
def test_no_lower_bound_is_above_the_square(device, monkeypatch, data, d):
    points, queries = data(np.random.default_rng(d), 300, 20, d)
    squares = squared_distances(points, queries)
    assert (lower_bounds(points, queries) <= squares).all()
    # The worst errors that any order of summation can give norms and products.
    worst = d * UNIT_ROUNDOFF
    assert (lower_bounds(points, queries, worst) <= squares).all()


@pytest.mark.parametrize("d", [1, 2, 5, 64, 400])
def test_the_bound_is_not_far_above_the_error(device, monkeypatch, d):
    c, _ = on_device._lowering(d)
    points, queries = generic(np.random.default_rng(d), 1000, 100, d)
    centre = points.mean(0)
    sizes = ((queries - centre) ** 2).sum(1)[:, None] + ((points - centre) ** 2).sum(1)
    monkeypatch.setattr(on_device, "_lowering", lambda d: (0.0, 0.0))
    # With the worst rounding that is allowed: a device's own may be far smaller.
    bounds = lower_bounds(points, queries, -d * UNIT_ROUNDOFF)
    errors = bounds - squared_distances(points, queries)
    largest = (abs(errors) / sizes).max()
    assert c / 1000 < largest < c
