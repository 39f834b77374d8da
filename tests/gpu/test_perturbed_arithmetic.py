"""The perturbed stand-in's arithmetic: other bits than NumPy's, by as much as it says.

Sums and products of matrices, functions, factors of matrices.
"""

import numpy as np
import pytest
import scipy.special

from refgen.arrays import namespace
from refgen_gpu.arrays import to_device, to_host

pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
from support.parity import gamma
from support.standin import use_standin
from support.standin.perturbed import functions, perturbed_arithmetic


@pytest.fixture
def xp():
    with use_standin(perturbed=True) as backend:
        yield backend.xp


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def symmetric(*shape):
    a = numbers(*shape)
    return a + a.swapaxes(-1, -2)


def positive(n):
    a = numbers(n, n)
    return a @ a.T + np.eye(n)


# Sums are others than NumPy's, within the error model of any order.

SUMS = {
    "sum": lambda a: a.sum(axis=-1),
    "mean": lambda a: a.mean(axis=-1) * a.shape[-1],
    "cumsum": lambda a: a.cumsum(axis=-1),
    "matmul": lambda a: a @ (a[:1] * 0 + 1).T,
    "einsum": lambda a: namespace(a).einsum("ij,kj->ik", a, a[:1] * 0 + 1),
    "reduce": lambda a: namespace(a).add.reduce(a, -1),
}


@pytest.mark.parametrize("n", [3, 7, 300, 2000])
@pytest.mark.parametrize("name", SUMS)
def test_sums_differ_within_the_error_model(xp, name, n):
    given = numbers(50, n)
    got, want = to_host(SUMS[name](to_device(given))), SUMS[name](given)
    assert got.shape == want.shape
    assert (got != want).any()
    size = np.abs(given).sum(axis=-1).reshape(50, *[1] * (got.ndim - 1))
    assert (abs(got - want) <= 2 * gamma(n + 1) * size).all()


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 2), (2, 1)])
@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "std"])
def test_reductions_have_the_shapes_and_nearly_the_values_of_numpy(xp, name, axis):
    given = numbers(4, 5, 6)
    for options in ({}, {"keepdims": True}):
        got = getattr(to_device(given), name)(axis=axis, **options)
        want = getattr(given, name)(axis=axis, **options)
        assert got.shape == want.shape
        np.testing.assert_allclose(to_host(got), want, rtol=1e-11)


EINSUMS = ["ij,jk->ik", "ij,kj", "...i,...i->...", "ij->j", "ij,ij,ij->", "ii->i"]


@pytest.mark.parametrize("subscripts", [*EINSUMS, "ij,jk,kl->il", "...ij,...jk->...k"])
def test_sums_of_products_are_nearly_those_of_numpy(xp, subscripts):
    operands = [numbers(5, 5, seed=k) for k in range(subscripts.count(",") + 1)]
    got = to_host(xp.einsum(subscripts, *map(to_device, operands)))
    np.testing.assert_allclose(got, np.einsum(subscripts, *operands), rtol=1e-11)


def test_running_sums_of_positive_terms_may_decrease(xp):
    terms = np.random.default_rng(0).exponential(size=(200, 1000))
    terms[:, 1::2] *= 1e-17
    assert (np.diff(np.cumsum(terms, axis=1), axis=1) >= 0).all()
    assert (to_host(xp.diff(xp.cumsum(to_device(terms), axis=1), axis=1)) < 0).any()


def test_sums_of_segments_are_differences_of_running_sums(xp):
    """Empty segments, and ones of zeros, come out as rounding."""
    terms = np.stack([numbers(500), np.zeros(500), -numbers(500)], axis=1).ravel()
    starts = np.arange(0, 1500, 3)
    got = to_host(xp.add.reduceat(to_device(terms), to_device(starts)))
    assert (np.add.reduceat(terms, starts) == 0).all()
    assert 0 < (got != 0).sum() < 500
    assert abs(got).max() < 1e-13


# Functions are moved by at most as many units in the last place as is documented.


def points(name):
    """Arguments within the domain of the function."""
    x = np.abs(numbers(2000)) + 1e-3
    if name in ("arcsin", "arccos", "arctanh", "erfinv", "ndtri"):
        return (x / (x + 1),)
    if name in ("arccosh", "erfcinv"):
        return (1 + x / (1 + x) * 0.9,)
    counts = np.arange(2000) % 9 + 2.0
    if name in ("bdtr", "bdtrc"):
        return counts - 1, counts.astype(int), x / (x + 1)
    if name in ("betainc", "betaincinv"):
        return x, counts, x / (x + 1)
    if name in ("gammaincinv", "gammainccinv"):
        return counts, x / (x + 1)
    return (x, counts)[: _host(name).nin]


def _host(name):
    return getattr(np if name in functions.ULPS else scipy.special, name)


TABLE = functions.ULPS | functions.SPECIAL_ULPS


@pytest.mark.parametrize("name", TABLE)
def test_functions_are_off_by_their_units_in_the_last_place(xp, name):
    given = points(name)
    library = "cupy" if name in functions.ULPS else "cupyx.scipy.special"
    host = _host(name)
    want = host(*given)
    got = perturbed_arithmetic(f"{library}.{name}", host)(*given)
    steps = np.abs(got).view(np.int64) - np.abs(want).view(np.int64)
    assert abs(steps).max() == TABLE[name]
    assert (steps < 0).any()
    assert (steps > 0).any()
    assert (got == perturbed_arithmetic(f"{library}.{name}", host)(*given)).all()


def test_special_values_are_exact(xp):
    special = to_device([0.0, np.inf, -np.inf, np.nan])
    assert_equal(xp.exp(special), [1, np.inf, 0, np.nan])
    assert_equal(xp.cos(special[:1]), [1])
    with np.errstate(divide="ignore"):
        assert_equal(xp.log(to_device([1.0, 0.0, np.inf])), [0, -np.inf, np.inf])
    assert_equal(xp.tanh(special[1:3]), [1, -1])
    given = to_device(numbers(100))
    assert_equal(given**1, to_host(given))
    assert_equal(given**0, np.ones(100))
    assert_equal(to_device([-1.0, 1.0]) ** 3.0, [-1, 1])
    assert_equal(xp.sqrt(abs(given)), np.sqrt(abs(to_host(given))))
    assert_equal(given / 3, to_host(given) / 3)


def assert_equal(got, want):
    np.testing.assert_array_equal(to_host(got), np.asarray(want, float))


def test_results_stay_in_the_range_of_their_function(xp):
    small = to_device(np.linspace(0, 1e-8, 5000))
    assert float(xp.exp(-small).max()) == 1
    assert float(xp.cos(small).max()) == 1
    assert float(xp.tanh(small + 19).max()) == 1
    assert float(((1 - small) ** 0.1).max()) == 1
    assert float(xp.arccos(small - 1).max()) <= np.pi


def test_powers_are_even_or_odd_and_those_of_integers_exact(xp):
    given = to_device(numbers(1000))
    for exponent in (2, 3.0):
        sign = (-1) ** int(exponent)
        assert_equal((-given) ** exponent, sign * to_host(given**exponent))
    assert (to_host(given**2) != to_host(given) ** 2).any()
    assert_equal(xp.arange(50) ** 3, np.arange(50) ** 3)


def test_small_numbers_of_float32_are_flushed(xp):
    tiny = xp.asarray(np.array([1e-38, 1e-30], np.float32))
    assert (tiny * np.float32(0.5)).tolist()[0] == 0
    assert float(xp.asarray(1e-310) * 0.5) > 0


def test_what_no_integer_holds_becomes_the_end_of_the_range(xp):
    given = to_device([np.nan, np.inf, -np.inf, 1e30, -2.5, 7.0])
    ends = np.iinfo(np.int64)
    want = [0, ends.max, ends.min, ends.max, -2, 7]
    assert given.astype(np.int64).tolist() == want


# Factors are right, and have other signs, bases and bits.


def test_eigenvectors_are_right_and_others(xp):
    given = symmetric(6, 5, 5)
    values, vectors = xp.linalg.eigh(to_device(given))
    values, vectors = to_host(values), to_host(vectors)
    right, usual = np.linalg.eigh(given)
    assert (np.sign(vectors) != np.sign(usual)).any()
    np.testing.assert_allclose(values, right, rtol=1e-13, atol=1e-14)
    residual = given @ vectors - vectors * values[:, None, :]
    assert abs(residual).max() < 1e-13
    largest = np.abs(vectors).argmax(axis=-2)[:, None, :]
    assert (np.take_along_axis(vectors, largest, axis=-2) < 0).all()
    single = to_host(xp.linalg.eigvalsh(to_device(given)))
    np.testing.assert_allclose(single, right, rtol=1e-13, atol=1e-14)


def test_one_triangle_is_read(xp):
    given = numbers(4, 4)
    for triangle in "LU":
        found = to_host(xp.linalg.eigh(to_device(given), triangle)[0])
        want = np.linalg.eigh(given, triangle)[0]
        np.testing.assert_allclose(found, want, rtol=1e-13)


def test_bases_of_an_eigenspace_are_others(xp):
    _, vectors = xp.linalg.eigh(xp.eye(3))
    assert (abs(to_host(vectors)) != abs(np.linalg.eigh(np.eye(3))[1])).any()


def test_factors_multiply_to_the_matrix(xp):
    given = numbers(5, 3)
    q, r = xp.linalg.qr(to_device(given))
    np.testing.assert_allclose(to_host(q @ r), given, rtol=1e-13)
    assert (np.sign(to_host(q)) != np.sign(np.linalg.qr(given)[0])).any()
    for full in (False, True):
        u, s, vh = xp.linalg.svd(to_device(given), full)
        np.testing.assert_allclose(to_host((u[:, :3] * s) @ vh[:3]), given, rtol=1e-12)
    assert (np.sign(to_host(u)) != np.sign(np.linalg.svd(given)[0])).any()


def test_systems_are_solved_with_other_bits(xp):
    given, rhs = positive(8), numbers(8, 2)
    lower = to_host(xp.linalg.cholesky(to_device(given)))
    np.testing.assert_allclose(lower @ lower.T, given, rtol=1e-12)
    assert (lower != np.linalg.cholesky(given)).any()
    for b in (rhs, rhs[:, 0]):
        found = to_host(xp.linalg.solve(to_device(given), to_device(b)))
        np.testing.assert_allclose(found, np.linalg.solve(given, b), rtol=1e-11)
    inverse = to_host(xp.linalg.inv(to_device(given)))
    assert (inverse != np.linalg.inv(given)).any()
    np.testing.assert_allclose(inverse @ given, np.eye(8), atol=1e-12)


def test_transforms_are_those_of_numpy(xp):
    given = numbers(3, 21)
    found = xp.fft.irfft(xp.fft.rfft(to_device(given), 32), 32)
    np.testing.assert_allclose(to_host(found)[:, :21], given, atol=1e-14)
    usual = np.fft.irfft(np.fft.rfft(given, 32), 32)
    assert (to_host(found) != usual).any()
