"""GDE-8a to GDE-8e: how the notions of calibration relate."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement._families import not_of_family
from refgen.claims.disagreement.domains import binary_laws, ternary_laws
from refgen.claims.kinds import at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.claims.sources import JIANG
from refgen.disagreement import FiniteLaw
from refgen.domains import distribution, real, record


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
    outside=not_of_family(
        _in_every_order,
        lambda law: (law.label_probabilities[0, 0] - 0.4,),
        delta=(0.01, 0.2),
    ),
    examples=lambda: [_in_every_order(np.array(0.2))],
)


@claim(
    "GDE-8a",
    kind="existence",
    domain=laws_in_every_order,
    source=JIANG.corrected("appendix B.5"),
)
def class_wise_without_top_label(rg, law, share=3 / 15):
    """A class-wise calibrated law that is not top-class calibrated exists."""
    d, xp = rg.disagreement, namespace(law.weights)
    delta = law.label_probabilities[..., 0, 0] - 0.4
    calibrated = d.is_class_wise_calibrated(law)
    error = xp.where(calibrated, d.top_label_ece(law), 0.0)
    return (
        equal(d.expected_disagreement(law), d.test_error(law), 2),
        # Confidence is .4 at the 3 points of type A in 15, and accuracy is .4 + δ.
        equal(error, share * delta, 2),
        exceeds(error, 0, 2),
    )


class_wise_without_top_label.twin("3 in 14.5 points are of type A", share=3 / 14.5)


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
def binary_calibration_errors(rg, law, ratio=2.0, width=1.0):
    """Two classes: CACE = 2 ECE_top, gap = E[(2q − 1)(acc(q) − q)].

    So |gap| ≤ (2 q_max − 1) ECE_top, and being calibrated means the same for both.
    """
    d, ece = rg.disagreement, rg.disagreement.top_label_ece(law)
    aggregated = d.is_class_aggregated_calibrated(law, atol=2e-9)
    bound = width * d.level_range(law) * ece
    return (
        equal(d.cace(law), ratio * ece, 2),
        equal(d.gap(law), _gap_by_confidence(law), 2),
        equal(d.level_range(law), 2 * law.vote_shares.max(axis=(-1, -2)) - 1, 2),
        at_most(abs(d.gap(law)), bound, 2, sharp=True),
        equal(1.0 * aggregated, 1.0 * d.is_top_label_calibrated(law, atol=1e-9)),
    )


binary_calibration_errors.twin("CACE = 1.95 ECE_top", ratio=1.95)
binary_calibration_errors.twin("|gap| ≤ 0.97 (2 q_max − 1) ECE_top", width=0.97)


@binary_calibration_errors.twin_function(
    "CACE = 2 ECE_top for three classes", domain=ternary_laws
)
def _(rg, law):
    d = rg.disagreement
    return equal(d.cace(law), 2 * d.top_label_ece(law), 2)


def _on_the_line_of_gde(level: Any, part: Any) -> FiniteLaw:
    """Levels q and .2, label rates on the line (1 − 2q)(ε₁ − q) + .6 (ε₂ − .2) = 0."""
    xp = namespace(level)
    first = xp.stack([level, level + 0.12 * part / (1 - 2 * level)], axis=-1)
    second = xp.stack([xp.full(level.shape, 0.2), 0.2 * (1 - part)], axis=-1)
    levels, rates = xp.moveaxis(xp.stack([first, second], axis=-2), -1, 0)
    return _equally_likely_points(
        xp.stack([levels, 1 - levels], axis=-1), xp.stack([rates, 1 - rates], axis=-1)
    )


laws_on_the_line_of_gde = record(
    _on_the_line_of_gde,
    "levels q in [.05, .15] and .2, label rates on the line of GDE",
    level=real(0.05, 0.15),
    part=real(0.1, 1),
    outside=not_of_family(
        _on_the_line_of_gde,
        lambda law: (law.vote_shares[0, 0], 1 - law.label_probabilities[1, 0] / 0.2),
        level=(0.05, 0.15),
        part=(0.1, 1.0),
    ),
    examples=lambda: [_on_the_line_of_gde(np.array(0.1), np.array(1.0))],
)


@claim(
    "GDE-8c",
    kind="existence",
    domain=laws_on_the_line_of_gde,
    source=JIANG.at("proposition B.1"),
)
def gde_without_calibration(rg, law, constant=1.0):
    """EDR = ETE with CACE > 0: at (ε₁, ε₂) = (.25, 0) both are .25, CACE .35."""
    d, xp = rg.disagreement, namespace(law.weights)
    levels, rates = law.vote_shares[..., 0], law.label_probabilities[..., 0]
    # The mean of 2q(1 − q) over the two levels.
    differs = (levels * (1 - levels)).sum(axis=-1)
    return (
        equal(d.expected_disagreement(law), differs, 2),
        equal(d.test_error(law), constant * differs, 2),
        equal(d.cace(law), abs(rates - levels).sum(axis=-1), 2),
        exceeds(d.cace(law), xp.zeros(levels.shape[:-1]), 2),
    )


gde_without_calibration.twin("error is 3 % above disagreement", constant=1.03)


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
    outside=not_of_family(
        _lower_two_exchanged, lambda law: (law.vote_shares[0, 2],), s=(0.05, 0.2)
    ),
    examples=lambda: [_lower_two_exchanged(np.array(0.2))],
)


@claim("GDE-8d", kind="existence", domain=laws_with_two_exchanged)
def top_label_calibration_without_gde(rg, law, half=0.5):
    """ECE_top = 0 with EDR ≠ ETE: votes (.5, .3, .2), labels (.5, .2, .3)."""
    d, s = rg.disagreement, law.vote_shares[..., 0, 2]
    calibrated = d.is_top_label_calibrated(law)
    gap = namespace(s).where(calibrated, d.gap(law), 0.0)
    return (
        equal(gap, -((half - 2 * s) ** 2), 2),  # −.01 at s = .2
        exceeds(abs(gap), 0, 2),
    )


top_label_calibration_without_gde.twin("gap = −(.51 − 2s)²", half=0.51)


@top_label_calibration_without_gde.twin_function("|gap| ≤ ECE_top for three classes")
def _(rg, law):
    d = rg.disagreement
    return at_most(abs(d.gap(law)), d.top_label_ece(law), 2)


# --- GDE-8e: ties of the top share

SIXTHS = 6  # multiples of 1/6: two or three classes tie

laws_of_sixths = ternary_laws.but(
    "three classes, shares are multiples of 1/6, so that two or three tie",
    lambda: [
        FiniteLaw([1.0], [[0.0, 0.0, 1.0]], [[1 / 3, 1 / 3, 1 / 3]]),
        FiniteLaw([1.0], [[0.0, 0.5, 0.5]], [[0.5, 0.0, 0.5]]),
    ],
    vote_shares=distribution("n", "k", denominator=SIXTHS),
)


def _deviations_in_order(law: FiniteLaw, order: tuple[int, ...]) -> Any:
    """D(q) = P(Y = k̂, max = q) − q P(max = q), if the first in `order` wins a tie."""
    xp = namespace(law.weights)
    votes = xp.rint(SIXTHS * law.vote_shares[..., xp.asarray(order)])
    labels = law.label_probabilities[..., xp.asarray(order)]
    top = votes.argmax(axis=-1)[..., None]  # the first of the largest
    right = xp.take_along_axis(labels, top, axis=-1)[..., 0]
    steps = xp.take_along_axis(votes, top, axis=-1)[..., 0]
    apart = law.weights * (right - steps / SIXTHS)
    at_level = steps[..., None] == xp.arange(1, SIXTHS + 1)
    return (apart[..., None] * at_level).sum(axis=-2)


@claim("GDE-8e", kind="identity", domain=laws_of_sixths)
def fair_ties(rg, law, n_orders=6.0, part=1.0):
    """ECE_top with fair ties = Σ_q |mean of D(q) over the K! orders of the classes|.

    The first class in an order wins its ties. So it is at most the mean ECE_top of
    those rules.
    """
    xp = namespace(law.weights)
    deviations = [_deviations_in_order(law, order) for order in permutations(range(3))]
    mean = sum(deviations) / n_orders
    fair = rg.disagreement.top_label_ece(law)
    of_rules = sum(abs(d).sum(axis=-1) for d in deviations) / len(deviations)
    return (
        equal(fair, abs(xp.asarray(mean)).sum(axis=-1), 2),
        at_most(fair, part * of_rules, 2, sharp=True),
    )


fair_ties.twin("the mean over orders is 3 % less", n_orders=6.18)
fair_ties.twin("97 % of the rules' mean bounds it", part=0.97)


@fair_ties.twin_function("ties may be broken by one fixed order")
def _(rg, law):
    first = _deviations_in_order(law, (0, 1, 2))
    return equal(rg.disagreement.top_label_ece(law), abs(first).sum(axis=-1), 2)
