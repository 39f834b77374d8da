"""Stopping times: a scan of the risk itself, anchors, and what cannot be done."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from support.calls.distillation.risk import problem
from support.mirrors import on_both
from support.parity import assert_on_device, model, stream

from refgen.distillation import (
    SpectralProblem,
    direction_stopping_times,
    flow_risk_change,
    gradient_flow_filter,
    optimal_pair,
    optimal_stopping,
    optimal_student,
    self_distillation_can_pay,
    spectral_risk,
    wiener_filter,
)
from refgen_gpu.arrays import to_host

# λβ² = (20, 0.02), λ = (0.4, 0.2), σ²/n = 1.
PUBLISHED = SpectralProblem([0.4, 0.2], [50**0.5, 0.1**0.5], 1.0, 1)


def test_the_published_example():
    time, alone = optimal_stopping(PUBLISHED)
    student, after = optimal_student(PUBLISHED, time)
    teacher, both, together = optimal_pair(PUBLISHED)
    assert [f"{risk:.4f}" for risk in (alone, after, together)] == [
        "1.4795",
        "1.4030",
        "1.3711",
    ]
    assert teacher <= both
    assert student > time


def of_signal(spectrum, ratio):
    """A problem with these ratios of signal to noise."""
    beta = np.sqrt(np.array(ratio) / spectrum)
    return SpectralProblem(spectrum, beta, 1.0, 1)


def test_a_teacher_that_fits_the_weakest_direction_exactly_is_beaten():
    tie = of_signal([1.5, 1.0], [0.0, np.e - 1])
    assert f"{float(flow_risk_change(tie, 1.0, 10.0)):.1e}" == "-3.7e-07"


def test_the_weakest_direction_need_not_be_over_fitted():
    three = of_signal([4.0, 1.0, 0.2], [10.0, 0.0, 0.3])
    time, alone = optimal_stopping(three)
    student, after = optimal_student(three, time)
    assert f"{float(time):.6f} {float(alone - after):.6f}" == "0.513867 0.045214"
    assert f"{float(student):.4f}" == "1.0253"
    assert gradient_flow_filter([0.2], time)[0] < wiener_filter(three)[2]


def random_problems(count, d, noise=0.5):
    draws = np.random.default_rng(d)
    spectrum = draws.exponential(size=(count, d)) ** 3
    return SpectralProblem(spectrum, draws.normal(size=(count, d)), noise, 20)


@pytest.mark.parametrize("d", [1, 2, 6])
def test_no_time_of_a_fine_scan_is_better(d):
    problems = random_problems(40, d)
    grid = np.append(np.geomspace(1e-5, 1e5, 4001), [0.0, np.inf])[:, None]
    filters = gradient_flow_filter(problems.spectrum, grid)
    found = [optimal_stopping(problems)]
    scans = [spectral_risk(problems, filters).min(axis=0)]
    teacher = np.linspace(0.1, 9.0, 40)
    share = gradient_flow_filter(problems.spectrum, teacher)
    found.append(optimal_student(problems, teacher))
    scans.append(spectral_risk(problems, share * filters).min(axis=0))
    for (_, risk), scan in zip(found, scans, strict=True):
        assert (risk <= scan * (1 + 1e-14)).all()
        assert_allclose(risk, scan, rtol=1e-3)


def test_no_pair_of_a_scan_is_better():
    problems = random_problems(30, 3)
    times = np.append(np.geomspace(1e-3, 1e4, 120), np.inf)[:, None]
    filters = gradient_flow_filter(problems.spectrum, times)
    scan = spectral_risk(problems, filters[:, None] * filters).min(axis=(0, 1))
    teacher, student, risk = optimal_pair(problems)
    assert (risk <= scan * (1 + 1e-14)).all()
    assert (risk <= optimal_stopping(problems)[1]).all()
    assert (teacher <= student).all()


def test_limits_of_the_best_times():
    nothing = SpectralProblem([1.0, 0.5], [0.0, 0.0], 1.0, 5)
    assert [float(part) for part in optimal_stopping(nothing)] == [0, 0]
    assert [float(part) for part in optimal_pair(nothing)] == [0, np.inf, 0]
    without_noise = SpectralProblem([1.0, 0.0], [1.0, 1.0], 0.0, 5)
    assert [float(part) for part in optimal_stopping(without_noise)] == [np.inf, 0]
    assert float(optimal_student(without_noise, 2.0)[0]) == np.inf
    assert [float(p) for p in optimal_pair(without_noise)] == [np.inf, np.inf, 0]
    isotropic = SpectralProblem([1.0, 3.0], [1.0, 1.0], 1.0, 9)  # no student pays
    time, risk = map(float, optimal_stopping(isotropic))
    assert [float(p) for p in optimal_pair(isotropic)] == [time, np.inf, risk]
    alone = SpectralProblem([2.0], [1.0], 1.0, 4)
    time = float(direction_stopping_times(alone)[0])
    assert float(optimal_stopping(alone)[0]) == pytest.approx(time, rel=1e-12)


def test_times_of_directions_are_where_the_wiener_filter_is_met():
    problems = random_problems(5, 4)
    times = direction_stopping_times(problems)
    learned = -np.expm1(-problems.spectrum * times)
    signal = problems.signal
    want = signal / (signal + problems.variance[:, None])
    assert_allclose(learned, want, rtol=1e-12)
    null = SpectralProblem([0.0, 1e-12], [2.0, 2.0], 1.0, 5)
    assert_allclose(direction_stopping_times(null), 20, rtol=1e-9)


@pytest.mark.parametrize("power", [0.2, 0.5, 0.9])
def test_in_two_directions_a_threshold_of_the_signal_decides(power):
    first = np.array([0.5, 3.0, 40.0])
    threshold = np.expm1(power * np.log1p(first))
    for factor in (0.97, 1.03):
        ratio = np.stack([first, factor * threshold], axis=-1)
        problems = of_signal(np.array([1.0, power]) + 0 * ratio, ratio)
        time, _ = optimal_stopping(problems)
        student, _ = optimal_student(problems, time)
        assert (np.isfinite(student) == (factor < 1)).all()
        assert (self_distillation_can_pay(problems) == (factor < 1)).all()


def test_when_self_distillation_can_pay():
    def pays(spectrum, times, filter="gradient_flow"):
        spectrum, times = np.array(spectrum), np.array(times)
        beta = np.sqrt(np.expm1(spectrum * times) / np.where(spectrum, spectrum, 1))
        case = SpectralProblem(spectrum, beta, 1.0, 1)
        return bool(self_distillation_can_pay(case, filter))

    assert not pays([3.0, 2.0, 1.0], [1.0, 1.0, 1.0])  # ties, but for rounding
    assert not pays([2.0, 3.0, 1.0], [2.0, 1.0, 3.0])
    assert not pays([2.0, 2.0], [1.0, 5.0])  # one eigenvalue
    assert not pays([2.0, 0.0], [1.0, 0.0])  # a null direction
    assert pays([1.0, 3.0, 2.0], [3.0, 1.0, 0.99])
    isotropic = SpectralProblem([1.0, 3.0], [1.0, 1.0], 1.0, 9)
    assert not self_distillation_can_pay(isotropic, "ridge")
    weak = SpectralProblem([1.0, 3.0], [1.0, 1.01], 1.0, 9)
    assert self_distillation_can_pay(weak, "ridge")
    assert not self_distillation_can_pay(weak)
    with pytest.raises(ValueError, match="filter must be one of 'gradient_flow'"):
        self_distillation_can_pay(weak, "lasso")
    with pytest.raises(ValueError, match="problem has no noise"):
        self_distillation_can_pay(SpectralProblem([1.0], [1.0], 0.0, 9))


def test_best_times_on_a_device_are_as_good(device):
    """Flat minima have many best times: their risks are compared."""
    case, teacher = problem(stream(0), 3), np.array([0.1, 1.0, 5.0, 0.0])
    first = gradient_flow_filter(case.spectrum, teacher)
    unit = model(64, (case.signal + case.variance[:, None]).sum(axis=-1))
    for name, before, call in (
        ("optimal_stopping", 1.0, (case,)),
        ("optimal_student", first, (case, teacher)),
        ("optimal_pair", None, (case,)),
    ):
        got, want = on_both("distillation", name, call)
        assert_on_device(got, device)
        *times, risk = map(to_host, got)
        share = np.ones(1) if before is None else before
        for time in times:
            share = share * gradient_flow_filter(case.spectrum, time)
        assert (abs(risk - spectral_risk(case, share)) <= unit).all()
        assert (abs(risk - want[-1]) <= unit).all(), name
