"""The theorems on networks trained on real digits: a test set is a finite law."""

import numpy as np

from refgen.claims.disagreement.common import mean_error, mean_pairwise, n_terms
from refgen.claims.disagreement.theorems import calibration_error_chain
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw


def _laws() -> list[ClassifierLaw]:
    """One law per training protocol; training happens on first use."""
    from refgen.disagreement.digits import digits_laws

    laws = []
    for runs in digits_laws():
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
    "digits",
    "networks trained on scikit-learn's digits, four protocols of Jiang et al. 2022",
    _laws,
)


def _library_estimates(rg, law):
    """What users call on predictions equals the exact law's quantities."""
    d, marginal = rg.disagreement, law.marginal()
    labels = law.label_probabilities.argmax(axis=-1)
    pairs = list(zip(law.predictions, labels, strict=True))
    terms = n_terms(marginal) * law.predictions.shape[-2]

    def same(estimates, exact):
        return measured(np.array(estimates), exact, 2, terms, kind="identity")

    return (
        same([d.disagreement(p) for p, _ in pairs], mean_pairwise(law, rg)),
        same(
            [d.ensemble_disagreement(p) for p, _ in pairs],
            d.expected_disagreement(marginal),
        ),
        same([d.ensemble_cace(p, y) for p, y in pairs], d.cace(marginal)),
        same(
            [d.binned_ensemble_cace(p, y, 5) for p, y in pairs],
            d.binned_cace(marginal, 5),
        ),
    )


@claim(
    "digits",
    kind="inequality",
    domain=digits_domain,
    source="GDE-5, 6, 7 and 15 on empirical laws",
    slow=True,
)
def theorems_on_digits(rg, law):
    """On real networks: |gap| ≤ W₁ ≤ CACE/2, the chain of GDE-7, V = (M − 1)/M U."""
    d, marginal = rg.disagreement, law.marginal()
    m = law.predictions.shape[-2]
    terms = n_terms(marginal) * m
    gap = abs(d.gap(marginal))
    v_statistic = (m - 1) / m * mean_pairwise(law, rg)
    return (
        *_library_estimates(rg, law),
        *calibration_error_chain.measure(rg, marginal),
        measured(gap, d.cace(marginal), 2, terms),
        measured(gap, d.wasserstein_distance(marginal), 2, terms),
        measured(d.wasserstein_distance(marginal), d.cace(marginal) / 2, 2, terms),
        measured(
            d.expected_disagreement(marginal), v_statistic, 1, terms, kind="identity"
        ),
        measured(
            d.test_error(marginal), mean_error(law, rg), 1, terms, kind="identity"
        ),
    )


@theorems_on_digits.twin("the runs' disagreement equals their error", kind="identity")
def _(rg, law):
    return measured(rg.disagreement.gap(law.marginal()), 0, 2, 10_000)


@theorems_on_digits.twin("CACE is no more than twice the gap")
def _(rg, law):
    d, marginal = rg.disagreement, law.marginal()
    return measured(d.cace(marginal), 2 * abs(d.gap(marginal)), 2, 10_000)
