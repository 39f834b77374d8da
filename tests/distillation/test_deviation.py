"""The comparison of a student with its teacher: what it takes, refuses and reports."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from support.calls.distillation.measures import probabilities
from support.parity import assert_within, model, on_device, seeds, stream

import refgen_gpu.distillation as on_gpu
from refgen.distillation import (
    confidence_slope,
    flip_divergence,
    predictive_kl,
    student_teacher_deviation,
)
from refgen_gpu.arrays import to_device

DRAWS = np.random.default_rng(0)
TEACHER, STUDENT = DRAWS.dirichlet(np.ones(3), (2, 40))
TRUTH = DRAWS.integers(3, size=40)
WORDS = np.array(["cat", "dog", "eel"])


def test_probabilities_with_labels():
    found = student_teacher_deviation(TEACHER, STUDENT, TRUTH)
    assert (found.n_points, found.n_classes, found.classes) == (40, 3, (0, 1, 2))
    assert found.predictive_kl == pytest.approx(float(predictive_kl(TEACHER, STUDENT)))
    assert found.slope == confidence_slope(TEACHER, STUDENT)
    each = [
        predictive_kl(p[None], q[None]) for p, q in zip(TEACHER, STUDENT, strict=True)
    ]
    certified = np.array(each) < flip_divergence(TEACHER)
    assert found.certified_agreement == certified.mean()
    assert found.holds
    assert len(found.bounds) == 5


def test_the_interval_of_the_gain_is_exact():
    found = student_teacher_deviation(TEACHER, STUDENT, TRUTH, confidence_level=0.9)
    right, wins = (a.argmax(axis=1) == TRUTH for a in (TEACHER, STUDENT))
    gained, lost = (wins & ~right).sum(), (right & ~wins).sum()
    low = stats.beta.ppf(0.025, gained, 41 - gained)
    high = stats.beta.ppf(0.975, lost + 1, 40 - lost)
    assert found.gain == pytest.approx((gained - lost) / 40)
    assert found.gain_low == pytest.approx(low - high)


def test_labels_instead_of_probabilities():
    labels = WORDS[TEACHER.argmax(axis=1)], WORDS[STUDENT.argmax(axis=1)]
    found = student_teacher_deviation(*labels, WORDS[TRUTH])
    soft = student_teacher_deviation(TEACHER, STUDENT, WORDS[TRUTH], classes=WORDS)
    for name in ("churn", "gain", "gain_low", "repeated_errors", "classes"):
        assert getattr(found, name) == getattr(soft, name)
    assert (found.slope, found.predictive_kl) == (None, None)
    mixed = student_teacher_deviation(TEACHER, labels[1], WORDS[TRUTH], classes=WORDS)
    assert (mixed.churn, mixed.slope) == (found.churn, None)


def test_a_column_of_probabilities_is_of_the_second_class():
    """If one column has fractions, ones and zeros of the other are probabilities."""
    certain, soft = [1.0, 0.0, 1.0], [0.75, 0.5, 0.25]
    found = student_teacher_deviation(certain, soft)
    assert found.total_variation == pytest.approx(0.5)
    assert found.churn == pytest.approx(1 / 3)
    assert student_teacher_deviation(certain, certain).total_variation is None


def test_columns_of_frames_name_the_classes():
    frames = [pd.DataFrame(p, columns=WORDS) for p in (TEACHER, STUDENT)]
    found = student_teacher_deviation(*frames, WORDS[TRUTH])
    assert found.classes == tuple(WORDS)
    assert found.gain == student_teacher_deviation(TEACHER, STUDENT, TRUTH).gain
    assert student_teacher_deviation(*frames, TRUTH).gain == found.gain
    with pytest.raises(ValueError, match=r"teacher\.columns and student\.columns name"):
        student_teacher_deviation(frames[0], frames[1][WORDS[::-1]])
    other = frames[1].rename(columns={WORDS[0]: "other"})
    with pytest.raises(ValueError, match=r"student has .*'other'.* the same classes"):
        student_teacher_deviation(frames[0], other)
    assert student_teacher_deviation(frames[0], other, classes=WORDS).holds
    rows = [f.set_index(pd.Index(np.arange(40) + 7)) for f in frames]
    with pytest.raises(ValueError, match=r"teacher\.index and labels\.index name"):
        student_teacher_deviation(*rows, pd.Series(WORDS[TRUTH], rows[0].index[::-1]))


def test_what_the_student_excludes():
    found = student_teacher_deviation([[0.5, 0.5], [0.25, 0.75]], [[1, 0], [0.5, 0.5]])
    assert (found.predictive_kl, found.n_impossible) == (math.inf, 1)
    assert found.holds
    assert found.slope is None
    assert found.to_dict()["predictive_kl"] is None


def test_a_single_clipped_point_is_said():
    teacher, student = TEACHER.copy(), STUDENT
    teacher[0] = [1.0, 0.0, 0.0]
    found = student_teacher_deviation(teacher, student)
    assert any("1 of 40 points have prob" in remark for remark in found.remarks)


def test_results_are_json():
    values = student_teacher_deviation(TEACHER, STUDENT, TRUTH).to_dict()
    again = json.loads(json.dumps(values, allow_nan=False))
    assert again["slope"]["exaggerates"] in ("yes", "no", "undecided")
    assert again["bounds"][0]["claim"] == "KD-14c"


def test_a_teacher_without_errors():
    found = student_teacher_deviation(TRUTH, STUDENT.argmax(axis=1), TRUTH)
    assert (found.teacher_error, found.repeated_errors) == (0.0, None)
    assert (found.n_corrected, found.n_spoiled) == (0, round(40 * found.churn))


PAIR, EYE = (TEACHER, STUDENT), np.eye(3)
BAD = {
    "no sum": ((TEACHER, STUDENT / 2), {}, "student must sum to 1"),
    "classes": ((EYE, np.eye(4)[:3]), {}, "teacher has 3 classes and student has 4"),
    "points": ((TEACHER, STUDENT[:9]), {}, "teacher has 40 points and student has 9"),
    "labels": ((*PAIR, TRUTH[:9]), {}, "student has 40, labels has 9"),
    "unknown": ((*PAIR, TRUTH + 1), {}, "labels holds 3, which is not among"),
    "shared": ((TRUTH, TRUTH + 3), {}, "teacher and student share no class: teacher"),
    "batch": ((EYE[None], EYE[None]), {}, r"got \(1, 3, 3\); take one teacher"),
    "column": ((TRUTH, TRUTH / 3), {}, "teacher or student holds 2, which is not am"),
    "above 1": ((TRUTH / 1, TRUTH / 1.5), {}, "teacher must be between 0 and 1"),
    "few names": (PAIR, {"classes": [1, 2]}, r"classes has shape \(2,\) where prob"),
    "same names": (PAIR, {"classes": [1, 1, 2]}, "1-D array of distinct labels"),
    "clip": (PAIR, {"clip": 1}, "clip must be between 0 and 0.5"),
    "level": (PAIR, {"confidence_level": 0}, "confidence_level must be strictly"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case):
    arguments, options, message = BAD[case]
    with pytest.raises(ValueError, match=message):
        student_teacher_deviation(*arguments, **options)


def test_numbers_and_text_do_not_mix():
    for teacher in (TRUTH, TEACHER):
        with pytest.raises(TypeError, match="teacher, student mix text and numbers"):
            student_teacher_deviation(teacher, WORDS[TRUTH])


def test_doubtful_encodings_are_said():
    error = "smaller by 1 would have the error 0.000"
    with (
        pytest.warns(UserWarning, match="encoded alike") as both,
        pytest.warns(UserWarning, match=error),
    ):
        student_teacher_deviation(TRUTH, TRUTH, TRUTH + 1)
    assert {doubt.filename for doubt in both} == {__file__}


@on_device
@given(seeds, st.integers(3, 9), st.integers(1, 3))
def test_reports_agree_on_a_device(device, seed, n, k):
    draws = stream(seed)
    pair = probabilities(draws, k, n)
    truth = draws.child("truth").integers(k + 1, n)
    want = student_teacher_deviation(*pair, truth)
    got = on_gpu.student_teacher_deviation(*map(to_device, (*pair, truth)))
    assert got.slope is None or got.slope.n_clipped == want.slope.n_clipped
    counted = ("classes", "churn", "gain", "gain_low", "n_impossible", "n_spoiled")
    assert [getattr(got, c) for c in counted] == [getattr(want, c) for c in counted]
    assert got.holds
    # Terms of at most 40 nats, for which dirichlet draws are not too small.
    assert_within(got.total_variation, want.total_variation, model(4 * n * k, 2.0))
