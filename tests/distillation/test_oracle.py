"""Labels mixed in, and rounds that reach the oracle: scans, and limits by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from refgen.distillation import (
    SpectralProblem,
    gradient_flow_filter,
    optimal_label_weight,
    optimal_stopping,
    oracle_rounds,
    spectral_risk,
    wiener_filter,
)


def two(ratio, power=0.5):
    """Two directions with ratios of signal to noise `ratio`, λ = (1, power)."""
    spectrum = np.array([1.0, power])
    return SpectralProblem(spectrum, np.sqrt(ratio / spectrum), 1.0, 1)


def test_the_best_weight_of_labels_is_that_of_a_scan():
    problem, s = two([20.0, 0.02]), np.array([0.7, 0.9])
    weights = np.linspace(-1, 1, 20_001)[:, None]
    risks = spectral_risk(problem, s + weights * (1 - s))
    best, gain = optimal_label_weight(problem, s)
    assert float(best) == pytest.approx(weights[risks.argmin(), 0], abs=1e-4)
    assert float(gain) == pytest.approx(
        float(spectral_risk(problem, s)) - risks.min(), rel=1e-6
    )


def test_a_teacher_that_lacks_nothing_has_nothing_to_mix():
    parts = optimal_label_weight(two([20.0, 2.0]), [1.0, 1.0])
    assert [float(part) for part in parts] == [0, 0]


@pytest.mark.parametrize(
    ("ratio", "sign"), [([3.0, 3.0], 1), ([3.0, 1.0], 0), ([3.0, 0.2], -1)]
)
def test_labels_help_where_pure_students_do_not(ratio, sign):
    """The weaker direction has the later best time, the same one or an earlier one."""
    problem = two(ratio)
    time, _ = optimal_stopping(problem)
    weight, gain = optimal_label_weight(
        problem, gradient_flow_filter(problem.spectrum, time)
    )
    assert np.sign(weight.round(12)) == sign
    assert (float(gain) > 1e-12) == (sign != 0)


@pytest.mark.parametrize("rounds", [2, 3, 10, 1000])
def test_rounds_are_the_first_that_overshoot(rounds):
    first = 0.95
    at = [(1 - (1 - first ** (1 / m)) ** 0.5) ** m for m in (rounds - 1, rounds)]
    for share, want in (
        (0.0, rounds),
        (0.01, rounds),
        (1.0, rounds),
        (-1e-6, rounds + 1),
    ):
        second = at[1] + share * (at[0] - at[1]) * 0.99
        f = np.array([first, second])
        problem = two(f / (1 - f))
        assert float(oracle_rounds(problem)) == want, share
        assert_allclose(wiener_filter(problem), f)


def test_limits_of_the_number_of_rounds():
    assert float(oracle_rounds(two([3.0, 1.0]))) == 1
    assert float(oracle_rounds(two([3.0, 2.0]))) == np.inf
    # In any order of the directions, and where more than 1e100 would be needed.
    swapped = SpectralProblem([0.5, 1.0], [(0.2 / 0.5) ** 0.5, 3**0.5], 1.0, 1)
    assert float(oracle_rounds(swapped)) == float(oracle_rounds(two([3.0, 0.2])))
    assert float(oracle_rounds(two([1e12, 1e-9], 0.99))) == np.inf
    assert 2.0**53 < float(oracle_rounds(two([1e4, 1e-5], 0.9))) < np.inf


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (SpectralProblem([1.0], [1.0], 1.0, 1), "problem must have 2 directions"),
        (two([1.0, 0.0]), "problem must have signal in both directions"),
        (SpectralProblem([1.0, 2.0], [1.0, 1.0], 0.0, 1), "problem has no noise"),
    ],
)
def test_rounds_refuse(problem, message):
    with pytest.raises(ValueError, match=message):
        oracle_rounds(problem)
