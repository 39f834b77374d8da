"""What an audit of predictions reports: numbers of an exact law, and bounds on it."""

from __future__ import annotations

import warnings
from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement import _users
from refgen.claims.disagreement._runs import mean_pairwise
from refgen.claims.disagreement.predictions import probability_runs, test_set_laws
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.disagreement import (
    ClassifierLaw,
    FiniteLaw,
    MemberLaw,
    SparseLevelsWarning,
)

N_BINS = _users.N_BINS


def _numbers(rg: Any, votes: FiniteLaw, pairwise: Any, ensemble: Any) -> dict[str, Any]:
    """Numbers that an audit should report of a law and of its two disagreements."""
    d, n = rg.disagreement, votes.weights.shape[-1]
    squares = d.bin_imbalances(votes, N_BINS) ** 2
    noise = d.bin_variances(votes, N_BINS) / (n - 1)
    error = d.test_error(votes)
    return {
        "disagreement_U": pairwise,
        "disagreement_V": ensemble,
        "finite_runs_floor": 2 * (pairwise - ensemble),
        "error": error,
        "gap_U": pairwise - error,
        "gap_V": ensemble - error,
        "cace": d.cace(votes),
        "binned_cace": d.binned_cace(votes, N_BINS),
        "cace_noise_floor": d.expected_noise_floor(votes, n, N_BINS),
        "squared_bins": (squares - noise).sum(axis=-1),
    }


def _reported(xp: Any, audits: list[Any], names: Any) -> Any:
    return xp.asarray([[getattr(a, name) for name in names] for a in audits])


def _sides(rg: Any, law: ClassifierLaw) -> dict[str, tuple[Any, Any]]:
    """Both sides of every bound that an audit of hard labels reports."""
    d, votes, xp = rg.disagreement, law.marginal(), namespace(law.weights)
    gap, cace, m = abs(d.gap(votes)), d.cace(votes), law.predictions.shape[-2]
    w1, cwce = d.wasserstein_distance(votes), d.cwce(votes)
    known = _users.known_classes(votes)[..., None, :]
    high = xp.where(known, votes.vote_shares, 0.0).max(axis=(-1, -2))
    low = xp.where(known, votes.vote_shares, 1.0).min(axis=(-1, -2))
    return {
        "|gap| ≤ CACE": (gap, cace),
        "|gap| ≤ CACE/2": (gap, cace / 2),
        "|gap| ≤ W₁": (gap, w1),
        "W₁ ≤ (q_max − q_min) · CACE/2": (w1, (high - low) * cace / 2),
        "CACE ≤ CWCE": (cace, cwce),
        "CWCE ≤ 2 E TV(p, h̃)": (cwce, 2 * d.expected_total_variation(votes)),
        "V = (M − 1)/M · U": (
            d.expected_disagreement(votes),
            (m - 1) / m * mean_pairwise(rg, law),
        ),
    }


def _if_it_holds(bound: Any) -> tuple[float, float]:
    """Both sides of a bound, and numbers that no bound has if it fails."""
    return (bound.lhs, bound.rhs) if bound.holds else (-1.0, -1.0)


@claim(
    "audit",
    kind="identity",
    domain=test_set_laws,
    source="GDE-5 to 7 and 15 to 23 on labelled test sets",
    cost=2_000,
)
def audits_report_the_exact_law(rg, law, share=1):
    """An audit of hard labels reports the numbers and bounds of the test set's law.

    Its slack is that of rounding, and all bounds hold.
    """
    d, xp, votes = rg.disagreement, namespace(law.weights), law.marginal()
    audits = [d.audit(p, y, n_bins=N_BINS) for p, y in _users.test_sets(law)]
    ensemble = d.expected_disagreement(votes)
    numbers = _numbers(rg, votes, mean_pairwise(rg, law), ensemble)
    sides = _sides(rg, law)
    by_name = [{bound.statement: bound for bound in a.bounds} for a in audits]
    found = [[_if_it_holds(b[name]) for name in sides] for b in by_name]
    wanted = [xp.stack(pair, axis=-1) for pair in sides.values()]
    slack = xp.asarray([[bound.slack for bound in a.bounds] for a in audits])
    return (
        equal(
            share * _reported(xp, audits, numbers),
            xp.stack([*numbers.values()], axis=-1),
            4,
        ),
        equal(xp.asarray(found), xp.stack(wanted, axis=-2), 4),
        at_most(slack, 2**-40, reason="rounding: only a slack that is huge is wrong"),
    )


audits_report_the_exact_law.twin("the numbers are 2 % larger", share=1.02)


def _with_labels(law: MemberLaw) -> tuple[FiniteLaw, Any]:
    """The ensemble's law where the first run's likeliest classes are the labels."""
    xp, p = namespace(law.weights), law.member_probabilities
    truth = p[..., 0, :, :].argmax(axis=-1)
    votes = FiniteLaw.trusted(
        weights=law.weights,
        label_probabilities=xp.eye(p.shape[-1])[truth],
        vote_shares=p.mean(axis=-3),
    )
    return votes, truth


@claim("audit-members", kind="identity", domain=probability_runs, cost=2_000)
def audits_of_members_report_the_exact_law(rg, law, share=1):
    """An audit of probabilities reports the law of drawn labels, or the likeliest."""
    d, xp, p = rg.disagreement, namespace(law.weights), law.member_probabilities
    m, (votes, truth) = p.shape[-3], _with_labels(law)
    ensemble = d.sampled_disagreement(law)
    pairwise = (m * ensemble - d.aleatoric_disagreement(law)) / (m - 1)
    numbers = _numbers(rg, votes, pairwise, ensemble)
    # The numbers are exact, though on few points they say little about calibration.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SparseLevelsWarning)
        drawn = [
            d.audit(t, y, members="sample", n_bins=N_BINS)
            for t, y in zip(p, truth, strict=True)
        ]
    likeliest = [d.audit(t).disagreement_U for t in p]
    labels = [d.disagreement(t.argmax(axis=-1)) for t in p]
    return (
        equal(
            share * _reported(xp, drawn, numbers),
            xp.stack([*numbers.values()], axis=-1),
            4,
        ),
        equal(xp.asarray(likeliest), xp.asarray(labels), 2),
    )


audits_of_members_report_the_exact_law.twin("the numbers are 2 % larger", share=1.02)
