"""Laws of another type, counts beyond all arrays, and tolerances that are none."""

import inspect

import numpy as np
import pytest

import refgen.disagreement as rd
from refgen._probabilities import stored_probabilities

LAW = rd.FiniteLaw([0.5, 0.5], [[0.75, 0.25], [1, 0]], [[0.5, 0.5], [0.25, 0.75]])
RUNS = rd.ClassifierLaw([0.5, 0.5], [[0, 1], [1, 0]], [0.5] * 2, [[0, 1], [1, 1]])
MEMBERS = rd.MemberLaw([1.0], [[[0.25, 0.75]], [[0.5, 0.5]]])
OF_LAWS = [
    value
    for value in map(vars(rd).get, rd.__all__)
    if inspect.isfunction(value) and "law" in inspect.signature(value).parameters
]
ARRAYS = (np.array([0.5]), np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]]))


@pytest.mark.parametrize("function", OF_LAWS, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    "given", [0.5, None, {}, [LAW], ARRAYS, rd.BetaReliability(1.0, 0.5), rd.FiniteLaw]
)
def test_laws_of_another_type_are_refused_by_every_function(function, given):
    wanted = inspect.signature(function).parameters["law"].annotation
    counts = [3] * (_n_required(function) - 1)
    build = rf"law must be a {wanted}, got .*; build one with refgen\.disagreement\."
    with pytest.raises(TypeError, match=build):
        function(given, *counts)
    for law in (LAW, RUNS, MEMBERS):
        if type(law).__name__ != wanted:
            with pytest.raises(TypeError, match=f"{build}{wanted}"):
                function(law, *counts)


def _n_required(function):
    parameters = inspect.signature(function).parameters.values()
    return sum(p.default is p.empty for p in parameters)


@pytest.mark.parametrize("n_bins", [2**16 + 1, 10**30, 2**63])
def test_bins_that_no_sample_fills_are_refused(n_bins):
    runs, labels = [[0, 1], [1, 1]], [0, 1]
    for call in (
        lambda: rd.bin_index([0.1, 0.9], n_bins),
        lambda: rd.binned_cace(LAW, n_bins),
        lambda: rd.bin_imbalances(LAW, n_bins),
        lambda: rd.bin_variances(LAW, n_bins),
        lambda: rd.expected_noise_floor(LAW, 5, n_bins),
        lambda: rd.noise_floor_bound(0.5, 5, n_bins),
        lambda: rd.binned_ensemble_cace(runs, labels, n_bins),
        lambda: rd.cace_noise_floor(runs, labels, n_bins),
        lambda: rd.unbiased_squared_bins(runs, labels, n_bins),
        lambda: rd.audit(runs, n_bins=n_bins),
        lambda: rd.audit(runs, labels, n_bins=n_bins),
    ):
        with pytest.raises(ValueError, match="n_bins must be at most"):
            call()


def test_counts_that_nothing_has_are_refused():
    huge = 10**30
    for call, name in (
        (lambda: rd.annealed_cace(LAW, huge), "n_runs"),
        (lambda: rd.annealed_cace(LAW, 10**9), "n_runs"),
        (lambda: rd.finite_runs_floor(LAW, huge), "n_runs"),
        (lambda: rd.disagreement_variance(RUNS, huge, 3), "n_runs"),
        (lambda: rd.disagreement_variance(RUNS, 3, huge), "n_points"),
        (lambda: rd.hoeffding_radius(3, huge, 0.1), "n_points"),
        (lambda: rd.dirichlet_concentration(0.2, huge), "n_classes"),
    ):
        with pytest.raises(ValueError, match=f"{name} must be at most"):
            call()
    with pytest.raises(TypeError, match="n_classes must be an integer"):
        rd.dirichlet_concentration(0.2, float("nan"))


def test_small_integers_of_numpy_do_not_wrap_around():
    few, many = np.uint8(200), np.int8(100)
    assert rd.disagreement_variance(RUNS, few, many) == (
        rd.disagreement_variance(RUNS, 200, 100)
    )
    assert rd.expected_jackknife_variance(RUNS, few, many) == (
        rd.expected_jackknife_variance(RUNS, 200, 100)
    )
    assert rd.hoeffding_radius(few, many, 0.1) == rd.hoeffding_radius(200, 100, 0.1)
    assert rd.bin_index([0.999], few).tolist() == [199]


@pytest.mark.parametrize("atol", [float("nan"), -1e-9, float("inf"), None, "a", [0.1]])
def test_tolerances_are_numbers_of_at_least_zero(atol):
    for holds in (
        rd.is_class_aggregated_calibrated,
        rd.is_class_wise_calibrated,
        rd.is_top_label_calibrated,
    ):
        with pytest.raises((TypeError, ValueError), match="atol must be"):
            holds(LAW, atol)


def test_error_probabilities_may_be_tiny_and_of_any_precision():
    exact = rd.hoeffding_radius(4, 8, 0.125)
    assert rd.hoeffding_radius(4, 8, np.float16(0.125)) == exact
    # √(log(2 · 10³²⁰) (1/2 + 1/8) / 2)
    assert rd.hoeffding_radius(4, 8, 1e-320) == pytest.approx(15.1814, abs=1e-4)
    estimate = rd.disagreement_estimate([[0, 1], [1, 1]], 1e-320, "hoeffding")
    assert estimate.low < estimate.value < estimate.high


def test_squares_of_samples_have_to_be_finite():
    assert rd.debiased_square([[1e130], [1e130]]) == pytest.approx(1e260)
    with pytest.raises(ValueError, match="samples must have squares in float64"):
        rd.debiased_square([[1e200], [1e200]])


def test_shares_as_small_as_denormals_have_the_limits_of_small_shares():
    tiny = 1e-320
    law = rd.FiniteLaw([1.0], [[tiny, 1 - tiny]], [[tiny, 1 - tiny]])
    for value in (rd.cace, rd.cwce, rd.ecace, rd.gap, rd.test_error, rd.vote_entropy):
        assert 0 <= value(law) < 1e-300
    pairs = rd.ClassifierLaw(
        [tiny, 1.0], [[1, 0], [1, 0]], [tiny, 1.0], [[0, 1], [0, 0]]
    )
    assert 0 <= rd.disagreement_error_ratio(pairs) <= 1
    assert 0 <= rd.pairwise_variance_bound(pairs) < 1e-300


@pytest.mark.parametrize("off", [1e-3, -1e-3])
@pytest.mark.parametrize("n_classes", [2, 10, 5000])
def test_rows_of_float32_are_off_by_rounding_at_most(n_classes, off):
    p = np.random.default_rng(0).dirichlet(np.ones(n_classes), size=(3, 4))
    right = p.astype(np.float32)
    assert rd.disagreement(right) == pytest.approx(rd.disagreement(p), abs=1e-6)
    labels = np.zeros(4, int)
    assert rd.audit(right, labels).holds
    wrong = right.copy()
    wrong[-1, -1] *= 1 + off
    for call in (rd.disagreement, rd.disagreement_estimate, rd.audit):
        with pytest.raises(ValueError, match="predictions must sum to 1"):
            call(wrong)


def test_sums_of_float32_may_be_off_by_34_roundings_for_two_classes():
    p = np.array([[[0.25, 0.75]], [[0.25, 0.75]]], np.float32)
    near, far = (p * np.float32(1 + n * 2.0**-24) for n in (32, 36))
    assert rd.disagreement(near) == pytest.approx(0.375, abs=1e-15)
    with pytest.raises(ValueError, match="predictions must sum to 1"):
        rd.disagreement(far)


def test_rows_of_float16_are_off_by_their_storage_at_most():
    p = np.random.default_rng(0).dirichlet(np.ones(7), size=(3, 4))
    right = p.astype(np.float16)
    assert rd.disagreement(right) == pytest.approx(rd.disagreement(p), abs=1e-2)
    with pytest.raises(ValueError, match="predictions must sum to 1"):
        rd.disagreement(right * np.float16(1.01))
    # So small probabilities are stored in steps, which move their sum by 0.0014.
    many = np.full((1, 1, 50_000), 1 / 50_000, np.float16)
    assert abs(many.sum(dtype=float) - 1) > 1e-3
    assert stored_probabilities("p", many, 3).sum() == pytest.approx(1)
