"""Every function of refgen.resmem gives on a device what it gives on the CPU.

Results are within the error model of `support.parity`, or equal in every bit where no
operation rounds differently. The table says for each function how many roundings a
result has and how large the sum of its terms' absolute values is.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mirrors import (
    assert_complete,
    check_bad_numbers,
    check_host_arguments,
    check_instance,
    on_both,
)
from support.parity import (
    ROUNDINGS_OF_POW,
    assert_on_device,
    assert_same_bits,
    assert_within,
    model,
    on_device,
    seeds,
    stream,
)

import refgen.resmem as on_host
import refgen_gpu.resmem as on_gpu
from refgen.arrays import Instance
from refgen.resmem import _lens, ball, ball_neighbors
from refgen_gpu.arrays import to_host

ELSEWHERE = {
    "ResMemClassifier": "test_estimators_on_device",
    "ResMemDisplay": "test_display",
    "ResMemRegressor": "test_estimators_on_device",
    "memorization_pays": "test_memorization",
}

EDGE = np.sqrt(3)
N, K = np.array([4.0, 9.0, 1e6, 1e12]), np.array([1.0, 2.0, 9.0, 1.0])
GAP, SIGMA = np.array([0.5, 1.0, 0.1, 2.0]), np.array([0.3, 0.1, 2.0, 0.0])


@dataclass(frozen=True)
class Case:
    """A call and how far its results may be apart.

    `arguments` takes draws and a number of features. `bound` takes the arguments and
    the CPU's result; None means that bits are equal. Parameters in `unchecked` may
    hold NaN: the function does not check them.
    """

    arguments: Any
    bound: Any = None
    unchecked: tuple = ()


# Instances.


def problem(draws, d):
    """Three problems, of which some have an inactive constraint."""
    return on_host.LinearProblem(
        draws.child("spectrum").exponential((3, d)),
        draws.child("coefficients").normal((3, d)),
        0.1 + 2 * draws.child("radius").uniform(3),
        draws.child("noise").uniform(3),
    )


def problem_and_base(draws, d):
    return problem(draws, d), draws.child("base").normal((3, d))


# μ and so θ∞ have the same bits: they are computed by single operations. Sums over
# d features have squares as terms.
def squares(arguments, want):
    d = arguments[0].n_features
    return model(d + ROUNDINGS_OF_POW + 4, want)


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


def training_sets(draws, d):
    return (
        draws.child("X").normal((3, d + 9, d)),
        draws.child("y").normal((3, d + 9)),
        0.1 + draws.child("radius").uniform(3),
    )


def solved(arguments, want):
    """The device uses eigenvalues, the CPU Cholesky; both are backward stable."""
    X, _, _ = arguments
    theta, mu = want
    d = X.shape[-1]
    spectrum = np.linalg.eigvalsh(X.swapaxes(-1, -2) @ X / X.shape[-2])
    condition = (spectrum[:, -1] + mu) / (spectrum[:, 0] + mu)
    error = 16 * (d**2 + X.shape[-2]) * 2.0**-53 * condition
    size = np.linalg.norm(theta, axis=-1)
    return {"result.0": (error * size)[:, None], "result.1": error * spectrum[:, -1]}


# Designs.


def designs(draws, d):
    points, queries = draws.normal((2, 9, d)), draws.child("q").normal((2, 6, d))
    points[:, ::2] = np.rint(points[:, ::2])
    queries[:, ::2] = np.rint(queries[:, ::2])
    return points, queries


def weighted(draws, d):
    """A number of neighbours and one of the kinds of weights."""
    k, kind = 2 * d - 1, ("nearest", "uniform", "exponential")[d % 3]
    return (*designs(draws, d), k, kind, 0.25 + draws.child("bandwidth").uniform(2))


def apart(arguments, want):
    # exp of a number up to 800 multiplies the number's rounding by up to 800.
    points, queries, k = arguments[:3]
    size = 4 * (abs(points).max() + abs(queries).max()) ** 2 + 4
    return model(6 + 2 * k + 800, size)


def looked_up(draws, d):
    return draws.normal((2, 5, d)), draws.child("i").integers(5, (2, 4, 3))


def smoothed(draws, d):
    return (
        draws.normal((6, d)),
        draws.child("i").integers(6, (4, 3)),
        draws.child("w").uniform((4, 3)),
    )


def predicted(draws, d):
    return (
        draws.child("queries").normal((4, d)),
        draws.child("points").normal((6, d)),
        draws.child("labels").normal((6, d)),
        *smoothed(draws, d)[1:],
    )


def with_self(draws, d):
    points = draws.normal((7, d))
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=-1))
    indices = np.argsort(apart, axis=-1)[:, :4]
    return np.take_along_axis(apart, indices, axis=-1), indices


def neighbours(draws, d):
    indices = np.argsort(draws.child("i").uniform((7, 6)), axis=-1)[:, :4]
    distances = np.sort(draws.uniform((7, 4)), axis=-1)
    residuals = draws.child("r").normal((7, d))
    return distances, indices, residuals, "exponential", np.array([0.1, 0.3, 2.0])


# Risks.


def errors(draws, d):
    theta, base = draws.normal((2, 2, d))
    displacements = draws.child("x").normal((2, 6, d))
    return theta, base, displacements, draws.child("noise").normal((2, 6))


def risks(draws, d):
    theta, base, displacements, _ = errors(draws, d)
    return theta, base, on_host.displacement_matrix(displacements)


def pairs(draws, d):
    theta, base = draws.normal((2, 2, d))
    x, near = draws.child("x").normal((2, 2, 6, d))
    return theta, base, draws.child("population").normal((2, d)), x, near


def sums(arguments, want):
    """Sums over features, pairs of them and queries; eigenvalues."""
    d = arguments[0].shape[-1]
    largest = max(abs(a).max() for a in arguments)
    return model(6 + 20 * d, 100 * d * d * (1 + largest) ** 4)


# One dimension, with noise.


def noisy(draws, d):
    return (
        EDGE * (2 * draws.uniform((4, 2 * d - 1)) - 1),
        2 * draws.child("theta").uniform(4) - 1,
        0.1 + draws.child("limit").uniform(4),
        0.1 + draws.child("sigma").uniform(4),
    )


def gaussian(arguments, want):
    # σ is squared; exp of a number up to 40²/2 multiplies its rounding by up to that.
    points = arguments[0]
    size = 40 * (1 + 2 / (points**2).sum(-1).min())
    return model(2 * 800 + 4 * points.shape[-1], size)


def agreeing(draws, d):
    return noisy(draws, d)[0], min(d, 3)


def sorted_points(draws, d):
    points = np.sort(draws.uniform((5, d + 3)), axis=-1)
    return points, 2, np.zeros(5), 1 + draws.child("high").uniform(5)


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
    "LinearProblem": Case(lambda s, d: tuple(vars(problem(s, d)).values())),
    "asymptotic_excess_risk": Case(lambda s, d: (problem(s, d), "ball"), limit),
    "at_neighbors": Case(looked_up, unchecked=("values",)),
    "averaged_risk_limit": Case(
        lambda s, d: (0.5 + s.uniform(4), 0.1 + s.child("noise").uniform(4)),
        within(4 + 3 * ROUNDINGS_OF_POW),
    ),
    "ball_boundary_limit": Case(lambda s, d: (d,)),
    "ball_displacement": Case(lambda s, d: (d, N, K), displaced),
    "ball_distance_limit": Case(lambda s, d: (d,)),
    "ball_moments": Case(lambda s, d: (d,)),
    "ball_squared_distance": Case(lambda s, d: (d, N), ball_sum),
    "ball_squared_distance_bounds": Case(lambda s, d: (d, N), GAMMAS),
    "base_risk": Case(problem_and_base, squares),
    "best_neighbors": Case(lambda s, d: (N, GAP, SIGMA)),
    "break_even_n": Case(lambda s, d: (d,)),
    "centre_displacement": Case(lambda s, d: (d, N, K, 1 + s.uniform(4)), GAMMAS),
    "decomposition_terms": Case(pairs, sums),
    "design_neighbors": Case(lambda s, d: (*designs(s, d), 4)),
    "displacement_limit": Case(lambda s, d: (1 + np.arange(4.0), K), GAMMAS),
    "displacement_matrices": Case(weighted, apart),
    "displacement_matrix": Case(lambda s, d: (s.normal((2, 6, d)),), sums),
    "displacements": Case(weighted, apart),
    "empirical_base": Case(training_sets, solved),
    "excess_risk_parts": Case(problem_and_base, parts),
    "expected_interval_displacement": Case(
        lambda s, d: (N, K, np.zeros(4), 1 + s.uniform(4)), within(30)
    ),
    "fitted_risk_bounds": Case(
        lambda s, d: (*risks(s, d), 0.5 + s.child("radius").uniform(2)), sums
    ),
    # There are 12 cubes, each at most 8 and after ten operations.
    "interval_displacement": Case(sorted_points, within(12 + 10, 12 * 8)),
    "irreducible_risk": Case(lambda s, d: (problem(s, d),), squares),
    # Squares, their sums and quotients.
    "irreducible_risk_bounds": Case(
        lambda s, d: (problem(s, d),),
        lambda a, want: model(3 * (a[0].n_features + ROUNDINGS_OF_POW) + 20, want[1]),
    ),
    "irreducible_risk_slope": Case(lambda s, d: (problem(s, d),)),
    # Sums of squares of differences of means of 4, with two roundings more from exp.
    "leave_one_out_scores": Case(
        neighbours,
        lambda a, want: model(60 + 7 * a[2].shape[1], want.max() + (a[2] ** 2).max()),
    ),
    "memorization_gain": Case(
        lambda s, d: (problem(s, d), 2),
        lambda a, want: model(
            a[0].n_features + 2 * ROUNDINGS_OF_POW + 6,
            on_host.irreducible_risk(a[0]) + a[0].noise ** 2,
        ),
    ),
    "neighbor_agreement": Case(agreeing, gaussian),
    "neighbor_weights": Case(
        lambda s, d: (s.uniform((4, 3)), "exponential", 0.5 + s.child("b").uniform(4)),
        within(16, 1.0),
    ),
    "noisy_base_risk": Case(noisy, gaussian),
    "noisy_interval_risk": Case(
        lambda s, d: (N, K, GAP, SIGMA), within(32 + 2 * ROUNDINGS_OF_POW)
    ),
    "noisy_risk": Case(lambda s, d: (*noisy(s, d), min(d, 3)), gaussian),
    "noisy_slope": Case(noisy, gaussian),
    "noisy_torus_risk": Case(lambda s, d: (d, N, K, GAP, SIGMA), GAMMAS),
    "population_base": Case(lambda s, d: (problem(s, d),)),
    "project_on_simplex": Case(
        lambda s, d: (s.normal((7, d)),),
        lambda a, want: model(4 * a[0].shape[1] + 4, 1 + abs(a[0]).sum(-1).max()),
    ),
    "recalled_risk_bound": Case(
        lambda s, d: (1 + np.arange(4.0), N, (1 + np.arange(4.0)) / 5),
        within(40 + 2 * ROUNDINGS_OF_POW),
    ),
    "resmem_errors": Case(errors, sums),
    "resmem_predictions": Case(predicted, within(12, 50.0), ("weights",)),
    "resmem_risk": Case(risks, sums),
    "risk_bounds": Case(
        lambda s, d: (*risks(s, d), 0.5 + s.child("radius").uniform(2)), sums
    ),
    "sample_points": Case(
        lambda s, d: (s, (3, 40), d, ("ball", "gaussian", "torus")[d % 3])
    ),
    "smooth": Case(smoothed, within(8, 20.0)),
    "torus_displacement": Case(lambda s, d: (d, N, K), GAMMAS),
    "torus_distance_moment": Case(
        lambda s, d: (1 + np.arange(4.0), N, K, 1 + s.uniform(4)), GAMMAS
    ),
    "without_self": Case(with_self),
}


@pytest.mark.parametrize("name", CASES)
@on_device
@given(seeds, st.integers(1, 5))
def test_functions_agree(name, device, seed, d):
    case = CASES[name]
    arguments = case.arguments(stream(seed), d)
    got, want = on_both("resmem", name, arguments)
    if isinstance(got, Instance):
        check_instance(device, got, want)
        return
    assert_on_device(got, device)
    if case.bound is None:
        assert_same_bits(got, want)
    else:
        bound = case.bound(arguments, want)
        assert_within(got, want, bound.get if isinstance(bound, dict) else bound)


@pytest.mark.parametrize("name", CASES)
def test_host_arrays_are_refused(name, device):
    check_host_arguments("resmem", name, CASES[name].arguments(stream(0), 2))


@pytest.mark.parametrize("name", CASES)
def test_nan_and_infinity_are_refused(name, device):
    case = CASES[name]
    arguments = case.arguments(stream(0), 2)
    check_bad_numbers("resmem", name, arguments, case.unchecked)


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
