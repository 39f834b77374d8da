"""Every kernel, compiled by g++ and run on the CPU, against plain Python and NumPy.

This says that the sources compute what they should; nothing here is about a GPU.
"""

import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy import special

from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, which the stand-in imitates, is missing")
from standin import use_standin
from standin.emulate import Emulated, build, why_not

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

ASAN = ("-O1", "-g", "-fsanitize=address")
NATIVE = ("-O3", "-march=native")
KEY = (5, 6)
LONG = 300  # elements of a row that is split into chunks
OFFSETS = [0, 1, 2, 3, 5, 4093, 2**32 - 1, 2**34 + 3, 2**63 + 1]
SHAPES = [((1,), (1,), 0), ((3,), (33,), 1), ((9,), (64,), 2)]


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


def philox_words(n, offset, replicate=0, purpose=0, key=KEY):
    first, skip = divmod(offset, 4)
    # NumPy increments the counter before the first block.
    counter = (first | replicate << 128 | purpose << 192) - 1
    philox = np.random.Philox(key=np.array(key, np.uint64), counter=counter % 2**256)
    return philox.random_raw(n + skip)[skip:]


def unit(words):
    return ((words >> np.uint64(12)) + 0.5) * 2.0**-52


def draw(kernels, name, n, offset=0, shape=SHAPES[1], dtype=np.float64, extra=()):
    grid, block, order = shape
    out = np.full(n, 77, dtype)
    args = (out, n, *divmod(offset, 4), 3, 2**64 - 9, *KEY, *extra)
    kernels(name, grid, block, args, order_seed=order)
    return out


def wanted_words(n, offset=0):
    return philox_words(n, offset, 3, 2**64 - 9)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("offset", OFFSETS)
def test_words_are_those_of_numpy(emulated, offset, shape):
    for n in (1, 2, 3, 4, 5, 259):
        got = draw(emulated("random.cu"), "stream_words", n, offset, shape, np.uint64)
        assert (got == wanted_words(n, offset)).all()


def test_no_word_is_written_outside(emulated):
    out = np.zeros(12, np.uint64)
    emulated("random.cu")("stream_words", (2,), (8,), (out, 0, 0, 3, 0, 0, *KEY))
    assert not out.any()
    args = (out[2:9], 7, 0, 3, 0, 0, *KEY)
    emulated("random.cu")("stream_words", (2,), (8,), args)
    assert not out[:2].any()
    assert not out[9:].any()
    assert (out[2:9] == philox_words(7, 3)).all()


def test_normals_have_the_recorded_digest(emulated):
    out = np.empty(4096)
    emulated("random.cu")("stream_normal", (5,), (128,), (out, 4096, 0, 0, 0, 0, *KEY))
    digest = hashlib.sha256(out.tobytes()).hexdigest()
    assert digest.startswith("12d768cb7ae70a7ce2e455bb50ba2523")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("offset", OFFSETS[:6])
def test_draws_are_those_of_their_words(emulated, offset, shape):
    kernels, n = emulated("random.cu"), 131
    words = wanted_words(n, offset)
    u = unit(words)

    def got(name, **kwargs):
        return draw(kernels, name, n, offset, shape, **kwargs)

    assert (got("stream_uniform") == u).all()
    assert (got("stream_signs") == np.where(words >> np.uint64(63), -1, 1)).all()
    normal, exponential = got("stream_normal"), got("stream_exponential")
    np.testing.assert_allclose(normal, special.ndtri(u), rtol=3e-15, atol=1e-16)
    np.testing.assert_allclose(exponential, -np.log(u), rtol=1e-15, atol=0)
    for high in (1, 2, 10, 2**32 + 1, 2**63):
        integers = got("stream_integers", dtype=np.int64, extra=(high,))
        assert integers.tolist() == [int(word) * high >> 64 for word in words]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("offset", [0, 1, 6, 2**34 + 3])
@pytest.mark.parametrize("size", [(1, 1), (5, 3), (70, 2), (3, 41), (4, 8)])
def test_dirichlet_rows_are_exponentials_over_their_sum(emulated, size, offset, shape):
    kernels, (grid, block, order) = emulated("random.cu"), shape
    n_rows, n_columns = size
    draws = draw(kernels, "stream_exponential", n_rows * n_columns, offset)
    out = np.empty(size)
    args = (out, *size, *divmod(offset, 4), 3, 2**64 - 9, *KEY)
    kernels("stream_dirichlet", grid, block, args, order_seed=order)
    for row, e in zip(out, draws.reshape(size), strict=True):
        total = 0.0
        for value in e:
            total += value
        assert (row == e / total).all()


def extreme_words():
    tops = [2**k for k in range(64)] + [2**64 - 2**k for k in range(64)]
    # Both sides of the borders between the branches of AS 241, and of u = 1/2.
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
            # Below 1/2, as 1 - u is exact and the draws are symmetric.
            tail = min(u, 1 - u)
            z_tail = -abs(mpmath.mpf(z))
            # Newton's correction of the result; ncdf is accurate at 50 digits.
            step = (mpmath.ncdf(z_tail) - tail) / mpmath.npdf(z_tail)
            assert (z < 0) == (u < 0.5)
            assert ulps(float(z_tail), z_tail - step) < 5


# Level sums: levels are sorted, as the kernels expect them.


def level_sums(levels, values, tolerance):
    """By groups of neighbours, in exact arithmetic where the inputs are integers."""
    starts = [j for j, (a, b) in enumerate(pairwise(levels), 1) if b - a > tolerance]
    edges = [0, *starts, len(levels)]
    return sum(abs(sum(values[a:b])) for a, b in pairwise(edges))


def level_area(levels, values):
    gaps = [b - a for a, b in pairwise(levels)]
    return sum(abs(sum(values[: j + 1])) * gap for j, gap in enumerate(gaps))


def run_levels(kernels, levels, values, tolerance, block, order=0, n_blocks=2):
    n_rows, n = levels.shape
    sums, area = np.full(n_rows, -7.0), np.full(n_rows, -7.0)
    threads = block[0] * block[1]
    kernels(
        "absolute_level_sums", (n_blocks,), block,
        (levels, values, n_rows, n, tolerance, sums), 32 * threads, order,
    )  # fmt: skip
    kernels(
        "cumulative_level_area", (n_blocks,), block,
        (levels, values, n_rows, n, area), 8 * threads, order,
    )  # fmt: skip
    return sums, area


def sorted_integers(seed, n_rows, n, n_levels):
    rng = np.random.default_rng(seed)
    levels = np.sort(rng.integers(-n_levels, n_levels, (n_rows, n)), axis=1)
    return levels.astype(float), rng.integers(-4, 5, (n_rows, n)).astype(float)


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("block", [(1, 1), (1, 5), (4, 3), (33, 1), (256, 1)])
@pytest.mark.parametrize("n", [1, 2, 7, 64, LONG])
def test_level_sums_are_exact_on_integers(emulated, n, block, order):
    kernels = emulated("levels.cu")
    for n_levels, tolerance in ((1, 0.0), (3, 0.0), (40, 1.0), (400, 0.5)):
        levels, values = sorted_integers(n + n_levels, 7, n, n_levels)
        sums, area = run_levels(kernels, levels, values, tolerance, block, order)
        rows = list(zip(levels.tolist(), values.tolist(), strict=True))
        assert sums.tolist() == [level_sums(*row, tolerance) for row in rows]
        assert area.tolist() == [level_area(*row) for row in rows]


@pytest.mark.parametrize("block", [(1, 1), (2, 1), (3, 2), (8, 1)])
def test_a_chain_within_tolerance_is_one_level(emulated, block):
    # Each neighbour is at the tolerance, the ends are far apart.
    levels = np.array([[0, 1, 2, 3, 4, 5.5, 6.5, 8.0]])
    values = np.array([[1, -1, 2, 4, -8, 16, 32, -64.0]])
    sums, _ = run_levels(emulated("levels.cu"), levels, values, 1.0, block)
    assert sums[0] == abs(1 - 1 + 2 + 4 - 8) + (16 + 32) + 64
    sums, _ = run_levels(
        emulated("levels.cu"), levels, values, np.nextafter(1.0, 0), block
    )
    assert sums[0] == np.abs(values).sum()


def plain_loops(levels, values, tolerance):
    """The loops of refgen, in their order of operations."""
    total = group = area = cumulative = 0.0
    last = levels[0]
    for level, value in zip(levels, values, strict=True):
        if level - last > tolerance:
            total, group = total + abs(group), 0.0
        area += abs(cumulative) * (level - last)
        group, cumulative, last = group + value, cumulative + value, level
    return total + abs(group), area


@pytest.mark.parametrize("block", [(1, 3), (16, 1), (7, 2)])
def test_level_sums_of_real_numbers(emulated, block):
    rng = np.random.default_rng(1)
    levels = np.sort(rng.random((5, LONG)).round(2), axis=1)
    values = rng.standard_normal((5, LONG))
    got = run_levels(emulated("levels.cu"), levels, values, 1e-9, block)
    want = [plain_loops(*row, 1e-9) for row in zip(levels, values, strict=True)]
    if block[0] == 1:
        assert np.array_equal(np.transpose(got), want)
    # 2γₙ Σ|terms|, for any order of summation.
    gamma = 2 * LONG * 2.0**-53
    bounds = gamma * np.abs(values).sum(axis=1)
    assert (np.abs(got[0] - np.transpose(want)[0]) <= bounds).all()
    assert (np.abs(got[1] - np.transpose(want)[1]) <= bounds * LONG).all()


def test_no_rows_and_no_columns(emulated):
    for size in ((0, 4), (3, 0)):
        sums, area = run_levels(
            emulated("levels.cu"), np.zeros(size), np.zeros(size), 0.0, (2, 2)
        )
        assert not sums.any()
        assert not area.any()


# Votes.


def random_labels(seed, n_runs, n_points, low, n_levels):
    rng = np.random.default_rng(seed)
    labels = rng.integers(low, low + n_levels, (n_runs, n_points))
    return labels, rng.integers(low, low + n_levels, n_points)


def run_counts(kernels, labels, low, n_levels, shape=SHAPES[1]):
    grid, block, order = shape
    n_runs, n_points = labels.shape
    counts = np.full((n_points, n_levels), -3, np.int32)
    args = (labels, n_runs, n_points, low, n_levels, counts)
    kernels("count_votes", grid, block, args, order_seed=order)
    return counts


def run_votes(kernels, labels, truth, low, n_levels, shape=SHAPES[1]):
    grid, block, order = shape
    n_runs, n_points = labels.shape
    counts = run_counts(kernels, labels, low, n_levels, shape)
    sums = [np.zeros(n_runs + 1, np.uint64) for _ in range(2)]
    occurs = np.zeros(n_levels, np.int32)
    n_shared = 16 * (n_runs + 1)
    kernels(
        "level_masses", grid, block,
        (counts, truth, n_runs, n_points, n_levels, low, *sums, occurs),
        n_shared if n_shared <= 48 << 10 else 0, order,
    )  # fmt: skip
    return counts, *sums, occurs


def count_by_hand(labels, truth, low, n_levels):
    n_runs, n_points = labels.shape
    counts = [
        [list(labels[:, i]).count(low + k) for k in range(n_levels)]
        for i in range(n_points)
    ]
    every = [c for row in counts for c in row]
    true = [row[t - low] for row, t in zip(counts, truth, strict=True)]
    seen = {*labels.ravel().tolist(), *truth.tolist()}
    return (
        counts,
        [every.count(j) for j in range(n_runs + 1)],
        [true.count(j) for j in range(n_runs + 1)],
        [int(low + k in seen) for k in range(n_levels)],
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "size", [(1, 1, 0, 1), (2, 9, -1, 2), (5, 70, -3, 4), (11, 33, 10**12, 20)]
)
def test_votes_are_counted_exactly(emulated, size, shape):
    n_runs, n_points, low, n_levels = size
    labels, truth = random_labels(0, n_runs, n_points, low, n_levels)
    got = run_votes(emulated("votes.cu"), labels, truth, low, n_levels, shape)
    wanted = count_by_hand(labels, truth, low, n_levels)
    for mine, right in zip(got, wanted, strict=True):
        assert mine.tolist() == list(right)


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
        sums = be.to_host(device.absolute_level_sums(*given, 0.5))
        area = be.to_host(device.cumulative_level_area(*given))
    order_of = np.argsort(rows, axis=1, kind="stable")
    rows, values = (np.take_along_axis(a, order_of, 1) for a in (rows, values))
    pairs = list(zip(rows.tolist(), values.tolist(), strict=True))
    assert sums.tolist() == [level_sums(*pair, 0.5) for pair in pairs]
    assert area.tolist() == [plain_loops(*pair, 0.5)[1] for pair in pairs]


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.uint16])
@pytest.mark.parametrize("memory", [1 << 28, 4000])
def test_vote_functions_count_in_chunks(dtype, memory):
    from refgen_gpu.kernels import votes as device

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


def small_cases(file, kernels):
    """Run the kernels of a file over odd sizes, each array an allocation of its own."""
    if file == "random.cu":
        for n in (1, 2, 5, 67):
            for offset in (0, 3):
                draw(kernels, "stream_words", n, offset, dtype=np.uint64)
                for law in ("uniform", "normal", "exponential", "signs"):
                    draw(kernels, f"stream_{law}", n, offset)
                draw(kernels, "stream_integers", n, offset, dtype=np.int64, extra=(9,))
                args = (np.empty((n, 3)), n, 3, *divmod(offset, 4), 0, 0, *KEY)
                kernels("stream_dirichlet", (2,), (32,), args)
    if file == "levels.cu":
        for block in ((1, 4), (5, 2), (64, 1)):
            for n in (1, 6, 33):
                rows = sorted_integers(n, 3, n, 4)
                run_levels(kernels, *rows, 0.5, block, 1)
    if file == "votes.cu":
        for n_runs, n_points, n_levels in ((1, 1, 1), (5, 67, 3), (3072, 3, 2)):
            labels, truth = random_labels(0, n_runs, n_points, -1, n_levels)
            run_votes(kernels, labels, truth, -1, n_levels)


def in_sanitized_process(folder, jobs):
    """Each job in a fork, so that one that is stopped leaves the others alone."""
    for k, (file, source) in enumerate(jobs):
        child = os.fork()
        if child == 0:
            try:
                os.dup2(os.open(f"{folder}/{k}", os.O_CREAT | os.O_WRONLY, 0o600), 2)
                small_cases(file, Emulated(file, ASAN, source))
                os.write(2, b"completed")
            finally:
                os._exit(0)
        os.waitpid(child, 0)


def reports_of_asan(folder, jobs):
    """What AddressSanitizer wrote on the `small_cases` of each (file, changed text)."""
    where = ["g++", "-print-file-name=libasan.so"]
    library = subprocess.run(where, capture_output=True, text=True, check=True).stdout
    if not os.path.isabs(library):
        pytest.skip("g++ has no AddressSanitizer")
    for file, source in jobs:
        build(file, ASAN, source)
    here = Path(__file__).parent
    code = (
        "import json, sys; from test_kernels_emulated import in_sanitized_process; "
        f"in_sanitized_process({str(folder)!r}, json.load(sys.stdin))"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(jobs),
        text=True,
        check=True,
        cwd=here,
        env={
            **os.environ,
            "LD_PRELOAD": library.strip(),
            # Python's own allocator hides the ends of arrays.
            "PYTHONMALLOC": "malloc",
            "ASAN_OPTIONS": "detect_leaks=0",
            "PYTHONPATH": os.pathsep.join([str(here.parent), str(here)]),
        },
    )
    return [(folder / str(k)).read_text() for k in range(len(jobs))]


def test_no_kernel_leaves_its_arrays(tmp_path):
    files = ["random.cu", "levels.cu", "votes.cu"]
    for report in reports_of_asan(tmp_path, [(file, None) for file in files]):
        assert "ERROR: AddressSanitizer" not in report
        assert "completed" in report


def test_the_stand_in_launches_no_kernel_on_host_arrays():
    rows, out = np.ones((2, 2)), np.zeros(2)
    with use_standin() as be, pytest.raises(TypeError, match="Unsupported type"):
        be.launch("row_norms", (1,), (64,), (rows, 2, 2, out), shared_mem=512)
