"""eˣ, tanh and log against mpmath, and where they end."""

import mpmath
import numpy as np
import pytest

from refgen.kernels.exponentials import exps, logs, tanhs
from refgen.kernels.linked import address

NAMES = {"exp": exps, "tanh": tanhs, "log": logs}


def of(name, x):
    found = np.array(x, float)
    NAMES[name](address(found), found.size)
    return found


def sizes(seed, low, high, n=400):
    """Numbers of both signs, of all magnitudes between two powers of 2."""
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], n) * 2.0 ** rng.uniform(low, high, n)


POINTS = {
    "exp": np.append(sizes(0, -40, 9.4), [0.0, -0.0, 700.0, -700.0]),
    "tanh": np.append(sizes(1, -60, 8.4), [0.0, -0.0, 0.173, 0.174]),
    "log": np.append(2.0 ** -np.abs(sizes(2, -30, 9.9)), [1.0, 0.5]),
}


@pytest.mark.parametrize("name", NAMES)
def test_values_are_within_two_ulps(name):
    with mpmath.workdps(40):
        for x, found in zip(POINTS[name], of(name, POINTS[name]), strict=True):
            right = getattr(mpmath, name)(mpmath.mpf(float(x)))
            assert abs(mpmath.mpf(float(found)) - right) <= 4 * 2**-53 * abs(right), x


@pytest.mark.parametrize("name", NAMES)
def test_values_do_not_depend_on_what_is_beside_them(name):
    together = of(name, POINTS[name])
    assert np.array_equal(together, [of(name, [x])[0] for x in POINTS[name]])
    assert np.array_equal(together[3:50], of(name, POINTS[name][3:50]))


def test_far_away_they_end():
    far = [701.0, 1e308, np.inf]
    assert of("exp", far).tolist() == [np.inf] * 3
    assert of("exp", np.negative(far)).tolist() == [0.0] * 3
    assert of("tanh", far).tolist() == [1.0] * 3
    assert of("tanh", np.negative(far)).tolist() == [-1.0] * 3


@pytest.mark.parametrize("name", ["exp", "tanh"])
def test_what_is_not_a_number_stays_so(name):
    assert np.isnan(of(name, [np.nan, 1.0])).tolist() == [True, False]


def test_the_tangent_of_either_zero_is_the_positive_one():
    """The sign of a zero is a bit, too, that all devices share."""
    assert not np.signbit(of("tanh", [0.0, -0.0])).any()


def test_the_tangent_is_odd_and_exponentials_are_reciprocal():
    x = POINTS["tanh"]
    assert np.array_equal(of("tanh", -x), -of("tanh", x))
    products = of("exp", POINTS["exp"]) * of("exp", -POINTS["exp"])
    assert np.abs(products - 1).max() <= 8 * 2**-53
