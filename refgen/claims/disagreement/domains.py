"""Laws of points, labels and votes that the theorems speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.disagreement import FiniteLaw
from refgen.domains import (
    choice,
    distribution,
    integer,
    labels,
    real,
    record,
)


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
