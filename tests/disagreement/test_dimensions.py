"""Dimensions of calibrated label laws: those of polytopes, by linear programs."""

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import refgen.disagreement as rd

NOTIONS = ("canonical", "class_wise", "class_aggregated", "gde")


@st.composite
def votes_on_a_lattice(draw):
    """Up to four points that share some of up to three vote vectors."""
    k, steps = draw(st.integers(1, 3)), draw(st.sampled_from([1, 2, 4, 10]))
    rows = [c for c in product(range(steps + 1), repeat=k) if sum(c) == steps]
    few = draw(st.lists(st.sampled_from(rows), min_size=1, max_size=3))
    chosen = draw(st.lists(st.sampled_from(few), min_size=1, max_size=4))
    return np.array(chosen) / steps


def events(votes, notion):
    """Sets of pairs (x, k) whose label mass has to be the vote mass."""
    points, classes = map(range, votes.shape)
    same = np.isclose(votes[:, :, None, None], votes)
    if notion == "class_aggregated":
        return [same[x, k] for x in points for k in classes]
    column = np.eye(votes.shape[1], dtype=bool)
    if notion == "class_wise":
        return [same[x, k] & column[k] for x in points for k in classes]
    alike = np.isclose(votes[:, None], votes).all(axis=-1)
    return [alike[x][:, None] & column[k] for x in points for k in classes]


def system(weights, votes, notion):
    """A and b with A m = b for the masses m of calibrated labels."""
    n, k = votes.shape
    masses = weights[:, None] * votes
    rows = list(np.kron(np.eye(n), np.ones(k)))
    if notion == "gde":
        rows.append(votes.ravel())
    else:
        rows += [event.astype(float).ravel() for event in events(votes, notion)]
    return np.array(rows), np.array(rows) @ masses.ravel()


def dimension(a, b):
    """Of {m ≥ 0, A m = b}: entries that can be positive, minus the rank on them."""
    positive = np.zeros(a.shape[1], bool)
    for i in range(a.shape[1]):
        cost = -np.eye(a.shape[1])[i]
        positive |= linprog(cost, A_eq=a, b_eq=b).x > 1e-7
    return positive.sum() - np.linalg.matrix_rank(a[:, positive], tol=1e-8)


@settings(max_examples=25)
@given(votes_on_a_lattice())
@example(np.eye(3)[[0, 1]])
@example(np.array([[0.5, 0.5, 0], [0, 0.5, 0.5]]))
@example(np.array([[0.3, 0.7], [0.4, 0.6]]))
def test_dimensions_are_those_of_polytopes(votes):
    weights = np.arange(1, len(votes) + 1) / np.arange(1, len(votes) + 1).sum()
    got = rd.calibrated_dimensions(rd.FiniteLaw(weights, votes, votes))
    assert tuple(got) == NOTIONS
    want = {name: dimension(*system(weights, votes, name)) for name in NOTIONS}
    assert {name: int(value) for name, value in got.items()} == want


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([[0.5, 0.5]], (0, 0, 1, 1)),  # any label law has GDE
        ([[0.3, 0.7]], (0, 0, 0, 0)),
        ([[1, 0, 0], [0, 1, 0]], (0, 0, 0, 0)),
        ([[0.2, 0.3, 0.5]] * 3, (4, 4, 4, 5)),
    ],
)
def test_dimensions_by_hand(votes, expected):
    law = rd.FiniteLaw(np.full(len(votes), 1 / len(votes)), votes, votes)
    assert tuple(rd.calibrated_dimensions(law).values()) == expected


def test_dimensions_of_a_batch():
    votes = np.array([np.eye(2), [[0.5, 0.5], [0.5, 0.5]], [[0.3, 0.7], [0.7, 0.3]]])
    laws = rd.FiniteLaw(np.full((3, 2), 0.5), votes, votes)
    batch = rd.calibrated_dimensions(laws)
    for i in range(3):
        single = rd.calibrated_dimensions(laws.take(i))
        assert {name: value[i] for name, value in batch.items()} == single


def test_votes_that_are_rounding_are_none():
    little = 2.0**-53
    votes = [[1 - little, little, 0.0], [0.0, 1.0, 0.0]]
    labels = [[1, 0, 0], [0, 1, 0]]
    rounded, exact = (
        rd.calibrated_dimensions(rd.FiniteLaw([0.5, 0.5], labels, shares))
        for shares in (votes, labels)
    )
    assert rounded == exact
