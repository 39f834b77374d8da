"""Every field draws one set two ways: small values that shrink, and large batches."""

import numpy as np
import pytest
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from support.fields import FIELDS, SIZES
from support.strategies import small_values

import refgen as rg
from refgen import domains as dom
from refgen.random import Stream


@pytest.mark.parametrize("name", FIELDS)
def test_bulk_draws_are_members_of_the_set(name):
    field, shape, holds = FIELDS[name]
    drawn = field.bulk(rg, Stream(0, "fields"), 300, SIZES)
    assert drawn.shape == (300, *shape)
    assert holds(drawn)
    assert len(np.unique(drawn.reshape(300, -1), axis=0)) > 1


@pytest.mark.parametrize("name", FIELDS)
def test_small_draws_are_members_of_the_set(name):
    field, shape, holds = FIELDS[name]
    drawn = small_values(field.small(SIZES), 60)
    assert {value.shape for value in drawn} == {shape}
    assert all(holds(value) for value in drawn)


@pytest.mark.parametrize("name", FIELDS)
def test_a_stream_draws_the_same_batch_again(name):
    field = FIELDS[name][0]
    first, again = (field.bulk(rg, Stream(3, "again"), 50, SIZES) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def nearly_agree(shares):
    """Some two differ, by more than rounding explains, but by less than 1e-9."""
    gaps = np.diff(np.sort(shares))
    return ((gaps > 1e-15) & (gaps < 1e-9)).any()


# Counterexamples often look like these: both ways of drawing have to find each of them.
WANTED = {
    "a certain distribution": ("distribution", lambda p: (p.max(axis=-1) == 1).all()),
    "tied shares": ("distribution", lambda p: (p[0] == p[1]).any() and p[0, 0] < 1),
    "the lower end": ("real", lambda x: x == -1),
    "the upper end": ("real", lambda x: x == 2),
    "an end of a logarithmic scale": ("log real", lambda x: (x == 10).any()),
    "a zero entry": ("vector", lambda v: (v == 0).any()),
    "equal entries": ("vector", lambda v: v[0] == v[1] != 0),
    "a vector along an axis": ("unit vector", lambda v: (v == 0).sum() == 2),
    "a singular matrix": ("psd", lambda a: abs(np.linalg.eigvalsh(a)).min() < 1e-9),
    "a matrix of rank 1": ("matrix", lambda a: np.linalg.matrix_rank(a) == 1),
    "equal eigenvalues": ("spectrum", lambda v: v[0] == v[1] > 0),
    "an eigenvalue 0": ("spectrum", lambda v: (v == 0).any() and (v > 0).any()),
    "shares that nearly agree": ("distribution", lambda p: nearly_agree(p[p > 0.01])),
    "a share of almost 0": ("distribution", lambda p: ((p > 0) & (p < 1e-9)).any()),
    "shares of 1 and an ulp": (
        "distribution", lambda p: 0 < abs(p.sum(axis=-1) - 1).max() < 3e-16,
    ),
    "uniform rows": ("distribution", lambda p: (p == 1 / 4).all()),
    "next to the lower end": ("real", lambda x: -1 < x < -1 + 1e-15),
    "next to the upper end": ("real", lambda x: 2 - 1e-15 < x < 2),
    "next to an end of a logarithmic scale": (
        "log real", lambda x: ((x > 0.1) & (x < 0.1 + 1e-9)).any(),
    ),
    "entries that nearly agree": ("vector", lambda v: 0 < abs(v[0] - v[1]) < 1e-9),
    "a nearly singular matrix": (
        "matrix", lambda a: 0 < abs(a[0] - a[1]).max() < 1e-6,
    ),
    "eigenvalues that nearly agree": (
        "spectrum", lambda v: 0 < abs(v[0] - v[1]) < 1e-9 < v[0],
    ),
    "a condition number of 1e13": (
        "wide", lambda v: (v > 0).all() and v.max() > 1e13 * v.min(),
    ),
    "the lowest integer": ("integer", lambda x: x == -2),
    "the highest integer": ("integer", lambda x: x == 3),
    "the first option": ("choice", lambda x: (x == 1).all()),
    "the last option": ("choice", lambda x: (x == 5).all()),
    "the last class": ("labels", lambda x: (x == 3).any()),
}  # fmt: skip


@pytest.mark.parametrize("what", WANTED)
def test_ties_zeros_and_ends_are_drawn_in_bulk(what):
    name, wanted = WANTED[what]
    drawn = FIELDS[name][0].bulk(rg, Stream(1, "wanted"), 4000, SIZES)
    assert any(wanted(value) for value in drawn)


@pytest.mark.parametrize("what", WANTED)
def test_ties_zeros_and_ends_are_found_by_hypothesis(what):
    name, wanted = WANTED[what]
    strategy = FIELDS[name][0].small(SIZES)
    # The first one will do: shrinking takes longer.
    once = settings(max_examples=5000, database=None, phases=[Phase.generate])
    assert wanted(find(strategy, wanted, settings=once))


def test_bulk_draws_of_a_strategy_use_all_of_it_and_depend_on_the_stream():
    field = dom.given(st.sampled_from([1, 2, 3]))
    drawn = [field.bulk(rg, Stream(seed), 300, {}) for seed in range(8)]
    assert all((np.bincount(batch)[1:] > 30).all() for batch in drawn)
    assert len({tuple(batch) for batch in drawn}) > 1


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.7), (-0.3, 0.1), (1 / 3, 1e3)])
def test_the_upper_end_is_drawn_without_rounding(low, high):
    drawn = dom.real(low, high).bulk(rg, Stream(4), 4000, {})
    assert drawn.max() == high
    assert drawn.min() == low


def test_documented_shares_of_the_draws_of_a_distribution():
    rows = dom.distribution(5, 3).bulk(rg, Stream(5), 20_000, {})
    tenths = abs(10 * rows - np.rint(10 * rows)).max(axis=(1, 2))
    certain = (rows.max(axis=2) == 1).all(axis=1)
    for kind, share in [
        (certain, 0.15),
        ((rows == 1 / 3).all(axis=(1, 2)), 0.05),
        ((tenths < 1e-14) & ~certain, 0.35),
        ((tenths >= 1e-14) & (tenths < 1e-4), 0.1),
    ]:
        assert kind.mean() == pytest.approx(share, abs=0.015)
    assert abs(rows.sum(axis=2) - 1).max() < 1e-15


@pytest.mark.parametrize("low", [0.0, -3.0, 0.2])
def test_documented_shares_of_the_draws_of_a_number(low):
    drawn = dom.real(low, 2.0).bulk(rg, Stream(6), 20_000, {})
    share = (drawn - low) / (2.0 - low)
    near = np.minimum(share, 1 - share)
    on_grid = abs(near * 4 - np.rint(near * 4)) < 1e-15
    assert on_grid.mean() == pytest.approx(0.25 + 0.05 / 10, abs=0.01)
    assert ((near > 0) & (near < 2e-6)).mean() == pytest.approx(0.05, abs=0.01)
    assert near[near > 0].min() >= 2.0**-54
    ends = dom.integer(-(10**6), 10**6).bulk(rg, Stream(6), 20_000, {})
    assert (abs(ends) == 10**6).mean() == pytest.approx(0.1, abs=0.01)


def test_certain_distributions_are_certain_of_any_outcome():
    drawn = dom.distribution(3).bulk(rg, Stream(5), 4000, {})
    certain = drawn[drawn.max(axis=-1) == 1]
    assert 0.1 < len(certain) / 4000 < 0.4
    assert (certain.mean(axis=0) > 0.25).all()


def test_values_shrink_to_the_simplest():
    simplest = find(dom.distribution(3).small({}), lambda p: p[0] > p[1] > p[2])
    assert simplest.tolist() == [2 / 3, 1 / 3, 0]
    assert find(dom.matrix(2, 2, kind="orthogonal").small({}), bool_any).tolist() == [
        [1, 0], [0, 1],
    ]  # fmt: skip


def bool_any(value):
    return bool(value.any())


@pytest.mark.parametrize(
    ("make", "kind", "problem"),
    [
        (lambda: dom.real(2, 1), ValueError, "low and high"),
        (lambda: dom.real(0, np.inf), ValueError, "finite"),
        (lambda: dom.real(0, 1, log=True), ValueError, "low must be positive"),
        (lambda: dom.real(-1e308, 1e308), ValueError, "finite"),
        (lambda: dom.real(1e-300, 1e300, log=True), ValueError, "high / low"),
        (lambda: dom.real(0, 1, shape="nd"), TypeError, "shape must be a tuple"),
        (lambda: dom.real(0, 1, shape=(True,)), TypeError, "shape takes positive"),
        (lambda: dom.integer(3, 1), ValueError, "high must be at least 3"),
        (lambda: dom.integer(1.5, 2), TypeError, "low must be an integer"),
        (lambda: dom.integer(0, 2**60), ValueError, "high must be at most"),
        (lambda: dom.integer(0, 10**5000), ValueError, "high must be at most 2.*53"),
        (lambda: dom.labels("n", n_classes=0), ValueError, "n_classes must be at le"),
        (lambda: dom.labels("n", n_classes="a b"), TypeError, "n_classes takes pos"),
        (lambda: dom.labels(2, n_classes=2**53 + 1), ValueError, "n_classes .* most"),
        (lambda: dom.real(0, 10**5000), ValueError, "high must be finite in float64"),
        (lambda: dom.real(0, 1, members=(1, 10**400)), ValueError, "members must hold"),
        (lambda: dom.real(0, 1, shape=(2**20, 2**21)), ValueError, "more than .* entr"),
        (lambda: dom.choice(np.nan), ValueError, "options must be finite"),
        (lambda: dom.vector(2, norm=np.inf), ValueError, "norm must be finite"),
        (lambda: dom.spectrum(2, smallest=1, largest=np.inf), ValueError, "finite"),
        (lambda: dom.distribution(2, denominator=2.5), TypeError, "denominator"),
        (lambda: dom.distribution(2, positive=True, denominator=2), ValueError, "both"),
        (lambda: dom.choice(), ValueError, "at least one option"),
        (lambda: dom.choice("a"), TypeError, "options must be a number"),
        (lambda: dom.distribution(), ValueError, "shape must say how many"),
        (lambda: dom.distribution(0), ValueError, "shape must be at least 1"),
        (lambda: dom.distribution(2, denominator=0), ValueError, "denominator"),
        (lambda: dom.vector(), ValueError, "shape must say how many"),
        (lambda: dom.vector(2, norm=0), ValueError, "norm must be positive"),
        (lambda: dom.real(0, 1, shape=("a b",)), TypeError, "shape takes positive"),
        (lambda: dom.matrix(2, 2, kind="round"), ValueError, "kind must be one of"),
        (lambda: dom.matrix(2), ValueError, "two axes at least"),
        (lambda: dom.matrix(2, 3, kind="psd"), ValueError, "square"),
        (lambda: dom.spectrum(smallest=1, largest=2), ValueError, "eigenvalues"),
        (lambda: dom.spectrum(2, smallest=0, largest=2), ValueError, "positive"),
        (lambda: dom.spectrum(2, smallest=1e-308, largest=9), ValueError, "quotient"),
        (lambda: dom.given([1, 2]), TypeError, "must be a Hypothesis strategy"),
    ],
)
def test_fields_that_describe_nothing_are_refused(make, kind, problem):
    with pytest.raises(kind, match=problem):
        make()
