"""The model of label noise: printed anchors, matrices, limits, refusals, a device."""

import numpy as np
import pytest
from hypothesis import given
from scipy.integrate import solve_ivp
from support.calls.distillation.label_noise import fitted, model, times
from support.mirrors import on_both
from support.parity import assert_on_device, assert_within, on_device, seeds, stream
from support.parity import model as rounding

import refgen.distillation as kd

EXAMPLE = kd.LabelNoiseModel(51, 9, 1.21, 0.8)
LOGISTIC = kd.LabelNoiseModel(51, 9, 1.0, 1.0)


def close(got, want, digits):
    return round(float(got), digits) == want


# What the page prints.


@pytest.mark.parametrize(
    ("teacher", "student", "want"),
    [(3, 1, 5.5037034603), (2, 2.5, 1.5349847628), (6, 0.4, 88.5085236386)],
)
def test_slopes_of_teachers_that_fit_the_noise(teacher, student, want):
    assert close(kd.label_noise_slope(EXAMPLE, teacher, student), want, 10)


def test_the_slope_jumps_where_the_noise_is_fitted():
    fitted = kd.noise_fitting_time(EXAMPLE)
    assert close(fitted, 0.663285, 6)
    shares = [0.97, 1.03]
    slopes = kd.label_noise_slope(EXAMPLE, fitted * np.array(shares), 1.0)
    assert slopes.round(4).tolist() == [0.5507, 1.3268]


def test_accuracies_on_fresh_points():
    accuracies = kd.label_noise_accuracy(EXAMPLE, 2, 0.35, [np.inf, 2.5])
    assert accuracies.round(5).tolist() == [0.65569, 0.67848]
    alone = kd.label_noise_accuracy(EXAMPLE, 2, 0.35, 2.5, n_rounds=0)
    np.testing.assert_allclose(alone, accuracies[0], rtol=1e-15)
    wins = kd.winning_student_time(EXAMPLE, 0.13782)
    assert close(wins, 0.13782, 5)


def test_a_teacher_and_its_students_with_logistic_loss():
    teacher = kd.cross_entropy_teacher(LOGISTIC, 20.0)
    assert teacher.margins.round(8).tolist() == [4.05811833, 2.28551673]
    students = [kd.cross_entropy_student(teacher, t) for t in (1.0, 3.0, 10.0)]
    slopes = [kd.slope_of_fits(teacher, student) for student in students]
    assert np.round(slopes, 6).tolist() == [1.652778, 1.336187, 1.086465]
    found = [kd.accuracy_of_fit(fit, 0.35) for fit in (students[1], teacher)]
    assert np.round(found, 3).tolist() == [0.823, 0.691]
    clean = kd.LabelNoiseFit(LOGISTIC, [1.0, 0.0])  # √51 standard deviations from 0
    assert close(kd.accuracy_of_fit(clean, np.sqrt(51)), 0.841345, 6)


# Against other computations.


def test_logistic_flow_is_that_of_another_library():
    teacher = kd.cross_entropy_teacher(LOGISTIC, 5.0)
    student = kd.cross_entropy_student(teacher, 2.0)
    rest = 1 / (1 + np.exp(teacher.margins))

    def speed(t, duals):
        fit = kd.LabelNoiseFit(LOGISTIC, duals)
        return 1 / (1 + np.exp(fit.margins)) - rest

    want = solve_ivp(speed, (0, 2), np.zeros(2), "DOP853", rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(student.duals, want.y[:, -1], rtol=1e-10)


def test_times_and_models_broadcast():
    models = kd.LabelNoiseModel([51, 4], [9, 1], [1.21, 0.5], 0.8)
    grid = np.array([[1.0], [2.0], [3.0]])
    fits = kd.label_noise_fit(models, grid, 0.5)
    assert fits.duals.shape == (3, 2, 2)
    assert fits.model.n_clean.tolist() == [[51, 4]] * 3
    one = kd.label_noise_fit(EXAMPLE, 2.0, 0.5)
    np.testing.assert_array_equal(fits.take((1, 0)).duals, one.duals)
    assert kd.cross_entropy_teacher(models, grid).margins.shape == (3, 2, 2)


# Limits.


def test_students_at_both_ends_of_time():
    teacher = kd.label_noise_fit(EXAMPLE, 2.0)
    np.testing.assert_array_equal(
        kd.label_noise_fit(EXAMPLE, 2.0, np.inf).duals, teacher.duals
    )
    assert kd.label_noise_slope(EXAMPLE, 2.0, [0.0, np.inf]).tolist() == [0.0, 1.0]
    logistic = kd.cross_entropy_teacher(LOGISTIC, 2.0)
    ends = kd.cross_entropy_student(logistic, [0.0, np.inf]).duals
    np.testing.assert_array_equal(ends, [[0.0, 0.0], logistic.duals])
    surest = kd.LabelNoiseFit(EXAMPLE, [1e4, 1e4])  # probabilities of 1 and of 0
    margins = kd.cross_entropy_student(surest, 1e-6).margins
    assert margins.tolist() == pytest.approx(
        [0.5e-6 * (51 * 1.21 + 0.8 + 9 * 1.21), 0.5e-6 * -(60 * 1.21 + 0.8)], rel=1e-3
    )


def test_thresholds_at_both_ends_of_time():
    assert kd.winning_student_time(EXAMPLE, [0.0, np.inf]).tolist() == [np.inf, 0.0]
    late = kd.noise_fitting_time(EXAMPLE, [0.0, 0.1, np.inf])
    assert late[:2].tolist() == [np.inf, np.inf]
    assert late[2] == kd.noise_fitting_time(EXAMPLE)
    small = kd.LabelNoiseModel(51, 9, 1e-3, 1.0)  # flipped labels are fitted at once
    assert float(kd.noise_fitting_time(small)) == 0.0
    first = np.log(61.0) / 60
    assert close(kd.exaggeration_time(LOGISTIC, 0.0) - first, 0.0, 15)
    assert float(kd.exaggeration_time(LOGISTIC, np.inf)) == 0.0


def test_extreme_sizes_and_times():
    wide = kd.LabelNoiseModel(51, 9, 1e80, 1e-80)
    assert np.isfinite(kd.noise_fitting_time(wide))
    assert np.isfinite(kd.winning_student_time(wide, [1e-90, 1.0, 1e300])).all()
    assert float(kd.filter_ratio(EXAMPLE, 1e300)) == 1.0


# Refusals.


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_clean": 9}, "n_clean must be above n_flipped, got 9.0"),
        ({"n_flipped": 0}, "n_flipped must be at least 1"),
        ({"n_flipped": 1.5}, "n_flipped must be a whole number"),
        ({"shared": 0}, "shared must be positive"),
        ({"private": -1}, "private must be positive"),
        ({"shared": 1e200}, "shared has the scale 1e.200"),
        ({"private": 1e-200}, "private has the scale 1e-200"),
        ({"shared": [1, 2], "private": [1, 2, 3]}, "shapes do not broadcast"),
    ],
)
def test_a_model_refuses(changed, message):
    given = {"n_clean": 51, "n_flipped": 9, "shared": 1.0, "private": 1.0}
    with pytest.raises(ValueError, match=message):
        kd.LabelNoiseModel(**(given | changed))


# λ₁/κ is (1 + a₀)/a₀: a teacher is undecided as soon as it begins.
UNDECIDED = kd.LabelNoiseModel(2, 1, 1.0, 1.0)
UNTRAINED = kd.LabelNoiseFit(EXAMPLE, [0.0, 0.0])
TWO, THREE = (kd.label_noise_fit(EXAMPLE, np.arange(n) + 1.0) for n in (2, 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kd.LabelNoiseFit(EXAMPLE, [1.0]), "give two numbers for each model"),
        (lambda: kd.LabelNoiseFit(EXAMPLE, np.ones((3, 2))), "two numbers for each"),
        (lambda: kd.label_noise_fit(EXAMPLE, -1.0, 1.0), "teacher_time must not be"),
        (lambda: kd.label_noise_slope(UNDECIDED, 1e-300, 1.0), "teacher is undecided"),
        (lambda: kd.accuracy_of_fit(UNTRAINED, 1.0), "fit must have been trained"),
        (lambda: kd.slope_of_fits(UNTRAINED, UNTRAINED), "more confident on some"),
        (lambda: kd.slope_of_fits(TWO, THREE), r"teacher \(2, 2\), student \(3, 2\)"),
        (lambda: kd.label_noise_slope(EXAMPLE, 0.0, 1.0), "be positive and finite"),
        (lambda: kd.label_noise_slope(EXAMPLE, np.inf, 1.0), "be positive and finite"),
        (lambda: kd.label_noise_slope(EXAMPLE, 1000.0, 1.0), "range of float64"),
        (lambda: kd.label_noise_accuracy(EXAMPLE, -1.0, 1.0), "not be negative"),
        (lambda: kd.label_noise_accuracy(EXAMPLE, 1.0, 0.0), "test_noise must be pos"),
        (lambda: kd.cross_entropy_teacher(EXAMPLE, np.inf), "no minimum"),
        (lambda: kd.cross_entropy_teacher(EXAMPLE, 2e4), r"be at most 1.43e\+04 for"),
        (lambda: kd.cross_entropy_student(UNTRAINED, -1.0), "student_time must not"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_flows_that_do_not_settle_are_refused(monkeypatch):
    monkeypatch.setattr("refgen.distillation.cross_entropy.TOLERANCE", 1e-18)
    with pytest.raises(ValueError, match="teacher_time is too long for this model"):
        kd.cross_entropy_teacher(EXAMPLE, 1.0)


def test_a_model_is_not_a_fit():
    with pytest.raises(TypeError, match="teacher must be a LabelNoiseFit"):
        kd.cross_entropy_student(EXAMPLE, 1.0)


# On a device.


def small(duals, given):
    """Sums of two positive terms, of which one may be subtracted from the other."""
    return rounding(24, abs(duals).sum(axis=-1, keepdims=True) / given.private[:, None])


@on_device
@given(seeds)
def test_fits_agree(device, seed):
    draws = stream(seed)
    arguments = model(draws), times(draws), times(draws.child("student"))
    got, want = on_both("distillation", "label_noise_fit", arguments)
    assert_on_device(got.duals, device)
    terms = 2 / want.model.private
    assert_within(got.duals, want.duals, rounding(24, terms)[:, None])


@on_device
@given(seeds)
def test_logistic_teachers_have_the_same_bits_and_students_nearly(device, seed):
    """Targets of students are rounded differently; their flow then is a contraction."""
    draws = stream(seed)
    given = model(draws), times(draws)
    got, want = on_both("distillation", "cross_entropy_teacher", given)
    np.testing.assert_array_equal(device.to_host(got.duals), want.duals)
    given = fitted(draws), times(draws)
    got, want = on_both("distillation", "cross_entropy_student", given)
    assert_on_device(got.duals, device)
    condition = (want.model.spectrum[:, 0] / want.model.private)[:, None]
    # Steps may be halved once more on one machine.
    allowed = 1e-10 * condition * (1 + abs(want.duals))
    assert_within(got.duals, want.duals, allowed)
