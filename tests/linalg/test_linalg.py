"""Batched linear algebra against LAPACK, one matrix at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refgen.arrays import UNIT_ROUNDOFF
from refgen.linalg import (
    ball_constrained_least_squares,
    orthonormal_rows,
    project_out,
    solve_positive,
)
from refgen.random import Stream


def zero_one(seed, batch, m, n):
    return (Stream(seed, "rows").uniform((batch, m, n)) < 0.5).astype(float)


@given(st.integers(0, 2**31), st.integers(1, 9), st.integers(1, 9))
def test_rank_of_zero_one_rows_is_lapacks(seed, m, n):
    rows = zero_one(seed, 7, m, n)
    assert (orthonormal_rows(rows)[1] == np.linalg.matrix_rank(rows)).all()


@given(st.integers(0, 2**31), st.integers(1, 8), st.integers(1, 8))
def test_basis_is_orthonormal_and_spans_the_rows(seed, m, n):
    rows = zero_one(seed, 5, m, n)
    basis, rank = orthonormal_rows(rows)
    # "Twice is enough": the loss of orthogonality is of the order of a unit roundoff.
    allowed = 16 * m * n * UNIT_ROUNDOFF
    products = basis @ basis.swapaxes(-1, -2)
    kept = (abs(basis).max(axis=-1) > 0).astype(float)
    assert abs(products - kept[..., None] * np.eye(m)).max() <= allowed
    assert (kept.sum(axis=-1) == rank).all()
    assert abs(project_out(basis[:, None], rows)).max() <= allowed * np.sqrt(n)


@pytest.mark.parametrize("exponent", [-1070, -664, 664, 1023])
def test_rows_of_any_size_are_as_good(exponent):
    rows = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    basis, rank = orthonormal_rows(2.0**exponent * rows)
    assert rank == 2
    np.testing.assert_array_equal(basis, orthonormal_rows(rows)[0])


@pytest.mark.parametrize("radius", [1e-300, 1e-200, 1e200])
def test_balls_of_any_size_are_as_good(radius):
    moment = radius * np.array([3.0, 4.0])
    theta, mu = ball_constrained_least_squares(np.eye(2), moment, radius)
    np.testing.assert_allclose(theta / radius, [0.6, 0.8], rtol=1e-12)
    assert mu == pytest.approx(4.0, rel=1e-12)


def test_a_gram_matrix_has_no_negative_eigenvalue():
    with pytest.raises(ValueError, match="gram must be positive semidefinite, got -"):
        ball_constrained_least_squares([[1.0, 2.0], [2.0, 1.0]], [1.0, 1.0], 0.5)
    with pytest.raises(ValueError, match="semidefinite, got -1e-08 as an eigenvalue"):
        ball_constrained_least_squares(np.diag([1.0, -1e-8]), [0.1, 0.1], 0.5)
    # Rounding makes an eigenvalue of 0 negative.
    theta, _ = ball_constrained_least_squares(np.diag([1.0, -1e-12]), [0.1, 0.0], 0.5)
    assert theta == pytest.approx([0.1, 0.0])


def test_the_minimum_is_found_where_the_multiplier_outweighs_a_negative_eigenvalue():
    gram, moment = np.diag([1.0, -0.5]), np.array([1.0, 1.0])
    theta, mu = ball_constrained_least_squares(gram, moment, 0.5)
    angles = np.linspace(0, 2 * np.pi, 10_001)
    ring = 0.5 * np.array([np.cos(angles), np.sin(angles)])
    values = np.einsum("in,ij,jn->n", ring, gram, ring) / 2 - moment @ ring
    assert theta @ gram @ theta / 2 - moment @ theta <= values.min() + 1e-12
    assert mu > 0.5


def test_vectors_are_projected_along_orthonormal_rows_only():
    for bad in ([[1.00001, 0.0]], [[0.5, 0.0]], [[1.0, 0.0], [0.8, 0.6]]):
        with pytest.raises(ValueError, match="basis must have rows that are orthonorm"):
            project_out(bad, [1.0, 1.0])
    assert project_out([[0.0, 0.0], [0.0, 1.0]], [3.0, 4.0]).tolist() == [3.0, 0.0]


@pytest.mark.parametrize(("apart", "rank"), [(2e-9, 2), (0.5e-9, 1)])
def test_rows_are_dependent_up_to_the_tolerance(apart, rank):
    rows = np.array([[1.0, 0.0], [1.0, apart]])
    assert orthonormal_rows(rows)[1] == rank
    assert orthonormal_rows(1e5 * rows)[1] == rank
    assert orthonormal_rows(rows, tolerance=1e-8)[1] == 1


def test_projection_agrees_with_the_pseudo_inverse():
    rows, vectors = zero_one(0, 20, 5, 8), Stream(0, "v").normal((20, 8))
    basis, _ = orthonormal_rows(rows)
    expected = vectors[..., None] - np.linalg.pinv(rows) @ (rows @ vectors[..., None])
    # Zero-one systems of this size have condition numbers below 100.
    allowed = 100 * 40 * UNIT_ROUNDOFF * abs(vectors).max()
    assert abs(project_out(basis, vectors) - expected[..., 0]).max() <= allowed


@pytest.mark.parametrize("n", [1, 2, 7])
def test_solutions_have_small_backward_error(n):
    factor = Stream(1, "a").normal((50, n, n + 3))
    a = factor @ factor.swapaxes(-1, -2)
    b = Stream(1, "b").normal((50, n, 2))
    x = solve_positive(a, b)
    # Higham 2002, theorem 10.4: |b − A x| ≤ γ(3n + 1) |L||Lᵀ||x|, a factor n over |A|.
    gamma = (3 * n + 1) * n * UNIT_ROUNDOFF
    norms = np.linalg.norm(a, axis=(1, 2)) * np.linalg.norm(x, axis=(1, 2))
    residual = np.linalg.norm(b - a @ x, axis=(1, 2))
    # The residual itself is computed with n + 1 roundings per entry.
    allowed = 2 * (gamma + (n + 1) * UNIT_ROUNDOFF)
    assert (residual <= allowed * norms + UNIT_ROUNDOFF).all()


def test_right_sides_broadcast_against_matrices():
    a = np.stack([np.eye(2), 4 * np.eye(2)])
    assert solve_positive(a, np.array([[2.0], [4.0]])).tolist() == [
        [[2.0], [4.0]],
        [[0.5], [1.0]],
    ]


def test_matrices_that_are_not_positive_definite_are_refused():
    with pytest.raises(np.linalg.LinAlgError):
        solve_positive(-np.eye(2), np.ones((2, 1)))
    for shape in ((3, 2), (2, 3)):
        with pytest.raises(ValueError, match="matrices must be square, got shape"):
            solve_positive(np.ones(shape), np.ones((2, 1)))


@pytest.mark.parametrize("shape", [(2, 1), (4, 1), (3,), ()])
def test_right_hand_sides_have_a_row_for_each_equation(shape):
    with pytest.raises(ValueError, match=r"rhs must have shape \(\.\.\., 3, k\)"):
        solve_positive(np.eye(3), np.ones(shape))
