"""What has a range stays in it, whatever rounding does."""

import math

import numpy as np
import pytest
from hypothesis import given
from support.degenerate import rows, seeds, sizes

import refgen.disagreement as d
from refgen.disagreement import BetaReliability, ClassifierLaw, FiniteLaw, MemberLaw
from refgen.disagreement._ranges import others

UNIT, SIGNED, TWO, POSITIVE = (0, 1), (-1, 1), (0, 2), (0, math.inf)
BATCH = 64

# Functions of a law, with further arguments and the range of what they give.
OF_LAWS = {
    "test_error": ((), UNIT),
    "expected_disagreement": ((), UNIT),
    "gap": ((), SIGNED),
    "pointwise_gap": ((), SIGNED),
    "cace": ((), TWO),
    "cwce": ((), TWO),
    "top_label_ece": ((), UNIT),
    "wasserstein_distance": ((), UNIT),
    "level_range": ((), UNIT),
    "expected_total_variation": ((), UNIT),
    "binned_cace": ((3,), TWO),
    "bin_imbalances": ((3,), SIGNED),
    "bin_variances": ((3,), UNIT),
    "expected_noise_floor": ((10,), POSITIVE),
    "annealed_cace": ((2,), TWO),
    "finite_runs_floor": ((2,), UNIT),
    "cross_entropy": ((), POSITIVE),
    "vote_entropy": ((), POSITIVE),
}
OF_CLASSIFIERS = {
    "pairwise_disagreement": ((), UNIT),
    "classifier_errors": ((), UNIT),
    "variance_components": ((), (0, 1 / 4)),
    "disagreement_variance": ((3, 2), (0, 1 / 4)),
    "expected_jackknife_variance": ((3, 2), POSITIVE),
    "disagreement_error_ratio": ((), UNIT),
    "pairwise_variance_bound": ((), POSITIVE),
}
OF_MEMBERS = {
    "epistemic_disagreement": ((), UNIT),
    "aleatoric_disagreement": ((), UNIT),
    "sampled_disagreement": ((), UNIT),
}
# Of predictions, which are labels or probabilities; and of labels with true labels.
OF_PREDICTIONS = {
    "disagreement": UNIT,
    "ensemble_disagreement": UNIT,
    "jackknife_variance": POSITIVE,
}
OF_LABELLED = {
    "ensemble_cace": TWO,
    "binned_ensemble_cace": TWO,
    "cace_noise_floor": POSITIVE,
}
AUDITED = {
    "disagreement_U": UNIT,
    "disagreement_V": UNIT,
    "finite_runs_floor": UNIT,
    "error": UNIT,
    "gap_U": SIGNED,
    "gap_V": SIGNED,
    "cace": TWO,
    "binned_cace": TWO,
    "cace_noise_floor": POSITIVE,
}
ELSEWHERE = {
    "AuditedBound": "what an audit holds",
    "BetaReliability": "below",
    "ClassifierLaw": "an instance",
    "DisagreementAudit": "AUDITED",
    "DisagreementDisplay": "draws what an audit found",
    "DisagreementErrorEstimator": "gives what `disagreement_estimate` does",
    "DisagreementEstimate": "below, from `disagreement_estimate`",
    "FiniteLaw": "an instance",
    "MemberLaw": "an instance",
    "SparseLevelsWarning": "a warning",
    "audit": "AUDITED",
    "bin_index": "whole numbers",
    "calibrated_dimensions": "whole numbers",
    "debiased_square": "may be negative",
    "dirichlet_annealed_cace": "below",
    "dirichlet_concentration": "below",
    "dirichlet_disagreement": "below",
    "disagreement_estimate": "below",
    "ecace": "below, as shares are positive",
    "empirical_law": "counts over their number",
    "ensemble_level_masses": "counts over their number",
    "hoeffding_radius": "a root of positive terms",
    "is_class_aggregated_calibrated": "yes or no",
    "is_class_wise_calibrated": "yes or no",
    "is_top_label_calibrated": "yes or no",
    "level_masses": "sums of the law's own probabilities",
    "network_runs": "trains networks",
    "noise_floor_bound": "a root of factors that are not negative",
    "read_labels": "reads a file",
    "read_predictions": "reads a file",
    "train_runs": "fits estimators",
    "unbiased_squared_bins": "may be negative",
    "unbiased_variance": "may be negative",
    "vote_counts": "whole numbers",
}


def test_every_quantity_with_a_range_is_listed():
    assert sorted(d.__all__) == sorted(
        [
            *OF_LAWS,
            *OF_CLASSIFIERS,
            *OF_MEMBERS,
            *OF_PREDICTIONS,
            *OF_LABELLED,
            *ELSEWHERE,
        ]
    )


def assert_in(bounds, value, name):
    for part in value.values() if isinstance(value, dict) else (value,):
        low, high = np.min(part), np.max(part)
        assert bounds[0] <= low <= high <= bounds[1], name


def check(table, law):
    for name, (args, bounds) in table.items():
        assert_in(bounds, getattr(d, name)(law, *args), name)


@given(rng=seeds, n=sizes(7), k=sizes(6))
def test_of_laws(rng, n, k):
    votes = rows(rng, (BATCH, n, k))
    follow = rng.integers(0, 2, (BATCH, 1, 1)) == 1
    labels = np.where(follow, votes, rows(rng, votes.shape))
    weights = rows(rng, (BATCH, n))
    check(OF_LAWS, FiniteLaw(weights, labels, votes))
    positive = FiniteLaw(weights, labels, np.full_like(votes, 1 / k))
    assert_in(TWO, d.ecace(positive), "ecace")


@given(rng=seeds, h=sizes(6), n=sizes(7), k=sizes(6))
def test_of_laws_over_classifiers(rng, h, n, k):
    predictions = rng.integers(k, size=(BATCH, h, n))
    predictions[::2, 1:] = predictions[::2, :1]  # all classifiers agree
    predictions[1::4] = predictions[1::4, :, :1]
    labels = rows(rng, (BATCH, n, k))
    weights, chances = rows(rng, (BATCH, n)), rows(rng, (BATCH, h))
    law = ClassifierLaw(weights, labels, chances, predictions)
    check(OF_CLASSIFIERS, law)
    check(OF_LAWS, law.marginal())


@given(rng=seeds, m=sizes(6), n=sizes(7), k=sizes(6))
def test_of_members(rng, m, n, k):
    members = rows(rng, (BATCH, m, n, k))
    members[::2] = members[::2, :1]
    check(OF_MEMBERS, MemberLaw(rows(rng, (BATCH, n)), members))


def check_predictions(predictions, truth, labelled):
    for name, bounds in OF_PREDICTIONS.items():
        assert_in(bounds, getattr(d, name)(predictions), name)
    for name, bounds in OF_LABELLED.items() if labelled else ():
        assert_in(bounds, getattr(d, name)(predictions, truth), name)
    for method in ("jackknife", "normal", "hoeffding"):
        found = d.disagreement_estimate(predictions, method=method)
        assert 0 <= found.low <= found.value <= found.high <= 1
    for members in ("argmax", "sample"):
        found = d.audit(predictions, truth, members=members)
        for name, bounds in AUDITED.items():
            assert_in(bounds, getattr(found, name), name)
        assert found.holds


@pytest.mark.filterwarnings("ignore::refgen.disagreement.SparseLevelsWarning")
@given(rng=seeds, m=sizes(6), n=sizes(7), k=sizes(6))
def test_of_predictions(rng, m, n, k):
    truth, m, n = rng.integers(k, size=n + 1), m + 3, n + 1
    p = rows(rng, (m, n, k))
    for same in (p, np.broadcast_to(p[:1], p.shape), np.roll(p, 1, axis=1)):
        check_predictions(same, truth, labelled=False)
        check_predictions(same.argmax(axis=-1), truth, labelled=True)


@given(rng=seeds, k=sizes(6))
def test_of_families(rng, k):
    a = 10.0 ** rng.uniform(-300, 300, (BATCH, k))
    assert_in((0, 1 - 1 / k), d.dirichlet_disagreement(a), "dirichlet_disagreement")
    runs = np.floor(10 ** rng.uniform(0, 14, BATCH))
    alpha = 10 ** rng.uniform(-12, 12, BATCH)
    cace = d.dirichlet_annealed_cace(alpha, k + 1, runs)
    assert_in(TWO, cace, "dirichlet_annealed_cace")
    share = rng.uniform(0, 1 - 1 / (k + 1), BATCH)
    share[0] = np.nextafter(1 - 1 / (k + 1), 0)
    alpha = d.dirichlet_concentration(share, k + 1)
    assert_in(POSITIVE, alpha, "dirichlet_concentration")


def test_of_the_beta_family():
    a, slope = np.meshgrid(10.0 ** np.arange(-300, 300, 10), np.linspace(-1, 1, 9))
    family = BetaReliability(a, slope)
    for name, bounds in {
        "share_variance": (0, 1 / 4),
        "mean_absolute_deviation": (0, 1 / 2),
        "expected_disagreement": (0, 1 / 2),
        "test_error": UNIT,
        "gap": SIGNED,
        "cace": TWO,
    }.items():
        assert_in(bounds, getattr(family, name)(), name)


def test_classifiers_that_agree_disagree_by_nothing():
    """Weights add up to a little more than 1, and so do the vote shares."""
    above = 1 + 2.0**-52
    law = FiniteLaw([0.5, 0.5], [[1.0, 0.0]] * 2, [[above, 0.0], [0.0, above]])
    assert law.vote_shares.max() > 1
    assert d.expected_disagreement(law) == 0
    assert d.vote_entropy(law) == 0


def test_points_of_probability_zero_have_no_surprise():
    law = FiniteLaw([1.0, 0.0], [[1, 0], [0, 1]], [[0.5, 0.5], [1, 0]])
    assert d.cross_entropy(law) == np.log(2)


def test_other_classes_have_no_negative_probability_where_a_sum_is_rounded():
    above = 1 + 2.0**-52
    assert others(np.array([above, 0.0])).tolist() == [0, above]
