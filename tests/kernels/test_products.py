"""Products of matrices against sums of fractions, rounded after each term."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from support.plain_networks import product as plain_product

from refgen.kernels.linked import address
from refgen.kernels.packed import padded
from refgen.kernels.products import product

ROWS, COLUMNS, TERMS = (1, 3, 4, 7, 8, 13), (8, 24, 40), (1, 2, 5)
SHAPES = list(itertools.product(ROWS, COLUMNS, TERMS))


def numbers(seed, *shape):
    """Numbers of all sizes, and zeros of both signs."""
    rng = np.random.default_rng(seed)
    found = rng.normal(size=shape) * 2.0 ** rng.integers(-30, 30, shape)
    return np.where(rng.random(shape) < 0.1, rng.choice([0.0, -0.0], shape), found)


def by_kernel(A, B, C=None, transposed=False):
    """C + AB in memory with a margin, which must stay as it is."""
    (m, k), n = A.shape, B.shape[1]
    left = np.ascontiguousarray(A.T if transposed else A)
    a_row, a_column = (1, m) if transposed else (k, 1)
    framed = np.full((m + 2, n + 16), np.pi)
    if C is not None:
        framed[1:-1, 8:-8] = C
    start = address(framed) + 8 * (n + 16 + 8)
    right = np.ascontiguousarray(B)
    product(address(left), a_row, a_column, address(right), n, start, n + 16, m, n, k,
            C is not None)  # fmt: skip
    inner = framed[1:-1, 8:-8].copy()
    framed[1:-1, 8:-8] = np.pi
    assert (framed == np.pi).all(), "the kernel wrote beside the product"
    return inner


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("added", [False, True])
def test_entries_are_folds_of_fused_multiply_adds(added, transposed):
    for seed, (m, n, k) in enumerate(SHAPES):
        A, B = numbers(seed, m, k), numbers(seed + 100, k, n)
        C = numbers(seed + 200, m, n) if added else None
        wanted = np.array(plain_product(A.tolist(), B.tolist(), C))
        assert np.array_equal(by_kernel(A, B, C, transposed), wanted), (m, n, k)


def test_an_entry_does_not_depend_on_what_is_beside_it():
    A, B = numbers(0, 29, 17), numbers(1, 17, 64)
    whole = by_kernel(A, B)
    for rows, first in itertools.product([1, 2, 4, 8, 11], [0, 5, 18]):
        for columns in (slice(0, 8), slice(24, 64)):
            part = by_kernel(A[first : first + rows], B[:, columns])
            assert np.array_equal(part, whole[first : first + rows, columns])


def test_a_sum_in_parts_has_the_bits_of_the_whole():
    A, B = numbers(0, 9, 23), numbers(1, 23, 16)
    for cut in (1, 8, 22):
        part = by_kernel(A[:, cut:], B[cut:], by_kernel(A[:, :cut], B[:cut]))
        assert np.array_equal(part, by_kernel(A, B))


def test_no_terms_leave_what_is_there():
    C, nothing = numbers(0, 5, 8), np.zeros((0, 8))
    assert np.array_equal(by_kernel(np.zeros((5, 0)), nothing, C), C)
    assert not by_kernel(np.zeros((5, 0)), nothing).any()


def test_what_is_not_a_number_stays_in_its_row_and_column():
    A, B = np.ones((9, 3)), np.ones((3, 16))
    A[4, 1], B[2, 7] = np.nan, np.inf
    found = by_kernel(A, B)
    assert np.isnan(found[4]).all()
    others = np.delete(found, 4, axis=0)
    assert np.isinf(others[:, 7]).all()
    assert (np.delete(others, 7, axis=1) == 3).all()


@pytest.mark.parametrize("k", [1, 10, 64])
def test_the_error_is_below_its_bound(k):
    """|AB − computed| ≤ γ_k |A||B| with γ_k = ku/(1 − ku): Higham (2002), § 3.5."""
    A, B = numbers(k, 4, k), numbers(k + 1, k, 8)
    found, u = by_kernel(A, B), Fraction(1, 2**53)
    for i, j in itertools.product(range(4), range(8)):
        terms = [Fraction(a) * Fraction(b) for a, b in zip(A[i], B[:, j], strict=True)]
        off = abs(Fraction(found[i, j]) - sum(terms))
        assert off <= k * u / (1 - k * u) * sum(map(abs, terms))


def test_rows_are_filled_up_to_whole_vectors():
    assert [padded(n) for n in (1, 8, 9, 64)] == [8, 8, 16, 64]
