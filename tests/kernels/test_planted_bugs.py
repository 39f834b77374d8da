"""Bugs planted in the kernels: each is seen by the layer of tests meant for it."""

import numpy as np
import pytest

from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, which the stand-in imitates, is missing")
from support import compilers
from support.kernel_checks import SHAPES, draws, levels, votes
from support.kernel_checks.cases import small_cases
from support.standin.emulate import Emulated, why_not
from support.standin.sanitize import reports_of_asan

needs_gxx = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


def planted(file, old, new):
    """Text of a file with a planted bug, which has to change the text."""
    text = launch.source(file)
    assert old in text
    assert text.replace(old, new) != text
    return text.replace(old, new)


# Each of these functions runs one of the checks that the emulated kernels pass.
def words(kernels):
    draws.check_words(kernels, 2**34 + 3, SHAPES[2])


digest = draws.check_digest


def transformed(kernels):
    draws.check_draws(kernels, 5, SHAPES[1])


def dirichlet(kernels):
    draws.check_dirichlet(kernels, (5, 3), 6, SHAPES[1])


def exact_levels(kernels, order=0):
    levels.check_exact_sums(kernels, 64, (4, 3), order)


def exact_levels_in_other_orders(kernels):
    for order in range(1, 6):
        exact_levels(kernels, order)


def neighbours(kernels):
    levels.check_neighbours(kernels, (3, 2))


def real_levels(kernels):
    levels.check_real_sums(kernels, (1, 3))


def segments(kernels):
    levels.check_segments(kernels)


def counted(kernels):
    for order in range(1, 6):
        votes.check_votes(kernels, (11, 33, 10**12, 20), ((3,), (33,), order))


def counts(kernels):
    # Only this kernel: with wrong counts the next one would write outside its arrays.
    labels, truth = votes.random_labels(0, 5, 70, -3, 4)
    got = votes.run_counts(kernels, labels, -3, 4)
    assert got.tolist() == votes.count_by_hand(labels, truth, -3, 4)[0]


def unseen_truth(kernels):
    labels, truth = np.zeros((2, 3), np.int64), np.ones(3, np.int64)
    occurs = votes.run_votes(kernels, labels, truth, 0, 2)[-1]
    assert occurs.tolist() == [1, 1]


BARRIER = "__syncthreads();"
PREFIX = "cumulative = cumulative + row_parts[k];\n    "
MERGE = "if (threadIdx.x == 0 && c.row < n_rows) {"
ZEROED = "sums[j] = 0;\n  "

WRONG_ANSWERS = {
    "word order": ("random.cu", "draw(words[i])", "draw(words[3 - i])", words),
    "multiplier": ("random.cu", "0xCA5A826395121157", "0xCA5A826395121159", words),
    "key schedule": ("random.cu", "k1 += 0xBB67AE85", "k1 += 0xBB67AE84", words),
    "offset in a block": ("random.cu", "shift = skip,", "shift = 0,", words),
    "counter": ("random.cu", "0, replicate, purpose}", "replicate, 0, purpose}", words),
    "last block": ("random.cu", "(n + shift + 3) / 4", "(n + 3) / 4", words),
    "coefficient": ("random.cu", "1.3731693765509461", "1.3731693765509465", digest),
    "tail's sign": ("random.cu", "? -(n / d) : n / d", "? n / d : n / d", digest),
    "unit": ("random.cu", "(word >> 12) + 0.5", "(word >> 12)", transformed),
    "float for double": ("random.cu", "double f = m", "float f = m", transformed),
    "sign": ("random.cu", "? -1.0 : 1.0", "? 1.0 : -1.0", transformed),
    "integers": ("random.cu", "__umul64hi(word, high)", "(word % high)", transformed),
    "row of draws": ("random.cu", "(u64)row * n_columns", "(u64)row", dirichlet),
    "first column": (
        "random.cu", "k = 0; k < n_columns", "k = 1; k < n_columns", dirichlet,
    ),
    "tie": ("levels.cu", "levels[j] != levels[j - 1]", "true", neighbours),
    "tie by float": (
        "levels.cu", "levels[j] != levels[j - 1]",
        "(float)levels[j] != (float)levels[j - 1]", neighbours,
    ),
    "closed groups": (
        "levels.cu", "fabs(group) + g.closed", "fabs(group)", exact_levels,
    ),
    "head": ("levels.cu", "group = group + g.head;", "", exact_levels),
    "no merge barrier": (
        "levels.cu", BARRIER + "\n    " + MERGE, MERGE, exact_levels_in_other_orders,
    ),
    "no prefix barrier": (
        "levels.cu", PREFIX + BARRIER, PREFIX, exact_levels_in_other_orders,
    ),
    "float for double area": ("levels.cu", "double area", "float area", real_levels),
    "no absolute value": ("levels.cu", "fabs(cumulative)", "cumulative", exact_levels),
    "last level": ("levels.cu", "j > 0 ? j - 1 : 0", "j", exact_levels),
    "lanes": ("levels.cu", "half = 16; half > 0", "half = 8; half > 0", segments),
    "order of lanes": (
        "levels.cu", "half = 16; half > 0; half /= 2", "half = 1; half < 32; half *= 2",
        segments,
    ),
    "row of a segment": ("levels.cu", "t / n_segments * n", "0", segments),
    "first run": ("votes.cu", "run = 0;", "run = 1;", counts),
    "counts not zeroed": ("votes.cu", "level = 0;", "level = 1;", counts),
    "no votes": ("votes.cu", "if (without_votes > 0)", "if (false)", counted),
    "unseen truth": ("votes.cu", "occurs[level] = 1;", "", unseen_truth),
    "not added": (
        "votes.cu", "&masses[j], block_masses", "&masses[j], block_right", counted,
    ),
    "no barrier after zeroing": ("votes.cu", ZEROED + BARRIER, ZEROED, counted),
    "no barrier before adding": (
        "votes.cu", BARRIER + "\n  if (!shared)", "if (!shared)", counted,
    ),
}  # fmt: skip
# These builds are enough for every push; --slow runs them all.
QUICK = {
    "word order", "multiplier", "coefficient", "float for double", "integers",
    "row of draws", "tie", "no merge barrier", "no prefix barrier", "lanes",
    "first run",
    "no barrier after zeroing",
}  # fmt: skip


def cases(table):
    return [
        pytest.param(
            name,
            id=name.replace(" ", "-"),
            marks=() if name in QUICK else (pytest.mark.slow,),
        )
        for name in table
    ]


def test_every_bug_can_be_planted():
    for file, old, new, *_ in (*WRONG_ANSWERS.values(), *OUTSIDE.values()):
        assert new in planted(file, old, new)


@needs_gxx
@pytest.mark.parametrize("name", cases(WRONG_ANSWERS))
def test_a_wrong_answer_is_seen(name):
    file, old, new, check = WRONG_ANSWERS[name]
    # Wrong answers need no optimization, and -O0 builds fastest.
    kernels = Emulated(file, ("-O0",), planted(file, old, new))
    with pytest.raises(AssertionError):
        check(kernels)


@needs_gxx
@pytest.mark.parametrize(
    "new",
    [MERGE + BARRIER, f"if (c.row >= n_rows) return; {BARRIER} {MERGE}"],
    ids=["barrier-of-one-thread", "early-exit"],
)
def test_a_divergent_barrier_is_seen(new):
    kernels = Emulated("levels.cu", ("-O0",), planted("levels.cu", MERGE, new))
    with pytest.raises(RuntimeError, match="divergent barrier"):
        exact_levels(kernels)


OUTSIDE = {
    "no guard": ("random.cu", "if (j >= 0 && j < n)", "if (j >= 0)"),
    "no column guard": ("random.cu", "k >= 0 && k < n_columns", "k >= 0"),
    "no row guard": ("levels.cu", MERGE, "if (threadIdx.x == 0) {"),
    "end of a chunk": ("levels.cu", "from + size < n ? from + size : n", "from + size"),
    "end of a segment": ("levels.cu", "j < bounds[s + 1]", "j <= bounds[s + 1]"),
    "too little shared memory": (
        "levels.cu", "long long has_break;", "long long has_break, more[2];",
    ),
    "one entry more": (
        "votes.cu", "e < n_points * n_levels", "e <= n_points * n_levels",
    ),
    "one level more": ("votes.cu", "level < n_levels;", "level <= n_levels;"),
    "shared memory not asked for": ("votes.cu", "(48 << 10)", "(64 << 10)"),
}  # fmt: skip


@needs_gxx
@pytest.mark.slow
def test_leaving_an_array_is_seen():
    check_asan_sees(OUTSIDE)


@needs_gxx
def test_a_missing_guard_is_seen():
    check_asan_sees({"no guard": OUTSIDE["no guard"]})


def check_asan_sees(bugs):
    jobs = [(file, planted(file, old, new)) for file, old, new in bugs.values()]
    reports = reports_of_asan(small_cases, jobs)
    for name, report in zip(bugs, reports, strict=True):
        assert "ERROR: AddressSanitizer" in report, name


def ptx(file, old="", new="", options=launch.OPTIONS):
    text = planted(file, old, new) if old else launch.source(file)
    return compilers.nvrtc(text, "compute_90", options)


@pytest.mark.parametrize("file", ["random.cu", "levels.cu"])
def test_contraction_is_seen(file):
    options = tuple(o for o in launch.OPTIONS if not o.startswith("--fmad"))
    assert len(options) < len(launch.OPTIONS)
    unfit = compilers.unfit_instructions(ptx(file, options=options))
    assert any(instruction.startswith("fma") for instruction in unfit)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("random.cu", "double f = m", "float f = m"),
        ("random.cu", "sqrt(", "__fsqrt_rn("),
        ("levels.cu", "fabs(cumulative) *", "__expf(cumulative) *"),
    ],
)
def test_single_precision_is_seen(file, old, new):
    assert compilers.unfit_instructions(ptx(file, old, new))


def test_a_missing_atomic_is_seen():
    old = "atomicAdd(&block_masses[counts[e]], (u64)1)"
    changed = ptx("votes.cu", old, "block_masses[counts[e]] += 1")
    intact = ptx("votes.cu")
    assert compilers.atomic_additions(changed) < compilers.atomic_additions(intact)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sum = sum + draws[k];", "sum = total + draws[k];"),
        ("typedef unsigned", "#include <cstdint>\ntypedef unsigned"),
        ("draws[k] / sum;", "draws[k] / sum"),
    ],
    ids=["undeclared-name", "host-header", "syntax"],
)
def test_nvrtc_refuses(old, new):
    with pytest.raises(AssertionError, match="error"):
        ptx("random.cu", old, new)


@compilers.needs_nvcc
def test_local_memory_is_seen(tmp_path):
    changed = planted("random.cu", "words[i]", "words[i ^ (t & 3)]")
    assert "ocal memory" in compilers.nvcc_log(changed, tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("blockIdx.x * (long long)blockDim.x", "blockIdx.x * blockDim.x"),
        ("gridDim.x * (long long)blockDim.x", "(int)(gridDim.x * blockDim.x)"),
    ],
)
def test_a_narrow_index_breaks_the_rules(old, new):
    assert compilers.narrow_indices(planted("random.cu", old, new))


def test_a_host_header_breaks_the_rules():
    text = planted(
        "random.cu", "typedef unsigned", "#include <cstdint>\ntypedef unsigned"
    )
    assert compilers.host_headers(text)


def test_every_kernel_has_a_planted_bug():
    bug_of = {
        "stream_words": "word order",
        "stream_uniform": "unit",
        "stream_normal": "coefficient",
        "stream_exponential": "float for double",
        "stream_signs": "sign",
        "stream_integers": "integers",
        "stream_dirichlet": "row of draws",
        "absolute_level_sums": "tie",
        "cumulative_level_area": "no prefix barrier",
        "segment_sums": "lanes",
        "count_votes": "first run",
        "level_masses": "no barrier after zeroing",
    }
    files = {file for file, *_ in WRONG_ANSWERS.values()}
    assert bug_of.keys() == {
        k for k, (f, _) in launch.signatures().items() if f in files
    }
    assert set(bug_of.values()) <= WRONG_ANSWERS.keys()
