"""Every function of refgen.disagreement gives on a device what it gives on the CPU.

On dyadic data all sums are exact, and bits are equal; on other data results are within
the error model of `parity`. The tables say for each function how many roundings a
result has and how large the sum of its terms' absolute values is.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln
from support.mirrors import assert_complete
from support.parity import (
    ROUNDINGS_OF_LGAMMA,
    ROUNDINGS_OF_LOG,
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
    vote_shares,
)
from support.prediction_bounds import PREDICTIONS

import refgen.disagreement as on_host
import refgen_gpu.disagreement as on_gpu
from refgen_gpu.arrays import to_device

# Names that are in no table of this file, with the reason.
ELSEWHERE = {
    "BetaReliability": "an instance type: test_parity_predictions",
    "ClassifierLaw": "an instance type: test_parity_predictions",
    "FiniteLaw": "an instance type: test_parity_predictions",
    "MemberLaw": "an instance type: test_parity_predictions",
    "DisagreementDisplay": "test_parity_estimators",
    "DisagreementErrorEstimator": "test_parity_estimators",
    "network_runs": "test_network_protocols",
}


@dataclass(frozen=True)
class Row:
    """A function of a law, and its error model.

    `roundings` and `size` take the law's sizes; without `roundings` bits are equal on
    any law. `exact` says that bits are equal on dyadic laws: x**2 is `pow` on a device,
    which need not be exact.
    """

    roundings: Any = None
    size: Any = 2.0
    args: tuple = ()
    exact: bool = True
    batched: bool = True

    def bound(self, s):
        size = self.size(s) if callable(self.size) else self.size
        return model(self.roundings(s), size)


def terms(s):
    return s.n * s.k + 4


def surprise(labels):
    """Σ w |p log h| over the terms that are finite and not 0."""

    def size(s):
        p, h = getattr(s.law, labels), s.law.vote_shares
        logs = np.abs(np.log(np.where((p > 0) & (h > 0), h, 1.0)))
        return np.einsum("...n,...nk,...nk->...", s.law.weights, p, logs)

    return size


def binomial(n_runs):
    """Bound for Σ |pmf · error of its logarithm| plus Σ |terms|, in units of u.

    Σⱼ pmf (j |log q| + (M − j) |log(1 − q)|) ≤ M log 2; the three lgammas are below
    that of M + 1, or of size 1 near their zeros; Σ pmf |p − j/M| w ≤ 2.
    """
    logs = 3 * max(gammaln(n_runs + 1), 1) + n_runs * np.log(2)
    return lambda s: 2 + (ROUNDINGS_OF_LGAMMA + 4) * logs * s.k


def squares(s):
    return 2 * terms(s) + 2 * ROUNDINGS_OF_POW


def deviations(s):
    """Σ of what roots of variances within 8 units may be off by, in the same units."""
    error = model(squares(s), 8.0)
    roots = np.sqrt(on_host.bin_variances(s.law, 3))
    off = np.minimum(error / np.maximum(roots, 1e-300), np.sqrt(error))
    return 2 + off.sum(axis=-1) / model(squares(s), 1.0)


MEAN = ROUNDINGS_OF_POW + 12
LAWS = {
    "annealed_cace": Row(terms, binomial(5), (5,), exact=False),
    "bin_imbalances": Row(terms, args=(3,)),
    "bin_variances": Row(squares, 8.0, (3,), exact=False),
    "binned_cace": Row(terms, args=(3,)),
    "cace": Row(terms),
    "cross_entropy": Row(
        lambda s: s.n + s.k + ROUNDINGS_OF_LOG + 3,
        surprise("label_probabilities"),
        exact=False,
    ),
    "cwce": Row(terms),
    "ecace": Row(terms, exact=False),
    "expected_disagreement": Row(lambda s: s.n + s.k + 3),
    "expected_total_variation": Row(terms, 1.0),
    "expected_noise_floor": Row(squares, deviations, (1, 3), exact=False),
    "finite_runs_floor": Row(lambda s: s.n + s.k + 5, 4 / 3, (3,)),
    "gap": Row(lambda s: s.n + s.k + 3),
    "is_class_aggregated_calibrated": Row(),
    "is_class_wise_calibrated": Row(),
    "is_top_label_calibrated": Row(),
    "level_masses": Row(terms, lambda s: s.k, batched=False),
    "level_range": Row(),
    "pointwise_gap": Row(lambda s: s.k + 2, 2.0),
    "test_error": Row(lambda s: s.n + s.k + 3),
    # Three tied classes share by a division by 3, which is not exact.
    "top_label_ece": Row(lambda s: s.n + s.k + 4, exact=False),
    "vote_entropy": Row(
        lambda s: s.n + s.k + ROUNDINGS_OF_LOG + 3, surprise("vote_shares"), exact=False
    ),
    # |cumulative| ≤ 2 with the roundings of all terms, times steps that add up to 1.
    "wasserstein_distance": Row(lambda s: 2 * terms(s)),
}


def components(s):
    # Pairs (n), means over classifiers (c, twice), their square, and c² terms.
    return s.c**2 + 4 * s.c + 2 * s.k + 4 * s.n + 2 * MEAN


def of_ratios(s):
    """An error of err + err′ counts as often as the sum is small; all else is below 20.

    √Var err is as accurate as the errors, and the bound moves by at most 4 times that.
    """
    errors = on_host.classifier_errors(s.law)
    sums = errors[..., :, None] + errors[..., None, :]
    inverse = np.where(sums > 1e-12, 1 / np.maximum(sums, 1e-12), 0.0)
    return 20 * (1 + inverse.max(axis=(-1, -2)))


# With v = 1 − Σ h̃² the terms of E v² add up to 4, those of θ² to 1.
CLASSIFIERS = {
    "classifier_errors": Row(terms),
    "disagreement_error_ratio": Row(lambda s: 2 * terms(s), of_ratios, exact=False),
    "disagreement_variance": Row(
        lambda s: components(s) + 12, 5.0, (4, 8), exact=False
    ),
    # The coefficients' absolute values add up to less than 20.
    "expected_jackknife_variance": Row(
        lambda s: components(s) + 12, 100.0, (3, 2), exact=False
    ),
    "pairwise_disagreement": Row(lambda s: s.n + 1, 1.0),
    "pairwise_variance_bound": Row(
        lambda s: 2 * terms(s) + components(s), of_ratios, exact=False
    ),
    "variance_components": Row(components, 5.0, exact=False),
}
MEMBERS = {
    "aleatoric_disagreement": Row(lambda s: s.n + s.k + s.m + MEAN),
    # (p − mean)² has terms (p + mean)², which add up to 4 over classes.
    "epistemic_disagreement": Row(
        lambda s: s.n + s.k + 3 * s.m + MEAN, 4.0, exact=False
    ),
    "sampled_disagreement": Row(lambda s: s.n + s.k + 2 * s.m + MEAN),
}
FAMILIES = {"dirichlet_annealed_cace", "dirichlet_concentration"}
FAMILIES |= {"dirichlet_disagreement", "bin_index", "debiased_square"}
FAMILIES |= {"calibrated_dimensions", "noise_floor_bound"}


def check_law(device, name, row, law, sizes, is_exact):
    want = getattr(on_host, name)(law, *row.args)
    got = getattr(on_gpu, name)(to_device(law), *row.args)
    assert_on_device(got, device)
    if row.roundings is None or (is_exact and row.exact):
        assert_same_bits(got, want)
    else:
        assert_within(got, want, row.bound(SimpleNamespace(law=law, **sizes)))


def size(most):
    return st.integers(1, most)


def finite_law(draws, batch, n, k):
    """Dirichlet shares, or shares of 3 votes that tie; labels may be certain."""
    kind, certain = draws.integers(2, 2)
    shape = (*batch, n, k)
    votes = vote_shares(draws, shape, 3) if kind else draws.child("h").dirichlet(shape)
    labels = draws.child("p").dirichlet(shape)
    if certain:
        labels = np.eye(k)[draws.child("y").integers(k, (*batch, n))]
    return on_host.FiniteLaw(draws.dirichlet((*batch, n)), labels, votes)


@pytest.mark.parametrize("name", LAWS)
@on_device
@given(seeds, batches, size(5), size(4))
def test_functions_of_a_dyadic_law_have_the_same_bits(name, device, seed, batch, n, k):
    row, draws = LAWS[name], stream(seed)
    batch = batch if row.batched else ()
    labels, votes = (
        dyadic_simplex(draws.child(which), (*batch, n, k), 8) for which in "ph"
    )
    if name == "ecace":
        votes = np.full(votes.shape, 1 / k)
    law = on_host.FiniteLaw(dyadic_simplex(draws, (*batch, n), 16), labels, votes)
    check_law(device, name, row, law, {"n": n, "k": k}, True)


@pytest.mark.parametrize("name", LAWS)
@on_device
@given(seeds, batches, size(40), size(8))
def test_functions_of_a_law_are_within_the_model(name, device, seed, batch, n, k):
    row, draws = LAWS[name], stream(seed)
    batch = batch if row.batched else ()
    law = finite_law(draws, batch, n, k)
    if name == "ecace":
        votes = draws.child("positive").dirichlet((*batch, n, k))
        law = on_host.FiniteLaw(law.weights, law.label_probabilities, votes)
    check_law(device, name, row, law, {"n": n, "k": k}, False)


@on_device
@given(seeds, batches, size(9), size(2))
def test_top_labels_of_two_classes_have_the_same_bits(device, seed, batch, n, k):
    draws = stream(seed)
    labels, votes = (dyadic_simplex(draws.child(w), (*batch, n, k), 4) for w in "ph")
    law = on_host.FiniteLaw(dyadic_simplex(draws, (*batch, n), 16), labels, votes)
    got = on_gpu.top_label_ece(to_device(law))
    assert_same_bits(got, on_host.top_label_ece(law))


@pytest.mark.parametrize("is_exact", [True, False], ids=["dyadic", "generic"])
@pytest.mark.parametrize("name", CLASSIFIERS)
@on_device
@given(seeds, batches, size(8), size(4), size(5))
def test_functions_of_classifiers_agree(name, is_exact, device, seed, batch, n, k, c):
    draws = stream(seed)
    shapes = (*batch, n), (*batch, n, k), (*batch, c)
    if is_exact:
        units = (16, 8, 16)
        simplexes = [
            dyadic_simplex(draws.child(str(unit), str(i)), shape, unit)
            for i, (shape, unit) in enumerate(zip(shapes, units, strict=True))
        ]
    else:
        simplexes = [draws.child(str(i)).dirichlet(s) for i, s in enumerate(shapes)]
    codes = draws.integers(k, (*batch, c, n))
    law = on_host.ClassifierLaw(*simplexes, codes)
    sizes = {"n": n, "k": k, "c": c}
    check_law(device, name, CLASSIFIERS[name], law, sizes, is_exact)


@pytest.mark.parametrize("is_exact", [True, False], ids=["dyadic", "generic"])
@pytest.mark.parametrize("name", MEMBERS)
@on_device
@given(seeds, batches, size(8), size(4), st.sampled_from([1, 2, 4]))
def test_functions_of_members_agree(name, is_exact, device, seed, batch, n, k, m):
    draws, shape = stream(seed), (*batch, m, n, k)
    if is_exact:
        members = dyadic_simplex(draws.child("members"), shape, 8)
        weights = dyadic_simplex(draws, (*batch, n), 16)
    else:
        members = draws.child("members").dirichlet(shape)
        weights = draws.dirichlet((*batch, n))
    law = on_host.MemberLaw(weights, members)
    sizes = {"n": n, "k": k, "m": m}
    check_law(device, name, MEMBERS[name], law, sizes, is_exact)


@on_device
@given(seeds, batches, size(5), size(4), st.sampled_from([2, 3, 8]))
def test_dimensions_are_the_same(device, seed, batch, n, k, unit):
    draws = stream(seed)
    votes = dyadic_simplex(draws.child("h"), (*batch, n, k), unit)
    law = on_host.FiniteLaw(np.full((*batch, n), 1 / n), votes, votes)
    got = on_gpu.calibrated_dimensions(to_device(law))
    assert_on_device(got, device)
    assert_same_bits(got, on_host.calibrated_dimensions(law))


# Families and bins.


@on_device
@given(seeds, batches, size(9))
def test_families_agree(device, seed, batch, k):
    draws = stream(seed)
    alpha = np.exp(2 * draws.normal((*batch, k)))
    want = on_host.dirichlet_disagreement(alpha)
    got = on_gpu.dirichlet_disagreement(to_device(alpha))
    # All terms are positive: pairs ≤ total (total + 1).
    assert_within(got, want, model(4 * k + 8, 2.0))
    share = draws.uniform(batch) * (1 - 1 / (k + 1))
    want = on_host.dirichlet_concentration(share, k + 1)
    assert_same_bits(on_gpu.dirichlet_concentration(to_device(share), k + 1), want)


@on_device
@given(seeds, batches, st.integers(2, 9), st.integers(1, 40), st.booleans())
def test_annealed_dirichlet_errors_agree(device, seed, batch, k, n_runs, is_array):
    alpha = np.exp(stream(seed).normal(batch))
    classes = np.full(batch, k) if is_array else k
    got = on_gpu.dirichlet_annealed_cace(
        to_device(alpha), to_device(classes) if is_array else k, n_runs
    )
    assert_on_device(got, device)
    want = on_host.dirichlet_annealed_cace(alpha, classes, n_runs)
    # Five lgammas of at most M + Kα + 2; the result is at most 2.
    largest = np.maximum(gammaln(n_runs + k * alpha + 2), np.abs(gammaln(alpha)))
    logs = 9 * ROUNDINGS_OF_LGAMMA * np.maximum(largest, 1)
    assert_within(got, want, model(20, 2 * (1 + logs)))


@on_device
@given(seeds, batches, size(50), size(12))
def test_bins_have_the_same_bits(device, seed, batch, n, n_bins):
    levels = stream(seed).integers(n_bins * 4 + 1, (*batch, n)) / (n_bins * 4)
    got = on_gpu.bin_index(to_device(levels), n_bins)
    assert_on_device(got, device)
    assert_same_bits(got, on_host.bin_index(levels, n_bins))


@on_device
@given(seeds, batches, size(1000), size(20))
def test_bounds_of_the_noise_have_the_same_bits(device, seed, batch, n, n_bins):
    error = stream(seed).uniform(batch)
    got = on_gpu.noise_floor_bound(to_device(error), n, n_bins)
    assert_on_device(got, device)
    assert_same_bits(got, on_host.noise_floor_bound(error, n, n_bins))


@on_device
@given(seeds, batches, st.sampled_from([2, 3, 17]), size(4), st.booleans())
def test_debiased_squares_agree(device, seed, batch, n, k, is_exact):
    draws, shape = stream(seed), (*batch, n, k)
    samples = draws.integers(9, shape) / 4 - 1 if is_exact else draws.normal(shape)
    got = on_gpu.debiased_square(to_device(samples))
    assert_on_device(got, device)
    want = on_host.debiased_square(samples)
    terms = np.abs(samples).sum(axis=-2) ** 2 + (samples**2).sum(axis=-2)
    bound = model(2 * n + 2 * ROUNDINGS_OF_POW, terms / (n * (n - 1)))
    assert_within(got, want, bound)


def test_every_public_function_is_compared():
    tables = [LAWS, CLASSIFIERS, MEMBERS, FAMILIES, PREDICTIONS, ELSEWHERE]
    assert_complete("disagreement", *tables)
