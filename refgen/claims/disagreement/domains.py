"""Laws of points, labels and votes that the theorems speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement._calibrated import (
    LATTICE,
    MISCALIBRATION,
    Notion,
    calibrate,
    lattice_steps,
    miscalibration,
)
from refgen.disagreement import ClassifierLaw, FiniteLaw, MemberLaw
from refgen.domains import (
    Record,
    choice,
    distribution,
    first_wrong,
    integer,
    labels,
    real,
    record,
)

# --- finite laws


def wrong_classifier(n_classes: int = 2) -> FiniteLaw:
    """One point, one classifier, always wrong: the extreme case of GDE-6 and GDE-7."""
    eye = np.eye(n_classes)
    return FiniteLaw([1.0], eye[:1], eye[1:2])


def nearly_tied() -> FiniteLaw:
    """Two levels 5e-10 apart: merged they hide an error that the gap shows."""
    return FiniteLaw([1.0], [[1.0, 0.0]], [[0.5 + 2.5e-10, 0.5 - 2.5e-10]])


finite_laws = record(
    FiniteLaw,
    "any points, labels and vote shares",
    n=integer(1, 8),
    k=integer(1, 6),
    weights=distribution("n"),
    label_probabilities=distribution("n", "k"),
    vote_shares=distribution("n", "k"),
    examples=lambda: [
        wrong_classifier(),
        FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]]),  # Kirsch & Gal's hand example
        FiniteLaw([1.0], [[1.0]], [[1.0]]),
        FiniteLaw([0.5, 0.5], [[0.0, 1.0], [1.0, 0.0]], [[0.42, 0.58], [0.46, 0.54]]),
        nearly_tied(),
    ],
)

binary_laws = finite_laws.but(
    "two classes",
    lambda: [
        wrong_classifier(),
        FiniteLaw([1.0], [[1.0, 0.0]], [[0.5, 0.5]]),
        nearly_tied(),
    ],
    k=2,
)

ternary_laws = finite_laws.but(
    "three classes",
    lambda: [FiniteLaw([1.0], [[0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2]])],
    k=3,
)

positive_laws = finite_laws.but(
    "every class has some votes",
    lambda: [
        FiniteLaw([1.0], [[0.0, 1.0]], [[0.95, 0.05]]),
        # Two small levels as near: their logarithms are 5e-5 apart.
        FiniteLaw(
            [1.0],
            [[2e-5 + 5e-10, 0.0, 1 - 2e-5 - 5e-10]],
            [[1e-5, 1e-5 + 5e-10, 1 - 2e-5 - 5e-10]],
        ),
    ],
    vote_shares=distribution("n", "k", positive=True),
)


def not_always_wrong(law: Any) -> str | None:
    """Why a law has not one classifier that is always wrong; three classes or more."""
    reason = finite_laws.outside(law)
    if reason:
        return reason
    if law.n_classes < 3:
        return f"must have three classes at least, got {law.n_classes}"
    if not (law.vote_shares.max(axis=-1) == 1).all():
        return "vote_shares must be certain: there is one classifier"
    right = (law.weights[:, None] * law.label_probabilities * law.vote_shares).sum()
    return f"must be wrong always, is right with {right:.3g}" if right > 0 else None


def _wrong(k: int, right: Any, other: Any) -> FiniteLaw:
    """Every vote is for one class, 1 + other % (k − 1) places after the right one."""
    xp = namespace(right)
    eye = xp.eye(k)
    return FiniteLaw.trusted(
        weights=xp.ones((len(right), 1)),
        label_probabilities=eye[right][:, None],
        vote_shares=eye[(right + 1 + other % (k - 1)) % k][:, None],
    )


wrong_laws = record(
    _wrong,
    "a deterministic classifier that is always wrong, three classes or more",
    k=integer(3, 6),
    right=labels(n_classes="k"),
    other=labels(n_classes="k"),
    examples=lambda: [wrong_classifier(3)],
    outside=not_always_wrong,
)


def _easy_and_hard(weights: Any, label_probabilities: Any, easy: Any) -> FiniteLaw:
    """Votes certain and right on easy points, uniform on hard ones."""
    xp, n_classes = namespace(weights), label_probabilities.shape[-1]
    truth = xp.eye(n_classes)[label_probabilities.argmax(axis=-1)]
    is_easy = easy[..., None] > 0
    return FiniteLaw.trusted(
        weights=weights,
        label_probabilities=xp.where(is_easy, truth, label_probabilities),
        vote_shares=xp.where(is_easy, truth, 1 / n_classes),
    )


def neither_easy_nor_hard(law: Any) -> str | None:
    """Why some point is neither certain and right nor voted on at random."""
    reason = finite_laws.outside(law)
    if reason:
        return reason
    votes, labels = law.vote_shares, law.label_probabilities
    easy = (votes.max(axis=-1) == 1) & (votes == labels).all(axis=-1)
    hard = (abs(votes - 1 / law.n_classes) <= 2.0**-52).all(axis=-1)
    neither = np.flatnonzero(~(easy | hard))
    if not neither.size:
        return None
    return f"votes at point {neither[0]} are neither certain and right nor uniform"


easy_and_hard_laws = record(
    _easy_and_hard,
    "votes certain and right, or uniform",
    n=integer(1, 8),
    k=integer(1, 6),
    weights=distribution("n"),
    label_probabilities=distribution("n", "k"),
    easy=labels("n", n_classes=2),
    examples=lambda: [
        FiniteLaw([0.5, 0.5], [[1, 0, 0], [1, 0, 0]], [[1, 0, 0], [1 / 3] * 3])
    ],
    outside=neither_easy_nor_hard,
)

# --- laws with votes on a lattice, and calibrated ones

# One point, p = h̃; two points of equal weight and votes, whose labels move in opposite
# directions; and two whose votes are each other's, exchanged.
UNMOVED = FiniteLaw([1.0], [[0.3, 0.7]], [[0.3, 0.7]])
OPPOSITE = FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0.2, 0.8]], [[0.3, 0.7], [0.3, 0.7]])
# GDE at no point, and not class-aggregated calibrated.
NOT_AT_POINTS = FiniteLaw(
    [0.5, 0.5], [[0.25, 0.75], [0.0, 1.0]], [[0.1, 0.9], [0.2, 0.8]]
)
EXCHANGED = FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0.8, 0.2]], [[0.3, 0.7], [0.7, 0.3]])


def _lattice_votes(rows: Any, picked: Any, turns: Any) -> Any:
    """Rows that repeat, some of them turned: then labels may differ from the votes.

    The votes at point i are row `picked[i]`, its classes moved on by `turns[i]` places.
    """
    xp, k = namespace(rows), rows.shape[-1]
    chosen = xp.take_along_axis(rows, picked[..., None], axis=-2)
    shifted = (xp.arange(k) - turns[..., None]) % k
    return xp.take_along_axis(chosen, shifted, axis=-1)


def _lattice_law(
    weights: Any, label_probabilities: Any, rows: Any, picked: Any, turns: Any
) -> FiniteLaw:
    return FiniteLaw.trusted(
        weights=weights,
        label_probabilities=label_probabilities,
        vote_shares=_lattice_votes(rows, picked, turns),
    )


def off_lattice(law: Any) -> str | None:
    """Why vote shares are not all multiples of 1/10."""
    reason = finite_laws.outside(law)
    if reason:
        return reason
    steps = law.vote_shares * LATTICE
    # Oracles count steps: a share is one of them, however it is rounded.
    off = abs(steps - np.rint(steps)) > LATTICE * 2.0**-52
    return first_wrong(
        off, law.vote_shares, f"vote_shares must be multiples of 1/{LATTICE}"
    )


lattice_laws = record(
    _lattice_law,
    "vote shares that are multiples of 1/10, rows that repeat or are turned",
    n=integer(2, 6),
    k=integer(2, 3),
    weights=distribution("n", positive=True),
    label_probabilities=distribution("n", "k"),
    rows=distribution("n", "k", denominator=LATTICE),
    picked=labels("n", n_classes="n"),
    turns=labels("n", n_classes="k"),
    examples=lambda: [EXCHANGED],
    outside=off_lattice,
)


def calibrated_laws(
    notion: Notion,
    *examples: FiniteLaw,
    k: tuple[int, int],
    on_lattice: bool = False,
) -> Record:
    """Laws calibrated in one sense, with labels that differ from the votes.

    All that are drawn have votes on the lattice; `on_lattice` if a claim needs that.
    """

    def build(
        weights: Any,
        rows: Any,
        picked: Any,
        n_rows: Any,
        turns: Any,
        turned: Any,
        direction: Any,
    ) -> FiniteLaw:
        # Two rows leave room most often; in a third of the laws there may be more.
        picked, turns = picked % n_rows[..., None], turns * turned[..., None]
        votes = lattice_steps(_lattice_votes(rows, picked, turns))
        return calibrate(weights, votes, direction, notion)

    def outside(law: Any) -> str | None:
        reason = (off_lattice if on_lattice else finite_laws.outside)(law)
        if reason:
            return reason
        if law.n_classes < k[0] or k[0] == k[1] != law.n_classes:
            return f"must have {classes} classes, got {law.n_classes}"
        error = float(miscalibration(law, notion))
        return None if error <= MISCALIBRATION else f"lacks {name}: off by {error:.3g}"

    name = "EDR = ETE" if notion == "gde" else f"{notion.replace('_', '-')} calibration"
    classes = str(k[0]) if k[0] == k[1] else f"{k[0]} to {k[1]}"
    return record(
        build,
        f"laws with {name}, labels unlike the votes where there is room, {classes} "
        "classes",
        n=integer(2, 6),
        k=integer(*k),
        weights=distribution("n", positive=True),
        rows=distribution("n", "k", denominator=LATTICE),
        picked=labels("n", n_classes="n"),
        n_rows=choice(2, 2, 6),
        turns=labels("n", n_classes="k"),
        turned=choice(0, 1),
        direction=real(-1, 1, shape=("n", "k")),
        examples=lambda: list(examples),
        outside=outside,
    )


canonical_laws = calibrated_laws("canonical", OPPOSITE, k=(2, 4), on_lattice=True)
class_wise_laws = calibrated_laws("class_wise", OPPOSITE, k=(2, 4))
class_aggregated_laws = calibrated_laws("class_aggregated", EXCHANGED, k=(2, 4))
class_aggregated_binary_laws = calibrated_laws("class_aggregated", EXCHANGED, k=(2, 2))
gde_laws = calibrated_laws("gde", UNMOVED, NOT_AT_POINTS, k=(2, 4))
top_label_laws = calibrated_laws(
    "top_label", FiniteLaw([1.0], [[0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2]]), k=(3, 4)
)

# --- laws over classifiers


def two_constants() -> ClassifierLaw:
    """Two classifiers that never agree: all the noise is between runs."""
    return ClassifierLaw([1.0], [[0.5, 0.5]], [0.5, 0.5], [[0], [1]])


classifier_laws = record(
    ClassifierLaw,
    "a law over finitely many classifiers",
    h=integer(1, 5),
    n=integer(1, 6),
    k=integer(1, 4),
    weights=distribution("n"),
    label_probabilities=distribution("n", "k"),
    classifier_weights=distribution("h"),
    predictions=labels("h", "n", n_classes="k"),
    examples=lambda: [
        two_constants(),
        ClassifierLaw([1.0], [[0.0, 1.0]], [1.0], [[0]]),
    ],
)

small_classifier_laws = classifier_laws.but(
    "at most three classifiers on at most three points, for full enumeration",
    lambda: [
        two_constants(),
        ClassifierLaw([0.5, 0.5], [[1, 0], [0, 1]], [0.5, 0.5], [[0, 0], [1, 1]]),
    ],
    h=integer(1, 3),
    n=integer(1, 3),
    k=integer(1, 3),
)


def equally_likely(
    weights: Any, label_probabilities: Any, predictions: Any
) -> ClassifierLaw:
    """The law in which all given classifiers have the same probability."""
    xp, m = namespace(weights), predictions.shape[-2]
    return ClassifierLaw.trusted(
        weights=weights,
        label_probabilities=label_probabilities,
        classifier_weights=xp.full(predictions.shape[:-1], 1 / m),
        predictions=predictions,
    )


def not_equally_likely(law: Any) -> str | None:
    """Why the classifiers of a law are not all equally likely."""
    reason = classifier_laws.outside(law)
    if reason:
        return reason
    w = law.classifier_weights
    return first_wrong(
        abs(w * w.size - 1) > 1e-13, w, f"classifier_weights must be 1/{w.size}"
    )


ensemble_laws = classifier_laws.but(
    "M given classifiers, equally likely",
    lambda: [
        two_constants(),
        ClassifierLaw([1.0], [[0.0, 0.0, 1.0]], [0.5, 0.5], [[0], [1]]),
    ],
    build=equally_likely,
    outside=not_equally_likely,
    h=integer(1, 6),
)

member_laws = record(
    MemberLaw,
    "equally likely members that output probabilities",
    m=integer(1, 5),
    n=integer(1, 6),
    k=integer(1, 5),
    weights=distribution("n"),
    member_probabilities=distribution("m", "n", "k"),
    examples=lambda: [MemberLaw([1.0], [[[0.5, 0.5]], [[0.5, 0.5]]])],
)

# --- calibrated Dirichlet votes


@dataclass(frozen=True, repr=False)
class SymmetricDirichlet(Instance):
    """Calibrated votes ~ Dirichlet(α, ..., α) over `n_classes` classes."""

    alpha: Any
    n_classes: Any


# α fitted to the published disagreement of AllDiff (Jiang et al. 2022, table 1).
ALL_DIFF = SymmetricDirichlet(np.array(0.348 / (0.9 - 0.348) / 10), np.array(10.0))

symmetric_dirichlet_votes = record(
    SymmetricDirichlet,
    "calibrated symmetric Dirichlet votes, α in [0.05, 5], 2 to 10 classes",
    alpha=real(0.05, 5, log=True),
    n_classes=choice(*map(float, range(2, 11))),
    examples=lambda: [ALL_DIFF],
)
