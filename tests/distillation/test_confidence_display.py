"""ConfidenceDisplay: the logit–logit plot, its line, coinciding and clipped points."""

import sys

import matplotlib
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

import refgen_gpu.distillation as on_gpu
from refgen.distillation import ConfidenceDisplay, confidence_slope
from refgen_gpu.arrays import to_device

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # after the backend is chosen

IRIS, KINDS = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[KINDS]
TEACHER = GaussianNB().fit(IRIS, NAMES)
STUDENT = LogisticRegression(C=0.1, max_iter=500).fit(IRIS, NAMES)
NEIGHBOURS = KNeighborsClassifier(8).fit(IRIS[:, :2], NAMES)
PROBA = TEACHER.predict_proba(IRIS), STUDENT.predict_proba(IRIS)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def labels_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_points_are_logits_of_the_class_that_the_teacher_predicts():
    display = ConfidenceDisplay.from_estimator(TEACHER, STUDENT, IRIS, NAMES)
    for i in range(0, 150, 10):
        top = PROBA[0][i].argmax()
        assert display.correct[i] == (NAMES[i] == TEACHER.classes_[top])
        for proba, logits in zip(
            PROBA, (display.teacher_logits, display.student_logits), strict=True
        ):
            others = max(np.delete(proba[i], top).sum(), 1e-12)
            want = np.log(max(proba[i, top], 1e-12) / others)
            assert logits[i] == pytest.approx(want)
    assert display.slope == confidence_slope(*PROBA)


def test_line_and_band_are_those_of_the_slope():
    ax = ConfidenceDisplay.from_predictions(*PROBA).ax_
    found = confidence_slope(*PROBA)
    identity, line = ax.lines
    assert identity.get_slope() == 1
    x, y = line.get_data()
    np.testing.assert_allclose(y, found.intercept + found.slope * x)
    band = ax.collections[0].get_paths()[0].vertices
    ends = band[np.isclose(band[:, 0], x.max()), 1]
    assert (ends.min() + ends.max()) / 2 == pytest.approx(y[2])
    widest = np.ptp(ends)
    assert widest == pytest.approx((found.high - found.low) * (x[2] - x[1]))
    assert f"slope {found.slope:.2f}, 95% interval" in labels_of(ax)[1]


def test_a_unit_is_as_long_on_both_axes():
    display = ConfidenceDisplay.from_predictions(*PROBA)
    display.figure_.canvas.draw()
    (left, bottom), (right, top) = display.ax_.transData.transform([(0, 0), (1, 1)])
    # matplotlib leaves limits as they are if they are right to half a per cent.
    assert right - left == pytest.approx(top - bottom, rel=0.005)


def test_coinciding_points_are_one_marker_whose_size_is_explained():
    points = IRIS[:, :2]
    proba = NEIGHBOURS.predict_proba(points)
    display = ConfidenceDisplay.from_predictions(proba, proba, clip=0.01)
    places, counts = np.unique(display.teacher_logits, return_counts=True)
    drawn = [c for c in display.ax_.collections[1:] if len(c.get_offsets()) > 0]
    assert sum(len(c.get_offsets()) for c in drawn) == len(places)
    sizes = np.concatenate([c.get_sizes() for c in drawn])
    at = np.concatenate([c.get_offsets()[:, 0] for c in drawn])
    np.testing.assert_allclose(
        sizes[np.argsort(at)] / sizes.min(), np.sqrt(counts / counts.min())
    )
    assert "10 points at one place" in labels_of(display.ax_)


def test_clipped_points_are_hollow_and_counted():
    teacher, student = np.array([[0.9, 0.4, 1.0, 0.2], [0.8, 0.0, 0.7, 0.3]])
    display = ConfidenceDisplay.from_predictions(teacher, student, y=[1, 0, 0, 0])
    assert display.clipped.tolist() == [False, True, True, False]
    assert display.clipped.sum() == display.slope.n_clipped
    assert labels_of(display.ax_)[2:] == [
        "teacher right (2)",
        "teacher right, clipped (1)",
        "teacher wrong, clipped (1)",
    ]
    title = display.ax_.get_legend().get_title().get_text()
    assert (
        title == f"slope {display.slope.unclipped_slope:.2f} without the 2 clipped of 4"
    )


def test_many_points_stay_a_small_file(tmp_path):
    rng = np.random.default_rng(0)
    teacher, student = rng.random((2, 20_000))
    display = ConfidenceDisplay.from_predictions(teacher, student)
    display.figure_.savefig(tmp_path / "many.pdf")
    assert (tmp_path / "many.pdf").stat().st_size < 300_000


def test_a_line_that_one_point_decides_has_no_band():
    ax = ConfidenceDisplay.from_predictions([0.6, 0.6, 0.9], [0.6, 0.6, 0.8]).ax_
    assert "interval without ends" in labels_of(ax)[1]


def test_draws_on_given_axes():
    figure, ax = plt.subplots()
    display = ConfidenceDisplay.from_predictions(*PROBA, ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    figure.canvas.draw()


SLOPE = confidence_slope(*PROBA)
FOUR = GaussianNB().fit(IRIS, np.arange(150) % 4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda c: c.from_estimator(Ridge(), STUDENT, IRIS), TypeError,
         "teacher must be a classifier with predict_proba, got Ridge"),
        (lambda c: c.from_estimator(TEACHER, FOUR, IRIS), ValueError,
         "train both on the same classes"),
        (lambda c: c.from_estimator(TEACHER, STUDENT, IRIS, KINDS), ValueError,
         "y must hold classes of the teacher"),
        (lambda c: c.from_predictions(*PROBA, y=KINDS + 1), ValueError,
         r"y must lie in \[0, 3\), got 3"),
        (lambda c: c.from_predictions(*PROBA, y=KINDS[1:]), ValueError,
         r"y must have shape \(150,\)"),
        (lambda c: c.from_predictions(*PROBA, ax=3), TypeError, "ax must be Axes"),
        (lambda c: c([1.0], [1.0], 0.5), TypeError, "slope must be a ConfidenceSlope"),
        (lambda c: c([1.0], [1.0, 2.0], SLOPE), ValueError, "1-D and of one length"),
        (lambda c: c([1.0], [1.0], SLOPE, [1]), TypeError, "correct must hold True"),
    ],
)  # fmt: skip
def test_refuses(call, error, message):
    with pytest.raises(error, match=message):
        call(ConfidenceDisplay)


def test_missing_matplotlib_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"ConfidenceDisplay .*refgen\[plot\]"):
        ConfidenceDisplay.from_predictions(*PROBA)


@pytest.mark.parametrize("move", [np.asarray, to_device], ids=["numpy", "device"])
def test_the_same_on_the_device(device, move):
    display = on_gpu.ConfidenceDisplay
    got = display.from_predictions(*map(move, PROBA), y=move(KINDS))
    want = ConfidenceDisplay.from_predictions(*PROBA, y=KINDS)
    assert isinstance(got, display)
    np.testing.assert_array_equal(got.student_logits, want.student_logits)
    np.testing.assert_array_equal(got.correct, want.correct)
    seen = display.from_estimator(TEACHER, STUDENT, IRIS, NAMES)
    np.testing.assert_array_equal(seen.student_logits, want.student_logits)
