"""GDE-10 to GDE-11: what calibration says on parts of the points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import lattice_steps
from refgen.claims.disagreement.domains import (
    canonical_laws,
    class_wise_laws,
    easy_and_hard_laws,
    finite_laws,
    gde_laws,
)
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG
from refgen.disagreement import FiniteLaw


def _gap_where_votes_are_the_same(rg: Any, law: FiniteLaw) -> Any:
    """E[gap; h̃(X) = h̃(x)] for every point x."""
    votes = lattice_steps(law.vote_shares)
    same = (votes[..., :, None, :] == votes[..., None, :, :]).all(axis=-1)
    gap = law.weights * rg.disagreement.pointwise_gap(law)
    return (same * gap[..., None, :]).sum(axis=-1)


@claim("GDE-10", kind="identity", domain=canonical_laws)
def canonical_calibration_gives_local_gde(rg, law):
    """Canonical calibration ⇒ EDR = ETE given any event {h̃(X) ∈ A}."""
    return equal(_gap_where_votes_are_the_same(rg, law), 0)


canonical_calibration_gives_local_gde.twin(
    "class-wise calibration ⇒ EDR = ETE given any event {h̃(X) ∈ A}",
    domain=class_wise_laws,
)


def _halves(law: FiniteLaw) -> Iterator[FiniteLaw]:
    """The first and the second half of the points, as laws times their probability."""
    point = namespace(law.weights).arange(law.n_points)
    for half in (point < law.n_points // 2, point >= law.n_points // 2):
        # Not normalized: gap and CACE are multiplied by the probability, too.
        yield FiniteLaw.trusted(
            weights=law.weights * half,
            label_probabilities=law.label_probabilities,
            vote_shares=law.vote_shares,
        )


def _no_level_in_both_halves(law: FiniteLaw) -> Any:
    votes, half = law.vote_shares, law.n_points // 2
    first, second = votes[..., :half, :], votes[..., half:, :]
    # Levels that differ by rounding only count as the same.
    apart = abs(first[..., None, None] - second[..., None, None, :, :]) > 1e-6
    return apart.all(axis=(-1, -2, -3, -4))


@claim("GDE-10b", kind="inequality", domain=finite_laws)
def pooling_hides_miscalibration(rg, law, equal_where=_no_level_in_both_halves):
    """Over regions: gap = Σ P_r gap_r and CACE ≤ Σ P_r CACE_r.

    Equal if no level occurs in two regions.
    """
    d = rg.disagreement
    first, second = _halves(law)
    pooled, parts = d.cace(law), d.cace(first) + d.cace(second)
    where = equal_where(law)
    return (
        equal(d.gap(law), d.gap(first) + d.gap(second), 2),
        at_most(pooled, parts, 2),
        equal(where * pooled, where * parts, 2),
    )


pooling_hides_miscalibration.twin("CACE pools linearly", equal_where=lambda law: True)


@claim(
    "GDE-11", kind="identity", domain=easy_and_hard_laws, source=JIANG.at("section 4")
)
def easy_hard_model(rg, law):
    """Votes right or uniform: EDR = ETE at every point; (K − 1)/K on hard points."""
    d, n_classes = rg.disagreement, law.n_classes
    # With one class every point is easy, and (K − 1)/K = 0.
    hard = (law.vote_shares < 1).all(axis=-1)
    return (
        equal(d.pointwise_gap(law), 0, 2),
        equal(
            d.expected_disagreement(law),
            (law.weights * hard).sum(axis=-1) * (n_classes - 1) / n_classes,
            2,
        ),
    )


@easy_hard_model.twin_function("GDE ⇒ GDE at every point", domain=gde_laws)
def _(rg, law):
    return equal(rg.disagreement.pointwise_gap(law), 0, 2)
