"""Pairs of neurons: exact integrals, and the device's kernel has the CPU's bits."""

import mpmath
import numpy as np
import pytest

from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, which the stand-in imitates, is missing")
from support.standin.emulate import Emulated, why_not
from support.standin.sanitize import assert_clean, reports_of_asan

needs_compiler = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

GUARD = -7.0  # beyond the entries that the kernel may write
SHAPES = [((1,), (32,), 0), ((3,), (64,), 1), ((2,), (96,), 2)]
# Without loading Numba, which takes long under AddressSanitizer.
RULES = (12, 24, 64, 45.0, 700.0)


def nodes():
    rules = [np.polynomial.legendre.leggauss(n) for n in RULES[:3]]
    return np.concatenate([((x + 1) / 2, w / 2) for x, w in rules], axis=1)


def arguments(k, n_rows=5):
    """Near and far kinks, any angle, and neurons that are parallel or have no load."""
    rng = np.random.default_rng(k)
    kinks = rng.normal(size=(2, n_rows, k)) * [[[1.0]], [[8.0]]]
    kinks[:, 0], kinks[:, 1] = 1000.0, kinks[:, 1, :1]
    kinks[:, 2] = 15.0 + kinks[:, 2] / 16
    cosines = rng.uniform(-1, 1, (2, k, k))
    cosines[1, ::2] = 1 - 10.0 ** -rng.integers(1, 17, (k + 1) // 2)[:, None]
    loads = rng.normal(size=(2, k))
    loads[0, 0] = 0.0
    rests = 10.0 ** -rng.integers(0, 9, (2, n_rows))
    rests[:, 2] = 1.0
    return kinks, cosines, loads, rests


def run_pairs(run, given, shape):
    grid, block, order = shape
    batch, n_rows, k = given[0].shape
    whole = np.full(batch * n_rows + 2, GUARD)
    n = len(whole) - 2
    run(
        "relu_pairs", grid, block,
        (*given, nodes(), n, n_rows, k, *RULES, whole[:n]), 0, order,
    )  # fmt: skip
    assert (whole[n:] == GUARD).all()
    return whole[:n].reshape(batch, n_rows)


def check_pairs(run):
    from refgen.kernels.relu_pairs import relu_pairs

    for k in (1, 2, 7, 18):
        given = arguments(k)
        right = relu_pairs(*given)
        for shape in SHAPES:
            np.testing.assert_array_equal(run_pairs(run, given, shape), right)


@needs_compiler
def test_kernel():
    check_pairs(Emulated("relu_pairs.cu"))


def test_the_same_rules_and_cuts_as_on_the_cpu():
    from refgen.kernels.relu_pairs import COUNTS, CUT, LANES, LEAST

    assert ((*COUNTS, CUT, LEAST), LANES) == (RULES, 32)


def by_definition(h, k, r, first=0):
    """r² ∫ (1 − τ) φ₂(h, k; τr) dτ from `first` on, at τr = sin θ."""

    def integrand(angle):
        sine, cosine = mpmath.sin(angle), mpmath.cos(angle)
        exponent = (h * h - 2 * sine * h * k + k * k) / (2 * cosine**2)
        return (r - sine) * mpmath.exp(-exponent) / (2 * mpmath.pi)

    start, end = mpmath.asin(r * first), mpmath.asin(r)
    cuts = [end + (start - end) * mpmath.mpf(2) ** -j for j in range(0, 40, 3)]
    return mpmath.quad(integrand, [*cuts, end])


@pytest.mark.parametrize(
    ("h", "k", "r"),
    [(0, 0, 0.3), (1, -2, 0.5), (0.2, 0.3, -0.97), (3, 3.01, 0.9999), (0, 0.01, 1)],
)
def test_pairs_have_all_digits(h, k, r):
    from refgen.kernels.relu_pairs import relu_pairs

    given = np.array([[[h, k]]], float), np.full((1, 2, 2), float(r))
    for rest, size in ((1.0, 1.0), (1e-7, 1e-7)):
        whole, first, second = (
            relu_pairs(*given, np.array([load]), np.array([[rest]]))[0, 0]
            for load in ([1.0, 1.0], [1.0, 0.0], [0.0, 1.0])
        )
        with mpmath.workdps(25):
            numbers = map(mpmath.mpf, (h, k, r, 1 - mpmath.mpf(rest)))
            right = float(by_definition(*numbers))
        assert abs((whole - first - second) / 2 - right) < 2e-16 * size


@pytest.mark.parametrize("t", [0, 1, 8, 30, 37])
def test_a_neuron_alone_has_all_digits_far_from_its_kink(t):
    from refgen.kernels.relu_pairs import relu_pairs

    found = relu_pairs(
        np.full((1, 1, 1), float(t)), *map(np.ones, [(1, 1, 1), (1, 1), (1, 1)])
    )
    with mpmath.workdps(400):
        t = mpmath.mpf(t)
        share, density = mpmath.ncdf(-t), mpmath.npdf(t)
        mean = density - t * share
        right = (t * t + 1) * share - t * density - mean**2 - share**2
    np.testing.assert_allclose(found[0, 0], float(right), rtol=1e-14)


BUGS = [
    ("row < n_total; row", "row < n_total - 1; row"),
    ("apart == 0 ? 1.0 : 2.0", "2.0"),
    ("apart == 0 ? 1.0 : angles[j * k + m]", "angles[j * k + m]"),
    ("k * (k + 1) / 2", "k * k / 2"),
    ("k = -k;", ";"),
    ("apart > start ? apart : start", "start"),
    ("v2 * end > 8.0 * cut ? 8.0 * cut / v2 : end", "end"),
    ("rests[row]", "rests[0]"),
    ("(low4 - start) + step", "step"),
    ("(r <= 0.98 ? rules.few : two)", "rules.few"),
    ("nodes[n_nodes + i] * y", "nodes[n_nodes + i]"),
    ("(1.0 + x2) * (1.0 + x2)", "(1.0 + x2)"),
    ("665280.0", "665281.0"),
    ("loads + b * k", "loads"),
    ("sum = sum + __shfl_down_sync(all, sum, half);", ";"),
]  # fmt: skip


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize(("right", "wrong"), BUGS)
def test_planted_bugs_are_caught(right, wrong):
    text = launch.source("relu_pairs.cu")
    assert right in text
    buggy = Emulated("relu_pairs.cu", ("-O0",), text.replace(right, wrong))
    with pytest.raises(AssertionError):
        check_pairs(buggy)


def small_cases(file, kernels):
    for shape in SHAPES:
        run_pairs(kernels, arguments(7), shape)


@needs_compiler
@pytest.mark.slow
def test_the_kernels_stay_within_their_arrays():
    (report,) = reports_of_asan(small_cases, [("relu_pairs.cu", None)])
    assert_clean(report)
