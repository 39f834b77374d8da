"""Agreement, divergence and churn against loops, and bad input."""

import math

import numpy as np
import pytest
from scipy.special import rel_entr

from refgen.distillation import agreement, churn, flip_divergence, predictive_kl

DRAWS = np.random.default_rng(0)
TEACHER, STUDENT = DRAWS.dirichlet(np.ones(4), (2, 3, 50))
WORDS = np.array(["cat", "dog", "eel"])


def test_agreement_and_churn_by_counting():
    labels = TEACHER.argmax(axis=-1), STUDENT.argmax(axis=-1)
    counted = [
        sum(a == b for a, b in zip(*pair, strict=True)) / 50
        for pair in zip(*labels, strict=True)
    ]
    assert agreement(TEACHER, STUDENT).tolist() == counted
    np.testing.assert_allclose(churn(*labels), 1 - np.array(counted), rtol=1e-15)


def test_churn_of_text_and_of_numbers_of_other_types():
    codes = DRAWS.integers(3, size=(2, 20))
    expected = churn(*codes)
    assert churn(*WORDS[codes]) == expected
    assert churn(codes[0].astype(np.uint8), codes[1].astype(float)) == expected


def test_divergence_is_that_of_scipy():
    expected = rel_entr(TEACHER, STUDENT).sum(axis=-1).mean(axis=-1)
    np.testing.assert_allclose(predictive_kl(TEACHER, STUDENT), expected, rtol=1e-13)


def test_small_divergences_keep_their_digits():
    """Of p and p + δ it is δ²/2 Σ 1/p up to third order."""
    step = 1e-7
    found = predictive_kl([[0.5, 0.5]], [[0.5 + step, 0.5 - step]])
    assert float(found) == pytest.approx(2 * step**2, rel=1e-6)


def test_what_is_impossible_for_the_student():
    half, certain = [[0.5, 0.5]], [[1.0, 0.0]]
    assert predictive_kl(half, certain) == math.inf
    assert predictive_kl([[1 - 1e-15, 1e-15]], certain) == math.inf
    assert float(predictive_kl(certain, half)) == pytest.approx(math.log(2))
    assert predictive_kl(certain, certain) == 0
    # Probabilities so small that quotients would overflow, or round to 0.
    assert float(predictive_kl([[5e-324, 1.0]], half)) == pytest.approx(math.log(2))
    far = -math.log(2) - math.log(1e-200) / 2
    assert float(predictive_kl(half, [[1.0, 1e-200]])) == pytest.approx(far)
    least = flip_divergence([[1.0, 1e-200]])[0]
    assert float(least) == pytest.approx(math.log(2))


def test_the_cheapest_student_that_predicts_otherwise():
    """By a search over students of three classes."""
    teacher = np.array([0.5, 0.3, 0.2])
    a, b = np.meshgrid(*[np.arange(1, 400) / 400] * 2)
    inside = a + b < 1
    students = np.stack([a, b, 1 - a - b], axis=-1)[inside]
    differs = students.argmax(axis=-1) != 0
    found = rel_entr(teacher, students[differs]).sum(axis=-1).min()
    least = float(flip_divergence(teacher[None])[0])
    assert least <= found <= least + 0.005
    assert flip_divergence([[1.0, 0.0], [0.5, 0.5]]).tolist() == [math.log(2), 0.0]


@pytest.mark.parametrize(
    ("labels", "kind", "message"),
    [
        ((["cat"], [1]), TypeError, "teacher_labels, student_labels mix text and num"),
        (([0, 1], [0]), ValueError, "teacher_labels has 2, student_labels has 1"),
        (([], []), ValueError, r"teacher_labels must have shape \(n_points,\)"),
        ((0, 1), ValueError, r"teacher_labels must have shape \(n_points,\)"),
        (([0.5], [1]), ValueError, "teacher_labels holds 0.5, which is no class label"),
        (([[0, 1]] * 2, [[0, 1]] * 3), ValueError, "leading axes do not broadcast"),
    ],
    ids=["types", "lengths", "empty", "a number", "fraction", "batches"],
)
def test_labels_that_cannot_be_compared(labels, kind, message):
    with pytest.raises(kind, match=message):
        churn(*labels)
