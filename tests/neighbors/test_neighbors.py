"""Nearest neighbours on the CPU: the definition, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors

from refgen import neighbors
from refgen.arrays import UNIT_ROUNDOFF
from refgen.kernels import threads
from refgen.neighbors import nearest_neighbors

DTYPES = ("float64", "float32", "float16", "int8", "int64", "uint16", "bool")


def naive(points, queries, k):
    """The definition in Python's floats, which round every operation."""
    distances, indices = [], []
    for q in np.asarray(queries, float).tolist():
        squares = []
        for x in np.asarray(points, float).tolist():
            total = 0.0
            for a, b in zip(x, q, strict=True):
                total += (a - b) * (a - b)
            squares.append(total)
        nearest = np.lexsort((np.arange(len(squares)), squares))[:k]
        indices.append(nearest)
        distances.append(np.sqrt([squares[i] for i in nearest]))
    return np.array(distances), np.array(indices)


def assert_same(got, wanted):
    for a, b in zip(got, wanted, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@st.composite
def cases(draw):
    """Small integers, full of ties and duplicates, or generic numbers."""
    n, d = draw(st.integers(1, 60)), draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    points, queries = rng.normal(size=(n, d)), rng.normal(size=(3, d))
    if draw(st.booleans()):
        dtype = draw(st.sampled_from(DTYPES))
        points = (4 * abs(points)).astype(dtype)
        queries = (4 * abs(queries)).astype(dtype)
    queries[0] = points[-1]
    return points, queries, draw(st.integers(1, n))


@given(cases(), st.booleans())
def test_the_definition(case, by_rows):
    with pytest.MonkeyPatch.context() as patch:
        if by_rows:
            patch.setattr(neighbors, "_MOST_INSERTED", 0)
        assert_same(nearest_neighbors(*case), naive(*case))


@pytest.mark.parametrize(
    ("n", "d", "k"),
    [(1, 1, 1), (1, 5, 1), (513, 1, 1), (1100, 3, 70), (100, 700, 5), (40, 3000, 40)],
)
def test_sizes_around_those_of_tiles(n, d, k):
    rng = np.random.default_rng(0)
    case = rng.normal(size=(n, d)), rng.normal(size=(4, d)), k
    assert_same(nearest_neighbors(*case), naive(*case))


@pytest.mark.parametrize("by_rows", [False, True])
def test_duplicates_come_by_index(monkeypatch, by_rows):
    if by_rows:
        monkeypatch.setattr(neighbors, "_MOST_INSERTED", 0)
    distances, indices = nearest_neighbors(np.ones((1500, 2)), [[1.0, 0.0]], 60)
    assert indices.tolist() == [list(range(60))]
    assert set(distances[0]) == {1.0}


def test_points_in_descending_order_of_distance():
    distances, indices = nearest_neighbors(np.arange(900.0)[::-1, None], [[-1.0]], 3)
    assert indices.tolist() == [[899, 898, 897]]
    assert distances.tolist() == [[1.0, 2.0, 3.0]]


def test_threads_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    case = rng.normal(size=(200, 4)).round(1), rng.normal(size=(7, 4)).round(1), 5
    alone = nearest_neighbors(*case)
    monkeypatch.setattr(threads, "MIN_PER_THREAD", 1)
    for n_threads in (1, 2, 3, 16):
        monkeypatch.setattr("numba.config.NUMBA_NUM_THREADS", n_threads)
        assert_same(nearest_neighbors(*case), alone)


def test_a_far_origin_costs_nothing():
    """Expanded squares would lose all digits here; differences lose none."""
    rng = np.random.default_rng(2)
    points = rng.integers(-99, 99, (300, 6))
    queries = rng.integers(-99, 99, (20, 6))
    wanted = nearest_neighbors(points, queries, 9)
    assert_same(nearest_neighbors(points + 1e8, queries + 1e8, 9), wanted)


@pytest.mark.parametrize("d", [2, 30])
def test_scikit_learn_agrees_within_its_rounding(d):
    rng = np.random.default_rng(3)
    points, queries = rng.normal(size=(2000, d)), rng.normal(size=(50, d))
    distances, indices = nearest_neighbors(points, queries, 10)
    theirs = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(points)
    their_distances, their_indices = theirs.kneighbors(queries)
    # They expand the square: rounding is relative to |x|² + |q|².
    largest = (points**2).sum(1).max() + (queries**2).sum(1)
    bound = 4 * (d + 4) * UNIT_ROUNDOFF * largest[:, None]
    assert (abs(distances**2 - their_distances**2) <= bound).all()
    assert (indices == their_indices).mean() > 0.999


def test_digits():
    digits = load_digits().data
    case = digits[:400], digits[400:420], 12
    assert_same(nearest_neighbors(*case), naive(*case))
    distances, indices = nearest_neighbors(digits, digits, 1)
    assert not distances.any()
    np.testing.assert_array_equal(indices[:, 0], np.arange(len(digits)))


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


def unaligned(a):
    buffer = np.zeros(a.nbytes + 1, np.uint8)[1:]
    out = buffer.view(a.dtype).reshape(a.shape)
    out[:] = a
    return out


@pytest.mark.parametrize(
    "layout",
    [
        np.asfortranarray,
        read_only,
        unaligned,
        lambda a: np.repeat(a, 2, axis=0)[::2],
        lambda a: a[::-1][::-1],
        lambda a: a.astype(">f8"),
        lambda a: a.tolist(),
    ],
)
def test_layout_in_memory(layout):
    rng = np.random.default_rng(4)
    points, queries = rng.normal(size=(50, 3)), rng.normal(size=(6, 3))
    wanted = nearest_neighbors(points, queries, 4)
    assert_same(nearest_neighbors(layout(points), layout(queries), 4), wanted)


def test_inputs_are_left_alone():
    points, queries = np.arange(6.0).reshape(3, 2), np.ones((1, 2))
    nearest_neighbors(points, queries, 2)
    np.testing.assert_array_equal(points, np.arange(6.0).reshape(3, 2))
    np.testing.assert_array_equal(queries, np.ones((1, 2)))


GOOD = np.zeros((3, 2))


@pytest.mark.parametrize(
    ("points", "queries", "k", "error", "message"),
    [
        (np.zeros(3), GOOD, 1, ValueError, "points must have at least 2"),
        (GOOD, np.zeros(2), 1, ValueError, "queries must have at least 2"),
        (np.zeros((3, 2, 1)), GOOD, 1, ValueError, r"points must have shape \(n_p"),
        (GOOD, np.zeros((1, 2, 2)), 1, ValueError, r"queries must have shape \(n_q"),
        (GOOD, np.zeros((1, 3)), 1, ValueError, r"2 feature\(s\) and queries have 3"),
        (np.zeros((0, 2)), GOOD, 1, ValueError, "points is empty"),
        (GOOD, np.zeros((0, 2)), 1, ValueError, "queries is empty"),
        (np.zeros((3, 0)), GOOD, 1, ValueError, "points is empty"),
        (np.full((3, 2), np.nan), GOOD, 1, ValueError, "points holds NaN"),
        (GOOD, np.full((1, 2), np.inf), 1, ValueError, "queries holds NaN or inf"),
        (GOOD * 1j, GOOD, 1, TypeError, "points must hold real numbers"),
        (GOOD, [["a", "b"]], 1, TypeError, "queries must hold real numbers"),
        (GOOD, np.ma.masked_array(GOOD), 1, TypeError, "queries is a masked array"),
        (GOOD, GOOD, 0, ValueError, "n_neighbors must be at least 1, got 0"),
        (GOOD, GOOD, 4, ValueError, "n_neighbors=4 is more than n_points=3"),
        (GOOD, GOOD, 1.0, TypeError, "n_neighbors must be an integer"),
        (GOOD, GOOD, True, TypeError, "n_neighbors must be an integer"),
    ],
)
def test_bad_input(points, queries, k, error, message):
    with pytest.raises(error, match=message):
        nearest_neighbors(points, queries, k)


@pytest.mark.parametrize("size", [1e155, 1e200, 1.7e308])
def test_squares_that_overflow_are_refused(size):
    with pytest.raises(ValueError, match="overflows float64; rescale"):
        nearest_neighbors([[0.0], [size]], [[-size]], 1)
    with pytest.raises(ValueError, match="overflows float64; rescale"):
        nearest_neighbors([[0.0]], [[-size]], 1)


@pytest.mark.parametrize("size", [1e140, 1e154, 1e200, 1.7e308])
def test_large_numbers_whose_squares_do_not_overflow_are_not(size):
    points = np.array([[size], [size * (1 - 2**-50)], [size]])
    if size > 1e155:
        points, wanted = np.full((3, 1), size), [[0, 1, 2]]
    else:
        wanted = [[0, 2, 1]]
    _, indices = nearest_neighbors(points, [[size]], 3)
    assert indices.tolist() == wanted


def test_tiny_differences_underflow_as_documented():
    points = [[3e-170], [0.0], [1e-150]]
    distances, indices = nearest_neighbors(points, [[0.0]], 3)
    assert indices.tolist() == [[0, 1, 2]]
    assert distances.tolist() == [[0.0, 0.0, 1e-150]]
