"""EigenspaceDisplay: trajectories against integrated flows, ratios, bad input."""

import sys

import matplotlib
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

import refgen_gpu.distillation as on_gpu
from refgen.distillation import (
    EigenspaceDisplay,
    eigenspace_report,
    gradient_flow_filter,
)
from refgen_gpu.arrays import to_device

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # after the backend is chosen

X, Y = load_diabetes(return_X_y=True)
X, Y = X[:60, :4] * 20, (Y[:60] - 150) / 80
TIMES = {"teacher_time": 1.5, "student_time": 0.75}


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def flow(labels, time):
    """What gradient flow from 0 finds, by integration."""
    n = len(labels)
    path = solve_ivp(
        lambda t, b: X.T @ (labels - X @ b) / n,
        (0, time),
        np.zeros(4),
        rtol=1e-10,
        atol=1e-12,
    )
    return path.y[:, -1]


def test_trajectories_end_where_integrated_flows_do():
    display = EigenspaceDisplay.from_design(X, Y, **TIMES)
    values, vectors = np.linalg.eigh(X.T @ X / len(X))
    np.testing.assert_allclose(display.eigenvalues, values[::-1])
    teacher = flow(Y, TIMES["teacher_time"])
    student = flow(X @ teacher, TIMES["student_time"])
    for path, want in (
        (display.teacher_path, teacher),
        (display.student_path, student),
    ):
        assert path.shape == (200, 4)
        assert not path[0].any()
        found = np.abs(path[-1])
        np.testing.assert_allclose(found, np.abs(vectors.T @ want)[::-1], rtol=1e-7)


def test_ratios_are_the_students_filter_and_fall_with_the_eigenvalue():
    display = EigenspaceDisplay.from_design(X, Y, **TIMES)
    want = gradient_flow_filter(display.eigenvalues, TIMES["student_time"])
    np.testing.assert_allclose(display.ratios, want, rtol=1e-12)
    assert display.shares.sum() == pytest.approx(1)


def test_at_equal_top_coefficients_the_student_is_below():
    display = EigenspaceDisplay.from_design(X, Y, **TIMES)
    assert display.bottom == (2, 3)
    for ax in display.axes_[:2]:
        teacher, student = (ax.lines[i].get_data() for i in (0, 2))
        assert (teacher[0] >= 0).all()
        assert (student[1][1:] < np.interp(student[0], *teacher)[1:]).all()


def test_training_to_the_end_and_not_at_all():
    display = EigenspaceDisplay.from_design(X, Y, teacher_time=np.inf, student_time=0)
    want = np.linalg.lstsq(X, Y)[0]
    assert np.linalg.norm(display.teacher) == pytest.approx(np.linalg.norm(want))
    assert not display.student.any()
    # A student of the end learns from it all along, not from the way there.
    both = EigenspaceDisplay.from_design(X, Y, teacher_time=np.inf, student_time=np.inf)
    np.testing.assert_array_equal(both.student_path, both.teacher_path)
    display.figure_.canvas.draw()


def test_estimators_and_their_predictions_are_compared_by_the_report():
    teacher = Ridge(10.0).fit(X, np.stack([Y, Y**2], axis=1))
    student = Ridge(10.0).fit(X, teacher.predict(X))
    given = (teacher.predict(X), student.predict(X))
    report = eigenspace_report(teacher, student, X)
    for display in (
        EigenspaceDisplay.from_estimator(teacher, student, X),
        EigenspaceDisplay.from_predictions(*given, X),
    ):
        np.testing.assert_allclose(display.ratios, report.ratios, rtol=1e-12)
        np.testing.assert_array_equal(display.eigenvalues, report.eigenvalues)
        squares = report.eigenvalues * (report.teacher**2).sum(axis=1)
        np.testing.assert_allclose(display.shares, squares / squares.sum())
        assert len(display.axes_) == 1


def test_coefficients_that_are_rounding_are_none():
    # A rotation leaves rounding of the teacher along the second eigenvector.
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    points = np.array([[3.0, 0.0], [0.0, 1.0]]) @ turn
    display = EigenspaceDisplay.from_predictions(
        points @ turn[0], points @ turn.sum(axis=0), points, center=False
    )
    assert display.teacher[1] == 0
    assert np.isnan(display.ratios).tolist() == [False, True]


def test_directions_without_a_teacher_are_left_out():
    display = EigenspaceDisplay([2.0, 1.0], [0.0, 0.5], [0.1, 0.25])
    np.testing.assert_array_equal(display.ratios, [np.nan, 0.5])
    large = EigenspaceDisplay([2.0, 1.0], [1e200, 2e200], [5e199, 5e199])
    np.testing.assert_allclose(large.ratios, [0.5, 0.25])
    assert display.shares.tolist() == [0, 1]
    title = display.plot().axes_[0].get_title()
    assert title == "At the end of training, 1 without a teacher's"


def test_far_ratios_lie_at_the_edge_and_others_have_their_rounding():
    display = EigenspaceDisplay(
        [4.0, 2.0, 1.0],
        [1.0, 1.0, 1.0],
        [9.0, 0.5, -3.0],
        rounding=[0.0, 0.25, 0.0],
        linear=(0.9, 0.75),
    )
    (ax,) = display.plot().axes_
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[1:4] == [
        "student (1)",
        "student, above 1.6 (1)",
        "student, below -0.6 (1)",
    ]
    bars = [c for c in ax.collections if hasattr(c, "get_segments")]
    assert bars[0].get_segments()[0][:, 1].tolist() == [0.25, 0.75]
    drawn = [
        c.get_offsets()[0, 1]
        for c in ax.collections
        if c not in bars and len(c.get_offsets())
    ]
    assert drawn == [0.5, 1.6, -0.6]
    title = ax.get_legend().get_title().get_text()
    assert title == "linear in X: 90% of teacher, 75% of student"


def test_draws_on_given_axes():
    figure, axes = plt.subplots(2)
    display = EigenspaceDisplay.from_design(X, Y, **TIMES, bottom=[1], ax=axes)
    assert display.figure_ is figure
    assert display.axes_[0].get_title() == "Direction 1 against 0"
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"teacher_time": -1}, ValueError, "teacher_time must not be negative"),
        ({"student_time": [1, 2]}, ValueError, "student_time must be a single number"),
        ({"labels": Y[1:]}, ValueError, "60 points"),
        ({"features": [X, X]}, ValueError, "draw one at a time"),
        ({"n_times": 1}, ValueError, "n_times must be at least 2"),
        ({"top": 4}, ValueError, "top must be at most 3, got 4"),
        ({"bottom": [1, 0]}, ValueError, "bottom must not hold top=0"),
        ({"bottom": [4]}, ValueError, "bottom must be at most 3, got 4"),
        ({"bottom": 2}, TypeError, "bottom must be a list of integers, got int"),
        ({"ax": [1, 2]}, ValueError, "must be 3 matplotlib Axes, got 2 of type int"),
    ],
)
def test_refuses(settings, error, message):
    arguments = {"features": X, "labels": Y, **TIMES} | settings
    with pytest.raises(error, match=message):
        EigenspaceDisplay.from_design(**arguments)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([1.0, 2.0], [1.0], [1.0, 1.0]), "teacher must have one row or number"),
        (([1.0], [1.0], [[1.0, 2.0]]), r"teacher has shape \(1,\) and student \(1, 2"),
        (([[1.0]], [1.0], [1.0]), r"eigenvalues must have shape \(n_directions"),
        (([0.0], [1.0], [1.0]), "eigenvalues must be positive"),
        (([1.0], [1.0], [1.0], [[1.0]]), "teacher_path and student_path together"),
        (([1.0], [1.0], [1.0], [[1.0, 2.0]], [[1.0]]), "1 directions, one per eigenv"),
        (([1.0], [1.0], [1.0], None, None, None, [2, 1]), "linear must be the shares"),
    ],
)
def test_refuses_arrays_that_do_not_fit(given, message):
    with pytest.raises(ValueError, match=message):
        EigenspaceDisplay(*given)


def test_refuses_what_is_no_estimator():
    with pytest.raises(TypeError, match=r"student must be .*EigenspaceDisplay.from_pr"):
        EigenspaceDisplay.from_estimator(Ridge(), Y, X)


def test_missing_matplotlib_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"EigenspaceDisplay .*refgen\[plot\]"):
        EigenspaceDisplay([1.0], [1.0], [1.0]).plot()


@pytest.mark.parametrize("move", [np.asarray, to_device], ids=["numpy", "device"])
def test_the_same_on_the_device(device, move):
    got = on_gpu.EigenspaceDisplay.from_design(move(X), move(Y), **TIMES)
    want = EigenspaceDisplay.from_design(X, Y, **TIMES)
    assert isinstance(got, on_gpu.EigenspaceDisplay)
    np.testing.assert_array_equal(got.teacher, want.teacher)
    again = on_gpu.EigenspaceDisplay(
        *map(move, (want.eigenvalues, want.teacher)), want.student
    )
    np.testing.assert_array_equal(again.ratios, want.ratios)
