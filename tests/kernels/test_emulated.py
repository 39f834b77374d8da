"""Every kernel, compiled by g++ and run on the CPU, against plain Python and NumPy.

This says that the sources compute what they should; nothing here is about a GPU.
"""

import math

import mpmath
import numpy as np
import pytest

from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, which the stand-in imitates, is missing")
from support.kernel_checks import SHAPES
from support.kernel_checks.cases import small_cases
from support.kernel_checks.draws import (
    KEY,
    check_digest,
    check_dirichlet,
    check_draws,
    check_words,
    philox_words,
)
from support.kernel_checks.levels import (
    LONG,
    check_exact_sums,
    check_neighbours,
    check_real_sums,
    check_segments,
    level_sums,
    paired_sum,
    plain_loops,
    run_levels,
)
from support.kernel_checks.votes import (
    check_votes,
    count_by_hand,
    random_labels,
    run_votes,
)
from support.standin import use_standin
from support.standin.emulate import Emulated, why_not
from support.standin.sanitize import assert_clean, reports_of_asan

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

NATIVE = ("-O3", "-march=native")
OFFSETS = [0, 1, 2, 3, 5, 4093, 2**32 - 1, 2**34 + 3, 2**63 + 1]


@pytest.fixture(scope="module", params=[("-O2",), NATIVE], ids=["O2", "native"])
def emulated(request):
    """Kernels by file, built once for each set of options."""
    built = {}

    def get(file):
        if file not in built:
            built[file] = Emulated(file, request.param)
        return built[file]

    return get


# Random streams.


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("offset", OFFSETS)
def test_words_are_those_of_numpy(emulated, offset, shape):
    check_words(emulated("random.cu"), offset, shape)


def test_normals_have_the_recorded_digest(emulated):
    check_digest(emulated("random.cu"))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("offset", OFFSETS[:6])
def test_draws_are_those_of_their_words(emulated, offset, shape):
    check_draws(emulated("random.cu"), offset, shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("offset", [0, 1, 6, 2**34 + 3])
@pytest.mark.parametrize("size", [(1, 1), (5, 3), (70, 2), (3, 41), (4, 8)])
def test_dirichlet_rows_are_exponentials_over_their_sum(emulated, size, offset, shape):
    check_dirichlet(emulated("random.cu"), size, offset, shape)


def test_no_word_is_written_outside(emulated):
    out = np.zeros(12, np.uint64)
    emulated("random.cu")("stream_words", (2,), (8,), (out, 0, 0, 3, 0, 0, *KEY))
    assert not out.any()
    args = (out[2:9], 7, 0, 3, 0, 0, *KEY)
    emulated("random.cu")("stream_words", (2,), (8,), args)
    assert not out[:2].any()
    assert not out[9:].any()
    assert (out[2:9] == philox_words(7, 3)).all()


def extreme_words():
    tops = [2**k for k in range(64)] + [2**64 - 2**k for k in range(64)]
    # Both sides of u = 1/2 and of the borders between the branches of AS 241.
    borders = [0.075, 0.925, 0.5, float(np.exp(-25.0)), 2.0**-0.5]
    near = [int(b * 2**64) + d for b in borders for d in (-4096, 0, 4096)]
    return np.array([0, 2**64 - 1, *tops, *near], np.uint64)


@pytest.fixture(scope="module")
def transforms():
    """The random kernels with words read from their output array."""
    text = launch.source("random.cu")
    read = "(u64)__double_as_longlong((double)out[j])"
    changed = text.replace("out[j] = draw(words[i])", f"out[j] = draw({read})")
    assert changed != text
    return Emulated("random.cu", source=changed)


def ulps(got, wanted):
    return abs(float((mpmath.mpf(got) - wanted) / np.spacing(abs(float(wanted)))))


def test_transforms_are_accurate_to_the_ends(transforms):
    words = np.concatenate([extreme_words(), philox_words(300, 0)])
    normal, exponential = (words.view(np.float64).copy() for _ in range(2))
    n = len(words)
    transforms("stream_normal", (1,), (256,), (normal, n, 0, 0, 0, 0, *KEY))
    transforms("stream_exponential", (1,), (256,), (exponential, n, 0, 0, 0, 0, *KEY))
    with mpmath.workdps(50):
        for word, z, e in zip(words, normal, exponential, strict=True):
            u = (mpmath.mpf(int(word) >> 12) + 0.5) / 2**52
            assert ulps(e, -mpmath.log(u)) < 1.5
            # The tail below 1/2 is enough: 1 - u is exact and the draws are symmetric.
            tail = min(u, 1 - u)
            z_tail = -abs(mpmath.mpf(z))
            # Newton's correction of the result; ncdf is accurate at 50 digits.
            step = (mpmath.ncdf(z_tail) - tail) / mpmath.npdf(z_tail)
            assert (z < 0) == (u < 0.5)
            assert ulps(float(z_tail), z_tail - step) < 5


# Level sums: levels are sorted, as the kernels expect them.


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("block", [(1, 1), (1, 5), (4, 3), (33, 1), (256, 1)])
@pytest.mark.parametrize("n", [1, 2, 7, 64, LONG])
def test_level_sums_are_exact_on_integers(emulated, n, block, order):
    check_exact_sums(emulated("levels.cu"), n, block, order)


@pytest.mark.parametrize("block", [(1, 1), (2, 1), (3, 2), (8, 1)])
def test_neighbouring_floats_are_two_levels(emulated, block):
    check_neighbours(emulated("levels.cu"), block)


@pytest.mark.parametrize("block", [(1, 3), (16, 1), (7, 2)])
def test_level_sums_of_real_numbers(emulated, block):
    check_real_sums(emulated("levels.cu"), block)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_segments_are_summed_in_the_order_of_a_warp(emulated, order):
    check_segments(emulated("levels.cu"), order)


def test_no_rows_and_no_columns(emulated):
    for size in ((0, 4), (3, 0)):
        sums, area = run_levels(
            emulated("levels.cu"), np.zeros(size), np.zeros(size), (2, 2)
        )
        assert not sums.any()
        assert not area.any()


# Votes.


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "size", [(1, 1, 0, 1), (2, 9, -1, 2), (5, 70, -3, 4), (11, 33, 10**12, 20)]
)
def test_votes_are_counted_exactly(emulated, size, shape):
    check_votes(emulated("votes.cu"), size, shape)


@pytest.mark.parametrize("n_runs", [3071, 3072])
def test_votes_of_many_runs_leave_shared_memory(emulated, n_runs):
    labels, truth = random_labels(1, n_runs, 5, 0, 2)
    got = run_votes(emulated("votes.cu"), labels, truth, 0, 2)
    wanted = count_by_hand(labels, truth, 0, 2)
    assert all(a.tolist() == list(b) for a, b in zip(got, wanted, strict=True))


def test_sums_are_added_to_what_is_there(emulated):
    labels, truth = random_labels(2, 4, 20, 0, 3)
    counts, masses, right, occurs = run_votes(emulated("votes.cu"), labels, truth, 0, 3)
    before = masses.copy(), right.copy()
    args = (counts, truth, 4, 20, 3, 0, masses, right, occurs)
    emulated("votes.cu")("level_masses", (2,), (32,), args, 16 * 5)
    assert (masses == 2 * before[0]).all()
    assert (right == 2 * before[1]).all()


# The Python side, on the stand-in.


@pytest.mark.parametrize("order", [0, 3])
@pytest.mark.parametrize("size", [(1, 1), (6, 40), (200, 3), (2, 5000), (0, 3)])
def test_level_functions_sort_and_sum(size, order):
    from refgen_gpu.kernels import levels as device

    rng = np.random.default_rng(size[1])
    rows = rng.integers(-9, 9, size).astype(float)
    values = rng.integers(-4, 5, size).astype(float)
    with use_standin(order_seed=order) as be:
        given = be.xp.asarray(rows), be.xp.asarray(values)
        sums = be.to_host(device.absolute_level_sums(*given))
        area = be.to_host(device.cumulative_level_area(*given))
    order_of = np.argsort(rows, axis=1, kind="stable")
    rows, values = (np.take_along_axis(a, order_of, 1) for a in (rows, values))
    pairs = list(zip(rows.tolist(), values.tolist(), strict=True))
    assert sums.tolist() == [level_sums(*pair) for pair in pairs]
    assert area.tolist() == [plain_loops(*pair)[1] for pair in pairs]


@pytest.mark.parametrize(
    ("n", "starts"),
    [
        (0, []),
        (0, [0, 0]),
        (70, [0, 0, 1, 3, 35, 35]),
        (5000, [0, 1, 1025, 1026, 3074, 3074, 5000]),
        (2**20 + 3, [0, 2]),  # pieces of pieces of pieces
    ],
)
def test_segment_sums_have_the_same_bits_and_the_accuracy_they_claim(n, starts):
    from refgen.kernels import levels as host
    from refgen_gpu.kernels import levels as device

    rng = np.random.default_rng(n)
    values = np.exp(9 * rng.standard_normal((2, n))) * rng.choice([-1.0, 1.0], (2, n))
    starts = np.array(starts, np.int64)
    sums = host.segment_sums(values, starts)
    with use_standin(order_seed=1) as be:
        given = be.xp.asarray(values), be.xp.asarray(starts)
        assert be.to_host(device.segment_sums(*given)).tobytes() == sums.tobytes()
    for row, found in zip(values, sums, strict=True):
        for terms, total in zip(np.split(row, starts)[1:], found, strict=True):
            n_pieces = np.ceil(np.log(max(len(terms), 2)) / np.log(1024))
            error = 36 * n_pieces * 2.0**-53 * np.abs(terms).sum()
            assert abs(total - math.fsum(terms)) <= error
            if n == 5000:
                pieces = np.split(terms, range(1024, len(terms), 1024))
                assert total == paired_sum([paired_sum(p.tolist()) for p in pieces])


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.uint16])
@pytest.mark.parametrize("memory", [1 << 28, 4000])
def test_vote_functions_count_in_chunks(monkeypatch, dtype, memory):
    from refgen_gpu import chunks
    from refgen_gpu.kernels import votes as device

    monkeypatch.setattr(chunks, "_SMALL", 0)
    labels, truth = random_labels(3, 6, 300, 2, 5)
    counts, *masses = count_by_hand(labels, truth, 2, 5)
    with use_standin(memory=memory) as be:
        given = be.xp.asarray(labels.astype(dtype))
        true = be.xp.asarray(truth.astype(dtype))
        got_counts = be.to_host(device.count_votes(given, 2, 5))
        squares = be.to_host(device.sum_squared_votes(given, 2, 5))
        got = [be.to_host(a) for a in device.count_level_masses(given, 2, 5, true)]
    assert got_counts.tolist() == counts
    assert squares.tolist() == np.square(counts).sum(axis=1).tolist()
    assert [a.tolist() for a in got] == masses
    assert [a.dtype for a in (got_counts, squares)] == [np.int64] * 2
    assert [a.dtype for a in got] == [np.int64, np.int64, np.bool_]


def test_vote_functions_accept_no_points():
    from refgen_gpu.kernels import votes as device

    with use_standin() as be:
        labels = be.xp.zeros((3, 0), dtype=np.int64)
        truth = be.xp.zeros(0, dtype=np.int64)
        assert device.count_votes(labels, 0, 2).shape == (0, 2)
        assert device.sum_squared_votes(labels, 0, 2).shape == (0,)
        masses, right, occurs = device.count_level_masses(labels, 0, 2, truth)
        assert be.to_host(masses).tolist() == be.to_host(right).tolist() == [0] * 4
        assert be.to_host(occurs).tolist() == [False, False]


# AddressSanitizer, which has to be loaded before Python.


def test_no_kernel_leaves_its_arrays():
    files = ["random.cu", "levels.cu", "votes.cu"]
    for report in reports_of_asan(small_cases, [(file, None) for file in files]):
        assert_clean(report)


def test_the_stand_in_launches_no_kernel_on_host_arrays():
    rows, out = np.ones((2, 2)), np.zeros(2)
    with use_standin() as be, pytest.raises(TypeError, match="Unsupported type"):
        be.launch("row_norms", (1,), (64,), (rows, 2, 2, out), shared_mem=512)
