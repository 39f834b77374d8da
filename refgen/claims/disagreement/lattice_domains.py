"""Laws with votes on a lattice, and calibrated ones (generator G2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import namespace
from refgen.claims.disagreement.calibrated import LATTICE, Notion, calibrate
from refgen.claims.disagreement.domains import (
    block_sizes,
    lattice_votes,
    simplex,
    to_lattice,
)
from refgen.claims.model import Domain
from refgen.disagreement import FiniteLaw


def _lattice_draws(stream: Any, size: int, k_range: tuple[int, int]) -> tuple:
    n, k = block_sizes(stream, (2, 6), k_range)
    weights = stream.child("weights").dirichlet((size, n))
    # Weights below 1e-3 would let tiny masses move labels far: keep them apart.
    weights = 0.9 * weights + 0.1 / n
    votes = to_lattice(stream.child("votes").dirichlet((size, n, k)))
    direction = stream.child("direction").uniform((size, n, k)) - 0.5
    # Most laws use two distinct rows, repeated or in turned order, so that
    # calibration leaves room for labels that differ from the votes.
    mode = stream.child("few").uniform((size, 1, 1))
    xp = namespace(votes)
    turned = xp.stack([xp.roll(votes[:, i % 2], i, axis=-1) for i in range(n)], axis=1)
    repeated = votes[:, xp.arange(n) % 2]
    votes = xp.where(mode < 0.7, turned, votes)
    votes = xp.where(mode < 0.4, repeated, votes)
    return weights, votes, direction


def _lattice_strategy(k_range: tuple[int, int], finish: Any) -> Any:
    def build(shape: tuple[int, int]) -> Any:
        n, k = shape
        numbers = st.lists(st.integers(-4, 4), min_size=n * k, max_size=n * k)
        direction = numbers.map(lambda v: np.array(v, float).reshape(n, k))
        # Rows repeat, some of them turned: calibration then leaves room.
        turns = st.lists(st.integers(0, k - 1), min_size=n, max_size=n)
        votes = st.builds(
            lambda rows, by: np.stack(
                [np.roll(rows[i % len(rows)], turn) for i, turn in enumerate(by)]
            ),
            lattice_votes(min(n, 2), k),
            turns,
        )
        return st.builds(finish, simplex((n,), low=1), votes, direction)

    return st.tuples(st.integers(2, 6), st.integers(*k_range)).flatmap(build)


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
