"""GDE-1 to GDE-7b: the identities and theorems of Jiang et al., and sharper ones."""

import math

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import LATTICE, lattice_steps
from refgen.claims.disagreement._runs import label_masses
from refgen.claims.disagreement.classifier_laws import classifier_laws
from refgen.claims.disagreement.domains import finite_laws, wrong_laws
from refgen.claims.disagreement.lattice_laws import (
    EXCHANGED,
    class_aggregated_binary_laws,
    class_aggregated_laws,
    class_wise_laws,
    gde_laws,
    lattice_laws,
    top_label_laws,
)
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG, KIRSCH_GAL
from refgen.disagreement import FiniteLaw


@claim(
    "GDE-1",
    kind="identity",
    domain=classifier_laws,
    source=JIANG.at("equations (10) and (32)"),
)
def vote_share_formulas(rg, law, replacement=1.0):
    """EDR = 1 − E Σ h̃² and ETE = 1 − E Σ p h̃, equal pairs included."""
    d, w, xp = rg.disagreement, law.classifier_weights, namespace(law.weights)
    differ = xp.einsum("...a,...b,...ab->...", w, w, d.pairwise_disagreement(law))
    # Pairs of a classifier with itself never differ; a part of them may be left out.
    counted = 1 - (1 - replacement) * (w**2).sum(axis=-1)
    differ = xp.where(counted > 0, differ / xp.where(counted > 0, counted, 1), 0)
    errors = (w * d.classifier_errors(law)).sum(axis=-1)
    votes = law.marginal()
    return (
        equal(differ, d.expected_disagreement(votes)),
        equal(errors, d.test_error(votes)),
    )


vote_share_formulas.twin("pairs are drawn without replacement", replacement=0.0)
vote_share_formulas.twin(
    "a pair of equal classifiers is drawn again once in twenty times", replacement=0.95
)


@claim(
    "GDE-2",
    kind="identity",
    domain=finite_laws,
    source=f"{JIANG.at('appendices B.1 and B.3')}; {KIRSCH_GAL.at('lemma 4.1')}",
)
def gap_is_linear(rg, law, slope=1.0):
    """EDR − ETE = E⟨h̃, p − h̃⟩: GDE holds iff this functional of p vanishes."""
    d = rg.disagreement
    apart = d.expected_disagreement(law) - d.test_error(law)
    return equal(apart, slope * d.gap(law), 4)


gap_is_linear.twin("the functional is a thirtieth smaller", slope=0.97)


@gap_is_linear.twin_function("EDR − ETE = E⟨h̃, |p − h̃|⟩")
def _(rg, law):
    apart = abs(law.label_probabilities - law.vote_shares)
    wrong = (law.weights[..., None] * law.vote_shares * apart).sum(axis=(-1, -2))
    return equal(rg.disagreement.gap(law), wrong, 4)


# --- GDE-3 to GDE-4b: what calibration implies


def _rates_where(rg, law, calibrated, constant=1.0):
    """EDR = constant · ETE wherever the law is calibrated."""
    d, xp = rg.disagreement, namespace(law.weights)
    return equal(
        xp.where(calibrated, d.expected_disagreement(law), 0.0),
        xp.where(calibrated, constant * d.test_error(law), 0.0),
        2,
    )


@claim("GDE-3", kind="identity", domain=class_wise_laws, source=JIANG.at("theorem 4.1"))
def class_wise_calibration_gives_gde(rg, law, constant=1.0):
    """Class-wise calibration ⇒ EDR = ETE."""
    calibrated = rg.disagreement.is_class_wise_calibrated(law)
    return _rates_where(rg, law, calibrated, constant)


class_wise_calibration_gives_gde.twin("disagreement is 3 % below error", constant=1.03)


@class_wise_calibration_gives_gde.twin_function(
    "top-class calibration ⇒ EDR = ETE for three classes", domain=top_label_laws
)
def _(rg, law):
    return _rates_where(rg, law, rg.disagreement.is_top_label_calibrated(law))


@claim(
    "GDE-4",
    kind="identity",
    domain=class_aggregated_laws,
    source=JIANG.at("theorem B.1"),
)
def class_aggregated_calibration_gives_gde(rg, law, constant=1.0):
    """Class-aggregated calibration ⇒ EDR = ETE."""
    calibrated = rg.disagreement.is_class_aggregated_calibrated(law)
    return _rates_where(rg, law, calibrated, constant)


class_aggregated_calibration_gives_gde.twin(
    "disagreement is 3 % below error", constant=1.03
)


@class_aggregated_calibration_gives_gde.twin_function(
    "for two classes, class-aggregated = class-wise",
    domain=class_aggregated_binary_laws,
)
def _(rg, law):
    return equal(rg.disagreement.cwce(law), 0)


@claim("GDE-4b", kind="identity", domain=class_aggregated_laws, cost=3)
def all_moments_agree(rg, law, constant=1.0):
    """Class-aggregated calibration ⇒ E g(h̃_Y) = E Σ h̃ g(h̃) for all g.

    Checked for q², q(1 − q), eᵠ and −log(q + 0.1); GDE-4c is the converse.
    """
    xp, q = namespace(law.weights), law.vote_shares
    # Levels may be 0, where each of these functions is finite.
    functions = (q**2, q * (1 - q), xp.exp(q), -xp.log(q + 0.1))
    promised = constant * law.weights[..., None] * q
    return [
        equal(
            (label_masses(law) * g).sum(axis=(-1, -2)),
            (promised * g).sum(axis=(-1, -2)),
            2 * abs(g).max(axis=(-1, -2)),
        )
        for g in functions
    ]


all_moments_agree.twin("moments of the votes are 3 % larger", constant=0.97)
all_moments_agree.twin("EDR = ETE alone gives all moments", domain=gde_laws)


def _level_imbalances(rg, law):
    """a(q) − q w(q) at all multiples q of 1/LATTICE, (batch, LATTICE + 1)."""
    xp, batch = namespace(law.weights), law.weights.shape[0]
    found = xp.zeros((batch, LATTICE + 1))
    for i in range(batch):
        q, w, a = rg.disagreement.level_masses(law.take(i))
        found[i, lattice_steps(q)] = a - q * w
    return found


laws_with_certain_votes = lattice_laws.but(
    "vote shares that are multiples of 1/10, 1 among them",
    lambda: [EXCHANGED, FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0, 1]], [[1, 0], [0, 1]])],
    outside=lattice_laws.outside,
)


@claim("GDE-4c", kind="identity", domain=laws_with_certain_votes, cost=100)
def finitely_many_moments_suffice(rg, law, last=1.0):
    """L levels: the moments of degree 1 to L − 1 determine all imbalances a − q w.

    Multiples t/10 of 1/10 are L = 11 levels. The polynomials C(t, j), j = 1, …, 10,
    span the moments, and are inverted by alternating sums.
    """
    xp, degrees = namespace(law.weights), range(LATTICE + 1)
    choose = xp.asarray([[float(math.comb(t, j)) for j in degrees] for t in degrees])
    moved = law.weights[..., None] * (law.label_probabilities - law.vote_shares)
    powers = choose[lattice_steps(law.vote_shares)]
    moments = (moved[..., None] * powers).sum(axis=(-2, -3))
    moments[..., 0] = 0  # the zero sum
    moments[..., -1] *= last
    signs = (-1.0) ** xp.arange(LATTICE + 1)
    imbalances = signs * ((moments * signs) @ choose)
    # |z| adds up to 2 at most: Σⱼ C(j, i) C(10, j) = C(10, i) 2^(10 − i).
    scale = 2 * choose[-1] * 2.0 ** (LATTICE - xp.arange(LATTICE + 1))
    return equal(_level_imbalances(rg, law), imbalances, scale)


finitely_many_moments_suffice.twin("degrees up to L − 2 suffice", last=0.0)
finitely_many_moments_suffice.twin("a last moment off by 3 % will do", last=0.97)


# --- GDE-5 to GDE-7b: how large the gap can be


@claim("GDE-5", kind="inequality", domain=finite_laws, source=JIANG.at("theorem 4.2"))
def gap_at_most_calibration_error(rg, law, constant=1):
    """|EDR − ETE| ≤ CACE."""
    d = rg.disagreement
    bound = constant * d.cace(law)
    return at_most(abs(d.gap(law)), bound, 2, reason="half of it bounds too: GDE-6")


gap_at_most_calibration_error.twin(
    "|EDR − ETE| ≤ 0.49 CACE",
    constant=0.49,
    reason="the published constant 1 is twice the best one",
)


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
        sharp=True,
    )


half_calibration_error.twin("the constant 0.48 would do", constant=0.48)


@claim(
    "GDE-7",
    kind="inequality",
    domain=finite_laws,
    source=f"derived here; CACE ≤ 2: {KIRSCH_GAL.at('conclusion 3')}",
)
def calibration_error_chain(rg, law, merged=1.0, constant=2.0, top=1.0):
    """2 |EDR − ETE| ≤ CACE ≤ CWCE ≤ 2 E TV(p, h̃) ≤ 2, and ECE_top ≤ E TV(p, h̃)."""
    d = rg.disagreement
    variation = d.expected_total_variation(law)
    return (
        ascending(
            2 * abs(d.gap(law)),
            d.cace(law),
            merged * d.cwce(law),
            constant * variation,
            constant,
            scale=2,
            sharp=True,
        ),
        at_most(d.top_label_ece(law), top * variation, 2, sharp=True),
    )


calibration_error_chain.twin("CACE ≤ 0.97 CWCE", merged=0.97)
calibration_error_chain.twin("CWCE ≤ 1.95 E TV", constant=1.95)
calibration_error_chain.twin("ECE_top ≤ 0.97 E TV", top=0.97)


@calibration_error_chain.twin_function(
    "CACE ranges over [0, K]: an always wrong classifier attains K", domain=wrong_laws
)
def _(rg, law):
    return equal(rg.disagreement.cace(law), law.n_classes, 2)


@claim("GDE-7b", kind="identity", domain=finite_laws)
def one_bin_sees_nothing(rg, law, one=0.0, two=2.0):
    """CACE with a single bin is 0 for every law; two bins are off by the same mass."""
    d = rg.disagreement
    upper = d.bin_imbalances(law, 2)[..., 1]
    return (
        equal(d.binned_cace(law, 1), one * abs(d.gap(law)), 2),
        equal(d.binned_cace(law, 2), two * abs(upper), 2),
    )


one_bin_sees_nothing.twin("a single bin returns |E Acc − E PredAcc|", one=1.0)
one_bin_sees_nothing.twin("two bins return 1.95 times the upper one's", two=1.95)
