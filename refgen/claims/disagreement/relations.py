"""GDE-8a to GDE-11: how the notions of calibration relate."""

from itertools import permutations

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import namespace
from refgen.claims.disagreement.calibrated import LATTICE, equations
from refgen.claims.disagreement.common import JIANG, n_terms
from refgen.claims.disagreement.domains import (
    binary_laws,
    finite_laws,
    generic_laws,
    sample_generic,
    ternary_laws,
)
from refgen.claims.disagreement.lattice_domains import calibrated_laws, lattice_laws
from refgen.claims.disagreement.theorems import SOLVE_TERMS, class_wise, gde
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.disagreement import FiniteLaw
from refgen.linalg import orthonormal_rows

canonical = calibrated_laws(
    "canonical",
    examples=lambda: [
        FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0.2, 0.8]], [[0.3, 0.7], [0.3, 0.7]])
    ],
)


def _family(name, description, build, low, high):
    """A one-parameter family of laws, the parameter in [low, high]."""
    return Domain(
        name,
        description,
        lambda: [build(np.array(high))],
        lambda: st.integers(0, 100).map(
            lambda i: build(np.array(low + (high - low) * i / 100))
        ),
        lambda rg, stream, size: build(low + (high - low) * stream.uniform(size)),
    )


def _permuted(delta):
    """15 equally likely points: three types of votes in all their orders."""
    xp, d = namespace(delta), delta[..., None]
    half, none = d / 2, xp.zeros_like(d)
    types = (
        ((0.4, 0.3, 0.3), (d, -half, -half), [(0, 1, 2), (1, 0, 2), (1, 2, 0)]),
        ((0.5, 0.4, 0.1), (none, -half, half), list(permutations(range(3)))),
        ((0.6, 0.3, 0.1), (none, half, -half), list(permutations(range(3)))),
    )
    rows, moves = [], []
    for shares, move, orders in types:
        for order in orders:
            rows.append([shares[i] for i in order])
            moves.append(xp.concatenate([move[i] for i in order], axis=-1))
    votes = xp.broadcast_to(xp.asarray(rows), (*delta.shape, 15, 3))
    return FiniteLaw.trusted(
        weights=xp.full(votes.shape[:-1], 1 / 15),
        label_probabilities=votes + xp.stack(moves, axis=-2),
        vote_shares=votes,
    )


permuted_laws = _family(
    "permuted_laws", "types A, B and C in all orders", _permuted, 0.01, 0.2
)


@claim(
    "GDE-8a",
    kind="existence",
    domain=permuted_laws,
    source=f"derived here; corrects {JIANG}, appendix B.5",
)
def class_wise_without_top_label(rg, law):
    """A class-wise calibrated law that is not top-class calibrated exists."""
    d = rg.disagreement
    return (
        measured(d.cwce(law), 0, 2, n_terms(law), kind="identity"),
        measured(d.gap(law), 0, 2, n_terms(law), kind="identity"),
        # Accuracy .4 + δ at confidence .4, which 3 of 15 points have.
        measured(
            d.top_label_ece(law),
            (law.label_probabilities[..., 0, 0] - 0.4) / 5,
            2,
            n_terms(law),
            kind="identity",
        ),
        measured(d.top_label_ece(law), 0, 2, n_terms(law)),
    )


@class_wise_without_top_label.twin("class-wise ⇒ top-class", kind="inequality")
def _(rg, law):
    return measured(rg.disagreement.top_label_ece(law), 0, 2, n_terms(law))


def _top_label_gap(law):
    """E[(2q − 1)(acc − q)] over top confidences q."""
    q = law.vote_shares.max(axis=-1)
    tied = law.vote_shares == q[..., None]
    right = namespace(q).where(tied, law.label_probabilities, 0).sum(axis=-1)
    right = right / tied.sum(axis=-1)
    return (law.weights * (2 * q - 1) * (right - q)).sum(axis=-1)


@claim("GDE-8b", kind="identity", domain=binary_laws, source="derived here")
def binary_calibration_errors(rg, law):
    """Two classes: CACE = 2 ECE_top and gap = E[(2q − 1)(acc(q) − q)]."""
    d = rg.disagreement
    ece = d.top_label_ece(law)
    return (
        measured(d.cace(law), 2 * ece, 2, n_terms(law)),
        measured(d.gap(law), _top_label_gap(law), 2, n_terms(law)),
        measured(abs(d.gap(law)), ece, 2, n_terms(law), kind="inequality"),
    )


@binary_calibration_errors.twin("the same for three classes", domain=ternary_laws)
def _(rg, law):
    d = rg.disagreement
    return measured(d.cace(law), 2 * d.top_label_ece(law), 2, n_terms(law))


def _balanced(first):
    """Levels .1 and .2 with label rates on the line .8 ε₁ + .6 ε₂ = .2."""
    xp = namespace(first)
    rates = xp.stack([first, (0.2 - 0.8 * first) / 0.6], axis=-1)
    votes = xp.asarray([[0.1, 0.9], [0.2, 0.8]])
    votes = xp.broadcast_to(votes, (*first.shape, 2, 2))
    return FiniteLaw.trusted(
        weights=xp.full(rates.shape, 0.5),
        label_probabilities=xp.stack([rates, 1 - rates], axis=-1),
        vote_shares=votes,
    )


balanced_laws = _family(
    "balanced_laws", "levels .1 and .2 on the line of GDE", _balanced, 0.11, 0.25
)


@claim(
    "GDE-8c",
    kind="existence",
    domain=balanced_laws,
    source=f"{JIANG}, proposition B.1",
)
def gde_without_calibration(rg, law):
    """EDR = ETE with CACE > 0: at (ε₁, ε₂) = (.25, 0) both are .25, CACE .35."""
    d = rg.disagreement
    levels = namespace(law.weights).asarray([0.1, 0.2])
    return (
        measured(d.gap(law), 0, 2, n_terms(law), kind="identity"),
        measured(d.expected_disagreement(law), 0.25, 2, n_terms(law), kind="identity"),
        measured(
            d.cace(law),
            abs(law.label_probabilities[..., 0] - levels).sum(axis=-1),
            2,
            n_terms(law),
            kind="identity",
        ),
        measured(d.cace(law), 0, 2, n_terms(law)),
    )


@gde_without_calibration.twin("GDE ⇒ calibrated", kind="inequality")
def _(rg, law):
    return measured(rg.disagreement.cace(law), 0, 2, n_terms(law))


def _top_right(s):
    """One point, votes (½, ½ − s, s), labels with the lower two exchanged."""
    xp = namespace(s)
    half = xp.full(s.shape, 0.5)
    return FiniteLaw.trusted(
        weights=xp.ones((*s.shape, 1)),
        label_probabilities=xp.stack([half, s, half - s], axis=-1)[..., None, :],
        vote_shares=xp.stack([half, half - s, s], axis=-1)[..., None, :],
    )


top_right_laws = _family(
    "top_right_laws", "top class calibrated, the rest exchanged", _top_right, 0.05, 0.2
)


@claim("GDE-8d", kind="existence", domain=top_right_laws, source="derived here")
def top_label_calibration_without_gde(rg, law):
    """ECE_top = 0 with EDR ≠ ETE: votes (.5, .3, .2), labels (.5, .2, .3)."""
    d = rg.disagreement
    return (
        measured(d.top_label_ece(law), 0, 2, n_terms(law), kind="identity"),
        # −(½ − 2s)²: −.01 at s = .2
        measured(
            d.gap(law),
            -((0.5 - 2 * law.vote_shares[..., 0, 2]) ** 2),
            2,
            n_terms(law),
            kind="identity",
        ),
        measured(abs(d.gap(law)), 0, 2, n_terms(law)),
    )


@top_label_calibration_without_gde.twin(
    "|gap| ≤ ECE_top for three classes", kind="inequality"
)
def _(rg, law):
    d = rg.disagreement
    return measured(abs(d.gap(law)), d.top_label_ece(law), 2, n_terms(law))


def _dimensions(law):
    """Dimensions of the label laws with GDE, aggregated, class-wise, canonical."""
    votes = namespace(law.vote_shares).rint(law.vote_shares * LATTICE).astype(int)
    for notion in ("gde", "class_aggregated", "class_wise", "canonical"):
        _, rank = orthonormal_rows(equations(votes, notion))
        yield n_terms(law) - rank


@claim("GDE-9", kind="inequality", domain=lattice_laws, source="derived here", cost=50)
def dimensions_of_calibrated_labels(rg, law):
    """dim canonical ≤ class-wise ≤ aggregated ≤ GDE = n(K − 1) − 1.

    For votes that are not uniform at every point; aggregated has dimension at
    least n(K − 1) − (levels − 1).
    """
    dims = list(_dimensions(law))
    free = law.n_points * (law.n_classes - 1)
    xp, votes = namespace(law.weights), law.vote_shares
    uniform = (abs(votes - votes[..., :1]) < 1e-9).all(axis=(-1, -2))
    flat = xp.sort(votes.reshape(*votes.shape[:-2], -1), axis=-1)
    levels = 1 + (xp.diff(flat, axis=-1) > 1e-9).sum(axis=-1)
    expected = xp.where(uniform, free, free - 1)
    return (
        measured(dims[0], expected, 1, kind="identity"),
        measured(free - (levels - 1), dims[1]),
        *(measured(dims[i + 1], dims[i]) for i in range(3)),
    )


@dimensions_of_calibrated_labels.twin(
    "the GDE set is the aggregated set", kind="identity"
)
def _(rg, law):
    dims = list(_dimensions(law))
    return measured(dims[0], dims[1])


def _gap_by_votes(rg, law):
    """E[gap; h̃(X) = h̃(x)] for every point x."""
    same = abs(law.vote_shares[..., :, None, :] - law.vote_shares[..., None, :, :])
    same = (same < 1e-9).all(axis=-1)
    part = law.weights * rg.disagreement.pointwise_gap(law)
    return namespace(part).einsum("...xy,...y->...x", same.astype(float), part)


@claim("GDE-10", kind="identity", domain=canonical, source="derived here")
def canonical_calibration_gives_local_gde(rg, law):
    """Canonical calibration ⇒ EDR = ETE given any event {h̃(X) ∈ A}."""
    return (
        measured(rg.disagreement.cwce(law), 0, 2, SOLVE_TERMS),  # implied
        measured(_gap_by_votes(rg, law), 0, 1, SOLVE_TERMS),
    )


@canonical_calibration_gives_local_gde.twin("class-wise ⇒ the same", domain=class_wise)
def _(rg, law):
    return measured(_gap_by_votes(rg, law), 0, 1, SOLVE_TERMS)


def _halves(law):
    """The law restricted to the first and to the second half of its points."""
    n = law.n_points
    point = namespace(law.weights).arange(n)
    for keep in (point < n // 2, point >= n // 2):
        # Not normalized: P(region) times the conditional law; gap and CACE scale.
        yield FiniteLaw.trusted(
            weights=law.weights * keep,
            label_probabilities=law.label_probabilities,
            vote_shares=law.vote_shares,
        )


def _apart(law):
    """Whether no level occurs in both halves, rounding aside."""
    votes, n = law.vote_shares, law.n_points
    rows = (*law.weights.shape[:-1], -1)
    first = votes[..., : n // 2, :].reshape(*rows, 1)
    second = votes[..., n // 2 :, :].reshape(*rows[:-1], 1, -1)
    return (abs(first - second) > 1e-6).all(axis=(-1, -2))


@claim("GDE-10b", kind="inequality", domain=finite_laws, source="derived here")
def pooling_hides_miscalibration(rg, law):
    """Over regions: gap = Σ P_r gap_r and CACE ≤ Σ P_r CACE_r.

    Equal if no level occurs in two regions.
    """
    d = rg.disagreement
    first, second = _halves(law)
    total, parts = d.cace(law), d.cace(first) + d.cace(second)
    if_apart = namespace(total).where(_apart(law), parts, total)
    return (
        measured(
            d.gap(law), d.gap(first) + d.gap(second), 2, n_terms(law), kind="identity"
        ),
        measured(total, parts, 2, n_terms(law)),
        measured(total, if_apart, 2, n_terms(law), kind="identity"),
    )


@pooling_hides_miscalibration.twin("CACE pools linearly", kind="identity")
def _(rg, law):
    d = rg.disagreement
    first, second = _halves(law)
    return measured(d.cace(law), d.cace(first) + d.cace(second), 2, n_terms(law))


def _easy_hard(labels, easy):
    """Votes one-hot and right on easy points, uniform on hard ones."""
    xp, k = namespace(labels), labels.shape[-1]
    truth = xp.eye(k)[labels.argmax(axis=-1)]
    easy = easy[..., None]
    return xp.where(easy, truth, labels), xp.where(easy, truth, 1 / k)


def _easy_hard_law(law, easy):
    labels, votes = _easy_hard(law.label_probabilities, easy)
    return FiniteLaw.trusted(
        weights=law.weights, label_probabilities=labels, vote_shares=votes
    )


def _easy_hard_sample(rg, stream, size):
    law = sample_generic(rg, stream, size)
    return _easy_hard_law(law, stream.child("easy").uniform(law.weights.shape) < 0.5)


easy_hard_laws = Domain(
    "easy_hard_laws",
    "votes one-hot and right, or uniform",
    lambda: [FiniteLaw([0.5, 0.5], [[1, 0, 0], [1, 0, 0]], [[1, 0, 0], [1 / 3] * 3])],
    lambda: st.tuples(generic_laws(), st.integers(0, 15)).map(
        lambda pair: _easy_hard_law(
            pair[0], (pair[1] >> np.arange(pair[0].n_points)) % 2 == 1
        )
    ),
    _easy_hard_sample,
)


@claim("GDE-11", kind="identity", domain=easy_hard_laws, source=f"{JIANG}, section 4")
def easy_hard_model(rg, law):
    """Votes right or uniform: EDR = ETE at every point; (K − 1)/K on hard points."""
    d = rg.disagreement
    # With one class a point is never hard: its share is (K − 1)/K = 0.
    hard = (law.vote_shares < 1).all(axis=-1)
    share = (law.weights * hard).sum(axis=-1) * (1 - 1 / law.n_classes)
    return (
        measured(d.pointwise_gap(law), 0, 2, n_terms(law)),
        measured(d.expected_disagreement(law), share, 2, n_terms(law)),
    )


@easy_hard_model.twin("GDE ⇒ GDE at every point", domain=gde)
def _(rg, law):
    return measured(rg.disagreement.pointwise_gap(law), 0, 2, SOLVE_TERMS)
