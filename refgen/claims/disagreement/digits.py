"""The theorems on networks trained on real digits: a test set is a finite law."""

import numpy as np

from refgen.claims.disagreement._runs import label_masses, mean_pairwise
from refgen.claims.disagreement._users import seen
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw
from refgen.domains import Domain

N_POINTS = 400


def _laws() -> list[ClassifierLaw]:
    """One law per training protocol; training happens on first use."""
    from refgen.claims.disagreement._digits_runs import digits_runs

    laws = []
    for runs in digits_runs():
        predictions, labels = runs.predictions[:, :N_POINTS], runs.labels[:N_POINTS]
        n_runs, n_points = predictions.shape
        laws.append(
            ClassifierLaw(
                np.full(n_points, 1 / n_points),
                np.eye(10)[labels],
                np.full(n_runs, 1 / n_runs),
                predictions,
            )
        )
    return laws


digits_domain = Domain(
    "100 networks trained on scikit-learn's digits, by each of the four protocols of "
    "Jiang et al. 2022, on 400 new digits",
    _laws,
)

# Sums over 400 points, ten classes and 100 runs, one inside the other.
ROUNDINGS = 400 + 10 + 100
# Of the inequalities: nobody made these networks to attain them.
REAL = "networks as they come out of training, not laws at the bound"


@claim(
    "digits",
    kind="inequality",
    domain=digits_domain,
    source="GDE-2, 5, 6, 7, 15 and 16b on empirical laws",
    slow=True,
)
def theorems_on_digits(rg, law, others=1):
    """|gap| ≤ W₁ ≤ (q_max − q_min) CACE/2, the chain of GDE-7 and V = (M − 1)/M U.

    On real networks; and what users compute from predictions is that of the exact law.
    The gap is a sum over classes (GDE-2). Of 2, 10 or 100 of the runs drawn anew,
    ann(M) ≥ 2 |(1 − 1/M) EDR − ETE|.
    """
    d, votes = rg.disagreement, law.marginal()
    m, gap, cace = law.predictions.shape[-2], abs(d.gap(votes)), d.cace(votes)
    edr, ete = d.expected_disagreement(votes), d.test_error(votes)
    v_statistic = (m - 1) / (m - 1 + others) * mean_pairwise(rg, law)
    total_variation = d.expected_total_variation(votes)
    chain = (2 * gap, cace, d.cwce(votes), 2 * total_variation, 2)
    ranged = d.level_range(votes) * cace / 2
    half = (gap, d.wasserstein_distance(votes), ranged, cace / 2)
    floors = [
        at_most(
            2 * abs((1 - 1 / size) * edr - ete),
            d.annealed_cace(votes, size),
            2,
            roundings=ROUNDINGS,
            reason=REAL,
        )
        for size in (2, 10, 100)
    ]
    return (
        [equal(*pair, roundings=ROUNDINGS) for pair in seen(rg, law)],
        ascending(*chain, scale=2, roundings=ROUNDINGS, reason=REAL),
        ascending(*half, scale=2, roundings=ROUNDINGS, reason=REAL),
        equal(edr, v_statistic, roundings=ROUNDINGS),
        equal(ete, d.classifier_errors(law).mean(axis=-1), roundings=ROUNDINGS),
        equal(
            d.gap(votes), _gaps_of_classes(votes).sum(axis=-1), 2, roundings=ROUNDINGS
        ),
        floors,
    )


def _gaps_of_classes(votes):
    """E h̃ₖ (pₖ − h̃ₖ) of each class."""
    off = label_masses(votes) - votes.weights[..., None] * votes.vote_shares
    return (votes.vote_shares * off).sum(axis=-2)


theorems_on_digits.twin("V = (M − 1)/(M + 0.1) U", others=1.1)


@theorems_on_digits.twin_function("the runs' disagreement equals their error")
def _(rg, law):
    return equal(rg.disagreement.gap(law.marginal()), 0, 2, roundings=ROUNDINGS)


@theorems_on_digits.twin_function("CACE is no more than twice the gap")
def _(rg, law):
    d, votes = rg.disagreement, law.marginal()
    return at_most(d.cace(votes), 2 * abs(d.gap(votes)), 2, roundings=ROUNDINGS)


@theorems_on_digits.twin_function("CACE is that of the classes, CWCE")
def _(rg, law):
    d, votes = rg.disagreement, law.marginal()
    return equal(d.cace(votes), d.cwce(votes), 2, roundings=ROUNDINGS)


@theorems_on_digits.twin_function("the gap is that of the first nine classes")
def _(rg, law):
    votes = law.marginal()
    most = _gaps_of_classes(votes)[..., :9].sum(axis=-1)
    return equal(rg.disagreement.gap(votes), most, 2, roundings=ROUNDINGS)
