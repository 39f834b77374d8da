"""GDE-8a to GDE-9: how the notions of calibration relate."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import LATTICE, equations, lattice_steps
from refgen.claims.disagreement.domains import (
    binary_laws,
    lattice_laws,
    ternary_laws,
)
from refgen.claims.kinds import ascending, at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG
from refgen.disagreement import FiniteLaw
from refgen.domains import real, record
from refgen.linalg import orthonormal_rows


def _equally_likely_points(votes: Any, labels: Any) -> FiniteLaw:
    """Equally likely points; `votes` may be the same in every instance."""
    xp, n_points = namespace(labels), labels.shape[-2]
    return FiniteLaw.trusted(
        weights=xp.full(labels.shape[:-1], 1 / n_points),
        label_probabilities=labels,
        vote_shares=xp.broadcast_to(votes, labels.shape),
    )


# --- GDE-8a to GDE-8d: one notion without the other

# Three types of points: for each class its vote share, and by how many δ its label
# probability is above it.
TYPES = {
    "A": ((0.4, 1), (0.3, -1 / 2), (0.3, -1 / 2)),
    "B": ((0.5, 0), (0.4, -1 / 2), (0.1, 1 / 2)),
    "C": ((0.6, 0), (0.3, 1 / 2), (0.1, -1 / 2)),
}


def _in_every_order(delta: Any) -> FiniteLaw:
    """Fifteen points: each type with its classes in every order, 3 + 6 + 6."""
    # The first point is (.4, .3, .3). Orders that give the same point count once.
    points = [order for type_ in TYPES.values() for order in permutations(type_)]
    table = namespace(delta).asarray(list(dict.fromkeys(points)))
    votes, above = table[..., 0], table[..., 1]
    return _equally_likely_points(votes, votes + delta[..., None, None] * above)


laws_in_every_order = record(
    _in_every_order,
    "points of types A, B and C with their classes in every order, δ in [.01, .2]",
    delta=real(0.01, 0.2),
    examples=lambda: [_in_every_order(np.array(0.2))],
)


@claim(
    "GDE-8a",
    kind="existence",
    domain=laws_in_every_order,
    source=JIANG.corrected("appendix B.5"),
)
def class_wise_without_top_label(rg, law):
    """A class-wise calibrated law that is not top-class calibrated exists."""
    d = rg.disagreement
    delta = law.label_probabilities[..., 0, 0] - 0.4
    return (
        equal(d.cwce(law), 0, 2),
        equal(d.gap(law), 0, 2),
        # Confidence is .4 at the 3 points of type A in 15, and accuracy is .4 + δ.
        equal(d.top_label_ece(law), delta * 3 / 15, 2),
        exceeds(d.top_label_ece(law), 0, 2),
    )


@class_wise_without_top_label.twin_function("class-wise ⇒ top-class")
def _(rg, law):
    return at_most(rg.disagreement.top_label_ece(law), 0, 2)


def _gap_by_confidence(law: FiniteLaw) -> Any:
    """E[(2q − 1)(acc − q)] over top confidences q."""
    q = law.vote_shares.max(axis=-1)
    tied = law.vote_shares == q[..., None]
    right = (tied * law.label_probabilities).sum(axis=-1) / tied.sum(axis=-1)
    return (law.weights * (2 * q - 1) * (right - q)).sum(axis=-1)


@claim("GDE-8b", kind="identity", domain=binary_laws)
def binary_calibration_errors(rg, law):
    """Two classes: CACE = 2 ECE_top and gap = E[(2q − 1)(acc(q) − q)]."""
    d = rg.disagreement
    return (
        equal(d.cace(law), 2 * d.top_label_ece(law), 2),
        equal(d.gap(law), _gap_by_confidence(law), 2),
        at_most(abs(d.gap(law)), d.top_label_ece(law), 2),
    )


@binary_calibration_errors.twin_function(
    "CACE = 2 ECE_top for three classes", domain=ternary_laws
)
def _(rg, law):
    d = rg.disagreement
    return equal(d.cace(law), 2 * d.top_label_ece(law), 2)


def _on_the_line_of_gde(first: Any) -> FiniteLaw:
    """Levels .1 and .2 with label rates on the line .8 ε₁ + .6 ε₂ = .2."""
    xp = namespace(first)
    rates = xp.stack([first, (0.2 - 0.8 * first) / 0.6], axis=-1)
    votes = xp.asarray([[0.1, 0.9], [0.2, 0.8]])
    return _equally_likely_points(votes, xp.stack([rates, 1 - rates], axis=-1))


laws_on_the_line_of_gde = record(
    _on_the_line_of_gde,
    "levels .1 and .2, label rates on the line of GDE",
    first=real(0.11, 0.25),
    examples=lambda: [_on_the_line_of_gde(np.array(0.25))],
)


@claim(
    "GDE-8c",
    kind="existence",
    domain=laws_on_the_line_of_gde,
    source=JIANG.at("proposition B.1"),
)
def gde_without_calibration(rg, law):
    """EDR = ETE with CACE > 0: at (ε₁, ε₂) = (.25, 0) both are .25, CACE .35."""
    d, rates = rg.disagreement, law.label_probabilities[..., 0]
    levels = namespace(rates).asarray([0.1, 0.2])
    return (
        equal(d.gap(law), 0, 2),
        equal(d.expected_disagreement(law), 0.25, 2),
        equal(d.cace(law), abs(rates - levels).sum(axis=-1), 2),
        exceeds(d.cace(law), 0, 2),
    )


@gde_without_calibration.twin_function("GDE ⇒ calibrated")
def _(rg, law):
    return at_most(rg.disagreement.cace(law), 0, 2)


def _lower_two_exchanged(s: Any) -> FiniteLaw:
    """One point, votes (½, ½ − s, s), labels with the lower two exchanged."""
    xp = namespace(s)
    half = xp.full(s.shape, 0.5)
    votes = xp.stack([half, half - s, s], axis=-1)
    exchanged = xp.stack([half, s, half - s], axis=-1)
    return _equally_likely_points(votes[..., None, :], exchanged[..., None, :])


laws_with_two_exchanged = record(
    _lower_two_exchanged,
    "top class calibrated, labels of the other two exchanged",
    s=real(0.05, 0.2),
    examples=lambda: [_lower_two_exchanged(np.array(0.2))],
)


@claim("GDE-8d", kind="existence", domain=laws_with_two_exchanged)
def top_label_calibration_without_gde(rg, law):
    """ECE_top = 0 with EDR ≠ ETE: votes (.5, .3, .2), labels (.5, .2, .3)."""
    d, s = rg.disagreement, law.vote_shares[..., 0, 2]
    return (
        equal(d.top_label_ece(law), 0, 2),
        equal(d.gap(law), -((0.5 - 2 * s) ** 2), 2),  # −.01 at s = .2
        exceeds(abs(d.gap(law)), 0, 2),
    )


@top_label_calibration_without_gde.twin_function("|gap| ≤ ECE_top for three classes")
def _(rg, law):
    d = rg.disagreement
    return at_most(abs(d.gap(law)), d.top_label_ece(law), 2)


# --- GDE-9: how many laws satisfy each notion


def _dimensions(law: FiniteLaw) -> Iterator[Any]:
    """For each notion: the dimension of the label laws that satisfy it."""
    for notion in ("canonical", "class_wise", "class_aggregated", "gde"):
        _, rank = orthonormal_rows(equations(lattice_steps(law.vote_shares), notion))
        yield law.n_points * law.n_classes - rank


@claim("GDE-9", kind="inequality", domain=lattice_laws, cost=50)
def dimensions_of_calibrated_labels(rg, law):
    """dim canonical ≤ class-wise ≤ aggregated ≤ GDE = n(K − 1) − 1.

    For votes that are not uniform at every point; aggregated has dimension at
    least n(K − 1) − (levels − 1).
    """
    xp, votes = namespace(law.weights), lattice_steps(law.vote_shares)
    uniform = (votes == votes[..., :1]).all(axis=(-1, -2))
    occurs = (votes[..., None] == xp.arange(LATTICE + 1)).any(axis=(-2, -3))
    free = law.n_points * (law.n_classes - 1)
    canonical, class_wise, aggregated, gde = _dimensions(law)
    return (
        ascending(canonical, class_wise, aggregated, gde),
        equal(gde, xp.where(uniform, free, free - 1)),
        at_most(free - (occurs.sum(axis=-1) - 1), aggregated),
    )


@dimensions_of_calibrated_labels.twin_function("the GDE set is the aggregated set")
def _(rg, law):
    *_, aggregated, gde = _dimensions(law)
    return equal(gde, aggregated)
