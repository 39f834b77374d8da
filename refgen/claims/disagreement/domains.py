"""Domains of the disagreement claims: each a strategy and a sampler of one set."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.claims.disagreement.calibrated import LATTICE, Notion, calibrate
from refgen.claims.model import Domain
from refgen.disagreement import ClassifierLaw, FiniteLaw, MemberLaw


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
    edges = np.rint(np.cumsum(shares, axis=-1) * LATTICE)
    edges[..., -1] = LATTICE
    return np.diff(edges, axis=-1, prepend=0.0).astype(int)


def _sizes(stream: Any, *ranges: tuple[int, int]) -> list[int]:
    """A size in each closed range, the same for the whole block."""
    draws = stream.child("sizes").uniform(len(ranges))
    return [
        low + int(u * (high - low + 1))
        for u, (low, high) in zip(draws, ranges, strict=True)
    ]


# --- generic finite laws (generator G1)


def _law_sampler(n_range: tuple[int, int], k_range: tuple[int, int]) -> Any:
    def sample(rg: Any, stream: Any, size: int) -> FiniteLaw:
        n, k = _sizes(stream, n_range, k_range)
        labels = stream.child("labels").dirichlet((size, n, k))
        votes = stream.child("votes").dirichlet((size, n, k))
        mix = stream.child("mix").uniform((size, 2))
        # 30 % deterministic labels; 40 % votes on a lattice, where levels repeat.
        top = (labels == labels.max(axis=-1, keepdims=True)).astype(float)
        labels = np.where(mix[:, 0, None, None] < 0.3, top, labels)
        rounded = to_lattice(votes) / LATTICE
        votes = np.where(mix[:, 1, None, None] < 0.4, rounded, votes)
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


sample_generic = _law_sampler((2, 8), (2, 6))

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
    _law_sampler((2, 8), (2, 2)),
)

ternary_laws = Domain(
    "ternary_laws",
    "three classes",
    lambda: [FiniteLaw([1.0], [[0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2]])],
    lambda: _laws(3, (3, 3)),
    _law_sampler((2, 8), (3, 3)),
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
    (k,) = _sizes(stream, (3, 6))
    right = stream.integers(k, size)
    shift = 1 + stream.child("shift").integers(k - 1, size)
    eye = np.eye(k)
    return FiniteLaw.trusted(
        weights=np.ones((size, 1)),
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


# --- lattice votes and calibrated laws (generator G2)


def _lattice_draws(stream: Any, size: int, k_range: tuple[int, int]) -> tuple:
    n, k = _sizes(stream, (2, 6), k_range)
    weights = stream.child("weights").dirichlet((size, n))
    # Weights below 1e-3 would let tiny masses move labels far: keep them apart.
    weights = 0.9 * weights + 0.1 / n
    votes = to_lattice(stream.child("votes").dirichlet((size, n, k)))
    direction = stream.child("direction").uniform((size, n, k)) - 0.5
    # Half of the laws use few distinct rows, in permuted order, so that calibration
    # leaves room for labels that differ from the votes.
    few = stream.child("few").uniform(size) < 0.5
    turned = np.stack([np.roll(votes[:, i % 2], i, axis=-1) for i in range(n)], axis=1)
    votes = np.where(few[:, None, None], turned, votes)
    return weights, votes, direction


def _lattice_strategy(k_range: tuple[int, int], finish: Any) -> Any:
    def build(shape: tuple[int, int]) -> Any:
        n, k = shape
        numbers = st.lists(st.integers(-4, 4), min_size=n * k, max_size=n * k)
        direction = numbers.map(lambda v: np.array(v, float).reshape(n, k))
        return st.builds(finish, simplex((n,), low=1), lattice_votes(n, k), direction)

    return st.tuples(st.integers(1, 4), st.integers(*k_range)).flatmap(build)


def calibrated_laws(
    notion: Notion, k_range: tuple[int, int] = (2, 4), examples: Any = None
) -> Domain:
    """Laws calibrated in one sense, with labels that differ from the votes."""

    def single(weights: Any, votes: Any, direction: Any) -> FiniteLaw:
        return calibrate(weights[None], votes[None], direction[None], notion).take(0)

    def sample(rg: Any, stream: Any, size: int) -> FiniteLaw:
        weights, votes, direction = _lattice_draws(stream, size, k_range)
        return calibrate(weights, votes, direction, notion)

    return Domain(
        f"{notion}_laws_{k_range[0]}_{k_range[1]}",
        f"{notion.replace('_', ' ')} calibrated, labels unlike the votes",
        examples or (lambda: [FiniteLaw([1.0], [[0.3, 0.7]], [[0.3, 0.7]])]),
        lambda: _lattice_strategy(k_range, single),
        sample,
    )


def _as_law(weights: Any, votes: Any, labels: Any) -> FiniteLaw:
    return FiniteLaw.trusted(
        weights=weights, label_probabilities=labels, vote_shares=votes / LATTICE
    )


def _lattice_single(weights: Any, votes: Any, direction: Any) -> FiniteLaw:
    labels = (direction + 4.5) / (direction + 4.5).sum(axis=-1, keepdims=True)
    return _as_law(weights, votes, labels)


def _lattice_sample(rg: Any, stream: Any, size: int) -> FiniteLaw:
    weights, votes, direction = _lattice_draws(stream, size, (2, 3))
    return _as_law(weights, votes, stream.child("labels").dirichlet(direction.shape))


lattice_laws = Domain(
    "lattice_laws",
    "vote shares that are multiples of 1/10",
    lambda: [FiniteLaw([0.5, 0.5], [[0.4, 0.6], [0.8, 0.2]], [[0.3, 0.7], [0.7, 0.3]])],
    lambda: _lattice_strategy((2, 3), _lattice_single),
    _lattice_sample,
)


# --- laws over classifiers and members


def _classifier_strategy(uniform: bool, max_classifiers: int) -> Any:
    def build(shape: tuple[int, int, int]) -> Any:
        h, n, k = shape
        codes = st.lists(st.integers(0, k - 1), min_size=h * n, max_size=h * n)
        return st.builds(
            ClassifierLaw,
            simplex((n,)),
            simplex((n, k)),
            st.just(np.full(h, 1 / h)) if uniform else simplex((h,)),
            codes.map(lambda v: np.array(v).reshape(h, n)),
        )

    sizes = st.integers(1, max_classifiers), st.integers(1, 3), st.integers(1, 3)
    return st.tuples(*sizes).flatmap(build)


def _classifier_sampler(uniform: bool, max_h: int, max_n: int, max_k: int) -> Any:
    def sample(rg: Any, stream: Any, size: int) -> ClassifierLaw:
        h, n, k = _sizes(stream, (1 + uniform, max_h), (1, max_n), (2, max_k))
        drawn = stream.child("classifiers").dirichlet((size, h))
        labels = stream.child("labels").dirichlet((size, n, k))
        top = (labels == labels.max(axis=-1, keepdims=True)).astype(float)
        known = stream.child("mix").uniform((size, 1, 1)) < 0.3
        return ClassifierLaw.trusted(
            weights=stream.child("weights").dirichlet((size, n)),
            label_probabilities=np.where(known, top, labels),
            classifier_weights=np.full_like(drawn, 1 / h) if uniform else drawn,
            predictions=stream.child("predictions").integers(k, (size, h, n)),
        )

    return sample


def two_constants() -> ClassifierLaw:
    """Two classifiers that never agree: all the noise is between runs."""
    return ClassifierLaw([1.0], [[0.5, 0.5]], [0.5, 0.5], [[0], [1]])


def generic_classifiers() -> Any:
    """Strategy of generic laws over classifiers."""
    return _classifier_strategy(uniform=False, max_classifiers=4)


sample_classifiers = _classifier_sampler(uniform=False, max_h=5, max_n=6, max_k=4)

classifier_laws = Domain(
    "classifier_laws",
    "a law over finitely many classifiers",
    lambda: [
        two_constants(),
        ClassifierLaw([1.0], [[0.0, 1.0]], [1.0], [[0]]),
    ],
    generic_classifiers,
    sample_classifiers,
)

small_classifier_laws = Domain(
    "small_classifier_laws",
    "at most three classifiers on at most three points, for full enumeration",
    lambda: [
        two_constants(),
        ClassifierLaw([0.5, 0.5], [[1, 0], [0, 1]], [0.5, 0.5], [[0, 0], [1, 1]]),
    ],
    lambda: _classifier_strategy(uniform=False, max_classifiers=3),
    _classifier_sampler(uniform=False, max_h=3, max_n=3, max_k=3),
)

ensemble_laws = Domain(
    "ensemble_laws",
    "M given classifiers, equally likely",
    lambda: [
        two_constants(),
        ClassifierLaw([1.0], [[0.0, 0.0, 1.0]], [0.5, 0.5], [[0], [1]]),
    ],
    lambda: _classifier_strategy(uniform=True, max_classifiers=5),
    _classifier_sampler(uniform=True, max_h=6, max_n=6, max_k=4),
)


def _members(rg: Any, stream: Any, size: int) -> MemberLaw:
    m, n, k = _sizes(stream, (1, 5), (1, 6), (2, 5))
    p = stream.child("members").dirichlet((size, m, n, k))
    top = (p == p.max(axis=-1, keepdims=True)).astype(float)
    hard = stream.child("mix").uniform((size, 1, 1, 1)) < 0.3
    return MemberLaw.trusted(
        weights=stream.child("weights").dirichlet((size, n)),
        member_probabilities=np.where(hard, top, p),
    )


def _member_strategy() -> Any:
    def build(shape: tuple[int, int, int]) -> Any:
        m, n, k = shape
        return st.builds(MemberLaw, simplex((n,)), simplex((m, n, k)))

    return st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)).flatmap(
        build
    )


member_laws = Domain(
    "member_laws",
    "equally likely members that output probabilities",
    lambda: [MemberLaw([1.0], [[[0.5, 0.5]], [[0.5, 0.5]]])],
    _member_strategy,
    _members,
)
