"""Indices, norms, second moments, shapes and instances: each refused by its name."""

import numpy as np
import pytest

from refgen.random import Stream
from refgen.resmem import (
    LinearProblem,
    excess_risk_parts,
    selection,
    simulation,
    smoother,
)
from refgen.resmem import risk as risks

MATRIX = np.eye(2)


def looked_up(name, indices):
    """A function that reads rows by index, in two designs of three points."""
    values = np.arange(6.0).reshape(2, 3, 1)
    ones, apart = np.ones((2, 1, 1)), np.ones((3, 1))
    return {
        "at_neighbors": lambda: smoother.at_neighbors(values, indices),
        "resmem_predictions": lambda: smoother.resmem_predictions(
            0 * ones, 0 * values, values, indices, ones
        ),
        "smooth": lambda: smoother.smooth(values[0], indices[0], ones[0]),
        "leave_one_out_scores": lambda: selection.leave_one_out_scores(
            apart, np.concatenate([indices[0]] * 3), [1.0, 2.0, 3.0]
        ),
    }[name]()


@pytest.mark.parametrize(
    "name", ["at_neighbors", "resmem_predictions", "smooth", "leave_one_out_scores"]
)
def test_an_index_is_one_of_its_own_design(name):
    at = np.ones((2, 1, 1), int)
    for dtype in (">i4", "u1", np.int64):
        assert np.array_equal(looked_up(name, at.astype(dtype)), looked_up(name, at))
    for bad in (3, -1, -3):
        with pytest.raises(ValueError, match=rf"must lie in \[0, 3\), got {bad}"):
            looked_up(name, at * bad)
    for wrong in (at * 1.0, at > 0):
        with pytest.raises(TypeError, match="indices must hold integers, got dtype"):
            looked_up(name, wrong)


def test_neighbours_come_in_the_order_of_their_distances():
    for call in (
        lambda: smoother.neighbor_weights([2.0, 1.0], "nearest"),
        lambda: selection.leave_one_out_scores([[2.0, 1.0]] * 2, [[1, 0]] * 2, [1, 2]),
        lambda: selection.without_self([[2.0, 1.0]] * 2, [[1, 0]] * 2),
    ):
        with pytest.raises(ValueError, match="distances must rise"):
            call()
    with pytest.raises(ValueError, match="name a point twice"):
        selection.without_self([[0.0, 1.0]], [[0, 0]])


def test_a_base_of_larger_norm_is_refused_and_its_rounding_is_not():
    for call in (risks.risk_bounds, risks.fitted_risk_bounds):
        with pytest.raises(
            ValueError, match=r"base has norm 5, and the radius is 0\.5"
        ):
            call([1.0, 0.0], [[0.5, 0.0], [3.0, 4.0]], MATRIX, 0.5)
    base = np.array([0.5 * (1 + 1e-15), 0.0])
    sharp, uniform = risks.risk_bounds([-1.0, 0.0], base, MATRIX, 0.5)
    assert float(sharp) <= float(uniform)
    problem = LinearProblem([1.0, 1.0], [0.6, 0.8], 0.5)
    with pytest.raises(ValueError, match="coefficients have norm 5, and the radius"):
        excess_risk_parts(problem, [3.0, 4.0])


@pytest.mark.parametrize("name", ["resmem_risk", "risk_bounds", "fitted_risk_bounds"])
@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1.0, 2.0], [0.0, 1.0]], "matrix must be symmetric"),
        ([[1.0, 2.0], [2.0, 1.0]], "matrix must be positive semidefinite"),
        ([MATRIX, [[1.0, 2.0], [0.0, 1.0]]], "matrix must be symmetric"),
        ([MATRIX, [[1.0, 2.0], [2.0, 1.0]]], "matrix must be positive semidefinite"),
        ([[1.0, 0.0], [0.0, -1.0]], "matrix must be positive semidefinite"),
        ([[1.0, 0.0]], "matrix must be square"),
        ([MATRIX] * 3, "leading axes do not broadcast: coefficients"),
    ],
)
def test_a_moment_is_symmetric_and_semidefinite(name, matrix, message):
    radius = [] if name == "resmem_risk" else [2.0]
    with pytest.raises(ValueError, match=message):
        getattr(risks, name)([[1.0, -1.0]] * 2, [0.0, 0.0], matrix, *radius)


def test_results_that_overflow_are_refused():
    with pytest.raises(ValueError, match="resmem_risk leaves the range of float64"):
        risks.resmem_risk([1e200], [0.0], [[1.0]])
    assert float(risks.resmem_risk([1e150], [0.0], [[1e-300]])) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((2.7,), TypeError, "shape must be an integer"),
        (3, TypeError, r"shape must be a tuple of integers"),
        ((-1,), ValueError, "shape must be at least 0"),
        ((10**7, 10**7), ValueError, "too large: at most 2"),
    ],
)
def test_shapes_are_tuples_of_integers(shape, error, message):
    with pytest.raises(error, match=message):
        simulation.sample_points(Stream(0), shape, 3)


def test_streams_and_problems_say_how_they_are_built():
    with pytest.raises(TypeError, match=r"stream must be a Stream, .*Stream\(seed"):
        simulation.sample_points(0, (2,), 2)
    for wrong in (1.0, [1.0], None, LinearProblem):
        with pytest.raises(TypeError, match=r"problem must be a .*LinearProblem\(spec"):
            excess_risk_parts(wrong, [1.0])
