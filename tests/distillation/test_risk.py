"""Problems in the eigenvectors of a design, and what filters risk on them."""

import numpy as np
import pytest

from refgen.distillation import SpectralProblem, signal_to_noise


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
        ({"noise": -1.0}, "noise must not be negative"),
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
    with pytest.raises(ValueError, match="problem has no noise"):
        signal_to_noise(problem(noise=0.0))
