"""GDE-10 to GDE-11: what calibration says on parts of the points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import lattice_steps
from refgen.claims.disagreement._families import not_of_family
from refgen.claims.disagreement.domains import easy_and_hard_laws, finite_laws
from refgen.claims.disagreement.lattice_laws import (
    OPPOSITE,
    calibrated_laws,
    canonical_laws,
    gde_laws,
)
from refgen.claims.disagreement.notions import laws_in_every_order
from refgen.claims.kinds import at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG
from refgen.disagreement import FiniteLaw
from refgen.domains import real, record


def _where_votes_are_the_same(law: FiniteLaw, values: Any) -> Any:
    """E[values; h̃(X) = h̃(x)] for every point x."""
    votes = lattice_steps(law.vote_shares)
    same = (votes[..., :, None, :] == votes[..., None, :, :]).all(axis=-1)
    return (same * (law.weights * values)[..., None, :]).sum(axis=-1)


@claim("GDE-10", kind="identity", domain=canonical_laws, cost=10)
def canonical_calibration_gives_local_gde(rg, law, constant=1.0):
    """Canonical calibration ⇒ EDR = ETE given any event {h̃(X) ∈ A}."""
    errs = 1 - (law.label_probabilities * law.vote_shares).sum(axis=-1)
    differs = errs + rg.disagreement.pointwise_gap(law)
    return equal(
        _where_votes_are_the_same(law, differs),
        _where_votes_are_the_same(law, constant * errs),
        2,
    )


canonical_calibration_gives_local_gde.twin(
    "disagreement is 3 % below error", constant=1.03
)
_laws = calibrated_laws("class_wise", k=(2, 4), on_lattice=True)
class_wise_lattice_laws = _laws.but(
    "laws with class-wise calibration, votes that are multiples of 1/10",
    laws_in_every_order.examples,
    outside=_laws.outside,
)

canonical_calibration_gives_local_gde.twin(
    "class-wise calibration ⇒ EDR = ETE given any event {h̃(X) ∈ A}",
    domain=class_wise_lattice_laws,
)


def _orthogonal_move(s: Any, t: Any) -> FiniteLaw:
    """One point, votes h̃ = (½, ½ − s, s), labels moved across h̃ and (1, 1, 1)."""
    xp = namespace(s)
    half = xp.full(s.shape, 0.5)
    votes = xp.stack([half, half - s, s], axis=-1)
    move = xp.stack([half - 2 * s, s - half, s], axis=-1)
    return FiniteLaw.trusted(
        weights=xp.ones((*s.shape, 1)),
        label_probabilities=(votes + t[..., None] * move)[..., None, :],
        vote_shares=votes[..., None, :],
    )


def _shares_and_moves(law: FiniteLaw) -> tuple[Any, Any]:
    """s and t of `_orthogonal_move`."""
    s = law.vote_shares[..., 0, 2]
    # s is .2 at most: this has ten roundings.
    return s, (law.label_probabilities[..., 0, 0] - 0.5) / (0.5 - 2 * s)


laws_moved_orthogonally = record(
    _orthogonal_move,
    "votes (½, ½ − s, s), labels moved by t (½ − 2s, s − ½, s)",
    s=real(0.05, 0.2),
    t=real(0.05, 1),
    outside=not_of_family(
        _orthogonal_move, _shares_and_moves, s=(0.05, 0.2), t=(0.05, 1.0)
    ),
    examples=lambda: [_orthogonal_move(np.array(0.2), np.array(0.2))],
)


@claim("GDE-10c", kind="existence", domain=laws_moved_orthogonally)
def local_gde_without_calibration(rg, law, factor=1.0):
    """GDE on every region with CWCE > 0, for three classes: p = (.52, .24, .24)."""
    d, votes, labels = rg.disagreement, law.vote_shares, law.label_probabilities
    differs = 1 - (votes**2).sum(axis=-1)
    s, t = _shares_and_moves(law)
    moved = t * (1 - 2 * s)
    return (
        equal(differs - d.pointwise_gap(law), 1 - (votes * labels).sum(axis=-1), 2),
        equal(1 - (votes * labels).sum(axis=-1), factor * differs, 2),
        equal(d.cwce(law), moved, 20),
        exceeds(d.cwce(law), 0.0 * moved, 2),
    )


local_gde_without_calibration.twin("error is 3 % above disagreement", factor=1.03)


@local_gde_without_calibration.twin_function("GDE on every region ⇒ calibrated")
def _(rg, law):
    return at_most(rg.disagreement.cwce(law), 0, 2)


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


pooled_laws = finite_laws.but(
    "any points, labels and vote shares, in two regions",
    # Opposite imbalances of the same levels in the two regions.
    lambda: [*finite_laws.examples(), OPPOSITE],
)


@claim("GDE-10b", kind="inequality", domain=pooled_laws)
def pooling_hides_miscalibration(
    rg, law, equal_where=_no_level_in_both_halves, part=1.0
):
    """Over regions: gap = Σ P_r gap_r and CACE ≤ Σ P_r CACE_r.

    Equal if no level occurs in two regions.
    """
    d = rg.disagreement
    first, second = _halves(law)
    pooled, parts = d.cace(law), d.cace(first) + d.cace(second)
    where = equal_where(law)
    return (
        equal(d.gap(law), d.gap(first) + d.gap(second), 2),
        at_most(pooled, part * parts, 2, sharp=True),
        equal(where * pooled, where * parts, 2),
    )


pooling_hides_miscalibration.twin("CACE pools linearly", equal_where=lambda law: True)
pooling_hides_miscalibration.twin("CACE ≤ 0.97 Σ P_r CACE_r", part=0.97)


@claim(
    "GDE-11",
    kind="identity",
    domain=easy_and_hard_laws,
    source=JIANG.at("section 4"),
    cost=3,
)
def easy_hard_model(rg, law, share=1.0):
    """Votes right or uniform: EDR = ETE at every point; (K − 1)/K on hard points."""
    d, k = rg.disagreement, law.n_classes
    # With one class every point is easy, and (K − 1)/K = 0.
    hard = (law.vote_shares < 1).all(axis=-1)
    differs = share * hard * (k - 1) / k
    errs = 1 - (law.label_probabilities * law.vote_shares).sum(axis=-1)
    return (
        equal(d.pointwise_gap(law) + errs, differs, 2),
        equal(errs, differs, 2),
        equal(d.expected_disagreement(law), (law.weights * differs).sum(axis=-1), 2),
    )


easy_hard_model.twin("hard points disagree 3 % less", share=0.97)


@easy_hard_model.twin_function("GDE ⇒ GDE at every point", domain=gde_laws)
def _(rg, law):
    return equal(rg.disagreement.pointwise_gap(law), 0, 2)
