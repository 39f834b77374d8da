"""Estimates and audits from predictions are the same on a device and on the CPU.

Votes are counted exactly on both. Results from the counts are within the error model of
`parity`, and have the same bits where divisions are by powers of two.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.parity import (
    ROUNDINGS_OF_LGAMMA,
    ROUNDINGS_OF_POW,
    assert_on_device,
    assert_same_bits,
    assert_within,
    batches,
    dyadic_simplex,
    model,
    on_device,
    seeds,
    stream,
)
from support.prediction_bounds import PREDICTIONS, estimate_bounds

import refgen.disagreement as on_host
import refgen_gpu.disagreement as on_gpu
from refgen_gpu.arrays import to_device

TYPES = st.sampled_from([np.int64, np.int8, np.uint16, np.float16])
SPREADS = st.sampled_from([1, 3, 200, 10**6])
size = st.integers


TABLE = [name for name, row in PREDICTIONS.items() if row]
# The others divide by 3 somewhere.
EXACT = [n for n in TABLE if PREDICTIONS[n].hard is None or PREDICTIONS[n].exact]
SOFT = [name for name in TABLE if PREDICTIONS[name].soft]


def labels_of(draws, shape, k, dtype, spread=1):
    """Class labels that are `spread` apart, some below zero if the type allows it."""
    low = 0 if np.dtype(dtype).kind == "u" else -2
    return (low + spread * draws.integers(k, shape)).astype(dtype)


def arguments(row, draws, m, n, k, dtype, spread=1):
    given_labels = [labels_of(draws.child("truth"), n, k, np.int64, spread)]
    runs = labels_of(draws, (m, n), k, dtype, spread)
    return [runs, *given_labels] if row.takes_labels else [runs]


def on_both(device, name, values, *args, **options):
    want = getattr(on_host, name)(*values, *args, **options)
    got = getattr(on_gpu, name)(*map(to_device, values), *args, **options)
    if not hasattr(got, "__dataclass_fields__"):
        assert_on_device(got, device)
    return got, want


@pytest.mark.parametrize("name", EXACT)
@on_device
@given(seeds, st.sampled_from([1, 2, 4]), size(0, 5), size(1, 4), TYPES)
def test_dyadic_estimates_have_the_same_bits(name, device, seed, m, log_n, k, dtype):
    row, n = PREDICTIONS[name], max(2**log_n, 2)
    m = m if row.hard is None or m in row.exact else row.exact[0]
    m = max(m, row.least_runs)
    values = arguments(row, stream(seed), m, n, k, dtype)
    assert_same_bits(*on_both(device, name, values))


@pytest.mark.parametrize("name", TABLE)
@on_device
@given(
    seeds, size(0, 5), size(2, 40), size(1, 5), TYPES, st.sampled_from([1, 3, 10**6])
)
def test_estimates_are_within_the_model(name, device, seed, m, n, k, dtype, spread):
    row = PREDICTIONS[name]
    m += row.least_runs
    dtype = np.int64 if spread > 3 else dtype
    values = arguments(row, stream(seed), m, n, k, dtype, spread)
    got, want = on_both(device, name, values)
    if row.hard is None:
        assert_same_bits(got, want)
    else:
        assert_within(got, want, model(*row.hard(m, n, k)))


@pytest.mark.parametrize("name", SOFT)
@on_device
@given(seeds, size(0, 4), size(2, 20), size(1, 5), st.booleans())
def test_estimates_from_probabilities_agree(name, device, seed, m, n, k, is_dyadic):
    row = PREDICTIONS[name]
    m += row.least_runs
    draws = stream(seed)
    p = dyadic_simplex(draws, (m, n, k), 4) if is_dyadic else draws.dirichlet((m, n, k))
    got, want = on_both(device, name, [p])
    assert_within(got, want, model(*row.soft(m, n, k)))


@on_device
@given(seeds, size(1, 9), size(1, 30), size(2, 6), TYPES)
def test_votes_for_given_classes_are_the_same(device, seed, m, n, k, dtype):
    draws = stream(seed)
    # Classes that are not sorted, and one that does not occur.
    classes = draws.child("classes").permutation(k + 1)
    codes = draws.integers(k, (m, n)).astype(dtype)
    mine = on_gpu.vote_counts(to_device(codes), to_device(classes))
    assert_same_bits(mine, on_host.vote_counts(codes, classes))


# Intervals and audits: square roots of variances.


def noise_bound(n, k, n_bins):
    # The imbalance of a point is at most 2, after n + k roundings; then √(2v/πN).
    variance = model(2 * (n + k) + 8 + 2 * ROUNDINGS_OF_POW, 16)
    return n_bins * np.sqrt(2 * variance / (np.pi * n)) + model(n_bins + 5, 2)


@pytest.mark.parametrize("method", ["jackknife", "normal", "hoeffding"])
@on_device
@given(seeds, size(4, 8), size(2, 20), size(1, 4), st.booleans())
def test_intervals_agree(method, device, seed, m, n, k, is_soft):
    draws = stream(seed)
    data = draws.dirichlet((m, n, k)) if is_soft else draws.integers(k, (m, n))
    got, want = on_both(device, "disagreement_estimate", [data], 0.9, method)
    bounds = estimate_bounds(want, "soft" if is_soft else "hard", m, n, k)
    assert_within(got, want, lambda name: bounds.get(name.split(".")[-1], 0.0))


@on_device
@given(seeds, size(1, 8), size(1, 30), size(1, 5), size(1, 12))
def test_noise_floors_agree(device, seed, m, n, k, n_bins):
    values = arguments(PREDICTIONS["empirical_law"], stream(seed), m, n, k, np.int64)
    got, want = on_both(device, "cace_noise_floor", values, n_bins)
    assert_within(got, want, noise_bound(n, k, n_bins))


def check_audit(device, data, truth, k, **options):
    """Compare audits of the same predictions on both, field by field."""
    got, want = on_both(device, "audit", [data, truth], **options)
    (m, n), n_bins = data.shape[:2], options.get("n_bins", 10)
    sampled = data.ndim == 3 and options.get("members") == "sample"
    estimates = estimate_bounds(want.estimate, "soft" if sampled else "hard", m, n, k)
    # Sums over points and classes with terms of at most 4 per point; then a few steps.
    plain = model(4 * (m * n + n * k + m + k) + 40, 16)

    def bound(name):
        part = name.split(".")
        if part[1] == "estimate":
            return estimates.get(part[2], 0.0)
        return noise_bound(n, k, n_bins) if part[1] == "cace_noise_floor" else plain

    assert_within(got, want, bound)


# Labels at random look wrong, sometimes.
any_labels = pytest.mark.filterwarnings(
    "ignore:classes that are predicted", "ignore:labels that are"
)


@any_labels
@on_device
@given(seeds, size(2, 8), size(1, 30), size(1, 5), size(1, 12), st.booleans())
def test_audits_of_labels_agree(device, seed, m, n, k, n_bins, is_labelled):
    data, truth = arguments(
        PREDICTIONS["empirical_law"], stream(seed), m, n, k, np.int64
    )
    if is_labelled:
        check_audit(device, data, truth, k, n_bins=n_bins)
    else:
        got, want = on_both(device, "audit", [data], n_bins=n_bins)
        assert got.error is want.error is None


@any_labels
@on_device
@given(seeds, size(0, 5), size(1, 4), size(1, 2))
def test_audits_of_two_runs_have_the_same_bits(device, seed, log_n, k, n_bins):
    row = PREDICTIONS["empirical_law"]
    values = arguments(row, stream(seed), 2, 2**log_n, k, np.int64)
    got, want = on_both(device, "audit", values, n_bins=n_bins)
    # A power of 2 need not be exact on a device.
    squared = model(*PREDICTIONS["unbiased_squared_bins"].hard(2, max(2**log_n, 2), k))
    assert_within(
        got, want, lambda name: squared if name.endswith("squared_bins") else 0.0
    )


@any_labels
@pytest.mark.filterwarnings("ignore::refgen.disagreement.SparseLevelsWarning")
@pytest.mark.parametrize("members", ["argmax", "sample"])
@on_device
@given(seeds, size(2, 8), size(1, 20), size(1, 5), st.booleans())
def test_audits_of_probabilities_agree(members, device, seed, m, n, k, is_dyadic):
    draws = stream(seed)
    p = dyadic_simplex(draws, (m, n, k), 4) if is_dyadic else draws.dirichlet((m, n, k))
    truth = draws.child("truth").integers(k, n)
    check_audit(device, p, truth, k, members=members)


# Instances.


def build(package, name, *values):
    return getattr(package, name)(*values)


@on_device
@given(seeds, batches, size(1, 5), size(1, 4), size(1, 3))
def test_instances_are_built_from_lists(device, seed, batch, n, k, m):
    draws = stream(seed)
    weights, classifiers = (
        draws.child(str(length)).dirichlet((*batch, length)).tolist()
        for length in (n, m)
    )
    labels = draws.dirichlet((*batch, n, k)).tolist()
    members = draws.child("members").dirichlet((*batch, m, n, k)).tolist()
    codes = draws.integers(k, (*batch, m, n)).tolist()
    for name, values in (
        ("FiniteLaw", (weights, labels, labels)),
        ("ClassifierLaw", (weights, labels, classifiers, codes)),
        ("MemberLaw", (weights, members)),
    ):
        got, want = build(on_gpu, name, *values), build(on_host, name, *values)
        assert_on_device(tuple(vars(got).values()), device)
        # Rows that sum to 1 within their rounding are left as they are.
        assert_same_bits(got, want)
    marginal = build(on_gpu, "ClassifierLaw", weights, labels, classifiers, codes)
    want = build(on_host, "ClassifierLaw", weights, labels, classifiers, codes)
    assert_within(marginal.marginal(), want.marginal(), model(m + 1, 1))


@on_device
@given(seeds, size(1, 20), st.booleans())
def test_reliability_families_agree(device, seed, n, is_number):
    draws = stream(seed)
    a, slope = np.exp(2 * draws.normal(n)), 2 * draws.child("slope").uniform(n) - 1
    values = (
        (float(a[0]), float(slope[0])) if is_number else (a.tolist(), slope.tolist())
    )
    mine, right = (build(p, "BetaReliability", *values) for p in (on_gpu, on_host))
    assert_on_device(tuple(vars(mine).values()), device)
    for name in ("share_variance", "expected_disagreement", "test_error", "gap"):
        assert_same_bits(getattr(mine, name)(), getattr(right, name)())
    for name in ("mean_absolute_deviation", "cace"):
        got, want = getattr(mine, name)(), getattr(right, name)()
        # Two lgammas, together at most a² + 1, in an exponent.
        error = model(ROUNDINGS_OF_LGAMMA + 8, 2 * (right.concentration**2 + 2))
        assert_within(got, want, want * error)
