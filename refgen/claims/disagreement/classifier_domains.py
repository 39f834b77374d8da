"""Laws over classifiers, and members that output probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import namespace
from refgen.claims.disagreement.domains import block_sizes, simplex
from refgen.claims.model import Domain
from refgen.disagreement import ClassifierLaw, MemberLaw


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
        h, n, k = block_sizes(stream, (1, max_h), (1, max_n), (1, max_k))
        drawn = stream.child("classifiers").dirichlet((size, h))
        labels = stream.child("labels").dirichlet((size, n, k))
        top = (labels == labels.max(axis=-1, keepdims=True)).astype(float)
        xp = namespace(labels)
        known = stream.child("mix").uniform((size, 1, 1)) < 0.3
        return ClassifierLaw.trusted(
            weights=stream.child("weights").dirichlet((size, n)),
            label_probabilities=xp.where(known, top, labels),
            classifier_weights=xp.full_like(drawn, 1 / h) if uniform else drawn,
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
    m, n, k = block_sizes(stream, (1, 5), (1, 6), (1, 5))
    p = stream.child("members").dirichlet((size, m, n, k))
    top = (p == p.max(axis=-1, keepdims=True)).astype(float)
    hard = stream.child("mix").uniform((size, 1, 1, 1)) < 0.3
    return MemberLaw.trusted(
        weights=stream.child("weights").dirichlet((size, n)),
        member_probabilities=namespace(p).where(hard, top, p),
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
