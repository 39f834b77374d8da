"""Secular equations on the device: the kernel's bits are those of the CPU."""

import numpy as np
import pytest

from refgen.linalg import ball_constrained_least_squares, secular_multiplier
from refgen.random import Stream
from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, which the stand-in imitates, is missing")
from support.standin import use_standin
from support.standin.emulate import Emulated, why_not
from support.standin.sanitize import assert_clean, reports_of_asan

needs_compiler = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

GUARD = -7.0  # beyond the entries that the kernel may write
N_STEPS = 60  # without loading Numba, which takes long under AddressSanitizer
SHAPES = [((1,), (1,), 0), ((3,), (33,), 1), ((2,), (64,), 2)]


def problems(n_problems, n, kind):
    """Eigenvalues and m/L: ordinary ones, tied ones, zeros, and 300 decades."""
    stream = Stream(n, "secular", kind)
    u = stream.uniform((2, n_problems, n))
    scaled = stream.child("m").normal((n_problems, n))
    if kind == "tied":
        return np.ones_like(scaled), scaled
    if kind == "zeros":
        spectrum, scaled = u[0] * (u[0] < 0.5), scaled * (u[1] < 0.5)
        scaled[::2] *= spectrum[::2]  # m in the range of G; often inactive
        return spectrum, scaled
    if kind == "decades":
        spectrum = 10 ** (300 * u[0] - 150)
        return spectrum, spectrum * 10 ** (6 * u[1] - 3)
    return u[0], scaled


KINDS = ("ordinary", "tied", "zeros", "decades")


def run_roots(run, spectrum, scaled, shape, n_steps=N_STEPS):
    grid, block, order = shape
    n_problems, n = spectrum.shape
    whole = np.full(n_problems + 2, GUARD)
    columns = [np.ascontiguousarray(a.T) for a in (spectrum, scaled)]
    args = (*columns, n_problems, n, n_steps, whole[:n_problems])
    run("secular_roots", grid, block, args, 0, order)
    assert (whole[n_problems:] == GUARD).all()
    return whole[:n_problems]


def check_roots(run):
    from refgen.kernels.secular import secular_roots

    for kind in KINDS:
        for n_problems, n in ((1, 1), (5, 3), (70, 8), (9, 33)):
            given = problems(n_problems, n, kind)
            for shape in SHAPES:
                roots = run_roots(run, *given, shape)
                np.testing.assert_array_equal(roots, secular_roots(*given))


def check_steps(run):
    """The kernel stops after the given number of steps."""
    spectrum, scaled = problems(20, 8, "decades")
    first = run_roots(run, spectrum, scaled, SHAPES[0], 0)
    start = np.maximum((abs(scaled) - spectrum).max(axis=1), 0)
    np.testing.assert_array_equal(first, start)
    assert (run_roots(run, spectrum, scaled, SHAPES[0], 1) > start).any()


CHECKS = (check_roots, check_steps)


@needs_compiler
@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    "flags", [("-O2",), ("-O3", "-march=native")], ids=["O2", "native"]
)
def test_kernel(check, flags):
    check(Emulated("secular.cu", flags))


BUGS = [
    ("i < n_problems", "i < n_problems - 1", check_roots),
    ("i < n_problems", "i <= n_problems", check_roots),
    ("fabs(scaled[k * n_problems + i])", "scaled[k * n_problems + i]", check_roots),
    ("least > root ? least : root", "root", check_roots),
    ("if (value == 0.0) continue;", "", check_roots),
    ("k = 0; k < n; ++k", "k = 1; k < n; ++k", check_roots),
    ("spectrum[k * n_problems + i] + root", "spectrum[i * n + k] + root", check_roots),
    ("total + ratio * ratio;", "fma(ratio, ratio, total);", check_roots),
    ("ratio * ratio / shifted", "ratio / shifted", check_roots),
    ("total <= 1.0 && root == 0.0", "total <= 1.0", check_roots),
    ("(sqrt(total) - 1.0)", "0.5 * (total - 1.0)", check_roots),
    ("moved > 0.0 ? moved : 0.0", "moved > 0.0 ? root : 0.0", check_roots),
    ("double total = 0.0", "float total = 0.0", check_roots),
    ("step < n_steps", "step < 60", check_steps),
]


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize(("right", "wrong", "check"), BUGS)
def test_planted_bugs_are_caught(right, wrong, check):
    text = launch.source("secular.cu")
    assert right in text
    buggy = Emulated("secular.cu", ("-O0",), text.replace(right, wrong))
    with pytest.raises(AssertionError):
        check(buggy)


def small_cases(file, kernels):
    given = problems(67, 3, "ordinary")
    for shape in SHAPES:
        run_roots(kernels, *given, shape)


@needs_compiler
def test_the_kernel_stays_within_its_arrays():
    (report,) = reports_of_asan(small_cases, [("secular.cu", None)])
    assert_clean(report)


@needs_compiler
def test_the_sanitizer_sees_a_read_behind_an_array():
    text = launch.source("secular.cu")
    bug = text.replace("k = 0; k < n; ++k", "k = 0; k <= n; ++k")
    (report,) = reports_of_asan(small_cases, [("secular.cu", bug)])
    assert "ERROR: AddressSanitizer" in report


def test_as_many_steps_as_on_the_cpu():
    from refgen.kernels.secular import STEPS

    assert N_STEPS == STEPS


# The functions, on the stand-in or a GPU.


@pytest.mark.parametrize("order", [0, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_multipliers_have_the_bits_of_the_cpu(kind, order):
    from refgen_gpu import linalg as on_device

    spectrum, rotated = problems(300, 7, kind)
    with use_standin(order_seed=order) as be:
        given = be.xp.asarray(spectrum), be.xp.asarray(rotated)
        found = be.to_host(on_device.secular_multiplier(*given, be.xp.asarray(1.5)))
    np.testing.assert_array_equal(found, secular_multiplier(spectrum, rotated, 1.5))


@pytest.mark.parametrize("n", [3, 9])
def test_solutions_are_those_of_the_cpu(device, n):
    """A device uses eigenvalues, the CPU Cholesky: they agree up to rounding."""
    from refgen_gpu import linalg as on_device

    points = Stream(0, "points").normal((2, 40, n, 5))
    gram = points.swapaxes(-1, -2) @ points
    moment = gram @ Stream(0, "m").normal((2, 40, 5, 1))
    radius = 0.1 + Stream(0, "L").exponential((2, 40))
    given = gram, moment[..., 0], radius
    host = ball_constrained_least_squares(*given)
    on = on_device.ball_constrained_least_squares(*map(device.xp.asarray, given))
    theta, mu = map(device.to_host, on)
    spectrum = np.linalg.eigvalsh(gram)
    kept = np.where(spectrum > 1e-12 * spectrum[..., -1:], spectrum, np.inf)
    condition = (spectrum[..., -1] + mu) / (kept.min(axis=-1) + mu)
    # Backward errors of eigh and of Cholesky's method are some d² 2⁻⁵³ |G|.
    allowed = 2 * 5**2 * 2**-53 * condition
    size = np.linalg.norm(host[0], axis=-1)
    assert (np.linalg.norm(theta - host[0], axis=-1) <= 8 * allowed * size).all()
    assert (abs(mu - host[1]) <= 8 * allowed * (spectrum[..., -1] + mu)).all()
    # The multipliers are so large that rounding does not decide which are positive.
    assert ((mu > 0) == (host[1] > 0)).all()
