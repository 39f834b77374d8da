"""Logistic gradient flows on the device: the kernel's bits are those of the CPU."""

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
STEPS = 16, 1 << 20  # without loading Numba, which takes long under AddressSanitizer
SHAPES = [((1,), (1,), 0), ((3,), (33,), 1), ((2,), (64,), 2)]


def problems(n):
    """Training that is short and long, for hard labels, soft ones, and no time."""
    stream = Stream(n, "flows")
    model = 0.05 + stream.exponential((n, 4))
    model[:, :2] = 1 + stream.child("n").integers(20, (n, 2))
    time = stream.child("time").exponential(n)
    time[::3] = [0.0, 25.0, 100.0][n % 3]
    rest = stream.child("rest").uniform((n, 2))
    rest[::2] = 0.0
    return time, model, rest


def run_duals(run, given, shape, tolerance=1e-9, steps=STEPS):
    grid, block, order = shape
    time, model, rest = given
    n = len(time)
    columns = np.ascontiguousarray(np.column_stack([time, model, rest]).T)
    whole = np.full(3 * n + 2, GUARD)
    run(
        "logistic_duals", grid, block,
        (columns, n, tolerance, *steps, whole[: 3 * n]), 0, order,
    )  # fmt: skip
    assert (whole[3 * n :] == GUARD).all()
    found = whole[: 3 * n].reshape(3, n)
    return found[:2].T, found[2]


def check_duals(run):
    from refgen.kernels.flows import logistic_duals

    for n in (1, 5, 40):
        given = problems(n)
        for shape in SHAPES:
            duals, error = run_duals(run, given, shape)
            right, moved = logistic_duals(*given, 1e-9)
            np.testing.assert_array_equal(duals, right)
            np.testing.assert_array_equal(error, moved)


def check_most_steps(run):
    """Where steps are used up, the last move says that it was too large."""
    one = np.array([25.0]), np.array([[9.0, 2.0, 0.1, 1.0]]), np.zeros((1, 2))
    _, error = run_duals(run, one, SHAPES[0], 1e-12, (16, 64))
    assert error > 1e-9


CHECKS = (check_duals, check_most_steps)


@needs_compiler
@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    "flags", [("-O2",), ("-O3", "-march=native")], ids=["O2", "native"]
)
def test_kernel(check, flags):
    check(Emulated("flows.cu", flags))


BUGS = [
    ("i < n_problems", "i < n_problems - 1", check_duals),
    ("i < n_problems", "i <= n_problems", check_duals),
    ("1.4426950408889634 + 0.5", "1.4426950408889634", check_duals),
    ("* 1.90821492927058770002e-10", "* 1.9e-10", check_duals),
    ("fabs(margin) < 700.0 ?", "false ?", check_duals),
    ("margin >= 0.0", "margin >= 1.0", check_duals),
    ("840.0 + t", "840.0", check_duals),
    ("x.a + h / 6.0", "x.a + h / 3.0", check_duals),
    ("2.0 * (v2.b + v3.b)", "2.0 * v2.b + 2.0 * v3.b", check_duals),
    ("speeds(p, ahead(x, h, v3))", "speeds(p, ahead(x, h, v2))", check_duals),
    ("p.own * x.b - shared", "p.own * x.b + shared", check_duals),
    ("at[4 * n_problems]", "at[3 * n_problems]", check_duals),
    ("first > second ? first : second", "first", check_duals),
    ("moved(p, last, x)", "moved(p, x, x)", check_duals),
    ("(x.b - last.b) / 15.0", "0.0", check_duals),
    ("n_steps < rate * time", "n_steps < time", check_duals),
    (
        "error > tolerance && n_steps < most_steps",
        "error > tolerance && n_steps < (1 << 20)",
        check_most_steps,
    ),
]


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize(("right", "wrong", "check"), BUGS)
def test_planted_bugs_are_caught(right, wrong, check):
    text = launch.source("flows.cu")
    assert right in text
    buggy = Emulated("flows.cu", ("-O0",), text.replace(right, wrong))
    with pytest.raises(AssertionError):
        check(buggy)


def small_cases(file, kernels):
    for shape in SHAPES:
        run_duals(kernels, problems(40), shape)


@needs_compiler
def test_the_kernel_stays_within_its_arrays():
    (report,) = reports_of_asan(small_cases, [("flows.cu", None)])
    assert_clean(report)


@needs_compiler
def test_the_sanitizer_sees_a_read_behind_an_array():
    text = launch.source("flows.cu")
    bug = text.replace("at[6 * n_problems]", "at[7 * n_problems]")
    (report,) = reports_of_asan(small_cases, [("flows.cu", bug)])
    assert "ERROR: AddressSanitizer" in report


# The kernel of the CPU, and both of them by the functions that users call.


def test_as_many_steps_as_on_the_cpu():
    from refgen.kernels.flows import FIRST_STEPS, MOST_STEPS

    assert (FIRST_STEPS, MOST_STEPS) == STEPS


def test_the_logistic_function_is_accurate():
    """Within 4 roundings of 1/(1 + eᵐ) for margins of both signs and up to 700."""
    from refgen.kernels.flows import _short_of_one

    margins = [*np.linspace(-700, 700, 281), *np.linspace(-2, 2, 161), 1e-300, -0.0]
    with mpmath.workprec(120):
        for m in map(float, margins):
            right = 1 / (1 + mpmath.exp(m))
            assert abs(mpmath.mpf(_short_of_one(m)) - right) <= 4 * 2**-53 * right
    assert _short_of_one(-1e300) == 1.0
    assert _short_of_one(1e300) == _short_of_one(700.0) < 1e-300


def test_the_stand_in_runs_the_device_side():
    from refgen.kernels.flows import logistic_duals
    from refgen_gpu.kernels.flows import logistic_duals as on_device

    given = problems(9)
    with use_standin() as be:
        found = on_device(*map(be.xp.asarray, given), 1e-9)
        duals, error = map(be.to_host, found)
    right, moved = logistic_duals(*given, 1e-9)
    np.testing.assert_array_equal(duals, right)
    np.testing.assert_array_equal(error, moved)
