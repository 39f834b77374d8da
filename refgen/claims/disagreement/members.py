"""GDE-15b: what finitely many runs show that output probabilities."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement._test_sets import per_instance
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


runs_with_probabilities = record(
    _at_equal_points,
    "at least two runs that output probabilities, on points of equal weight",
    m=integer(2, 5),
    n=integer(1, 6),
    k=integer(1, 5),
    member_probabilities=distribution("m", "n", "k"),
    examples=lambda: [MemberLaw([1.0], [[[0.5, 0.5]], [[0.5, 0.5]]])],
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
