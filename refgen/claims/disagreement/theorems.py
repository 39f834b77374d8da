"""GDE-1 to GDE-7b: the identities and theorems of Jiang et al., and sharper ones."""

from refgen.arrays import namespace
from refgen.claims.disagreement.domains import (
    class_aggregated_binary_laws,
    class_aggregated_laws,
    class_wise_laws,
    classifier_laws,
    finite_laws,
    gde_laws,
    top_label_laws,
    wrong_laws,
)
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG, KIRSCH_GAL


@claim(
    "GDE-1",
    kind="identity",
    domain=classifier_laws,
    source=JIANG.at("equations (10) and (32)"),
)
def vote_share_formulas(rg, law, replacement=True):
    """EDR = 1 − E Σ h̃² and ETE = 1 − E Σ p h̃, equal pairs included."""
    d, w, xp = rg.disagreement, law.classifier_weights, namespace(law.weights)
    differ = xp.einsum("...a,...b,...ab->...", w, w, d.pairwise_disagreement(law))
    if not replacement:
        distinct = 1 - (w**2).sum(axis=-1)
        differ = xp.where(distinct > 0, differ / xp.where(distinct > 0, distinct, 1), 0)
    errors = (w * d.classifier_errors(law)).sum(axis=-1)
    votes = law.marginal()
    return (
        equal(differ, d.expected_disagreement(votes)),
        equal(errors, d.test_error(votes)),
    )


vote_share_formulas.twin("pairs are drawn without replacement", replacement=False)


@claim(
    "GDE-2",
    kind="identity",
    domain=finite_laws,
    source=f"{JIANG.at('appendices B.1 and B.3')}; {KIRSCH_GAL.at('lemma 4.1')}",
)
def gap_is_linear(rg, law):
    """EDR − ETE = E⟨h̃, p − h̃⟩: GDE holds iff this functional of p vanishes."""
    d = rg.disagreement
    return equal(d.expected_disagreement(law) - d.test_error(law), d.gap(law), 4)


@gap_is_linear.twin_function("EDR − ETE = E⟨h̃, |p − h̃|⟩")
def _(rg, law):
    apart = abs(law.label_probabilities - law.vote_shares)
    wrong = (law.weights[..., None] * law.vote_shares * apart).sum(axis=(-1, -2))
    return equal(rg.disagreement.gap(law), wrong, 4)


# --- GDE-3 to GDE-4b: what calibration implies


@claim("GDE-3", kind="identity", domain=class_wise_laws, source=JIANG.at("theorem 4.1"))
def class_wise_calibration_gives_gde(rg, law):
    """Class-wise calibration ⇒ EDR = ETE."""
    return equal(rg.disagreement.gap(law), 0)


class_wise_calibration_gives_gde.twin(
    "top-class calibration ⇒ EDR = ETE for three classes", domain=top_label_laws
)


@claim(
    "GDE-4",
    kind="identity",
    domain=class_aggregated_laws,
    source=JIANG.at("theorem B.1"),
)
def class_aggregated_calibration_gives_gde(rg, law):
    """Class-aggregated calibration ⇒ EDR = ETE."""
    return equal(rg.disagreement.gap(law), 0)


@class_aggregated_calibration_gives_gde.twin_function(
    "for two classes, class-aggregated = class-wise",
    domain=class_aggregated_binary_laws,
)
def _(rg, law):
    return equal(rg.disagreement.cwce(law), 0)


@claim("GDE-4b", kind="identity", domain=class_aggregated_laws)
def all_moments_agree(rg, law):
    """Class-aggregated calibration ⇒ E g(h̃_Y) = E Σ h̃ g(h̃) for all g.

    Checked for q², q(1 − q), eᵠ and −log(q + 0.01). The converse is proved on the
    theory page, and not measured.
    """
    xp, q = namespace(law.weights), law.vote_shares
    moved = law.weights[..., None] * (law.label_probabilities - q)
    # Levels may be 0, where each of these functions is finite.
    functions = (q**2, q * (1 - q), xp.exp(q), -xp.log(q + 0.01))
    return [
        equal((moved * g).sum(axis=(-1, -2)), 0, 2 * abs(g).max(axis=(-1, -2)))
        for g in functions
    ]


all_moments_agree.twin("EDR = ETE alone gives all moments", domain=gde_laws)


# --- GDE-5 to GDE-7b: how large the gap can be


@claim("GDE-5", kind="inequality", domain=finite_laws, source=JIANG.at("theorem 4.2"))
def gap_at_most_calibration_error(rg, law, constant=1):
    """|EDR − ETE| ≤ CACE."""
    d = rg.disagreement
    return at_most(abs(d.gap(law)), constant * d.cace(law), 2)


gap_at_most_calibration_error.twin("|EDR − ETE| ≤ CACE / 4", constant=1 / 4)


@claim(
    "GDE-6",
    kind="inequality",
    domain=finite_laws,
    source=JIANG.sharpened("theorem 4.2"),
)
def half_calibration_error(rg, law, constant=1 / 2):
    """|EDR − ETE| ≤ W₁ ≤ (q_max − q_min) CACE/2 ≤ CACE/2; the ½ is optimal."""
    d = rg.disagreement
    bound = constant * d.cace(law)
    return ascending(
        abs(d.gap(law)),
        d.wasserstein_distance(law),
        d.level_range(law) * bound,
        bound,
        scale=2,
    )


half_calibration_error.twin("the constant 0.45 would do", constant=0.45)


@claim(
    "GDE-7",
    kind="inequality",
    domain=finite_laws,
    source=f"derived here; CACE ≤ 2: {KIRSCH_GAL.at('conclusion 3')}",
)
def calibration_error_chain(rg, law):
    """2 |EDR − ETE| ≤ CACE ≤ CWCE ≤ 2 E TV(p, h̃) ≤ 2."""
    d = rg.disagreement
    return ascending(
        2 * abs(d.gap(law)),
        d.cace(law),
        d.cwce(law),
        2 * d.expected_total_variation(law),
        2,
        scale=2,
    )


@calibration_error_chain.twin_function(
    "CACE ranges over [0, K]: an always wrong classifier attains K", domain=wrong_laws
)
def _(rg, law):
    return equal(rg.disagreement.cace(law), law.n_classes, 2)


@claim("GDE-7b", kind="identity", domain=finite_laws)
def one_bin_sees_nothing(rg, law):
    """CACE with a single bin is 0 for every law."""
    return equal(rg.disagreement.binned_cace(law, 1), 0, 2)


@one_bin_sees_nothing.twin_function("a single bin returns |E Acc − E PredAcc|")
def _(rg, law):
    d = rg.disagreement
    return equal(d.binned_cace(law, 1), abs(d.gap(law)), 2)
