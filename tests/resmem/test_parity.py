"""Every function of refgen.resmem gives on a device what it gives on the CPU.

Results are within the error model of `support.parity`, or equal in every bit where no
operation rounds differently. The table says for each function how many roundings a
result has and how large the sum of its terms' absolute values is.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calls.resmem import ARGUMENTS, problem
from support.mirrors import (
    Case,
    assert_complete,
    check_agreement,
    check_bad_numbers,
    check_host_arguments,
    check_instance,
)
from support.parity import (
    ROUNDINGS_OF_POW,
    assert_on_device,
    assert_within,
    model,
    on_device,
    seeds,
    stream,
)

import refgen.resmem as on_host
import refgen_gpu.resmem as on_gpu
from refgen.resmem import _lens, ball, ball_neighbors
from refgen_gpu.arrays import to_host

ELSEWHERE = {
    "ResMemClassifier": "test_estimators_on_device",
    "ResMemDisplay": "test_display",
    "ResMemRegressor": "test_estimators_on_device",
    "memorization_pays": "test_memorization",
}


# Instances.


# μ and so θ∞ have the same bits: they are computed by single operations. Sums over
# d features have squares as terms.
def squares(arguments, want):
    d = arguments[0].n_features
    return model(d + ROUNDINGS_OF_POW + 4, want)


def of_gap(arguments, want):
    """Both bounds are (‖θ*‖ − L)₊² times at most the largest eigenvalue."""
    law = arguments[0]
    d, length = law.n_features, np.linalg.norm(law.coefficients, axis=-1)
    gap = np.maximum(length - law.radius, 0)
    # The difference is as accurate as what it is between, and then squared.
    off = model(d + ROUNDINGS_OF_POW + 4, length + law.radius)
    quotients = model(2 * (d + ROUNDINGS_OF_POW) + 16, want[1])
    return quotients + law.spectrum.max(axis=-1) * off * (2 * gap + off)


def parts(arguments, want):
    law, theta = arguments
    best, mu = on_host.population_base(law)
    weights = law.spectrum + mu[:, None]
    size = (weights * (theta - best) ** 2).sum(-1)
    size += mu * (law.radius + np.linalg.norm(theta, axis=-1)) ** 2
    return model(law.n_features + ROUNDINGS_OF_POW + 6, size)


def limit(arguments, want):
    law = arguments[0]
    noise, d = on_host.irreducible_risk(law) + law.noise**2, law.n_features
    # The shares of d directions are between 0 and 1.
    return model(3 * d + 2 * ROUNDINGS_OF_POW + 20, d * noise)


def solved(arguments, want):
    """The device uses eigenvalues, the CPU Cholesky; both are backward stable.

    Xᵀy/n is as accurate as its terms: if it moves by δ, θ moves by at most 2|δ|/(λ + μ)
    with the least eigenvalue λ, and μ by κ|δ|/‖θ‖, as ‖θ‖ is held.
    """
    X, y, _ = arguments
    theta, mu = want
    d = X.shape[-1]
    spectrum = np.linalg.eigvalsh(X.swapaxes(-1, -2) @ X / X.shape[-2])
    condition = (spectrum[:, -1] + mu) / (spectrum[:, 0] + mu)
    error = 16 * (d**2 + X.shape[-2]) * 2.0**-53 * condition
    size = np.linalg.norm(theta, axis=-1)
    terms = np.einsum("...nd,...n->...d", abs(X), abs(y)) / X.shape[-2]
    off = model(X.shape[-2] + 2, np.linalg.norm(terms, axis=-1))
    return {
        "result.0": (error * size + 2 * off / (spectrum[:, 0] + mu))[:, None],
        "result.1": error * spectrum[:, -1] + condition * off / size,
    }


# Designs.


def apart(arguments, want):
    # exp of a number up to 800 multiplies the number's rounding by up to 800.
    points, queries, k = arguments[:3]
    size = 4 * (abs(points).max() + abs(queries).max()) ** 2 + 4
    return model(6 + 2 * k + 800, size)


# Risks.


def sums(arguments, want):
    """Sums over features, pairs of them and queries; eigenvalues."""
    d = arguments[0].shape[-1]
    largest = max(abs(a).max() for a in arguments)
    return model(6 + 20 * d, 100 * d * d * (1 + largest) ** 4)


# One dimension, with noise.


def gaussian(arguments, want):
    # σ is squared; exp of a number up to 40²/2 multiplies its rounding by up to that.
    points = arguments[0]
    size = 40 * (1 + 2 / (points**2).sum(-1).min())
    return model(2 * 800 + 4 * points.shape[-1], size)


def ball_sum(arguments, want):
    # A sum of positive terms; exp of up to 700 where it is not 0.
    d, n = arguments
    nodes = ball._rule(d, _lens.halvings(d, n))[1].size
    return model(nodes + 3 * 700, want)


def displaced(arguments, want):
    # As many positive terms; their exponents are sums of k + 2 logarithms.
    d, n, k = arguments
    nodes = ball_neighbors._rule(d, _lens.halvings(d, n), 12)[0].size
    return model(nodes + 3 * 700 * (k.max() + 2), want)


def within(roundings, size=None):
    return lambda arguments, want: model(
        roundings, max(abs(np.max(part)) for part in _tuple(want)) if size is None
        else size
    )  # fmt: skip


def _tuple(value):
    return value if isinstance(value, tuple) else (value,)


# exp of sums of logarithms up to 40, each after a dozen operations.
GAMMAS = within(12 * 40)
CASES = {
    "LinearProblem": Case(),
    "asymptotic_excess_risk": Case(limit),
    "at_neighbors": Case(unchecked=("values",)),
    "averaged_risk_limit": Case(
        within(4 + 3 * ROUNDINGS_OF_POW),
    ),
    "ball_boundary_limit": Case(),
    "ball_displacement": Case(displaced),
    "ball_distance_limit": Case(),
    "ball_moments": Case(),
    "ball_squared_distance": Case(ball_sum),
    "ball_squared_distance_bounds": Case(GAMMAS),
    "base_risk": Case(squares),
    "best_neighbors": Case(),
    "break_even_n": Case(),
    "centre_displacement": Case(GAMMAS),
    "decomposition_terms": Case(sums),
    "design_neighbors": Case(),
    "displacement_limit": Case(GAMMAS),
    "displacement_matrices": Case(apart),
    "displacement_matrix": Case(sums),
    "displacements": Case(apart),
    "empirical_base": Case(solved),
    "excess_risk_parts": Case(parts),
    "expected_interval_displacement": Case(within(30)),
    "fitted_risk_bounds": Case(sums),
    # There are 12 cubes, each at most 8 and after ten operations.
    "interval_displacement": Case(within(12 + 10, 12 * 8)),
    "irreducible_risk": Case(squares),
    "irreducible_risk_bounds": Case(of_gap),
    "irreducible_risk_slope": Case(),
    # Sums of squares of differences of means of 4, with two roundings more from exp.
    "leave_one_out_scores": Case(
        lambda a, want: model(60 + 7 * a[2].shape[1], want.max() + (a[2] ** 2).max()),
    ),
    "memorization_gain": Case(
        lambda a, want: model(
            a[0].n_features + 2 * ROUNDINGS_OF_POW + 6,
            on_host.irreducible_risk(a[0]) + a[0].noise ** 2,
        ),
    ),
    "neighbor_agreement": Case(gaussian),
    "neighbor_weights": Case(
        within(16, 1.0),
    ),
    "noisy_base_risk": Case(gaussian),
    "noisy_interval_risk": Case(within(32 + 2 * ROUNDINGS_OF_POW)),
    "noisy_risk": Case(gaussian),
    "noisy_slope": Case(gaussian),
    "noisy_torus_risk": Case(GAMMAS),
    "population_base": Case(),
    "project_on_simplex": Case(
        lambda a, want: model(4 * a[0].shape[1] + 4, 1 + abs(a[0]).sum(-1).max()),
    ),
    "recalled_risk_bound": Case(
        within(40 + 2 * ROUNDINGS_OF_POW),
    ),
    "resmem_errors": Case(sums),
    "resmem_predictions": Case(within(12, 50.0), ("weights",)),
    "resmem_risk": Case(sums),
    "risk_bounds": Case(sums),
    "sample_points": Case(),
    "smooth": Case(within(8, 20.0)),
    "torus_displacement": Case(GAMMAS),
    "torus_distance_moment": Case(GAMMAS),
    "without_self": Case(),
}


@pytest.mark.parametrize("name", CASES)
@on_device
@given(seeds, st.integers(1, 5))
def test_functions_agree(name, device, seed, d):
    arguments = ARGUMENTS[name](stream(seed), d)
    check_agreement("resmem", name, CASES[name], arguments, device)


@pytest.mark.parametrize("name", CASES)
def test_host_arrays_are_refused(name, device):
    check_host_arguments("resmem", name, ARGUMENTS[name](stream(0), 2))


@pytest.mark.parametrize("name", CASES)
def test_nan_and_infinity_are_refused(name, device):
    arguments = ARGUMENTS[name](stream(0), 2)
    check_bad_numbers("resmem", name, arguments, CASES[name])


def test_every_public_function_is_compared():
    assert_complete("resmem", CASES, ELSEWHERE)


# Instances.


@on_device
@given(seeds, st.integers(1, 5))
def test_problems_are_built_from_lists(device, seed, d):
    want = problem(stream(seed), d)
    values = {name: value.tolist() for name, value in vars(want).items()}
    got = on_gpu.LinearProblem(**values)
    assert type(got) is on_gpu.LinearProblem
    check_instance(device, got, want)


@on_device
@given(seeds, st.integers(1, 5))
def test_problems_of_a_covariance_are_built_from_lists(device, seed, d):
    spectrum = np.sort(stream(seed).exponential(d))
    theta = stream(seed, "theta").normal(d)
    given = np.diag(spectrum).tolist(), theta.tolist(), 0.5, 0.25
    with pytest.raises(TypeError, match=r"covariance is on the host .*to_device"):
        on_gpu.LinearProblem.from_covariance(np.eye(2), [1.0, 0.0], 0.5)
    got = on_gpu.LinearProblem.from_covariance(*given)
    want = on_host.LinearProblem.from_covariance(*given)
    assert_on_device(tuple(vars(got).values()), device)
    error = model(8 * d * d, spectrum.max() + abs(theta).sum())
    assert_within(got.spectrum, want.spectrum, error)
    # Eigenvectors have either sign.
    assert_within(abs(to_host(got.coefficients)), abs(want.coefficients), error)
