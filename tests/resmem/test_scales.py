"""Numbers of any scale: formulas scale as they should, to the last bit, or refuse."""

import numpy as np
import pytest

from refgen.resmem import (
    LinearProblem,
    asymptotic_excess_risk,
    base_risk,
    empirical_base,
    excess_risk_parts,
    irreducible_risk,
    irreducible_risk_bounds,
    irreducible_risk_slope,
    population_base,
)
from refgen.resmem import displacement as apart
from refgen.resmem import noise as noisy

RNG = np.random.default_rng(0)
SCALES = [(290, 290), (-290, -290), (290, -290), (-290, 290)]


def unscaled(values, *units):
    """Results divided by their units, one by one, so that no unit overflows."""
    found = []
    for value, powers in zip(np.atleast_1d(np.array(values)), units, strict=False):
        for power in powers:
            value = value / 2.0**power
        found.append(value)
    return np.array(found)


@pytest.mark.parametrize(("s", "t"), SCALES)
def test_risks_scale_with_the_problem(s, t):
    # Powers of two change no bits: λ in units of 2ˢ, and all lengths in units of 2ᵗ.
    spectrum, target, base = RNG.exponential(size=3), RNG.normal(size=3), np.ones(3) / 4
    risk = (s, t, t)

    def results(a, b):
        problem = LinearProblem(spectrum * a, target * b, 0.5 * b, 0.25 * b * a**0.5)
        return [
            irreducible_risk(problem),
            *irreducible_risk_bounds(problem),
            base_risk(problem, base * b),
            *excess_risk_parts(problem, base * b),
            asymptotic_excess_risk(problem),
            irreducible_risk_slope(problem),
            population_base(problem)[1],
            *population_base(problem)[0],
        ]

    units = [risk] * 7 + [(s, t), (s,)] + [(t,)] * 3
    scaled = unscaled(results(2.0**s, 2.0**t), *units)
    np.testing.assert_array_equal(scaled, results(1.0, 1.0))


@pytest.mark.parametrize("power", [290, -290])
def test_displacements_scale_with_the_interval(power):
    points, unit = np.sort(RNG.uniform(size=5)), 2.0**power
    for function in (
        lambda a: apart.interval_displacement(points * a, 2, 0.0, a),
        lambda a: apart.expected_interval_displacement(5, 2, 0.0, a),
        lambda a: noisy.neighbor_agreement(points * a, 2, 0.0, a),
        lambda a: noisy.noisy_risk(points * a, 1.0, 0.9, 0.7 * a, 2, 0.0, a),
        lambda a: noisy.noisy_base_risk(points * a, 1.0, 0.9, 0.7 * a, 0.0, a),
    ):
        assert float(function(unit)) / unit / unit == float(function(1.0))


@pytest.mark.parametrize(("s", "t"), [(200, 200), (-200, -100), (140, 0)])
def test_trained_bases_scale_with_their_data(s, t):
    points, labels = RNG.normal(size=(9, 2)), RNG.normal(size=9)
    a, b = 2.0**s, 2.0**t
    theta, multiplier = empirical_base(points * a, labels * b, 0.5 * b / a)
    want, root = empirical_base(points, labels, 0.5)
    # Newton's method may end a step earlier or later.
    np.testing.assert_allclose(theta / b * a, want, rtol=1e-14)
    assert float(multiplier) / a / a == pytest.approx(float(root), rel=1e-14, abs=0)


def test_problems_of_a_scale_without_products_are_refused():
    for arguments, name in (
        (([1e-200], [1.0], 0.5), "spectrum"),
        (([1.0], [1e200], 0.5), "coefficients"),
        (([1.0], [1.0], 1e-200), "radius"),
    ):
        with pytest.raises(ValueError, match=f"{name} .*; rescale"):
            LinearProblem(*arguments)
    # A small eigenvalue beside a large one is harmless, and so is no constraint.
    problem = LinearProblem([1.0, 1e-320, 0.0], [1.0, 1.0, 0.0], 1e300)
    assert float(irreducible_risk(problem)) == 0
    assert [float(part) for part in excess_risk_parts(problem, [0.0] * 3)] == [1.0, 0.0]
