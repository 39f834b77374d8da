"""The betting confidence sequence covers at every look."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from support.coverage import ALPHA, EXACT, covers, shrunk

from refgen.intervals import (
    BettingSequence,
    hoeffding,
)
from refgen.random import Stream


def bernoulli(p):
    return lambda stream, shape: (stream.uniform(shape) < p).astype(float)


def beta(stream, shape):
    return stats.beta.ppf(stream.uniform(shape), 2, 5)


LAWS = {
    "half": (bernoulli(0.5), 0.5),
    "rare": (bernoulli(0.01), 0.01),
    "uniform": (lambda stream, shape: stream.uniform(shape), 0.5),
    "beta": (beta, 2 / 7),
}


def ever_missed(sequence, samples, mean, factor=1.0):
    """Which sequences, after shrinking, miss the mean at any of some thirty looks."""
    missed = np.zeros(samples.shape[:-1], bool)
    looks = np.unique(np.geomspace(1, samples.shape[-1], 40).astype(int))
    for block in np.split(samples, looks[:-1], axis=-1):
        sequence = sequence.update(block)
        missed |= ~shrunk(sequence.interval(), factor).contains(mean)
    return missed


@pytest.mark.parametrize("law", LAWS)
def test_betting_covers_at_every_look(law):
    draw, mean = LAWS[law]
    samples = draw(Stream(5, "betting"), (300, 300))
    # All means are among the 700 candidates: rounding outward cannot hide a miss.
    missed = ever_missed(BettingSequence(0.2, n_candidates=700), samples, mean)
    assert covers(missed, 0.2)


@pytest.mark.parametrize("mean", [0.0, 1.0, 0.3])
def test_betting_covers_constants_and_closes_in_on_them(mean):
    sequence, samples = BettingSequence(ALPHA), np.full(2000, mean)
    assert not ever_missed(sequence, samples, mean)
    assert sequence.update(samples).interval().width < 0.03


@pytest.mark.parametrize("law", ["half", "uniform", "beta"])
def test_half_of_the_betting_interval_loses_coverage(law):
    draw, mean = LAWS[law]
    samples = draw(Stream(6, "betting"), (300, 300))
    sequence = BettingSequence(0.2, n_candidates=140)
    assert not covers(ever_missed(sequence, samples, mean, factor=0.5), 0.2)


def all_sequences(n):
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.9])
def test_both_capitals_have_expectation_one_exactly(p):
    samples = all_sequences(10)
    probability = p ** samples.sum(axis=1) * (1 - p) ** (1 - samples).sum(axis=1)
    sequence = BettingSequence(0.3, n_candidates=20)
    sequence = sequence.update(samples[:, :3]).update(samples[:, 3:])
    capital = np.exp(sequence._state.logs)
    expectation = np.einsum("s,sbc->bc", probability, capital)
    above, below = round(20 * p), round(20 * (1 - p))
    assert expectation[0, above] == pytest.approx(1, rel=1e-12)
    assert expectation[1, below] == pytest.approx(1, rel=1e-12)
    # If the mean is above the candidate, the bet gains on average.
    assert (expectation[0, :above] > 1).all()


def test_betting_covers_exactly_at_every_look():
    samples = all_sequences(12)
    p = np.linspace(0, 1, 21)
    sequence = BettingSequence(0.4, n_candidates=20).update(samples)
    ones = samples.sum(axis=1)
    probability = p[:, None] ** ones * (1 - p[:, None]) ** (12 - ones)

    # The interval only shrinks, so it is enough to check the last one.
    def coverage(interval):
        return (probability * interval.contains(p[:, None])).sum(axis=1)

    assert coverage(sequence.interval()).min() >= 0.6 - EXACT
    assert coverage(shrunk(sequence.interval(), 0.5)).min() < 0.6


def naive_capital(samples, m, error_probability):
    """The capital of Waudby-Smith & Ramdas (2024), one sample at a time."""
    capital, seen = 1.0, []
    for t, x in enumerate(samples, start=1):
        means = [(0.5 + sum(seen[:i])) / (i + 1) for i in range(1, t)]
        squares = sum((s - mean) ** 2 for s, mean in zip(seen, means, strict=True))
        variance = (0.25 + squares) / t
        log = np.log(2 / error_probability)
        bet = np.sqrt(2 * log / (variance * t * np.log(t + 1)))
        capital *= 1 + min(bet, 0.5 / m) * (x - m)
        seen.append(x)
    return capital


def test_capitals_are_those_of_the_source():
    samples = Stream(7, "naive").uniform(25)
    logs = BettingSequence(ALPHA, n_candidates=8).update(samples)._state.logs
    for j in range(1, 9):
        above = naive_capital(samples, j / 8, ALPHA)
        below = naive_capital(1 - samples, j / 8, ALPHA)
        assert np.exp(logs[:, j]) == pytest.approx([above, below], rel=1e-12)


def test_what_a_bet_rejects_is_all_candidates_up_to_some():
    samples = beta(Stream(8, "monotone"), (50, 300))
    state = BettingSequence(ALPHA, n_candidates=100).update(samples)._state
    assert (np.diff(state.logs, axis=-1) <= 0).all()
    assert (np.diff(state.rejected.astype(int), axis=-1) <= 0).all()


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6))
def test_blocks_of_any_sizes_give_the_same_bits(sizes):
    samples = Stream(9, "blocks").uniform((3, 2, sum(sizes)))
    at_once = BettingSequence(ALPHA, n_candidates=50).update(samples)
    in_blocks = BettingSequence(ALPHA, n_candidates=50)
    for block in np.split(samples, np.cumsum(sizes)[:-1], axis=-1):
        in_blocks = in_blocks.update(block)
    assert in_blocks.n == at_once.n == sum(sizes)
    for name in ("total", "squares", "logs", "rejected"):
        ours, theirs = (getattr(s._state, name) for s in (in_blocks, at_once))
        assert ours.tobytes() == theirs.tobytes()


def test_a_batch_is_many_sequences():
    # There are so many candidates that the batch is processed in parts.
    samples = Stream(10, "batch").uniform((2, 9, 20))
    sequence = BettingSequence(ALPHA, n_candidates=3000)
    together = sequence.update(samples).interval()
    for place in np.ndindex(2, 9):
        assert repr(sequence.update(samples[place]).interval()) == repr(
            together.take(place)
        )


def test_update_leaves_the_sequence_as_it_was():
    samples = Stream(11, "old").uniform((2, 40))
    first = BettingSequence(ALPHA).update(samples[:, :20])
    before = repr(first.interval()), first._state.logs.tobytes()
    later = first.update(samples[:, 20:])
    assert (repr(first.interval()), first._state.logs.tobytes()) == before
    assert (later.interval().low >= first.interval().low).all()
    assert (later.interval().high <= first.interval().high).all()


def test_more_candidates_than_are_of_use_are_refused():
    with pytest.raises(ValueError, match="n_candidates must be at most 10000000, got"):
        BettingSequence(ALPHA, n_candidates=10**7 + 1)


def test_betting_is_shorter_than_hoeffding_on_rare_events():
    samples = bernoulli(0.01)(Stream(12, "rare"), (5, 1000))
    width = BettingSequence(ALPHA).update(samples).interval().width
    assert (width < 0.6 * hoeffding(samples.mean(axis=1), 1000, ALPHA).width).all()


def test_a_coarser_grid_gives_a_wider_interval_around_the_fine_one():
    samples = beta(Stream(13, "grid"), (20, 200))
    fine, coarse = (
        BettingSequence(ALPHA, n_candidates=n).update(samples).interval()
        for n in (1000, 10)
    )
    assert (coarse.low <= fine.low).all()
    assert (fine.high <= coarse.high).all()
    assert (coarse.width <= fine.width + 2 / 10).all()


def test_betting_moves_with_the_units():
    samples = Stream(14, "units").uniform((4, 100))
    unit = BettingSequence(ALPHA).update(samples).interval()
    moved = BettingSequence(ALPHA, low=-8.0, high=24.0).update(32 * samples - 8)
    assert moved.interval().low == pytest.approx(32 * unit.low - 8, abs=1e-12)
    assert moved.interval().high == pytest.approx(32 * unit.high - 8, abs=1e-12)


def test_samples_without_a_common_mean_leave_nothing():
    sequence = BettingSequence(ALPHA).update([0.0] * 100).update([1.0] * 1000)
    assert sequence.interval().is_empty


# Robust means
