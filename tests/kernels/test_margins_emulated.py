"""Margins of drawn samples on the device: the kernels' bits are those of the CPU."""

import numpy as np
import pytest

from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, which the stand-in imitates, is missing")
from support.standin.emulate import Emulated, why_not
from support.standin.sanitize import assert_clean, reports_of_asan

needs_compiler = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

GUARD = -7.0  # beyond the entries that a kernel may write
ATTEMPTS = 64  # without loading Numba, which takes long under AddressSanitizer
SHAPES = [((1,), (32,), 0), ((3,), (64,), 1), ((2,), (96,), 2)]
PLACE = (3, 5, 7, 11)
DIMENSIONS = np.array([2.0, 3.0, 1e2, 1e5, 1e9])
N_DRAWS = 40


def run_radii(run, shape):
    grid, block, order = shape
    whole = np.full(len(DIMENSIONS) * N_DRAWS + 2, GUARD)
    n = len(whole) - 2
    run(
        "noise_radii", grid, block,
        (DIMENSIONS, n, N_DRAWS, ATTEMPTS, *PLACE, whole[:n]), 0, order,
    )  # fmt: skip
    assert (whole[n:] == GUARD).all()
    return whole[:n].reshape(len(DIMENSIONS), N_DRAWS)


def examples(m):
    """Few and many samples; small and large signals."""
    return np.array([[2.0, 1.0, 0.5], [float(m), 0.5, 2.0 / m], [float(m), 4.0, 0.1]])


def run_summaries(run, m, shape):
    grid, block, order = shape
    radius = np.linspace(0.5, 9, 3 * 5).reshape(3, 5)
    whole = np.full(3 * radius.size + 2, GUARD)
    run(
        "margin_summaries", grid, block,
        (examples(m), radius, radius.size, 5, (m + 3) // 4 * 4, *PLACE, whole[:-2]),
        0, order,
    )  # fmt: skip
    assert (whole[-2:] == GUARD).all()
    return radius, whole[:-2].reshape(3, 5, 3)


def check_radii(run):
    from refgen.kernels.margins import noise_radii

    for shape in SHAPES:
        right = noise_radii(DIMENSIONS, N_DRAWS, PLACE)
        np.testing.assert_array_equal(run_radii(run, shape), right)


def check_summaries(run):
    from refgen.kernels.margins import margin_summaries

    for m in (2, 5, 130, 301):
        for shape in SHAPES:
            radius, found = run_summaries(run, m, shape)
            right = margin_summaries(examples(m), radius, (m + 3) // 4 * 4, PLACE)
            np.testing.assert_array_equal(found, right)


CHECKS = (check_radii, check_summaries)


@needs_compiler
@pytest.mark.parametrize("check", CHECKS)
def test_kernel(check):
    check(Emulated("margins.cu"))


BUGS = [
    ("row < n_rows; row += rg_step()) {", "row < n_rows - 1; row += rg_step()) {", 0),
    ("-0.25 + y", "-25000.0 + y", 0),
    ("1.0 - v + 3.0 * log_root", "1.0 - v + log_root", 0),
    ("/ 2.0 - 1.0 / 3.0", "/ 2.0", 0),
    ("+ (u64)attempt", "", 0),
    ("(m + 3) / 4", "m / 4", 1),
    ("if (4 * t + i < m) sum", "sum", 1),
    ("__shfl_sync(all, sum, 0)", "sum", 1),
    ("/ count;", "/ (count + 1.0);", 1),
    ("variance * (radius[row] * radius[row])", "variance * radius[row]", 1),
    ("2.0 * signal - margin <= 0.0", "signal - margin <= 0.0", 1),
    ("(u64)(length / 4)", "(u64)(n_blocks)", 1),
    ("wrong += __shfl_down_sync(all, wrong, half);", "", 1),
]


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize(("right", "wrong", "number"), BUGS)
def test_planted_bugs_are_caught(right, wrong, number):
    text = launch.source("margins.cu")
    assert right in text
    buggy = Emulated("margins.cu", ("-O0",), text.replace(right, wrong))
    with pytest.raises(AssertionError):
        CHECKS[number](buggy)


def small_cases(file, kernels):
    for shape in SHAPES:
        run_radii(kernels, shape)
        run_summaries(kernels, 130, shape)


@needs_compiler
@pytest.mark.slow
def test_the_kernels_stay_within_their_arrays():
    (report,) = reports_of_asan(small_cases, [("margins.cu", None)])
    assert_clean(report)


def test_as_many_attempts_as_on_the_cpu():
    from refgen.kernels.margins import ATTEMPTS as right

    assert right == ATTEMPTS
