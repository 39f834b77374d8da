"""Constrained rounds of self-distillation, against bisection and by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from refgen.distillation import (
    ConstrainedProblem,
    constrained_filter,
    constrained_penalty_bounds,
    constrained_round_bounds,
    constrained_rounds,
    count_constrained_rounds,
    label_ratio,
)

RNG = np.random.default_rng(0)


def steep(n, decades, size):
    """Eigenvalues so far apart that a round is about one of them."""
    return ConstrainedProblem(10.0 ** (-decades * np.arange(n)), np.full(n, size), 1.0)


def by_bisection(spectrum, labels, tolerance):
    """The penalty with ‖z − D(c + D)⁻¹z‖ = tolerance; None if the fit is 0."""
    if np.linalg.norm(labels) <= tolerance:
        return None
    low, high = 1e-12, 1e12
    for _ in range(200):
        middle = np.sqrt(low * high)
        moved = np.linalg.norm(middle / (middle + spectrum) * labels)
        low, high = (middle, high) if moved < tolerance else (low, middle)
    return low


@pytest.mark.parametrize("n", [1, 4, 9])
def test_rounds_against_bisection(n):
    spectrum, labels = RNG.exponential(size=n) + 0.05, RNG.normal(size=n)
    problem = ConstrainedProblem(spectrum, labels, np.linalg.norm(labels) / 3.3)
    penalties, filters = constrained_rounds(problem, 12)
    left, rounds = np.ones(n), 0
    for c, row in zip(penalties, filters, strict=True):
        found = by_bisection(spectrum, left * labels, problem.tolerance)
        if found is None:
            assert c == np.inf
            assert not row.any()
            left = 0 * left
            continue
        left, rounds = left * spectrum / (spectrum + found), rounds + 1
        assert_allclose(c, found, rtol=1e-8)
        assert_allclose(row, left, rtol=1e-8)
    assert count_constrained_rounds(problem) == rounds >= 2
    total = constrained_filter(spectrum, penalties[:rounds])
    assert_allclose(total, filters[rounds - 1], rtol=1e-12)
    assert not constrained_filter(spectrum, penalties).any()


@pytest.mark.parametrize(
    ("problem", "low", "count", "high"),
    [
        (steep(10, 9, np.sqrt(1.001)), 3, 10, 10),  # r² = 10.01 is attained
        (steep(4, 30, 20.001), 40, 80, 80),  # ℓ = 80.004 is, with r² = 1600
        (ConstrainedProblem([2.0, 2.0, 2.0], [6.04, 0.0, 0.0], 1.0), 6, 6, 6),
        (ConstrainedProblem([1.0, 0.5], [0.5, 0.5], 1.0), 0, 0, 0),
        (ConstrainedProblem([1.0], [0.0], 1.0), 0, 0, 0),
    ],
)
def test_how_many_rounds_fit_something(problem, low, count, high):
    assert count_constrained_rounds(problem) == count
    assert [float(b) for b in constrained_round_bounds(problem)] == [low, high]


def test_a_flat_spectrum_by_hand():
    """Every round takes the tolerance from the length: c = d/(r − 1)."""
    problem = ConstrainedProblem([3.0, 3.0], [3.0, 4.0], 2.0)
    penalties, filters = constrained_rounds(problem, 4)
    assert label_ratio(problem) == 2.5
    assert_allclose(penalties, [2.0, 6.0, np.inf, np.inf])
    assert_allclose(filters[:, 0], [0.6, 0.2, 0, 0])
    low, high = constrained_penalty_bounds(problem, 2)
    assert_allclose(low, [2.0, 3 / (np.sqrt(5.25) - 1)])
    assert_allclose(high, [2.0, 6.0])


def test_nothing_is_fitted_without_labels():
    problem = ConstrainedProblem([1.0, 0.5], [0.0, 0.0], 1.0)
    for bound in constrained_penalty_bounds(problem, 2):
        assert_array_equal(bound, np.inf)
    penalties, filters = constrained_rounds(problem, 2)
    assert_array_equal(penalties, np.inf)
    assert not filters.any()


@pytest.mark.parametrize("scale", [1e-80, 1.0, 1e80])
def test_scales_do_not_matter(scale):
    problem = ConstrainedProblem([1.0, 1e-3], [3.0, 1.5], 0.75)
    other = ConstrainedProblem(
        problem.spectrum, 3 * scale * problem.labels / 3, 0.75 * scale
    )
    stretched = ConstrainedProblem(scale * problem.spectrum, problem.labels, 0.75)
    want = constrained_rounds(problem, 5)
    for got, factor in ((other, 1.0), (stretched, scale)):
        penalties, filters = constrained_rounds(got, 5)
        assert_allclose(penalties, factor * want[0], rtol=1e-12)
        assert_allclose(filters, want[1], rtol=1e-12)


def test_rounding_at_the_edge_of_a_round():
    """‖y‖ is a multiple of the tolerance, but for rounding."""
    flat = ConstrainedProblem([1.5, 1.5], [0.5, -0.3], 0.19436506316151)
    assert count_constrained_rounds(flat) == 3
    low, high = constrained_round_bounds(
        ConstrainedProblem([2.7] * 3, [-0.4, 0.4, 0.6], 0.412310562561766)
    )
    assert low <= high


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([1.0, 0.0], [1.0, 1.0], 1.0),
            "spectrum must be positive, got 0.0; leave",
        ),
        (([1.0, 1e-95], [1.0, 1.0], 1.0), "spectrum must be at least 2⁻³⁰⁰ of the lar"),
        (
            ([1.0], [1.0, 1.0], 1.0),
            r"labels has shape \(2,\) where spectrum has",
        ),
        (([1.0], [1.0], 0.0), "tolerance must be positive, got 0.0"),
        (([1.0], [1.0], [1.0, 2.0]), r"tolerance has shape \(2,\) where the problems"),
        (([1.0], [1.0], 1e-200), "tolerance has the scale 1e-200, at which products"),
        (([1.0], [1e200], 1.0), "labels have the scale 1e.200, at which products over"),
    ],
)
def test_bad_problems_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConstrainedProblem(*arguments)


def test_too_many_rounds_to_count_are_refused():
    problem = ConstrainedProblem([1.0, 0.5], [3.0, 1.0], 1.5e-5)
    with pytest.raises(ValueError, match=r"problem must allow at most 10\*\*5 rounds"):
        count_constrained_rounds(problem)
    with pytest.raises(ValueError, match="n_rounds must be at least 1, got 0"):
        constrained_rounds(problem, 0)
    with pytest.raises(ValueError, match="penalties must have an axis of rounds"):
        constrained_filter([1.0], 0.5)
