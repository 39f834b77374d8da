"""LE-52 and 53: intervals for a mean of bounded draws, of which ρ_S is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import integer, real, record


@dataclass(frozen=True, repr=False)
class SeenMean(Instance):
    """A mean of draws in [0, 1], their number, and an error probability.

    Attributes
    ----------
    mean, n_draws, error_probability : arrays of shape (...)
    """

    mean: Any
    n_draws: Any
    error_probability: Any


seen_means = record(
    SeenMean,
    "means in [0, 1] of 2 to 10⁶ draws",
    mean=real(0.0, 1.0),
    n_draws=integer(2, 10**6),
    error_probability=real(1e-9, 0.9, log=True),
    examples=lambda: [
        SeenMean(*map(np.array, (0.0, 100, 0.05))),
        SeenMean(*map(np.array, (1e-3, 10**6, 0.4))),
        SeenMean(*map(np.array, (0.01, 10**6, 0.1))),
        SeenMean(*map(np.array, (0.5, 10**6, 0.01))),
    ],
)


def _above(case: Any, third: float) -> Any:
    """How far above the mean Bernstein's inequality lets μ be, by μ(1 − μ)."""
    xp, mean = namespace(case.mean), case.mean
    share = xp.log(2 / case.error_probability) / case.n_draws
    half = share * (third + 1 - 2 * mean)
    root = xp.sqrt(half * half + 2 * share * (1 + 2 * share) * mean * (1 - mean))
    # Of the two forms of the root, the one that does not cancel.
    rest = 2 * share * mean * (1 - mean)
    summed = (half + root) / (1 + 2 * share)
    other = rest / xp.where(half < 0, root - half, 1.0)
    return xp.where(half < 0, other, summed)


def _by_halving(mean: Any, share: Any) -> Any:
    """The largest μ with kl(mean, μ) ≤ share, where it is below 1."""
    xp = namespace(mean)
    low, high = mean, 1 + 0 * mean
    for _ in range(60):
        middle = (low + high) / 2
        rest = xp.where(middle < 1, 1 - middle, 1.0)
        step = middle - mean
        entropy = (1 - mean) * xp.log1p(step / rest) - mean * xp.log1p(
            step / xp.where(mean > 0, mean, 1.0)
        )
        inside = (middle < 1) & (entropy <= share)
        low, high = xp.where(inside, middle, low), xp.where(inside, high, middle)
    return high


@claim("LE-52", kind="inequality", domain=seen_means, cost=512)
def shorter_than_bernstein(rg, case, third=1 / 3, half=1 / 2):
    """Chernoff's interval is within Hoeffding's, and in Bernstein's with μ(1 − μ)."""
    xp, mean = namespace(case.mean), case.mean
    ends = rg.explainability.chernoff_interval(
        mean, case.n_draws, case.error_probability
    )
    share = xp.log(2 / case.error_probability) / case.n_draws
    hoeffding = xp.sqrt(half * share)
    other = type(case)(1 - mean, case.n_draws, case.error_probability)
    return (
        equal(ends.high, _by_halving(mean, share)),
        at_most(ends.high - mean, hoeffding, sharp=0.99),
        at_most(mean - ends.low, hoeffding, sharp=0.99),
        at_most(ends.high - mean, _above(case, third), sharp=0.99),
        at_most(mean - ends.low, _above(other, third), sharp=0.99),
    )


shorter_than_bernstein.twin("0.32 for Bernstein's third", third=0.32)
shorter_than_bernstein.twin("0.475 for Hoeffding's half", half=0.475)


# --- LE-53


@dataclass(frozen=True, repr=False)
class PairedCoins(Instance):
    """Pairs of draws of 0 or 1, each kind of pair so many times.

    Attributes
    ----------
    chances : array of shape (..., n_kinds, 2)
        Of a 1, for both draws of a kind of pair.
    error_probability : array of shape (...)
    """

    chances: Any
    error_probability: Any

    @property
    def n_pairs(self) -> int:
        """In all."""
        return TIMES * int(self.chances.shape[-2])

    def law(self) -> Any:
        """Joint law of how many draws are 1, and in how many pairs they differ."""
        xp, n = namespace(self.chances), self.n_pairs
        law = xp.zeros((*self.chances.shape[:-2], 2 * n + 1, n + 1))
        law[..., 0, 0] = 1.0
        for kind in range(self.chances.shape[-2]):
            a, b = (self.chances[..., kind, i, None, None] for i in (0, 1))
            for _ in range(TIMES):
                new = (1 - a) * (1 - b) * law
                new[..., 1:, 1:] += (a + b - 2 * a * b) * law[..., :-1, :-1]
                new[..., 2:, :] += a * b * law[..., :-2, :]
                law = new
        return law


# Pairs of each kind.
TIMES = 8

paired_coins = record(
    PairedCoins,
    "1 to 3 kinds of pairs, eight of each",
    k=integer(1, 3),
    chances=real(0.0, 1.0, shape=("k", 2)),
    error_probability=real(0.001, 0.5, log=True),
    examples=lambda: [
        PairedCoins(np.full((3, 2), 0.055), np.array(0.05)),
        PairedCoins(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array(0.05)),
        PairedCoins(np.full((2, 2), 0.5), np.array(0.05)),
    ],
)

LOOSE = "the interval holds for all bounded draws, and three events share its error"


@claim("LE-53", kind="inequality", domain=paired_coins, cost=512)
def variance_within_pairs(rg, case, half=1 / 2, width=1.0, seen=0.0):
    """The paired interval misses the mean with probability δ at most.

    And E (a − b)²/2 is the mean variance of both draws plus half the squared difference
    of their means.
    """
    xp, n, law = namespace(case.chances), case.n_pairs, case.law()
    ones, apart = xp.arange(2 * n + 1)[:, None] / (2 * n), xp.arange(n + 1) / (2 * n)
    ends = rg.explainability.paired_bernstein_interval(
        ones, apart, 2 * n, case.error_probability[..., None, None]
    )
    truth = case.chances.mean(axis=(-1, -2))
    off = abs(truth[..., None, None] - ones)
    radius = xp.maximum(ends.high - ones, ones - ends.low)
    # The variant of a twin: no allowance for the variance that is seen.
    plain = xp.sqrt(
        2 * apart * xp.log(3 / case.error_probability[..., None, None]) / (2 * n)
    )
    radius = seen * plain + (1 - seen) * width * radius
    missed = (law * (off > radius * (1 + 1e-12))).sum(axis=(-1, -2))
    spread = (case.chances * (1 - case.chances)).mean(axis=(-1, -2))
    means = (case.chances[..., 0] - case.chances[..., 1]) ** 2
    # w − √(2wL/n) = h̄, times 2L/n, for √(2wL/n) = r.
    share = xp.log(3 / case.error_probability[..., None, None]) / (2 * n)
    inner = ends.high < 1
    r = xp.where(inner, ends.high - ones - share / 3, 0.0)
    twice = xp.where(inner, 2 * share, 0.0)
    return (
        equal(r * r, twice * (r + apart), 4.0),
        at_most(missed, case.error_probability, reason=LOOSE),
        equal((law * apart).sum(axis=(-1, -2)), spread + half * means.mean(axis=-1)),
    )


variance_within_pairs.twin("0.48 of the squared difference of means", half=0.48)
variance_within_pairs.twin("a third of the width", width=1 / 3)
variance_within_pairs.twin("the variance that is seen is the variance", seen=1.0)
