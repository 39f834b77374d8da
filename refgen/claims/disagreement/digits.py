"""The theorems on networks trained on real digits: a test set is a finite law."""

import numpy as np

from refgen.claims.disagreement._runs import mean_pairwise
from refgen.claims.disagreement._users import seen
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw
from refgen.domains import Domain


def _laws() -> list[ClassifierLaw]:
    """One law per training protocol; training happens on first use."""
    from refgen.claims.disagreement._digits_runs import digits_runs

    laws = []
    for runs in digits_runs():
        n_runs, n_points = runs.predictions.shape
        laws.append(
            ClassifierLaw(
                np.full(n_points, 1 / n_points),
                np.eye(10)[runs.labels],
                np.full(n_runs, 1 / n_runs),
                runs.predictions,
            )
        )
    return laws


digits_domain = Domain(
    "networks trained on scikit-learn's digits, four protocols of Jiang et al. 2022",
    _laws,
)

# Sums over 1397 points, ten classes and ten runs, one inside the other.
ROUNDINGS = 1397 + 10 + 10
# Of the inequalities: nobody made these networks to attain them.
REAL = "networks as they come out of training, not laws at the bound"


@claim(
    "digits",
    kind="inequality",
    domain=digits_domain,
    source="GDE-5, 6, 7 and 15 on empirical laws",
    slow=True,
)
def theorems_on_digits(rg, law, others=1):
    """|gap| ≤ W₁ ≤ (q_max − q_min) CACE/2, the chain of GDE-7 and V = (M − 1)/M U.

    On real networks; and what users compute from predictions is that of the exact law.
    """
    d, votes = rg.disagreement, law.marginal()
    m, gap, cace = law.predictions.shape[-2], abs(d.gap(votes)), d.cace(votes)
    edr, ete = d.expected_disagreement(votes), d.test_error(votes)
    v_statistic = (m - 1) / (m - 1 + others) * mean_pairwise(rg, law)
    total_variation = d.expected_total_variation(votes)
    chain = (2 * gap, cace, d.cwce(votes), 2 * total_variation, 2)
    ranged = d.level_range(votes) * cace / 2
    half = (gap, d.wasserstein_distance(votes), ranged, cace / 2)
    return (
        [equal(*pair, roundings=ROUNDINGS) for pair in seen(rg, law)],
        ascending(*chain, scale=2, roundings=ROUNDINGS, reason=REAL),
        ascending(*half, scale=2, roundings=ROUNDINGS, reason=REAL),
        equal(edr, v_statistic, roundings=ROUNDINGS),
        equal(ete, d.classifier_errors(law).mean(axis=-1), roundings=ROUNDINGS),
    )


theorems_on_digits.twin("V = (M − 1)/(M + 0.1) U", others=1.1)


@theorems_on_digits.twin_function("the runs' disagreement equals their error")
def _(rg, law):
    return equal(rg.disagreement.gap(law.marginal()), 0, 2, roundings=ROUNDINGS)


@theorems_on_digits.twin_function("CACE is no more than twice the gap")
def _(rg, law):
    d, votes = rg.disagreement, law.marginal()
    return at_most(d.cace(votes), 2 * abs(d.gap(votes)), 2, roundings=ROUNDINGS)
