"""Sums over a mixture on the device: the kernel's bits are those of the CPU."""

import mpmath
import numpy as np
import pytest

from refgen.random import Stream
from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, which the stand-in imitates, is missing")
from support.standin import use_standin
from support.standin.emulate import Emulated, why_not
from support.standin.sanitize import assert_clean, reports_of_asan

needs_compiler = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

GUARD = -7.0  # beyond the entries that the kernel may write
SHAPES = [((1,), (1,), 0), ((3,), (33,), 1), ((2,), (64,), 2)]


def problem(m, n=5, d=3, k=2):
    """Two samples; queries amid them, and the last one so far that terms vanish."""
    stream = Stream(m, "mixtures")
    points, queries = stream.normal((2, m, d)), stream.child("q").normal((2, n, d))
    queries[:, -1] *= 60.0
    amounts = stream.child("a").uniform((2, k, m))
    return points, queries, np.array([0.5, 20.0]), amounts


def run_sums(run, given, shape):
    grid, block, order = shape
    points, queries, factor, amounts = given
    (b, n, d), m, k = queries.shape, points.shape[1], amounts.shape[1]
    whole = np.full(b * n * (3 + k) + 8, GUARD)
    run(
        "mixture_sums", grid, block,
        (np.ascontiguousarray(points.swapaxes(1, 2)), queries, factor, amounts,
         b * n, n, m, d, k, whole[:-8]), 0, order,
    )  # fmt: skip
    assert (whole[-8:] == GUARD).all()
    return whole[:-8].reshape(b, n, 3 + k)


def check_sums(run):
    from refgen.kernels.mixtures import mixture_sums

    for m in (1, 5, 32, 77):
        given = problem(m)
        for shape in SHAPES:
            found = run_sums(run, given, shape)
            np.testing.assert_array_equal(found, mixture_sums(*given))


@needs_compiler
@pytest.mark.parametrize(
    "flags", [("-O2",), ("-O3", "-march=native")], ids=["O2", "O3"]
)
def test_kernel(flags):
    check_sums(Emulated("mixtures.cu", flags))


BUGS = [
    ("row < n_rows", "row < n_rows - 1"),
    ("row < n_rows", "row <= n_rows"),
    ("row / n_queries", "0"),
    ("query[k]", "query[0]"),
    ("size < 700.0 ?", "true ?"),
    ("* 1.90821492927058770002e-10", "* 1.9e-10"),
    ("p * r + 1.0 / 479001600.0", "p * r"),
    ("p * r + 0.5", "p * r + 0.25"),
    ("(long long)n + 1023", "(long long)n + 1022"),
    ("step * step", "step"),
    ("sum * factor", "sum"),
    ("least = y < least ? y : least", "least = y"),
    ("half = RG_LANES / 2", "half = RG_LANES / 4"),
    ("if (j >= n_points) continue;", ""),
    ("#define RG_LANES 8", "#define RG_LANES 4"),
    ("lanes[lane] + lanes[lane + half]", "lanes[lane]"),
    ("second[lane] + term * term", "second[lane] + term"),
    ("b * n_amounts + k", "k"),
    ("(term * term) * amount[j]", "term * (term * amount[j])"),
    ("found[3 + k]", "found[2 + k]"),
]


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize(("right", "wrong"), BUGS)
def test_planted_bugs_are_caught(right, wrong):
    text = launch.source("mixtures.cu")
    assert right in text
    buggy = Emulated("mixtures.cu", ("-O0",), text.replace(right, wrong))
    with pytest.raises(AssertionError):
        check_sums(buggy)


def small_cases(file, kernels):
    for shape in SHAPES:
        run_sums(kernels, problem(40), shape)


@needs_compiler
@pytest.mark.slow
def test_the_kernel_stays_within_its_arrays():
    (report,) = reports_of_asan(small_cases, [("mixtures.cu", None)])
    assert_clean(report)


@needs_compiler
@pytest.mark.slow
def test_the_sanitizer_sees_a_read_behind_an_array():
    text = launch.source("mixtures.cu")
    bug = text.replace("k < n_features", "k <= n_features")
    (report,) = reports_of_asan(small_cases, [("mixtures.cu", bug)])
    assert "ERROR: AddressSanitizer" in report


def test_the_exponential_is_accurate():
    """Within 1.5 roundings of e^(−x), and never below e⁻⁷⁰⁰."""
    from refgen.kernels.mixtures import _decay

    numbers = [*np.linspace(0, 2, 161), *np.linspace(0, 700, 281), 0.0, 5e-324]
    with mpmath.workprec(120):
        for x in map(float, numbers):
            right = mpmath.exp(-mpmath.mpf(x))
            assert abs(mpmath.mpf(_decay(x)) - right) <= 1.5 * 2**-53 * right
    assert _decay(np.inf) == _decay(700.0)


def test_the_stand_in_runs_the_device_side():
    from refgen.kernels.mixtures import mixture_sums
    from refgen_gpu.kernels.mixtures import mixture_sums as on_device

    given = problem(9)
    with use_standin() as be:
        found = be.to_host(on_device(*map(be.xp.asarray, given)))
    np.testing.assert_array_equal(found, mixture_sums(*given))
