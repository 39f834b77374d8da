"""What RM-5, 5b and 5e compute with: cubature rules and compressed designs."""

import itertools

import numpy as np
import pytest

import refgen
from refgen.claims.resmem import asymptotic, first_order
from refgen.random import Stream
from refgen.resmem import LinearProblem, ball_moments, empirical_base


def moment(rule, d, powers):
    points, weights = rule(d)
    return float((weights * (points ** np.array(powers)).prod(axis=-1)).sum())


@pytest.mark.parametrize("d", [1, 2, 3, 4])
@pytest.mark.parametrize("law", ["normal", "ball"])
def test_cubature_is_exact_for_moments_up_to_five(law, d):
    rule = getattr(first_order, f"_{law}_rule")
    kappa = {"normal": 1.0, "ball": float(ball_moments(d)[2])}[law]
    for powers in itertools.product(range(6), repeat=d):
        if sum(powers) > 5:
            continue
        normal = np.prod([{0: 1, 2: 1, 4: 3}.get(p, 0) for p in powers])
        wanted = normal * (kappa if sum(powers) == 4 else 1)
        assert moment(rule, d, powers) == pytest.approx(wanted, abs=1e-12)


def test_factors_have_the_law_of_a_sum_of_squares():
    # Of W'W for n normal rows: mean nI, variances 2n on the diagonal and n beside it.
    d, n = 3, 7
    factors = asymptotic._factors(Stream(0, "factors"), (200_000,), d, n)
    square = np.einsum("...ki,...kj->...ij", factors, factors)
    error = 5 * np.sqrt(2 * n / 200_000)
    assert np.allclose(square.mean(axis=0), n * np.eye(d), rtol=0, atol=error)
    wanted = n * (1 + np.eye(d))
    assert np.allclose(square.var(axis=0), wanted, rtol=0.05)


def test_compressed_designs_have_the_base_of_the_whole_ones():
    n, d, draws = 50, 3, Stream(0, "whole")
    whole, noise = draws.normal((n, d)), draws.child("noise").normal(n)
    theta, share = np.array([0.6, 0.0, 0.8]), np.sqrt(d / n)
    columns, triangle = np.linalg.qr(whole)
    rows, rest = share * triangle, share * (columns.T @ noise)
    for radius in (0.5, 10.0):
        wanted, _ = empirical_base(whole, whole @ theta + noise, radius)
        found, _ = empirical_base(rows, rows @ theta + rest, radius)
        assert found == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("radius", [0.5, 2.0])
def test_the_first_order_is_the_curvature_of_the_excess(radius):
    # A small change of the moments of a training set moves the risk by gQg.
    problem = LinearProblem([2.0, 1.0, 0.4], [0.6, 0.64, 0.48], radius)
    form = first_order.FirstOrder.of(refgen, problem)
    draws, step = Stream(0, "curvature"), 1e-4
    change = draws.normal((3, 3))
    gram = np.diag(problem.spectrum) + step * (change + change.T)
    noise = step * draws.child("noise").normal(3)
    moment_vector = gram @ problem.coefficients + noise
    theta, _ = refgen.linalg.ball_constrained_least_squares(gram, moment_vector, radius)
    excess = refgen.resmem.base_risk(problem, theta)
    excess = excess - refgen.resmem.irreducible_risk(problem)
    gradient = step * (change + change.T) @ form.missing + noise
    assert float(excess) == pytest.approx(float(form.error(gradient)), rel=5e-3)
