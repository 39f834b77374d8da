"""GDE-15 to GDE-16b: what a finite number of runs can show."""

from __future__ import annotations

from refgen.arrays import namespace
from refgen.claims.disagreement._runs import all_runs, label_masses, mean_pairwise
from refgen.claims.disagreement.domains import (
    ensemble_laws,
    equally_likely,
    small_classifier_laws,
)
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim


@claim("GDE-15", kind="identity", domain=ensemble_laws)
def ensemble_disagreement_is_v_statistic(rg, law):
    """EDR of M runs' vote shares = (M − 1)/M × mean pairwise disagreement.

    So CACE of the ensemble is at least twice the gap of the V-statistic.
    """
    d, votes = rg.disagreement, law.marginal()
    m = law.predictions.shape[-2]
    v_statistic = (m - 1) / m * mean_pairwise(rg, law)
    error = d.classifier_errors(law).mean(axis=-1)
    return (
        equal(d.expected_disagreement(votes), v_statistic),
        at_most(2 * abs(v_statistic - error), d.cace(votes), 2),
    )


@ensemble_disagreement_is_v_statistic.twin_function(
    "CACE is at least twice the gap of the mean pairwise disagreement"
)
def _(rg, law):
    d = rg.disagreement
    gap = abs(mean_pairwise(rg, law) - d.classifier_errors(law).mean(axis=-1))
    return at_most(2 * gap, d.cace(law.marginal()), 2)


# --- GDE-16 and GDE-16b: the CACE of an ensemble


def _ensemble(law, predictions):
    """The given predictions (..., m, n_points), equally likely, on the law's points."""
    return equally_likely(law.weights, law.label_probabilities, predictions)


def _first(law, m):
    """The first `m` classifiers, equally likely."""
    return _ensemble(law, law.predictions[..., :m, :])


def _cace_by_counting(law):
    """Σⱼ |P(C = j) − (j/M) E #{k: nₖ = j}| from integer votes."""
    votes, m = law.one_hot().sum(axis=-3), law.predictions.shape[-2]
    total = 0.0
    for j in range(m + 1):
        right = (label_masses(law) * (votes == j)).sum(axis=(-1, -2))
        share = (law.weights * (votes == j).sum(axis=-1)).sum(axis=-1)
        total = total + abs(right - j / m * share)
    return total


def _all_wrong(law):
    """P(every classifier is wrong)."""
    votes = law.one_hot().sum(axis=-3)
    return (label_masses(law) * (votes == 0)).sum(axis=(-1, -2))


@claim("GDE-16", kind="identity", domain=ensemble_laws)
def calibration_error_by_counting(rg, law):
    """CACE of M runs from vote counts; one run: 2 err; two runs: 2 P(both wrong)."""
    d = rg.disagreement
    # With one classifier `two` is `one`, and the last relation holds as well.
    one, two = _first(law, 1), _first(law, 2)
    return (
        equal(d.cace(law.marginal()), _cace_by_counting(law), 2),
        equal(d.cace(one.marginal()), 2 * d.classifier_errors(one)[..., 0], 2),
        equal(d.cace(two.marginal()), 2 * _all_wrong(two), 2),
    )


@calibration_error_by_counting.twin_function("CACE of two runs = 2 err")
def _(rg, law):
    d, two = rg.disagreement, _first(law, 2)
    return equal(d.cace(two.marginal()), 2 * d.classifier_errors(two).mean(axis=-1), 2)


def _expected_cace(rg, law, n_runs):
    """E CACE over all ways to draw `n_runs` classifiers."""
    chance, predictions = all_runs(law, n_runs)
    xp = namespace(chance)
    rows = xp.broadcast_to(xp.arange(len(chance))[:, None], chance.shape)
    ensembles = _ensemble(law.take(rows), predictions)
    return (chance * rg.disagreement.cace(ensembles.marginal())).sum(axis=-1)


@claim("GDE-16b", kind="inequality", domain=small_classifier_laws, cost=50)
def finite_ensembles_cannot_be_calibrated(rg, law, three_runs=at_most):
    """E CACE of M runs ≥ ann(M) ≥ 2 |(1 − 1/M) EDR − ETE|, M = 2, 3.

    For M = 2 the first is an equality.
    """
    d, votes = rg.disagreement, law.marginal()
    edr, ete = d.expected_disagreement(votes), d.test_error(votes)
    parts = []
    for m, relation in ((2, equal), (3, three_runs)):
        annealed = d.annealed_cace(votes, m)
        # The floor 2 EDR/M holds where EDR = ETE; elsewhere twice the gap is taken off.
        floor = d.finite_runs_floor(votes, m) - 2 * abs(edr - ete)
        parts += [
            relation(annealed, _expected_cace(rg, law, m), 2),
            at_most(2 * abs((1 - 1 / m) * edr - ete), annealed, 2),
            at_most(floor, annealed, 2),
        ]
    return parts


# For two runs equality holds: the terms have fixed signs.
finite_ensembles_cannot_be_calibrated.twin(
    "E CACE of three runs = ann(3)", three_runs=equal
)
