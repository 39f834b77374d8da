"""What the domains of residual memorization promise of every instance."""

import numpy as np
import pytest
from hypothesis import given

import refgen
from refgen.claims.resmem.domains import designs, isotropic_problems, linear_problems
from refgen.claims.resmem.excess import points_of_balls
from refgen.claims.resmem.noise import noisy_designs
from refgen.random import Stream

# Rounding of the length of up to six numbers.
ROUNDING = 16 * 2.0**-53


def norms(vectors):
    return np.sqrt((vectors**2).sum(axis=-1))


def bulk(domain):
    return [domain.sample(refgen, Stream(seed, "domain"), 500) for seed in range(10)]


def check_problem(problem):
    assert (abs(norms(problem.coefficients) - 1) <= ROUNDING).all()
    check_spectrum(problem, 0.2)


def check_spectrum(problem, smallest):
    assert (problem.radius > 0).all()
    positive = problem.spectrum[problem.spectrum > 0]
    assert ((positive >= smallest) & (positive <= 10 * (1 + ROUNDING))).all()


def check_point(at):
    check_spectrum(at.problem, 1e-13)
    assert (norms(at.point) <= at.problem.radius * (1 + ROUNDING)).all()


@pytest.mark.parametrize("domain", [linear_problems, isotropic_problems])
def test_targets_have_norm_one_and_eigenvalues_stay_in_range(domain):
    for problems in bulk(domain):
        check_problem(problems)


@given(points_of_balls.strategy())
def test_points_lie_in_the_ball(at):
    check_point(at)


def test_drawn_points_lie_in_the_ball_and_some_on_its_sphere():
    batches = bulk(points_of_balls)
    for at in batches:
        check_point(at)
    apart = [norms(at.point) / at.problem.radius for at in batches]
    assert 0.25 < np.mean(np.concatenate(apart) > 1 - ROUNDING) < 0.45


def test_designs_nest_their_problem_and_share_its_features():
    for design in bulk(designs):
        check_problem(design.problem)
        assert design.points.shape[-1] == design.problem.n_features


@given(noisy_designs.strategy())
def test_small_noisy_designs_say_something_about_the_slope(design):
    assert design.energy > 0


def test_drawn_noisy_designs_say_something_about_the_slope():
    for design in bulk(noisy_designs):
        assert (design.energy > 0).all()
        assert (abs(design.points) <= np.sqrt(3.0)).all()
