"""Shares that differ by rounding only are one level; others are two."""

import numpy as np
import pytest

from refgen.disagreement import (
    FiniteLaw,
    bin_imbalances,
    bin_index,
    bin_variances,
    binned_cace,
    cace,
    cwce,
    ecace,
    expected_total_variation,
    gap,
    is_class_aggregated_calibrated,
    is_class_wise_calibrated,
    is_top_label_calibrated,
    level_masses,
    level_range,
    top_label_ece,
    wasserstein_distance,
)
from refgen.disagreement._bounds import audited_bounds
from refgen.disagreement._levels import LEVEL_WIDTH, levels_of, merged_mass
from refgen.random import Stream

ULP = 2.0**-53
ROUNDING = 2.0**-41  # of the claims: 2 · 2¹⁰ roundings of a scale of 2


def n_levels(*shares):
    return len(np.unique(levels_of(np.array(shares))))


@pytest.mark.parametrize(
    "shares",
    [
        (0.1 + 0.2, 0.3),
        (0.001, 1 - 0.999),
        (0.7, 1 - 0.3, 0.1 * 7),
        (sum([1 / 32] * 16), 0.5),
        (sum([0.01] * 30), 0.3),
        (1.0, 1 - 30 * ULP, sum([1 / 30] * 30)),
        (0.0, 30 * ULP),
    ],
)
def test_shares_that_rounding_may_have_set_apart_are_one_level(shares):
    assert n_levels(*shares) == 1


@pytest.mark.parametrize("share", [0.0, 1e-5, 0.3, 0.5, 0.7, 1 - 1e-5])
@pytest.mark.parametrize("apart", [1e-14, 5e-10, 1e-6])
def test_shares_further_apart_are_two(share, apart):
    assert n_levels(share, share + apart) == 2


def test_the_width_is_that_of_sums_of_32_terms():
    assert LEVEL_WIDTH == 64 * ULP
    assert n_levels(0.25, 0.25 + LEVEL_WIDTH) == 1
    assert n_levels(0.25, 0.25 + LEVEL_WIDTH + ULP) == 2
    # Neighbours link: the ends of a chain may be further apart.
    assert n_levels(*(0.25 + LEVEL_WIDTH * np.arange(9))) == 1


def test_levels_are_named_in_order_and_by_a_share_or_a_complement():
    rows = Stream(0, "levels").dirichlet((200, 7))
    levels = levels_of(rows)
    order = rows.argsort(axis=-1)
    assert (np.diff(np.take_along_axis(levels, order, -1)) >= 0).all()
    assert abs(levels - rows).max() <= 14 * LEVEL_WIDTH


def near(seed, count, n, k):
    """Laws whose shares repeat up to 1e-17 to 1e-5, with any labels."""
    stream = Stream(seed, "near")
    rows = np.round(10 * stream.child("rows").dirichlet((count, n, k))) / 10
    rows = np.where(rows.sum(axis=-1, keepdims=True) == 1, rows, 1 / k)
    apart = 10 ** (-17 + 12 * stream.child("size").uniform((count, n, k)))
    moved = rows * (1 + apart * stream.child("sign").signs((count, n, k)))
    return FiniteLaw(
        stream.child("weights").dirichlet((count, n)),
        stream.child("labels").dirichlet((count, n, k)),
        moved / moved.sum(axis=-1, keepdims=True),
    )


@pytest.mark.parametrize("k", [2, 3, 6])
def test_the_chain_of_errors_holds_however_near_the_levels_are(k):
    law = near(k, 4000, 6, k)
    error, half = abs(gap(law)), cace(law) / 2
    sides = [
        (error, wasserstein_distance(law)),
        (wasserstein_distance(law), level_range(law) * half),
        (2 * half, cwce(law)),
        (cwce(law), 2 * expected_total_variation(law)),
        *((binned_cace(law, n), binned_cace(law, 2 * n)) for n in (1, 2, 4, 5)),
        (binned_cace(law, 8), 2 * half),
    ]
    for lower, upper in sides:
        assert (lower - upper).max() <= ROUNDING


def test_two_classes_have_the_levels_of_their_top_class_twice():
    law = near(0, 40_000, 4, 2)
    np.testing.assert_allclose(cace(law), 2 * top_label_ece(law), atol=ROUNDING)


def test_the_complement_of_a_level_is_one_even_at_the_width():
    # 1 − q is rounded: apart by the width, give or take, on one side only.
    tops = 0.7 + LEVEL_WIDTH + ULP * np.arange(-4, 5)
    rows = np.stack([tops, 0.3 - LEVEL_WIDTH - ULP * np.arange(4, -5, -1)], axis=-1)
    laws = FiniteLaw(
        np.full((9, 2), 0.5),
        np.tile([[1.0, 0.0], [0.5, 0.5]], (9, 1, 1)),
        np.stack([np.broadcast_to([0.7, 0.3], (9, 2)), rows], axis=1),
    )
    np.testing.assert_allclose(cace(laws), 2 * top_label_ece(laws), atol=ROUNDING)


def test_half_and_half_is_one_level_from_either_side():
    assert n_levels(0.5 + 20 * ULP, 0.5 - 20 * ULP) == 1
    assert n_levels(0.5 + 40 * ULP, 0.5 - 40 * ULP) == 2
    law = FiniteLaw([1.0], [[1.0, 0.0]], [[0.5 + 20 * ULP, 0.5 - 20 * ULP]])
    assert cace(law) == top_label_ece(law) == 0


ONE = FiniteLaw([0.5, 0.5], [[1.0, 0.0], [0.4, 0.6]], [[0.7, 0.3], [0.1 * 7, 1 - 0.7]])


def test_everything_that_speaks_of_levels_means_the_same():
    # The first rows are one level up to rounding, the second are two.
    for apart, n, error in ((0.0, 2, 0.0), (1e-12, 4, 0.6)):
        votes = ONE.vote_shares + apart * np.array([[0, 0], [1, -1]])
        law = FiniteLaw(ONE.weights, ONE.label_probabilities, votes)
        assert len(level_masses(law)[0]) == n
        q, w, a = level_masses(law)
        assert abs(a - q * w).sum() == pytest.approx(error, abs=1e-11)
        for measured in (cace, cwce, ecace):
            assert measured(law) == pytest.approx(error, abs=1e-11)
        assert 2 * top_label_ece(law) == pytest.approx(error, abs=1e-11)
        for says in (
            is_class_aggregated_calibrated,
            is_class_wise_calibrated,
            is_top_label_calibrated,
        ):
            assert bool(says(law)) == (n == 2)


def test_small_levels_are_apart_where_their_logarithms_are():
    law = FiniteLaw(
        [0.5, 0.5],
        [[0.0, 1.0], [0.5, 0.5]],
        [[1e-5, 1 - 1e-5], [1e-5 + 5e-10, 1 - 1e-5 - 5e-10]],
    )
    assert len(level_masses(law)[0]) == 4
    surprise = -np.log(law.vote_shares)
    moved = law.weights[:, None] * (law.label_probabilities - law.vote_shares)
    excess = abs((surprise * moved).sum())
    assert excess <= np.ptp(surprise) * cace(law) / 2 + ROUNDING
    assert ecace(law) == pytest.approx(cace(law), abs=4 * ULP)


def test_a_level_just_below_an_edge_is_in_the_bin_above_within_its_width_only():
    edges = np.arange(1, 10) / 10
    assert bin_index(edges - 30 * ULP, 10).tolist() == list(range(1, 10))
    assert bin_index(edges - 1e-13, 10).tolist() == list(range(9))


def test_no_level_is_split_by_an_edge_of_bins():
    # A chain of shares that begins outside of the width below the edge ½.
    votes = 0.5 - LEVEL_WIDTH * np.array([2.1, 1.25, 0.4])
    law = FiniteLaw(
        [0.4, 0.3, 0.3],
        [[1, 0], [0, 1], [0.3, 0.7]],
        np.stack([votes, 1 - votes], axis=-1),
    )
    assert n_levels(*law.vote_shares.ravel()) == 1
    assert abs(bin_imbalances(law, 2)).sum() <= cace(law) + ULP


# --- the slack of audited bounds


def bounds_of(law, short=0.0):
    exact = float(abs(gap(law)))
    found = audited_bounds(exact, 2 * (exact - short), law, law.vote_shares.size)
    return {(b.claim, b.statement): b for b in found}


def test_the_slack_of_separate_levels_is_rounding_and_no_more():
    law = FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]])
    half = ("GDE-6", "|gap| ≤ CACE/2")
    assert bounds_of(law)[half].slack == (6 * 2 + 12) * ULP
    assert bounds_of(law)[half].holds
    # A shortfall of 1e-12 is no rounding.
    assert not bounds_of(law, short=1e-12)[half].holds
    assert bounds_of(law, short=ULP)[half].holds


def test_slack_covers_what_merging_moves_and_no_more():
    width = 0.9 * LEVEL_WIDTH
    law = FiniteLaw(
        [0.5, 0.5],
        [[1.0, 0.0], [0.0, 1.0]],
        [[0.25, 0.75], [0.25 + width, 0.75 - width]],
    )
    # Two levels of that width; their absolute masses are .375 + .125 each.
    terms = abs(law.label_probabilities - law.vote_shares) / 2
    moved = merged_mass(law.vote_shares.ravel(), terms.ravel())
    assert moved == pytest.approx(2 * width * 0.5, rel=1e-2, abs=0)
    found = audited_bounds(float(gap(law)), float(cace(law)), law, 4)
    slack = max(bound.slack for bound in found)
    assert slack == pytest.approx(moved / 2 + 36 * ULP, rel=1e-6, abs=0)
    assert all(bound.holds for bound in found)


def test_bounds_hold_on_laws_with_near_levels():
    law = near(7, 300, 6, 3)
    for one in (law.take(i) for i in range(300)):
        found = audited_bounds(
            float(gap(one)), float(cace(one)), one, one.vote_shares.size
        )
        assert all(bound.holds for bound in found)
        assert max(bound.slack for bound in found) < 1e-13


def test_variances_of_bins_put_all_of_a_level_in_one_bin():
    width = 2.0**-47
    a, b = 0.5 - 1.5 * width, 0.5 - 0.7 * width  # one level, next to an edge
    law = FiniteLaw([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], [[a, 1 - a], [b, 1 - b]])
    assert abs(bin_imbalances(law, 2)).max() < 1e-12
    assert bin_variances(law, 2).max() < 1e-12
