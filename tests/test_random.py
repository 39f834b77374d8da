"""Streams: the words of Philox, the same for any chunking."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from refgen.random import Stream


def test_words_are_those_of_numpy_philox():
    key = np.random.SeedSequence(5).generate_state(2, np.uint64)
    stream = Stream(5, ("words",), 3)
    first = np.random.Philox(key=key)
    import hashlib

    label = int.from_bytes(hashlib.blake2b(b"words", digest_size=8).digest(), "little")
    # NumPy draws block c + 1 first from counter c.
    state = first.state
    state["state"]["counter"] = np.array(
        [2**64 - 1, 2**64 - 1, 2, label], dtype=np.uint64
    )
    first.state = state
    assert (first.random_raw(50) == stream.words(50)).all()


@given(st.integers(0, 200), st.integers(1, 50))
@example(4, 4)
@example(3, 7)
def test_a_shard_equals_the_whole(offset, n):
    stream = Stream(1, ("shard",))
    whole = stream.uniform(offset + n)
    assert (whole[offset:] == stream.uniform(n, offset=offset)).all()


def test_labels_seeds_and_replicates_give_other_numbers():
    base = Stream(0, ("a",))
    others = [Stream(0, ("b",)), Stream(1, ("a",)), base.at(1), base.child("b")]
    for other in others:
        assert not (base.words(8) == other.words(8)).any()


# 2⁻²⁰ of false alarm for each test; the draws are fixed, so it is met once or never.
ALARM = 2.0**-20


@pytest.mark.parametrize(
    ("draw", "law"),
    [("uniform", stats.uniform.cdf), ("exponential", stats.expon.cdf)],
)
def test_draws_follow_their_law(draw, law):
    values = getattr(Stream(2, (draw,)), draw)(100_000)
    assert stats.kstest(values, law).pvalue > ALARM


def test_dirichlet_rows_are_uniform_on_the_simplex():
    rows = Stream(3).dirichlet((50_000, 4))
    assert np.allclose(rows.sum(axis=-1), 1, rtol=0, atol=1e-15 * 4)
    assert stats.kstest(rows[:, 1], stats.beta(1, 3).cdf).pvalue > ALARM


def test_integers_fill_their_range_evenly():
    counts = np.bincount(Stream(4).integers(7, 70_000), minlength=7)
    assert len(counts) == 7
    assert stats.chisquare(counts).pvalue > ALARM


@pytest.mark.parametrize("seed", [-1, 1.5, "a"])
def test_seeds_are_non_negative_integers(seed):
    with pytest.raises(ValueError, match="seed"):
        Stream(seed)
