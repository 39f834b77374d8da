"""Confidence slopes: by other libraries, with weights, and what is refused."""

import numpy as np
import pytest
from scipy.stats import linregress

from refgen.distillation import (
    exaggeration_share,
    independent_feature_slope,
    logit_slope,
    part_shares,
    slope_of_parts,
)
from refgen.random import Stream


def drawn(*shape):
    return Stream(0, "slopes").normal((2, *shape))


def test_the_slope_is_that_of_another_library():
    teacher, student = drawn(50)
    sign = np.sign(teacher)
    want = linregress(sign * teacher, sign * student).slope
    np.testing.assert_allclose(logit_slope(teacher, student), want, rtol=1e-12)


def test_a_logit_of_0_belongs_to_the_second_class():
    slope = logit_slope([0.0, 1.0, 3.0], [1.0, 2.0, 3.0])
    assert slope == pytest.approx(linregress([0, 1, 3], [1, 2, 3]).slope)


def test_weights_count_as_repeated_points():
    teacher, student = drawn(6)
    times = np.array([1, 3, 0, 2, 1, 1])
    want = logit_slope(np.repeat(teacher, times), np.repeat(student, times))
    np.testing.assert_allclose(logit_slope(teacher, student, times), want, rtol=1e-12)
    parts = np.stack([teacher, student])
    want = part_shares(np.repeat(parts, times, axis=-1))
    np.testing.assert_allclose(part_shares(parts, times), want, rtol=1e-12)


def test_a_batch_is_as_its_rows():
    teacher, student = drawn(4, 7)
    rows = [logit_slope(*pair) for pair in zip(teacher, student, strict=True)]
    np.testing.assert_allclose(logit_slope(teacher, student), rows, rtol=1e-14)
    np.testing.assert_allclose(logit_slope(teacher, student[0])[0], rows[0])


def test_many_parts_make_the_slope():
    parts = Stream(0, "parts").normal((3, 9))
    ratios = np.array([0.9, 0.5, 0.2])
    slope = slope_of_parts(ratios, part_shares(parts))
    student = (ratios[:, None] * parts).sum(axis=0)
    np.testing.assert_allclose(logit_slope(parts.sum(axis=0), student), slope)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: logit_slope([1.0, -1.0], [1.0, 2.0]), "teacher_logits must make"),
        (lambda: part_shares([[1.0, 1.0]]), "parts must make the teacher more conf"),
        (lambda: logit_slope([1.0, 2.0], [1.0, 2.0, 3.0]), "shapes do not broadcast"),
        (lambda: logit_slope([1.0, 2.0], [1.0, 2.0], [0, 0]), "weights must have a p"),
        (lambda: logit_slope([1.0, 1.0, 5.0], [1, 2, 3], [1, 1, 0]), "all have 1.0"),
        (lambda: logit_slope([1.0, 2.0], [1.0, 2.0], [1, -1]), "weights must not be"),
        (lambda: exaggeration_share(0.5, 0.5), "top_ratio must be above bottom_ratio"),
        (lambda: independent_feature_slope([1.0], [[0], [1]], [1]), "constant teacher"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_logits_that_are_nearly_equal_keep_the_digits_that_they_have():
    """A mean is off by its rounding, which another mean must not multiply."""
    teacher = 1e3 + np.array([0.1, 0.7, 0.3, 0.2])
    slope = logit_slope(teacher, 2.0 * teacher)
    np.testing.assert_allclose(slope, 2.0, rtol=1e-12)
    assert abs(logit_slope(1e8 + teacher, 2.0 * (1e8 + teacher)) - 2.0) < 1e-7
