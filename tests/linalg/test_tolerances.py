"""From which size on something counts: eigenvalues, pivots, parts of rows."""

import numpy as np
import pytest

from refgen.arrays import UNIT_ROUNDOFF
from refgen.linalg import (
    ball_constrained_least_squares,
    orthonormal_rows,
    project_out,
)


@pytest.mark.parametrize(
    ("share", "counts"), [(1e-3, True), (1e-10, True), (2e-12, True), (5e-13, False)]
)
def test_eigenvalues_count_above_their_share_of_the_largest(share, counts):
    gram, moment = 4.0 * np.diag([1.0, share]), np.array([4.0, 4.0 * share])
    theta, multiplier = ball_constrained_least_squares(gram, moment, 10.0)
    # The solution is (1, 1) if the second eigenvalue counts.
    assert abs(theta - [1.0, float(counts)]).max() <= 8 * UNIT_ROUNDOFF / share
    assert multiplier == 0


@pytest.mark.parametrize(("share", "rank"), [(1e-1, 2), (1e-8, 2), (1e-10, 1)])
def test_rows_are_independent_above_their_share(share, rank):
    rows = np.array([[1.0, 0.0, 0.0], [1.0, share, 0.0]])
    assert orthonormal_rows(rows)[1] == rank


@pytest.mark.parametrize("apart", [1e-2, 1e-5, 1e-8])
def test_a_second_projection_removes_the_rounding_of_the_first(apart):
    first = np.array([[1.0, 2.0, 2.0]]) / 3
    rest = project_out(first, first[0] + apart * np.array([2.0, 1.0, -2.0]) / 3)
    length = np.linalg.norm(rest)
    assert abs(length / apart - 1) <= 16 * UNIT_ROUNDOFF / apart
    # Orthogonal to rounding of the rest, not of what was projected.
    assert abs(first[0] @ rest) <= 8 * UNIT_ROUNDOFF * length


@pytest.mark.parametrize("excess", [1e-2, 1e-4, 1e-8, 1e-12])
def test_a_solution_slightly_outside_the_ball_is_brought_to_its_sphere(excess):
    moment = (1 + excess) * np.array([0.6, 0.8])
    theta, multiplier = ball_constrained_least_squares(np.eye(2), moment, 1.0)
    assert abs(np.linalg.norm(theta) - 1) <= 8 * UNIT_ROUNDOFF
    assert abs(multiplier - excess) <= 8 * UNIT_ROUNDOFF


@pytest.mark.parametrize("excess", [1e-3, 1e-4, 1e-8])
def test_so_it_is_where_the_first_guess_of_the_multiplier_is_0(excess):
    spectrum = 10.0 ** np.linspace(-2, 1, 5)
    inside = np.array([0.1, 0.2, 0.3, 0.4, 1.0])
    outside = (1 + excess) * inside / np.linalg.norm(inside)
    theta, multiplier = ball_constrained_least_squares(
        np.diag(spectrum), spectrum * outside, 1.0
    )
    assert abs(np.linalg.norm(theta) - 1) <= 16 * UNIT_ROUNDOFF
    assert multiplier > 0
    gradient = spectrum * (theta - outside) + multiplier * theta
    assert abs(gradient).max() <= 64 * UNIT_ROUNDOFF * spectrum.max()
