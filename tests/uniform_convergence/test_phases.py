"""Limits, the phase diagram, all margins of the ramp loss, and exponents."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from refgen.uniform_convergence import (
    best_negation_gap,
    critical_signal,
    error_exponents,
    least_dimensions,
    limit_bracket,
    limit_errors,
    negation_dimensions,
    negation_gap,
    phase_diagram,
    ramp_limits,
)


def test_phase_values_of_the_page():
    first = limit_errors(0.125, 0.01)
    assert [round(float(first.test), 5), f"{first.train:.1e}"] == [0.10565, "1.2e-29"]
    second = [round(float(p), 5) for p in limit_errors(0.125, 0.3)]
    assert second == [0.40974, 0.01999, 0.94493]


def test_critical_signals_are_roots_by_another_solver():
    def excess(margin):
        return quad(lambda g: (g + margin) ** 2 * norm.pdf(g), -margin, 12)[0]

    for beta in (0.05, 0.5, 1.0, 1.9):
        margin = brentq(lambda k, b=beta: excess(k) - 1 / b, 0, 9, xtol=1e-13)
        assert critical_signal(beta) == pytest.approx(np.sqrt(beta) * margin, rel=1e-9)
    assert critical_signal([2.0, 5.0]).tolist() == [0.0, 0.0]
    # Close to 2 the margin is (2 − β)/(8φ(0)), and keeps its digits.
    near = 2 - 4097 * 2.0**-52
    wanted = np.sqrt(2) * (2 - near) / (8 * norm.pdf(0))
    assert critical_signal(near) == pytest.approx(wanted, rel=1e-10, abs=0)
    assert critical_signal(1e-80) == pytest.approx(1.0, rel=1e-14)


def test_published_signals_and_dimensions():
    assert round(float(critical_signal(0.5)), 4) == 0.7314
    # The published α = ⅛ is critical at β* = 1.722.
    published = brentq(lambda b: critical_signal(b) - 0.125, 1.5, 1.9)
    assert round(published, 3) == 1.722
    assert [round(float(d), 3) for d in least_dimensions([0.1, 0.01])] == [2.603, 6.41]
    found = [round(float(d), 1) for d in negation_dimensions([0.1, 0.01])]
    assert found == [10.8, 26.5]
    assert round(float(best_negation_gap(0.05)), 5) == 0.97465
    ratios = np.array([1e-3, 1.0, 1e20])  # where both errors are ½ but for 2e-11, too
    gaps = best_negation_gap(ratios)
    assert negation_gap(0.5, ratios) == pytest.approx(gaps, rel=1e-14, abs=0)


def test_negation_shows_most_near_the_best_noise_of_the_limit():
    signals = 4 / np.linspace(32, 6, 2601)  # for V from 32 down to 6, in steps of 0.01
    diagram = phase_diagram(signals, [0.05], 50)
    gap = (diagram.transformed - diagram.test)[0]
    assert 4 / signals[gap.argmax()] == pytest.approx(8.016, abs=0.006)
    assert [round(gap.max(), 5), round(gap[0], 3)] == [0.97443, 0.712]


def test_exponents_of_the_page():
    table = {
        2: (0.00389115, 0.48696406, 0.23696406),
        4: (0.00194933, 0.18896798, 0.10563465),
        16: (0.00048804, 0.04115784, 0.02449117),
    }
    for m, wanted in table.items():
        found = [round(float(j), 8) for j in error_exponents(0.125, m)]
        assert found == list(wanted)
    # One less the transformed error falls no more where it is right.
    assert error_exponents([1.0, 3.0], 4).not_transformed.tolist() == [0.0, 0.0]
    # Next to 1 it is (1 − α)²/(2(m + 1)), for the variance (m + 1)/D of margins/V.
    near = error_exponents(1 - 2.0**-30, 5).not_transformed
    assert near == pytest.approx(2.0**-60 / 12, rel=1e-8, abs=0)


def test_ramp_limits_of_the_page():
    limits = ramp_limits(4.0, 32.0, [100.0, 66.0, 8.0, 0.0])
    assert limits.uniform[0] == 0.32  # the literal reading says 0.68
    assert [round(float(x), 3) for x in limits.uniform[1:]] == [0.485, 0.5, 1.0]
    assert (1 - (limits.test - limits.train))[1] == pytest.approx(0.5152, abs=1e-4)
    # A guarantee of ½ is the best, at γ = 2a, and one of L is at γ above that.
    assert limits.guarantee.tolist() == pytest.approx([0.96, limits.test[1], 0.5, 1.0])


def test_strong_signals_leave_a_share_wrong():
    shares = np.linspace(1e-6, 1, 100_001)
    for a, v, gamma in ((3.0, 1.0, 0.5), (3.0, 1.0, 2.2), (1.1, 1.0, 0.8)):
        moved = a - v / np.sqrt(shares)
        losses = 1 - np.clip(moved, 0, gamma) / gamma
        best = (shares * losses).max()
        assert float(ramp_limits(a, v, gamma).uniform) == pytest.approx(best, abs=1e-5)
    limits = ramp_limits([2.0, 1.0, 0.5], 1.0)
    assert limits.uniform.tolist() == [0.25, 1.0, 1.0]
    assert limits.test.tolist() == limits.train.tolist() == [0.0] * 3
    assert limits.transformed.tolist() == [0.0, 0.5, 1.0]


def test_brackets_meet_up_to_the_critical_signal():
    beta = np.array([0.01, 0.5, 1.5])
    for factor, meet in ((1 - 1e-9, True), (1 + 1e-3, False)):
        low, high = limit_bracket(factor * critical_signal(beta), beta)
        assert (low == high).tolist() == [meet] * 3
    far = limit_bracket(np.array([1.5, 3.0]), 1e-10)
    assert far.low == pytest.approx([1 / 2.25, 1 / 9], rel=1e-4)
    assert far.high == pytest.approx([1 / 2.25, 1 / 9], rel=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: limit_errors(0.0, 1.0), "signal_ratio must be positive, got 0.0"),
        (lambda: limit_bracket(1.0, -1.0), "sample_ratio must be positive, got -1.0"),
        (lambda: critical_signal(1e200), "sample_ratio has the scale 1e.200"),
        (lambda: least_dimensions(0.5), "epsilon must be below ½"),
        (lambda: negation_dimensions(1.0), "epsilon must be strictly between 0 and 1"),
        (lambda: error_exponents(0.5, 1), "n_samples must be at least 2, got 1"),
        (lambda: ramp_limits(1.0, 0.0), "noise must be positive, got 0.0"),
        (lambda: ramp_limits(1.0, 1.0, -1.0), "gamma must not be negative, got -1.0"),
        (lambda: limit_errors([1.0, 2.0], [1.0] * 3), "shapes do not broadcast"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
