"""GDE-9: how many label laws satisfy each notion of calibration."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import (
    LATTICE,
    Notion,
    equations,
    lattice_steps,
)
from refgen.claims.disagreement.lattice_laws import (
    OPPOSITE,
    UNMOVED,
    lattice_laws,
    off_lattice,
)
from refgen.claims.kinds import ascending, equal
from refgen.claims.registry import claim
from refgen.disagreement import FiniteLaw
from refgen.domains import first_wrong, integer
from refgen.linalg import orthonormal_rows

NO_NEARER = "dimensions are whole numbers"

# Votes for one class only, where GDE leaves one label law, and uniform ones on part of
# the classes, where labels are free on these.
ONE_HOT = FiniteLaw([0.5, 0.5], [[1, 0, 0], [0, 1, 0]], [[1, 0, 0], [0, 1, 0]])
EVEN = FiniteLaw([0.5, 0.5], [[1, 0, 0], [0, 1, 0]], [[0.5, 0.5, 0], [0, 0.5, 0.5]])
APART = FiniteLaw([0.5, 0.5], [[1, 0], [0, 1]], [[0.3, 0.7], [0.4, 0.6]])


def _outside(law: Any) -> str | None:
    """Why a law has a point of probability 0, or votes that are off the lattice."""
    off = off_lattice(law)
    return off or first_wrong(law.weights <= 0, law.weights, "weights must be positive")


laws_with_zeros = lattice_laws.but(
    "votes that are multiples of 1/10, zeros too; every point has some probability",
    lambda: [UNMOVED, OPPOSITE, ONE_HOT, EVEN, APART],
    outside=_outside,
    k=integer(1, 4),
)


def _measured(law: FiniteLaw, notion: Notion) -> Any:
    """Pairs (x, k) with votes, minus the rank of the equations on them."""
    votes = lattice_steps(law.vote_shares)
    used = (votes > 0).reshape(votes.shape[0], 1, -1)
    rows = equations(votes, notion) * used
    return used.sum(axis=(-1, -2)) - orthonormal_rows(rows)[1]


def _measured_gde(law: FiniteLaw) -> Any:
    """The same for GDE, one equation on all pairs (x, k).

    If even the largest E⟨h̃, p⟩ is only E‖h̃‖², labels are free among the largest votes.
    """
    votes = lattice_steps(law.vote_shares)
    _, rank = orthonormal_rows(equations(votes, "gde"))
    top = votes.max(axis=-1, keepdims=True)
    spare = (votes * (top - votes)).sum(axis=(-1, -2))  # at 0, p = h̃ attains it
    on_top = (votes == top).sum(axis=(-1, -2)) - law.n_points
    return namespace(votes).where(
        spare == 0, on_top, law.n_points * law.n_classes - rank
    )


@claim("GDE-9", kind="identity", domain=laws_with_zeros, cost=50)
def dimensions_of_calibrated_labels(rg, law):
    """Dimensions of the label laws that are calibrated in each sense, for any votes.

    They ascend: canonical ≤ class-wise ≤ aggregated ≤ GDE. For two classes the first
    two are equal.
    """
    found = rg.disagreement.calibrated_dimensions(law)
    binary = float(law.n_classes == 2)
    scale = law.n_points * law.n_classes
    return (
        [
            equal(found[notion], _measured(law, notion), scale)
            for notion in ("canonical", "class_wise", "class_aggregated")
        ],
        equal(found["gde"], _measured_gde(law), scale),
        ascending(*found.values(), scale=scale, sharp=True),
        equal(binary * found["class_wise"], binary * found["canonical"], scale),
    )


@dimensions_of_calibrated_labels.twin_function(
    "GDE has dimension n(K − 1) − 1 for votes that are not uniform, zeros allowed",
    reason=NO_NEARER,
)
def _(rg, law):
    xp, votes = namespace(law.weights), lattice_steps(law.vote_shares)
    uniform = (votes == votes[..., :1]).all(axis=(-1, -2))
    free = law.n_points * (law.n_classes - 1)
    stated = xp.where(uniform, free, free - 1)
    return equal(rg.disagreement.calibrated_dimensions(law)["gde"], stated, free + 1)


@dimensions_of_calibrated_labels.twin_function(
    "the levels always join all points, so that c⁺ = 1"
)
def _(rg, law):
    xp, votes = namespace(law.weights), lattice_steps(law.vote_shares)
    levels = (votes[..., None] == xp.arange(1, LATTICE + 1)).any(axis=(-2, -3))
    stated = (votes > 0).sum(axis=(-1, -2)) - law.n_points - levels.sum(axis=-1) + 1
    found = rg.disagreement.calibrated_dimensions(law)["class_aggregated"]
    return equal(found, stated, law.n_points * law.n_classes)


@dimensions_of_calibrated_labels.twin_function("the GDE set is the aggregated set")
def _(rg, law):
    found = rg.disagreement.calibrated_dimensions(law)
    scale = law.n_points * law.n_classes
    return equal(found["gde"], found["class_aggregated"], scale)
