"""The certified searches: the plain one's bits on data that rounding tells apart."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from refgen import neighbors
from refgen.kernels import filter as products
from refgen.kernels import threads, tree
from refgen.neighbors import nearest_neighbors

SEARCHES = {"products": products.search, "tree": tree.search}


def definition(points, queries, k):
    """Squares added up feature by feature, NumPy rounding every operation."""
    points, queries = np.asarray(points, float), np.asarray(queries, float)
    squares = np.zeros((len(queries), len(points)))
    for j in range(points.shape[1]):
        difference = points[:, j] - queries[:, j, None]
        squares += difference * difference
    indices = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return np.sqrt(np.take_along_axis(squares, indices, axis=1)), indices


def run(search, points, queries, k):
    """The result of one search alone, and how many queries it left undone."""
    squares = np.full((len(queries), k), np.inf)
    indices = np.zeros((len(queries), k), np.int64)
    undone = search(points, queries, squares, indices)
    neighbors._insert_rows(points, queries, undone, squares, indices)
    return np.sqrt(squares), indices, len(undone)


def check(points, queries, k, search, monkeypatch=None):
    points, queries = np.array(points, float), np.array(queries, float)
    *got, n_undone = run(search, points, queries, k)
    for a, b in zip(got, definition(points, queries, k), strict=True):
        np.testing.assert_array_equal(a, b)
    return n_undone


def gaussian(n=300, q=40, d=6, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(q, d))


def duplicates():
    points, queries = gaussian(40)
    return np.repeat(points, 10, axis=0), np.concatenate([queries, points])


def lattice():
    points = np.stack(np.meshgrid(*[np.arange(7.0)] * 3), axis=-1).reshape(-1, 3)
    return points, np.concatenate([points[::9], points[::9] + 0.5])


def clusters(width, d=6):
    """Clusters of `width` whose centres are about 1 apart."""
    rng = np.random.default_rng(1)
    places = rng.normal(size=(8, d))
    points = np.repeat(places, 50, axis=0) + width * rng.normal(size=(400, d))
    return points, np.repeat(places, 4, axis=0) + width * rng.normal(size=(32, d))


def moved(offset):
    points, queries = gaussian()
    return points + offset, queries + offset


def mixed_scales():
    """Rows from 1e-200 to 1e134, so that most of them vanish beside the others."""
    points, queries = gaussian()
    sizes = 10.0 ** np.linspace(-200, 134, len(points))[:, None]
    return points * sizes, queries * sizes[:: len(points) // len(queries)][:40]


def mixed_features():
    points, queries = gaussian()
    sizes = 10.0 ** np.array([-150.0, -30, -9, 0, 20, 130])
    return points * sizes, queries * sizes


def with_outlier(size):
    points, queries = gaussian()
    points[17] = size
    return points, queries


def scaled(size):
    points, queries = gaussian()
    return points * size, queries * size


def on_a_sphere():
    """All points at almost the same distance from the query at the centre."""
    points, _ = gaussian()
    return points / np.sqrt((points**2).sum(1))[:, None], np.zeros((2, 6))


ADVERSARIAL = {
    "gaussian": gaussian,
    "wide": lambda: gaussian(200, 9, 768),
    "one feature": lambda: gaussian(400, 50, 1),
    "all points equal": lambda: (np.full((300, 4), 0.1), gaussian(d=4)[1]),
    "all equal, queries too": lambda: (np.full((300, 4), 0.1), np.full((5, 4), 0.1)),
    "zeros": lambda: (np.zeros((300, 4)), np.zeros((5, 4))),
    "duplicates": duplicates,
    "lattice": lattice,
    "digits": lambda: (load_digits().data[:700], load_digits().data[700:740]),
    **{f"clusters {w}": lambda w=w: clusters(w) for w in (1e-2, 1e-4, 1e-6, 1e-9)},
    **{f"moved {x}": lambda x=x: moved(x) for x in (1e6, 1e8, -1e12, 1e30)},
    **{f"outlier {x}": lambda x=x: with_outlier(x) for x in (1e9, 1e30, 1e60, -1e130)},
    **{f"scaled {x}": lambda x=x: scaled(x) for x in (1e-310, 1e-200, 1e-155, 1e130)},
    "mixed scales": mixed_scales,
    "mixed features": mixed_features,
    "sphere": on_a_sphere,
    "far queries": lambda: (gaussian()[0], 1e7 + gaussian()[1]),
}


@pytest.mark.parametrize("k", [1, 10, 64])
@pytest.mark.parametrize("data", ADVERSARIAL)
@pytest.mark.parametrize("search", SEARCHES)
def test_the_bits_of_the_definition(search, data, k):
    check(*ADVERSARIAL[data](), k, SEARCHES[search])


@st.composite
def cases(draw):
    n, d = draw(st.integers(3, 90)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    points, queries = rng.normal(size=(n, d)), rng.normal(size=(5, d))
    if draw(st.booleans()):
        points, queries = np.round(3 * points), np.round(3 * queries)
    size = 10.0 ** draw(st.integers(-170, 130))
    offset = draw(st.sampled_from([0.0, 1.0, 1e5, 1e12]))
    queries[0] = points[-1]
    return (points + offset) * size, (queries + offset) * size, draw(st.integers(1, n))


@given(cases())
def test_random_data(case):
    points, _, k = case
    for module in (products, tree):
        if module.suits(points, k):
            check(*case, module.search)


def test_the_fewest_points_that_suit():
    for module, n in ((products, 4 * (3 + 8) + 1), (tree, 3 + 2 + 1)):
        points, queries = gaussian(n)
        assert module.suits(points, 3)
        assert not module.suits(points[1:], 3)
        check(points, queries, 3, module.search)
    assert not products.suits(np.empty((100, 2**18 + 1)), 3)
    check(*gaussian(5, d=2), 5, tree.search)  # more candidates than points


# Sizes around those of tiles and panels.


@pytest.mark.parametrize("tile", [(1, 1), (7, 16), (7, 33), (64, 250)])
@pytest.mark.parametrize("panel", [1, 1500])
def test_tiles_change_nothing(monkeypatch, tile, panel):
    monkeypatch.setattr(products, "_TILE", tile)
    monkeypatch.setattr(products, "_PANEL_ENTRIES", panel)
    assert check(*gaussian(), 10, products.search) == 0
    check(*clusters(1e-5), 10, products.search)
    check(*duplicates(), 10, products.search)


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_threads_change_nothing(monkeypatch, n_threads):
    monkeypatch.setattr(threads, "MIN_PER_THREAD", 1)
    monkeypatch.setattr("numba.config.NUMBA_NUM_THREADS", n_threads)
    for search in SEARCHES.values():
        for data in (gaussian(), clusters(1e-5), duplicates()):
            check(*data, 10, search)


# How far each search gets.


def by_single(points, queries, k):
    """How many queries single precision does not certify."""
    squares = np.full((len(queries), k), np.inf)
    indices = np.zeros((len(queries), k), np.int64)
    centre = np.median(points, axis=0)
    return len(products._by_single(points, queries, centre, squares, indices))


def test_single_precision_certifies_generic_data():
    for size in (1e-120, 1.0, 1e130):
        points, queries = gaussian(2000, 100, 30)
        assert by_single(points * size, queries * size, 10) == 0
    # Where float64 still tells the points apart, an offset costs nothing.
    assert by_single(points + 1e6, queries + 1e6, 10) == 0
    # An outlier costs nothing, either, until the other squares vanish beside its own.
    points[3] = 1e25
    assert by_single(points, queries, 10) == 0
    points[3] = 1e60
    assert by_single(points, queries, 10) == len(queries)


def test_double_precision_certifies_clusters_and_some_ties():
    points, queries = clusters(1e-5)
    assert by_single(points, queries, 10) > 0
    assert check(points, queries, 10, products.search) == 0
    assert check(*duplicates(), 3, products.search) == 0


def test_masses_of_ties_are_done_plainly():
    points, queries = np.ones((3000, 4)), gaussian(d=4)[1]
    assert check(points, queries, 3, products.search) == len(queries)
    assert check(points, queries, 3, tree.search) == len(queries)


def test_the_tree_looks_again_for_few_ties():
    assert check(*duplicates(), 10, tree.search) == 0
    assert check(*gaussian(3000, 100, 2), 10, tree.search) == 0


# The bound.


def exact_square(x, q):
    return sum((Fraction(a) - Fraction(b)) ** 2 for a, b in zip(x, q, strict=True))


def bounds(points, queries, dtype):
    """For every pair: the lower bound as computed, and 4ᵉ times the exact square."""
    centre = np.median(points, axis=0)
    exponent = products._exponent(points, queries) if dtype == np.float32 else 0
    a, b = (
        products.rounded(r, centre, 2.0**exponent, dtype) for r in (queries, points)
    )
    product = np.matmul(-2 * a.rows, b.rows.T) + b.terms.astype(dtype)
    low = a.terms[:, None] + product
    unscale = Fraction(4) ** exponent
    exact = [[exact_square(x, q) * unscale for x in points] for q in queries]
    return low, exact


SMALL = {
    "gaussian": lambda: gaussian(30, 4, 20),
    "same sign": lambda: (np.eye(9, 1) * np.full(900, 1 / 3), np.full((2, 900), 0.7)),
    "clusters": lambda: tuple(a[::16] for a in clusters(1e-4)),
    "moved": lambda: tuple(a[::10] for a in moved(1e6)),
    "mixed scales": lambda: tuple(a[::5] for a in mixed_scales()),
    "mixed features": lambda: tuple(a[::10] for a in mixed_features()),
    "tiny": lambda: tuple(a[::10] for a in scaled(1e-310)),
    "outlier": lambda: tuple(a[7::10] for a in with_outlier(1e60)),
    "far": lambda: (gaussian(30)[0], 1e7 + gaussian(30, 3)[1]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("data", SMALL)
def test_lower_bounds_are_lower(data, dtype):
    low, exact = bounds(*SMALL[data](), dtype)
    for row, squares in zip(low.tolist(), exact, strict=True):
        assert all(Fraction(a) <= s for a, s in zip(row, squares, strict=True))


def measured_errors(points, queries, dtype):
    """Errors of the lower bounds without their lowering, as shares of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "lowering", lambda *_: (0.0, 0.0))
        plain, exact = bounds(points, queries, dtype)
    low, _ = bounds(points, queries, dtype)
    errors = [
        [float(abs(Fraction(a) - s)) for a, s in zip(row, squares, strict=True)]
        for row, squares in zip(plain.tolist(), exact, strict=True)
    ]
    return np.array(errors) / (plain - low)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("data", ["gaussian", "same sign", "clusters", "moved"])
def test_the_bound_is_neither_broken_nor_vacuous(data, dtype):
    worst = measured_errors(*SMALL[data](), dtype).max()
    assert 1e-3 < worst < 1


@pytest.mark.parametrize("width", [1e-6, 1e-9])
def test_without_the_bound_answers_are_wrong(monkeypatch, width):
    points, queries = clusters(width)
    check(points, queries, 3, products.search)
    monkeypatch.setattr(products, "lowering", lambda *_: (0.0, 0.0))
    with pytest.raises(AssertionError):
        check(points, queries, 3, products.search)


def test_the_largest_entry(monkeypatch):
    monkeypatch.setattr(threads, "MIN_PER_THREAD", 1)
    for x in (0.0, -0.0, 3.0, -5e-324, 1e300, -(2.0**450)):
        rows = np.concatenate([np.zeros((4, 3)), [[x, 0, -x / 2]], np.zeros((2, 3))])
        assert products._largest(rows) == abs(x)


def test_rounded_rows_hold_no_subnormal_numbers():
    rows = 10.0 ** np.arange(-60.0, 3.0)[:, None]
    out, _ = products.rounded(rows, np.zeros(1), 1.0, np.float32)
    smallest = np.finfo(np.float32).smallest_normal
    assert ((out == 0) | (out >= smallest)).all()
    assert (out == 0).any()
    np.testing.assert_array_equal(out[out > 0], rows[out > 0].astype(np.float32))


# The choice between searches, and threads of matrix products.


@pytest.mark.parametrize(
    ("n", "d", "q", "k", "wanted"),
    [
        (2000, 2, 500, 10, "tree"),
        (1999, 2, 500, 10, "plain"),
        (10**4, 4, 1000, 10, "tree"),
        (10**5, 6, 1000, 10, "tree"),
        (10**5, 7, 1000, 10, "products"),
        (10**4, 6, 1000, 10, "products"),
        (10**5, 2, 400, 10, "plain"),
        (10**4, 64, 100, 10, "products"),
        (10**4, 64, 99, 10, "plain"),
        (1000, 59, 1000, 10, "plain"),
        (1000, 60, 1000, 10, "products"),
        (3999, 8, 1000, 10, "plain"),
        (80, 10**4, 1000, 12, "plain"),
    ],
)
def test_the_search_fits_the_sizes(n, d, q, k, wanted):
    points, queries = np.empty((n, d)), np.empty((q, d))
    search = neighbors._fastest(points, queries, k)
    assert search is {"plain": neighbors._leave_all, **SEARCHES}[wanted]


@pytest.mark.parametrize(
    ("n", "d", "q"), [(3000, 2, 600), (4000, 5, 130), (900, 3, 20)]
)
def test_each_search_through_the_front_door(n, d, q):
    points, queries = gaussian(n, q, d)
    for k in (1, 10):
        got = nearest_neighbors(points.round(1), queries, k)
        wanted = definition(points.round(1), queries, k)
        np.testing.assert_array_equal(got[0], wanted[0])
        np.testing.assert_array_equal(got[1], wanted[1])


def blas_threads():
    # NumPy's library; others that are loaded later do no products here.
    return [library["num_threads"] for library in threads._blas().info()]


def test_products_use_one_thread():
    before = blas_threads()
    with threads.one_blas_thread():
        assert set(blas_threads()) == {1}
    assert blas_threads() == before


def test_calls_from_several_threads(monkeypatch):
    monkeypatch.setattr(threads, "MIN_PER_THREAD", 1)
    before = blas_threads()
    data = gaussian(900, 200, 20)
    with ThreadPoolExecutor(4) as pool:
        for call in [pool.submit(check, *data, 10, products.search) for _ in range(12)]:
            assert call.result() == 0
    assert blas_threads() == before


def test_the_limit_is_taken_back_after_an_error():
    before = blas_threads()
    with pytest.raises(KeyError), threads.one_blas_thread():
        raise KeyError
    assert blas_threads() == before
