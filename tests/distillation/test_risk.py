"""Problems in the eigenvectors of a design, and what filters risk on them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from refgen.distillation import (
    SpectralProblem,
    filter_matrix,
    flow_risk_change,
    gradient_flow_filter,
    out_of_sample_risk,
    risk_change,
    signal_to_noise,
    spectral_risk,
    tolerated_correlation,
    wiener_filter,
)

RNG = np.random.default_rng(0)


def problem(**changed):
    given = {"spectrum": [2.0, 0.5], "coefficients": [1.0, 2.0], "noise": 0.5}
    return SpectralProblem(**({"n_samples": 20} | given | changed))


def test_numbers_of_a_problem_by_hand():
    case = problem()
    assert case.signal.tolist() == [2.0, 2.0]
    assert float(case.variance) == 0.0125
    assert signal_to_noise(case).tolist() == [160.0, 160.0]


def test_one_noise_and_number_of_samples_serve_a_batch():
    case = problem(spectrum=np.ones((3, 2)), coefficients=np.ones((3, 2)))
    assert case.noise.shape == case.n_samples.shape == case.variance.shape == (3,)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"spectrum": [2.0, -0.5]}, "spectrum must not be negative, got -0.5"),
        ({"spectrum": [2.0]}, "one coefficient per eigenvalue"),
        ({"spectrum": np.ones((3, 2))}, "one coefficient per eigenvalue"),
        ({"noise": -1.0}, "noise must not be negative"),
        ({"noise": 1e200}, "noise has the scale 1e.200"),
        ({"noise": [1.0, 1.0, 1.0]}, "noise has shape .* where the problems have"),
        ({"n_samples": 0}, "n_samples must be at least 1"),
        ({"n_samples": 2.5}, "n_samples must be a whole number"),
        ({"coefficients": [1e200, 1.0]}, "coefficients have the scale 1e.200"),
    ],
)
def test_a_problem_refuses(changed, message):
    with pytest.raises(ValueError, match=message):
        problem(**changed)


def test_without_noise_the_signal_to_noise_is_refused():
    two = {"spectrum": np.ones((2, 2)), "coefficients": np.ones((2, 2))}
    for case in (problem(noise=0.0), problem(**two, noise=[0.0, 1.0])):
        with pytest.raises(ValueError, match="problem has no noise"):
            signal_to_noise(case)


# Risks, against matrices: a design of 7 rows and 5 columns, one of them twice.

X = RNG.normal(size=(7, 5)) @ np.diag([1, 1, 1, 1, 0]) + np.eye(7, 5, 4)
BETA, SIGMA = RNG.normal(size=5), 0.7
GRAM = X.T @ X / 7
SPECTRUM, VECTORS = np.linalg.eigh(GRAM)
DESIGN = SpectralProblem(np.maximum(SPECTRUM, 0), VECTORS.T @ BETA, SIGMA, 7)


def descended(gram, times):
    """Matrices after which β̂ = F β* + B Xᵀε/n, by steps of gradient descent."""
    learned, of_noise = np.zeros_like(gram), np.zeros_like(gram)
    for _ in range(times):
        learned = learned + 0.05 * gram @ (np.eye(5) - learned)
        of_noise = of_noise + 0.05 * (np.eye(5) - gram @ of_noise)
    return learned, of_noise


def risk_of_matrices(learned, by_noise, covariance):
    missing = BETA - learned @ BETA
    noise = by_noise @ X.T / 7
    return missing @ covariance @ missing + SIGMA**2 * np.trace(
        noise.T @ covariance @ noise
    )


@pytest.mark.parametrize("steps", [1, 7, 200])
def test_risks_are_those_of_gradient_descent_on_matrices(steps):
    learned, of_noise = descended(GRAM, steps)
    share = np.diag(VECTORS.T @ learned @ VECTORS)
    got = spectral_risk(DESIGN, share)
    assert_allclose(got, risk_of_matrices(learned, of_noise, GRAM), rtol=1e-12)
    fresh = RNG.normal(size=(4, 5))
    covariance = fresh.T @ fresh
    inside = VECTORS.T @ covariance @ VECTORS
    got = out_of_sample_risk(DESIGN, share, inside)
    assert_allclose(got, risk_of_matrices(learned, of_noise, covariance), rtol=1e-11)
    other = np.linalg.eigh(fresh.T @ fresh / 4)
    # Two students in turn, on inputs of their own: their matrix is not symmetric.
    filter = gradient_flow_filter(other[0], 1.5)
    own = filter_matrix(VECTORS.T @ other[1], filter)
    own = own @ filter_matrix(VECTORS.T, [0.0, 0.5, 1.0, 1.0, 1.0])
    again = (other[1] * filter) @ other[1].T @ np.diag([0.0, 0.5, 1.0, 1.0, 1.0])
    got = out_of_sample_risk(DESIGN, share, inside, own)
    want = risk_of_matrices(again @ learned, again @ of_noise, covariance)
    assert_allclose(got, want, rtol=1e-11)


def test_null_directions_stay_at_the_start_whatever_the_filter_says():
    case = problem(spectrum=[2.0, 0.0])
    full = spectral_risk(case, [0.5, 1.0])
    assert float(full) == float(spectral_risk(case, [0.5, 0.0]))
    assert wiener_filter(case)[1] == 0
    plane = out_of_sample_risk(case, [0.5, 1.0], np.diag([0.0, 3.0]))
    assert float(plane) == 3 * 2.0**2


def test_no_filter_has_less_risk_than_the_wiener_filter():
    case, best = problem(), wiener_filter(problem())
    least = float(spectral_risk(case, best))
    for change in 0.01 * RNG.normal(size=(20, 2)):
        assert float(spectral_risk(case, best + change)) > least


def test_changes_of_risk_are_differences_of_risks():
    case, s, u = problem(), *RNG.uniform(size=(2, 9, 2))
    change = spectral_risk(case, s * u) - spectral_risk(case, s)
    assert_allclose(risk_change(case, s, u), change, atol=1e-14)
    times = np.array([0.0, 0.3, 4.0, np.inf])
    teacher, student = times[:, None], times
    s, u = (gradient_flow_filter(case.spectrum, t) for t in (teacher, student))
    got = flow_risk_change(case, teacher, student)
    assert_allclose(got, risk_change(case, s, u), atol=1e-14)
    assert (got[:, -1] == 0).all()


def test_a_change_below_rounding_has_its_sign():
    case = SpectralProblem([1.0, 1.0], [1.0, 0.0], 1.0, 2)
    assert float(flow_risk_change(case, 1.0, 500.0)) == pytest.approx(
        2 * np.exp(-500) * (1 - np.exp(-1)) * (np.exp(-1) * 2 - 1), rel=1e-12, abs=0
    )


def test_the_correlation_of_the_published_example():
    s, u = (gradient_flow_filter([2.0, 1.0], time) for time in (0.5, 0.1))
    assert f"{tolerated_correlation(s, u):.6f}" == "0.956796"
    case = SpectralProblem([2.0, 1.0], [1.0, 1.0], 0.0, 1)
    metric = np.array([[1.0, -0.999], [-0.999, 1.0]])
    risks = [float(out_of_sample_risk(case, f, metric)) for f in (s, s * u)]
    assert [f"{risk:.3g}" for risk in risks] == ["0.0574", "0.00766"]


@pytest.mark.parametrize(
    ("s", "u", "want"),
    [
        ([0.5, 0.5], [1.0, 1.0], 1.0),  # the student is the teacher
        ([1.0, 1.0], [0.5, 0.5], 1.0),  # the teacher lacks nothing
        ([0.5, 0.5], [0.5, 0.5], 1.0),  # both directions are equal
        ([0.5, 0.5], [1.0, 0.5], 0.0),
    ],
)
def test_limits_of_the_tolerated_correlation(s, u, want):
    assert float(tolerated_correlation(s, u)) == pytest.approx(want, abs=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spectral_risk(problem(), [0.5]), "filter has 1 direction"),
        (lambda: spectral_risk([1.0], [0.5]), "problem must be a SpectralProblem"),
        (lambda: filter_matrix(np.eye(2), [0.5]), "one per eigenvector"),
        (
            lambda: out_of_sample_risk(problem(), [0.5, 0.5], np.eye(3)),
            "covariance has shape",
        ),
        (
            lambda: out_of_sample_risk(problem(), [0.5, 0.5], np.eye(2), np.eye(3)),
            "student_matrix has shape",
        ),
        (
            lambda: out_of_sample_risk(problem(), [0.5, 0.5], -np.eye(2)),
            "covariance must be positive semidefinite",
        ),
        (
            lambda: out_of_sample_risk(
                problem(), np.ones((3, 2)), np.eye(2), np.ones((2, 2, 2))
            ),
            r"axes do not broadcast: filter \(3,\), student_matrix \(2,\)",
        ),
        (
            lambda: tolerated_correlation(np.ones((3, 2)), np.ones((2, 2))),
            r"axes do not broadcast: teacher_filter \(3,\), student_filter \(2,\)",
        ),
        (lambda: tolerated_correlation([0.5], [0.5]), "must have 2 directions, got 1"),
        (lambda: tolerated_correlation([0.5, 2.0], [0.5, 0.5]), r"lie in \[0, 1\]"),
        (lambda: flow_risk_change(problem(), -1.0, 1.0), "teacher_time must not be n"),
    ],
)
def test_risks_refuse(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
