"""One call of every function of refgen.disagreement, with arguments gone wrong."""

import numpy as np
import pytest
from support.mirrors import (
    assert_complete,
    check_bad_numbers,
    check_host_arguments,
    check_instance,
    on_both,
)
from support.parity import assert_on_device

import refgen.disagreement as on_host
from refgen.arrays import Instance

LAW = on_host.FiniteLaw([0.5, 0.5], [[0.75, 0.25], [1, 0]], [[0.5, 0.5], [0.25, 0.75]])
RUNS = on_host.ClassifierLaw([0.5, 0.5], [[0, 1], [1, 0]], [0.5] * 2, [[0, 1], [1, 1]])
MEMBERS = on_host.MemberLaw([1.0], [[[0.25, 0.75]], [[0.5, 0.5]]])
# Runs and labels as floats, so that they can be NaN.
VOTES = np.array([[0.0, 1, 1, 0], [1, 1, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0]])
TRUTH = np.array([0.0, 1, 1, 1])

CALLS = {
    "BetaReliability": (np.array([0.5, 2.0]), np.array([0.5, -0.5])),
    "ClassifierLaw": tuple(vars(RUNS).values()),
    "FiniteLaw": tuple(vars(LAW).values()),
    "MemberLaw": tuple(vars(MEMBERS).values()),
    "aleatoric_disagreement": (MEMBERS,),
    "annealed_cace": (LAW, 3),
    "audit": (VOTES, TRUTH),
    "bin_imbalances": (LAW, 3),
    "bin_index": (np.array([0.25, 0.5]), 3),
    "bin_variances": (LAW, 3),
    "binned_cace": (LAW, 3),
    "binned_ensemble_cace": (VOTES, TRUTH),
    "cace": (LAW,),
    "cace_noise_floor": (VOTES, TRUTH),
    "calibrated_dimensions": (LAW,),
    "classifier_errors": (RUNS,),
    "cross_entropy": (LAW,),
    "cwce": (LAW,),
    "debiased_square": (np.array([[0.5, 1.0], [0.25, 0.0]]),),
    "dirichlet_annealed_cace": (np.array([0.5, 1.0]), np.array([2.0, 3.0]), 3),
    "dirichlet_concentration": (np.array([0.25, 0.3]), 3),
    "dirichlet_disagreement": (np.array([0.5, 1.0]),),
    "disagreement": (VOTES,),
    "disagreement_error_ratio": (RUNS,),
    "disagreement_estimate": (VOTES,),
    "disagreement_variance": (RUNS, 2, 5),
    "ecace": (LAW,),
    "empirical_law": (VOTES, TRUTH),
    "ensemble_cace": (VOTES, TRUTH),
    "ensemble_disagreement": (VOTES,),
    "ensemble_level_masses": (VOTES, TRUTH),
    "epistemic_disagreement": (MEMBERS,),
    "expected_disagreement": (LAW,),
    "expected_jackknife_variance": (RUNS, 3, 5),
    "expected_noise_floor": (LAW, 5),
    "expected_total_variation": (LAW,),
    "finite_runs_floor": (LAW, 3),
    "gap": (LAW,),
    "is_class_aggregated_calibrated": (LAW,),
    "is_class_wise_calibrated": (LAW,),
    "is_top_label_calibrated": (LAW,),
    "jackknife_variance": (VOTES,),
    "level_masses": (LAW,),
    "level_range": (LAW,),
    "noise_floor_bound": (np.array([0.25, 0.5]), 5),
    "pairwise_disagreement": (RUNS,),
    "pairwise_variance_bound": (RUNS,),
    "pointwise_gap": (LAW,),
    "sampled_disagreement": (MEMBERS,),
    "test_error": (LAW,),
    "top_label_ece": (LAW,),
    "unbiased_squared_bins": (VOTES, TRUTH),
    "unbiased_variance": (VOTES,),
    "variance_components": (RUNS,),
    "vote_counts": (VOTES, np.array([0.0, 1.0])),
    "vote_entropy": (LAW,),
    "wasserstein_distance": (LAW,),
}

ELSEWHERE = {
    "DisagreementDisplay": "takes arrays of either side: test_parity_estimators",
    "DisagreementErrorEstimator": "takes arrays of either side",
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_are_good(name, device):
    got, want = on_both("disagreement", name, CALLS[name])
    if isinstance(got, Instance):
        check_instance(device, got, want)
    elif not hasattr(got, "__dataclass_fields__"):
        assert_on_device(got, device)


@pytest.mark.parametrize("name", CALLS)
def test_host_arrays_are_refused(name, device):
    check_host_arguments("disagreement", name, CALLS[name])


@pytest.mark.parametrize("name", CALLS)
def test_nan_and_infinity_are_refused(name, device):
    check_bad_numbers("disagreement", name, CALLS[name])


def test_every_public_function_is_called():
    assert_complete("disagreement", CALLS, ELSEWHERE)
