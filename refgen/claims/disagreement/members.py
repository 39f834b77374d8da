"""GDE-15b: what finitely many runs show that output probabilities."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement._test_sets import per_instance
from refgen.claims.disagreement.classifier_laws import member_laws
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.disagreement import MemberLaw
from refgen.domains import distribution, integer, record


def _at_equal_points(member_probabilities: Any) -> MemberLaw:
    """Points of equal weight."""
    p = member_probabilities
    points = (*p.shape[:-3], p.shape[-2])
    weights = namespace(p).full(points, 1 / points[-1])
    return MemberLaw.trusted(weights=weights, member_probabilities=p)


def _at_unequal_points(law: Any) -> str | None:
    """Why a law has not two runs, on points of equal weight."""
    reason = member_laws.outside(law)
    if reason:
        return reason
    n_runs, n_points = law.member_probabilities.shape[-3:-1]
    if n_runs < 2:
        return f"must have at least two runs, got {n_runs}"
    off = abs(law.weights * n_points - 1) > 1e-13
    return f"weights must be 1/{n_points}" if off.any() else None


runs_with_probabilities = record(
    _at_equal_points,
    "at least two runs that output probabilities, on points of equal weight",
    m=integer(2, 5),
    n=integer(1, 6),
    k=integer(1, 5),
    member_probabilities=distribution("m", "n", "k"),
    examples=lambda: [MemberLaw([1.0], [[[0.5, 0.5]], [[0.5, 0.5]]])],
    outside=_at_unequal_points,
)


@claim("GDE-15b", kind="identity", domain=runs_with_probabilities, cost=50)
def v_statistic_of_probabilities(rg, law, aleatoric=1.0):
    """Runs that output probabilities: V = EDR = (M − 1)/M U + 1/M aleatoric part."""
    d, p = rg.disagreement, law.member_probabilities
    m = p.shape[-3]
    v_statistic = per_instance(d.ensemble_disagreement, p)
    u_statistic = per_instance(d.disagreement, p)
    within = aleatoric * d.aleatoric_disagreement(law)
    return (
        equal(v_statistic, d.sampled_disagreement(law), 2),
        equal(v_statistic, ((m - 1) * u_statistic + within) / m, 3),
    )


v_statistic_of_probabilities.twin("V = (M − 1)/M U, as for labels", aleatoric=0.0)
v_statistic_of_probabilities.twin("the aleatoric part counts 3 % less", aleatoric=0.97)
