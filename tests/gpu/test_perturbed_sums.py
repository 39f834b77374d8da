"""Sums of the perturbed stand-in: in another order, within the error model."""

import numpy as np
import pytest

from refgen.arrays import namespace
from refgen_gpu.arrays import to_device, to_host

pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
from support.parity import gamma
from support.perturbed import assert_equal, numbers
from support.standin import use_standin


@pytest.fixture
def xp():
    with use_standin(perturbed=True) as backend:
        yield backend.xp


SUMS = {
    "sum": lambda a: a.sum(axis=-1),
    "mean": lambda a: a.mean(axis=-1) * a.shape[-1],
    "cumsum": lambda a: a.cumsum(axis=-1),
    "matmul": lambda a: a @ (a[:1] * 0 + 1).T,
    "einsum": lambda a: namespace(a).einsum("ij,kj->ik", a, a[:1] * 0 + 1),
    "reduce": lambda a: namespace(a).add.reduce(a, -1),
}


@pytest.mark.parametrize("n", [3, 7, 257, 2000])
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
    degrees = [{"ddof": 1}] if name in ("var", "std") else []
    for options in ({}, {"keepdims": True}, *degrees):
        got = getattr(to_device(given), name)(axis=axis, **options)
        want = getattr(given, name)(axis=axis, **options)
        assert got.shape == want.shape
        np.testing.assert_allclose(to_host(got), want, rtol=1e-11)


OTHERS = {
    "mean": lambda a: a.mean(axis=0),
    "std": lambda a: a.std(axis=0),
    "complex": lambda a: (a * 1j).sum(axis=0),
    "prod": lambda a: a.prod(axis=0),
    "cumprod": lambda a: a.cumprod(axis=0),
    "dot": lambda a: a.dot(a[:, 0]),
    "trace": lambda a: a[:, None].trace(axis1=0, axis2=2),
    "multiply.reduce": lambda a: namespace(a).multiply.reduce(a),
    "add.accumulate": lambda a: namespace(a).add.accumulate(a),
    "multiply.accumulate": lambda a: namespace(a).multiply.accumulate(a),
    "in front": lambda a: a.__rmatmul__(a * a),
    "an output": lambda a: a.sum(axis=1, out=a[:, 0]),
}


@pytest.mark.parametrize("function", OTHERS.values(), ids=OTHERS)
def test_other_sums_and_products_differ_a_little(xp, function):
    given = numbers(60, 60)
    found, usual = to_host(function(to_device(given))), function(given.copy())
    assert (found != usual).any()
    np.testing.assert_allclose(found, usual, rtol=1e-9)


def test_running_sums_of_a_number_are_an_array(xp):
    assert to_device(2.5).cumsum().tolist() == [2.5]


def test_sums_are_written_into_the_output(xp):
    output = xp.zeros(5)
    given = numbers(5, 5)
    xp.sum(to_device(given), axis=1, out=output)
    np.testing.assert_allclose(to_host(output), given.sum(axis=1), rtol=1e-13)


def test_sums_of_products_are_in_halves_from_the_last_term(xp):
    a, b, c, d, e, f = given = numbers(6, 40)
    found = xp.einsum("ij->j", to_device(given))
    assert_equal(found, ((f + e) + d) + ((c + b) + a))
    assert_equal(xp.einsum("ij->j", to_device(given[:3])), (c + b) + a)
    single = to_device(given).astype(np.float32)
    assert xp.einsum("ij->j", single, dtype=np.float64).dtype == np.float64


EINSUMS = [
    "ij,jk->ik",
    "ij,kj",
    "dcb,ba",
    "...i,...i->...",
    "ij->j",
    "ij,ij,ij->",
    "ii->i",
]


@pytest.mark.parametrize("subscripts", [*EINSUMS, "ij,jk,kl->il", "...ij,...jk->...k"])
def test_sums_of_products_are_nearly_those_of_numpy(xp, subscripts):
    labels = subscripts.partition("->")[0].split(",")
    sizes = [(5,) * (3 if label == "dcb" else 2) for label in labels]
    operands = [numbers(*size, seed=k) for k, size in enumerate(sizes)]
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
    empty = to_device([0, 2, 2, 2])
    assert xp.add.reduceat(xp.arange(4.0), empty).tolist() == [1, 2, 2, 5]


def test_weights_are_counted_in_another_order(xp):
    codes, weights = np.arange(900) % 3, numbers(900)
    found = to_host(xp.bincount(to_device(codes), weights=to_device(weights)))
    usual = np.bincount(codes, weights)
    assert (found != usual).any()
    np.testing.assert_allclose(found, usual, rtol=1e-12)
    assert_equal(xp.bincount(to_device(codes), minlength=5), [300, 300, 300, 0, 0])
