"""Finite laws: each domain is a strategy and a sampler of one set."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import namespace
from refgen.claims.disagreement.calibrated import LATTICE
from refgen.claims.model import Domain
from refgen.disagreement import FiniteLaw
from refgen.random import Stream


def wrong_classifier(n_classes: int = 2) -> FiniteLaw:
    """One point, one classifier, always wrong: the extreme case of GDE-6 and GDE-7."""
    eye = np.eye(n_classes)
    return FiniteLaw([1.0], eye[:1], eye[1:2])


# --- pieces of Hypothesis strategies: integers that shrink, ties and zeros included


def simplex(shape: tuple[int, ...], high: int = 8, low: int = 0) -> Any:
    """Points of the simplex with rational coordinates, along the last axis."""
    size = int(np.prod(shape))

    def normalize(numbers: list[int]) -> Any:
        array = np.array(numbers, float).reshape(shape)
        totals = array.sum(axis=-1, keepdims=True)
        return np.where(
            totals > 0, array / np.where(totals > 0, totals, 1.0), 1 / shape[-1]
        )

    return st.lists(st.integers(low, high), min_size=size, max_size=size).map(normalize)


def lattice_votes(n: int, k: int) -> Any:
    """Integer rows that sum to LATTICE, by rounding cumulative shares."""
    return simplex((n, k)).map(to_lattice)


def to_lattice(shares: Any) -> Any:
    """Round rows of the simplex to integers that sum to LATTICE."""
    xp = namespace(shares)
    edges = xp.rint(xp.cumsum(shares, axis=-1) * LATTICE)
    edges[..., -1] = LATTICE
    return xp.diff(edges, axis=-1, prepend=0.0).astype(int)


def block_sizes(stream: Any, *ranges: tuple[int, int]) -> list[int]:
    """A size in each closed range, the same for the whole block."""
    # Sizes shape the block, so the host has to know them: it draws the same numbers.
    purpose = Stream(stream.seed, *stream.labels, "sizes", replicate=stream.replicate)
    draws = purpose.uniform(len(ranges))
    return [
        low + int(u * (high - low + 1))
        for u, (low, high) in zip(draws, ranges, strict=True)
    ]


# --- generic finite laws (generator G1)


def _law_sampler(n_range: tuple[int, int], k_range: tuple[int, int]) -> Any:
    def sample(rg: Any, stream: Any, size: int) -> FiniteLaw:
        n, k = block_sizes(stream, n_range, k_range)
        labels = stream.child("labels").dirichlet((size, n, k))
        votes = stream.child("votes").dirichlet((size, n, k))
        mix = stream.child("mix").uniform((size, 2))
        xp = namespace(labels)
        # 30 % deterministic labels; 40 % votes on a lattice, where levels repeat.
        top = (labels == labels.max(axis=-1, keepdims=True)).astype(float)
        labels = xp.where(mix[:, 0, None, None] < 0.3, top, labels)
        rounded = to_lattice(votes) / LATTICE
        votes = xp.where(mix[:, 1, None, None] < 0.4, rounded, votes)
        weights = stream.child("weights").dirichlet((size, n))
        return FiniteLaw.trusted(
            weights=weights, label_probabilities=labels, vote_shares=votes
        )

    return sample


def _laws(n_max: int, k_range: tuple[int, int], low: int = 0) -> Any:
    def build(shape: tuple[int, int]) -> Any:
        n, k = shape
        return st.builds(
            FiniteLaw, simplex((n,)), simplex((n, k)), simplex((n, k), low=low)
        )

    return st.tuples(st.integers(1, n_max), st.integers(*k_range)).flatmap(build)


def generic_laws() -> Any:
    """Strategy of generic finite laws."""
    return _laws(4, (1, 4))


sample_generic = _law_sampler((1, 8), (1, 6))

finite_laws = Domain(
    "finite_laws",
    "any points, labels and vote shares",
    lambda: [
        wrong_classifier(),
        FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]]),  # Kirsch & Gal's hand example
        FiniteLaw([1.0], [[1.0]], [[1.0]]),
        FiniteLaw([0.5, 0.5], [[0.0, 1.0], [1.0, 0.0]], [[0.42, 0.58], [0.46, 0.54]]),
    ],
    generic_laws,
    sample_generic,
)

binary_laws = Domain(
    "binary_laws",
    "two classes",
    lambda: [wrong_classifier(), FiniteLaw([1.0], [[1.0, 0.0]], [[0.5, 0.5]])],
    lambda: _laws(4, (2, 2)),
    _law_sampler((1, 8), (2, 2)),
)

ternary_laws = Domain(
    "ternary_laws",
    "three classes",
    lambda: [FiniteLaw([1.0], [[0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2]])],
    lambda: _laws(3, (3, 3)),
    _law_sampler((1, 8), (3, 3)),
)


def _positive(rg: Any, stream: Any, size: int) -> FiniteLaw:
    law = sample_generic(rg, stream, size)
    votes = 0.9 * law.vote_shares + 0.1 / law.n_classes
    return FiniteLaw.trusted(
        weights=law.weights,
        label_probabilities=law.label_probabilities,
        vote_shares=votes,
    )


positive_laws = Domain(
    "positive_laws",
    "every class has some votes",
    lambda: [FiniteLaw([1.0], [[0.0, 1.0]], [[0.95, 0.05]])],
    lambda: _laws(3, (2, 4), low=1),
    _positive,
)


def _wrong(rg: Any, stream: Any, size: int) -> FiniteLaw:
    (k,) = block_sizes(stream, (3, 6))
    right = stream.integers(k, size)
    shift = 1 + stream.child("shift").integers(k - 1, size)
    xp = namespace(right)
    eye = xp.eye(k)
    return FiniteLaw.trusted(
        weights=xp.ones((size, 1)),
        label_probabilities=eye[right][:, None],
        vote_shares=eye[(right + shift) % k][:, None],
    )


wrong_laws = Domain(
    "wrong_laws",
    "a deterministic classifier that is always wrong, three classes or more",
    lambda: [wrong_classifier(3)],
    lambda: st.integers(3, 6).map(wrong_classifier),
    _wrong,
)
