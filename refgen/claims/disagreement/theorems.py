"""GDE-1 to GDE-7b: the identities and theorems of Jiang et al., and sharper ones."""

from itertools import pairwise

from refgen.arrays import namespace
from refgen.claims.disagreement.classifier_domains import classifier_laws
from refgen.claims.disagreement.common import JIANG, KIRSCH_GAL, mean_error, n_terms
from refgen.claims.disagreement.domains import finite_laws, wrong_laws
from refgen.claims.disagreement.lattice_domains import calibrated_laws
from refgen.claims.kinds import measured
from refgen.claims.registry import claim
from refgen.disagreement import FiniteLaw

class_wise = calibrated_laws(
    "class_wise",
    # Two points of equal weight and votes: labels move in opposite directions.
    examples=lambda: [
        FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0.2, 0.8]], [[0.3, 0.7], [0.3, 0.7]])
    ],
)
top_label = calibrated_laws(
    "top_label",
    (3, 4),
    lambda: [FiniteLaw([1.0], [[0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2]])],
)
AGGREGATED_ONLY = FiniteLaw(
    [0.5, 0.5], [[0.4, 0.6], [0.8, 0.2]], [[0.3, 0.7], [0.7, 0.3]]
)
class_aggregated = calibrated_laws(
    "class_aggregated", examples=lambda: [AGGREGATED_ONLY]
)
class_aggregated_binary = calibrated_laws(
    "class_aggregated",
    (2, 2),
    lambda: [AGGREGATED_ONLY],
)
gde = calibrated_laws("gde")

# The calibrated labels are two projections of two products each, on a basis made by
# as many, over at most 6 points of 4 classes: that many roundings per mass at most.
SOLVE_TERMS = 8 * 6 * 4


@claim(
    "GDE-1",
    kind="identity",
    domain=classifier_laws,
    source=f"{JIANG}, equations (10) and (32)",
)
def vote_share_formulas(rg, law):
    """EDR = 1 − E Σ h̃² and ETE = 1 − E Σ p h̃, equal pairs included."""
    marginal = law.marginal()
    w = law.classifier_weights
    pairs = rg.disagreement.pairwise_disagreement(law)
    double_sum = namespace(w).einsum("...a,...b,...ab->...", w, w, pairs)
    terms = n_terms(marginal) * w.shape[-1] ** 2
    return (
        measured(double_sum, rg.disagreement.expected_disagreement(marginal), 1, terms),
        measured(mean_error(law, rg), rg.disagreement.test_error(marginal), 1, terms),
    )


@vote_share_formulas.twin("pairs are drawn without replacement")
def _(rg, law):
    w = law.classifier_weights
    pairs = rg.disagreement.pairwise_disagreement(law)
    xp = namespace(w)
    total = xp.einsum("...a,...b,...ab->...", w, w, pairs)
    distinct = 1 - (w**2).sum(axis=-1)
    without = xp.where(distinct > 0, total / xp.where(distinct > 0, distinct, 1), 0)
    return measured(without, rg.disagreement.expected_disagreement(law.marginal()))


@claim(
    "GDE-2",
    kind="identity",
    domain=finite_laws,
    source=f"{JIANG}, appendices B.1 and B.3; {KIRSCH_GAL}, lemma 4.1",
)
def gap_is_linear(rg, law):
    """EDR − ETE = E⟨h̃, p − h̃⟩: GDE holds iff this functional of p vanishes."""
    difference = rg.disagreement.expected_disagreement(law)
    difference = difference - rg.disagreement.test_error(law)
    return measured(difference, rg.disagreement.gap(law), 4, n_terms(law))


@gap_is_linear.twin("|p − h̃| in place of p − h̃")
def _(rg, law):
    xp = namespace(law.weights)
    absolute = abs(law.label_probabilities - law.vote_shares)
    wrong = xp.einsum("...n,...nk,...nk->...", law.weights, law.vote_shares, absolute)
    return measured(rg.disagreement.gap(law), wrong, 4, n_terms(law))


@claim("GDE-3", kind="identity", domain=class_wise, source=f"{JIANG}, theorem 4.1")
def class_wise_calibration_gives_gde(rg, law):
    """Class-wise calibration ⇒ EDR = ETE."""
    d = rg.disagreement
    return (
        measured(d.cwce(law), 0, 2, SOLVE_TERMS),  # the premise
        measured(d.gap(law), 0, 1, SOLVE_TERMS),
    )


@class_wise_calibration_gives_gde.twin(
    "top-class calibration ⇒ EDR = ETE for three classes", domain=top_label
)
def _(rg, law):
    return measured(rg.disagreement.gap(law), 0, 1, SOLVE_TERMS)


@claim(
    "GDE-4", kind="identity", domain=class_aggregated, source=f"{JIANG}, theorem B.1"
)
def class_aggregated_calibration_gives_gde(rg, law):
    """Class-aggregated calibration ⇒ EDR = ETE."""
    d = rg.disagreement
    return (
        measured(d.cace(law), 0, 2, SOLVE_TERMS),  # the premise
        measured(d.gap(law), 0, 1, SOLVE_TERMS),
    )


@class_aggregated_calibration_gives_gde.twin(
    "for two classes, class-aggregated = class-wise", domain=class_aggregated_binary
)
def _(rg, law):
    return measured(rg.disagreement.cwce(law), 0, 1, SOLVE_TERMS)


def _moments(law):
    xp, q = namespace(law.weights), law.vote_shares
    # Lattice levels may be 0; g(0) is finite for each of these functions.
    functions = (q**2, q * (1 - q), xp.exp(q), -xp.log(q + 0.01))
    difference = law.label_probabilities - q
    for g in functions:
        value = xp.einsum("...n,...nk,...nk->...", law.weights, difference, g)
        yield measured(value, 0, 2 * abs(g).max(axis=(-1, -2)), SOLVE_TERMS)


@claim("GDE-4b", kind="identity", domain=class_aggregated, source="derived here")
def all_moments_agree(rg, law):
    """Class-aggregated calibration ⇒ E g(h̃_Y) = E Σ h̃ g(h̃) for all g.

    Checked for q², q(1 − q), eᵠ and −log(q + 0.01). The converse is proved on the
    theory page, and not measured.
    """
    return list(_moments(law))


@all_moments_agree.twin("EDR = ETE alone gives all moments", domain=gde)
def _(rg, law):
    return list(_moments(law))


@claim("GDE-5", kind="inequality", domain=finite_laws, source=f"{JIANG}, theorem 4.2")
def gap_at_most_calibration_error(rg, law):
    """|EDR − ETE| ≤ CACE."""
    gap = abs(rg.disagreement.gap(law))
    return measured(gap, rg.disagreement.cace(law), 2, n_terms(law))


@gap_at_most_calibration_error.twin("|EDR − ETE| ≤ CACE / 4")
def _(rg, law):
    gap = abs(rg.disagreement.gap(law))
    return measured(gap, rg.disagreement.cace(law) / 4, 2, n_terms(law))


@claim(
    "GDE-6",
    kind="inequality",
    domain=finite_laws,
    source=f"derived here; sharpens {JIANG}, theorem 4.2",
)
def half_calibration_error(rg, law):
    """|EDR − ETE| ≤ W₁ ≤ (q_max − q_min) CACE/2 ≤ CACE/2; the ½ is optimal."""
    d = rg.disagreement
    half, distance = d.cace(law) / 2, d.wasserstein_distance(law)
    ranged = d.level_range(law) * half
    return (
        measured(abs(d.gap(law)), half, 2, n_terms(law)),
        measured(abs(d.gap(law)), distance, 2, n_terms(law)),
        measured(distance, ranged, 2, n_terms(law)),
        measured(ranged, half, 2, n_terms(law)),
    )


@half_calibration_error.twin("the constant 0.45 would do")
def _(rg, law):
    gap = abs(rg.disagreement.gap(law))
    return measured(gap, 0.45 * rg.disagreement.cace(law), 2, n_terms(law))


@claim(
    "GDE-7",
    kind="inequality",
    domain=finite_laws,
    source=f"derived here; CACE ≤ 2: {KIRSCH_GAL}, conclusion 3",
)
def calibration_error_chain(rg, law):
    """2 |EDR − ETE| ≤ CACE ≤ CWCE ≤ 2 E TV(p, h̃) ≤ 2."""
    d = rg.disagreement
    chain = (
        2 * abs(d.gap(law)),
        d.cace(law),
        d.cwce(law),
        2 * d.expected_total_variation(law),
        namespace(law.weights).full(law.weights.shape[:-1], 2.0),
    )
    return [measured(low, high, 2, n_terms(law)) for low, high in pairwise(chain)]


@calibration_error_chain.twin(
    "CACE ranges over [0, K]: an always wrong classifier attains K",
    kind="identity",
    domain=wrong_laws,
)
def _(rg, law):
    return measured(rg.disagreement.cace(law), law.n_classes, 2, n_terms(law))


@claim("GDE-7b", kind="identity", domain=finite_laws, source="derived here")
def one_bin_sees_nothing(rg, law):
    """CACE with a single bin is 0 for every law."""
    return measured(rg.disagreement.binned_cace(law, 1), 0, 2, n_terms(law))


@one_bin_sees_nothing.twin("a single bin returns |E Acc − E PredAcc|")
def _(rg, law):
    gap = abs(rg.disagreement.gap(law))
    return measured(rg.disagreement.binned_cace(law, 1), gap, 2, n_terms(law))
