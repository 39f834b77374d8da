"""Laws of points, labels and votes that the theorems speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement._calibrated import (
    LATTICE,
    Notion,
    calibrate,
    lattice_steps,
)
from refgen.disagreement import ClassifierLaw, FiniteLaw, MemberLaw
from refgen.domains import Record, choice, distribution, integer, labels, real, record

# --- finite laws


def wrong_classifier(n_classes: int = 2) -> FiniteLaw:
    """One point, one classifier, always wrong: the extreme case of GDE-6 and GDE-7."""
    eye = np.eye(n_classes)
    return FiniteLaw([1.0], eye[:1], eye[1:2])


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
    ],
)

binary_laws = finite_laws.but(
    "two classes",
    lambda: [wrong_classifier(), FiniteLaw([1.0], [[1.0, 0.0]], [[0.5, 0.5]])],
    k=2,
)

ternary_laws = finite_laws.but(
    "three classes",
    lambda: [FiniteLaw([1.0], [[0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2]])],
    k=3,
)

positive_laws = finite_laws.but(
    "every class has some votes",
    lambda: [FiniteLaw([1.0], [[0.0, 1.0]], [[0.95, 0.05]])],
    vote_shares=distribution("n", "k", positive=True),
)


def _wrong(k: int, right: Any, other: Any) -> FiniteLaw:
    """Votes for the class that is 1 + other places after the right one."""
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
)

# --- laws with votes on a lattice, and calibrated ones


def _lattice_votes(rows: Any, picked: Any, turns: Any) -> Any:
    """Rows that repeat, some of them turned: calibration then leaves room.

    The row of point i is number `picked` of all rows, its classes shifted in a circle.
    """
    xp = namespace(rows)
    n, k = rows.shape[-2:]
    chosen = xp.take_along_axis(rows, (picked % n)[..., None], axis=-2)
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
    examples=lambda: [
        FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0.8, 0.2]], [[0.3, 0.7], [0.7, 0.3]])
    ],
)


def calibrated_laws(notion: Notion, *examples: FiniteLaw, k: tuple[int, int]) -> Record:
    """Laws calibrated in one sense, with labels that differ from the votes."""

    def build(
        weights: Any, rows: Any, picked: Any, turns: Any, turned: Any, direction: Any
    ) -> FiniteLaw:
        # Two distinct rows leave room most often; some of them are turned.
        votes = _lattice_votes(rows, picked, turns * turned[..., None])
        return calibrate(weights, lattice_steps(votes), direction, notion)

    return record(
        build,
        f"{notion.replace('_', ' ')} calibrated, labels unlike the votes, {k[0]} to "
        f"{k[1]} classes",
        n=integer(2, 6),
        k=integer(*k),
        weights=distribution("n", positive=True),
        rows=distribution("n", "k", denominator=LATTICE),
        picked=labels("n", n_classes=2),
        turns=labels("n", n_classes="k"),
        turned=choice(0, 1),
        direction=real(-1, 1, shape=("n", "k")),
        examples=lambda: list(examples),
    )


class_wise_laws = calibrated_laws(
    "class_wise",
    # Two points of equal weight and votes: labels move in opposite directions.
    FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0.2, 0.8]], [[0.3, 0.7], [0.3, 0.7]]),
    k=(2, 4),
)
gde_laws = calibrated_laws(
    "gde", FiniteLaw([1.0], [[0.3, 0.7]], [[0.3, 0.7]]), k=(2, 4)
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


def _equally_likely(
    weights: Any, label_probabilities: Any, predictions: Any
) -> ClassifierLaw:
    xp, (count, n_classifiers, _) = namespace(weights), predictions.shape
    return ClassifierLaw.trusted(
        weights=weights,
        label_probabilities=label_probabilities,
        classifier_weights=xp.full((count, n_classifiers), 1 / n_classifiers),
        predictions=predictions,
    )


ensemble_laws = classifier_laws.but(
    "M given classifiers, equally likely",
    lambda: [
        two_constants(),
        ClassifierLaw([1.0], [[0.0, 0.0, 1.0]], [0.5, 0.5], [[0], [1]]),
    ],
    build=_equally_likely,
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
    lambda alpha, n_classes: SymmetricDirichlet(alpha, n_classes.astype(float)),
    "calibrated symmetric Dirichlet votes, α in [0.05, 5], 2 to 10 classes",
    alpha=real(0.05, 5, log=True),
    n_classes=integer(2, 10),
    examples=lambda: [ALL_DIFF],
)
