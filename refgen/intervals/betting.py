"""A confidence sequence for means of bounded variables, valid at every look."""

from __future__ import annotations

import copy
import functools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refgen._checks import check_integer, check_open_unit
from refgen._numbers import as_range
from refgen.arrays import plain_array
from refgen.intervals._checks import floats, refuse_outside
from refgen.intervals.interval import Interval

# More would make the interval shorter by less than 10⁻⁷ of the range.
_MOST_CANDIDATES = 10**7

# No bet risks more than this share of the capital: the c of Waudby-Smith & Ramdas.
_LARGEST_SHARE = 0.5

# Entries of a temporary array, 256 KiB: small enough for the caches, large enough that
# the cost of calls does not matter.
_PART = 1 << 15


@dataclass(frozen=True, eq=False)
class _State:
    """What is known after `n` samples, rescaled to [0, 1]."""

    n: int
    total: np.ndarray  # (...): Σ xᵢ
    squares: np.ndarray  # (...): Σ (xᵢ − μ̂ᵢ)²
    # (..., 2, n_candidates + 1): log capitals of the bets that the mean is above
    # each candidate, and those for 1 − x in place of x.
    logs: np.ndarray
    rejected: np.ndarray  # (..., 2, n_candidates + 1): whether rejected, by each bet


@dataclass(frozen=True, eq=False)
class BettingSequence:
    """Intervals for the mean that hold at all numbers of samples at once.

    With probability at least 1 − error_probability, the mean is in the interval after
    every sample, so one may look at any time and stop for any reason. The samples
    must lie in [low, high] and have the same mean given all earlier ones; they need
    be neither independent nor identically distributed.

    A sequence is never changed: `update` returns a new one. Samples may be given in
    blocks of any sizes; only their order counts, and the state is the same to the bit.

    Parameters
    ----------
    error_probability : float in (0, 1)
    low, high : float
        The range that the variables cannot leave.
    n_candidates : int
        The ends are `low` plus a multiple of (high − low)/n_candidates, rounded
        outward. Each candidate takes 18 bytes in every place of the batch, and the
        time per sample is proportional to the number of candidates; at most 10⁷.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    Notes
    -----
    Source: Waudby-Smith & Ramdas (2024), the hedged capital confidence sequence with
    predictable plug-in bets. For samples in [0, 1] and each candidate mean m, a gambler
    bets that the mean is above m: his capital Πᵢ (1 + min(λᵢ, 1/2m) (xᵢ − m)) has
    expectation 1 if m is the mean. Here λᵢ, from the samples before i only, is

        √(2 log(2/error_probability) / ((1/4 + Σ_{j<i} (xⱼ − μ̂ⱼ)²) log(i + 1)))

    with μ̂ⱼ = (1/2 + x₁ + … + xⱼ)/(j + 1). A second gambler bets that the mean is below
    m. By Ville's inequality, the probability that the mean of the two capitals ever
    reaches 1/error_probability is at most error_probability. As soon as half of either
    capital reaches 1/error_probability, the candidate is rejected for good.

    Discretization costs no coverage: every factor of the first capital decreases in
    m (by λ, or as x/m), so the first gambler rejects all m up to some point. The
    largest rejected candidate of the grid is at or below that point; it is the lower
    end. The upper end is the smallest candidate that the second gambler rejects. Both
    ends are exact up to the rounding of float64. If they cross, every candidate is
    rejected and the interval is empty. This is rare, unless the samples have no common
    mean.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> samples = Stream(0, "docs").uniform((2, 500)) < 0.01
    >>> sequence = BettingSequence(0.05).update(samples[:, :200])
    >>> sequence.interval().high.tolist()
    [0.036, 0.05]
    >>> sequence.update(samples[:, 200:]).interval().high.tolist()
    [0.019, 0.029]
    """

    error_probability: float
    low: float = 0.0
    high: float = 1.0
    n_candidates: int = 1000
    _state: _State = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            if plain_array(name, getattr(self, name)).ndim:
                raise TypeError(f"{name} must be a single number")
        low, high = as_range(self.low, self.high)
        checked = {
            "error_probability": check_open_unit(
                "error_probability", self.error_probability
            ),
            "low": float(low),
            "high": float(high),
            "n_candidates": check_integer(
                "n_candidates", self.n_candidates, 2, _MOST_CANDIDATES
            ),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_state", self._start(()))

    @property
    def n(self) -> int:
        """Number of samples so far, in each place of the batch.

        Examples
        --------
        >>> BettingSequence(0.05).update([0.5, 0.25]).n
        2
        """
        return self._state.n

    def update(self, samples: Any) -> BettingSequence:
        """The sequence after the next samples.

        Parameters
        ----------
        samples : array_like of shape (..., n)
            In order along the last axis; the leading axes, those of the batch, are the
            same in all blocks.

        Raises
        ------
        TypeError
            If `samples` is not numeric.
        ValueError
            If it is empty, holds NaN or values outside [low, high], or has other
            leading axes than earlier blocks.

        Examples
        --------
        >>> sequence = BettingSequence(0.05, low=-1.0).update([[1.0] * 50, [0.0] * 50])
        >>> sequence.interval().low.round(3).tolist()
        [0.734, -0.134]
        """
        samples = floats("samples", samples, 1)
        refuse_outside("samples", samples, self.low, self.high)
        unit = (samples - self.low) / (self.high - self.low)
        updated = copy.copy(self)
        state = self._advance(self._in_batch(samples.shape), unit)
        object.__setattr__(updated, "_state", state)
        return updated

    def interval(self) -> Interval:
        """The interval after the samples so far; it lies inside all earlier ones.

        Examples
        --------
        >>> BettingSequence(0.05).interval()
        Interval(low=0.0, high=1.0)
        """
        steps = np.maximum(self._state.rejected.sum(axis=-1) - 1, 0)
        ends = np.stack([steps[..., 0], self.n_candidates - steps[..., 1]])
        ends = self.low + (self.high - self.low) * (ends / self.n_candidates)
        ends = np.clip(ends, self.low, self.high)  # rounding may leave the range
        return Interval(ends[0], ends[1])

    def _start(self, batch: tuple[int, ...]) -> _State:
        logs = np.zeros((*batch, 2, self.n_candidates + 1))
        zeros = np.zeros(batch)
        return _State(0, zeros, zeros, logs, np.zeros(logs.shape, bool))

    def _in_batch(self, shape: tuple[int, ...]) -> _State:
        state = self._state
        if not state.n:
            return self._start(shape[:-1])
        if state.total.shape != shape[:-1]:
            expected = ", ".join([*map(str, state.total.shape), "n"])
            raise ValueError(
                f"samples must have shape ({expected}), as in earlier blocks, "
                f"got {shape}"
            )
        return state

    def _advance(self, state: _State, unit: np.ndarray) -> _State:
        bets, total, squares = self._bets(state, unit)
        logs, rejected = state.logs.copy(), state.rejected.copy()
        places = -1, 2, self.n_candidates + 1
        n = unit.shape[-1]
        # The reshaped arrays are views: `_play` changes the copies in place.
        self._play(
            unit.reshape(-1, n),
            bets.reshape(-1, n),
            logs.reshape(places),
            rejected.reshape(places),
        )
        return _State(state.n + n, total, squares, logs, rejected)

    def _bets(self, state: _State, unit: np.ndarray) -> tuple[np.ndarray, ...]:
        """λ of every sample, (..., n), and the sums after the last one, (...)."""
        t = np.arange(state.n + 1, state.n + unit.shape[-1] + 1)
        totals = _running(state.total, unit)[..., 1:]
        means = (0.5 + totals) / (t + 1)
        squares = _running(state.squares, (unit - means) ** 2)
        scale = 2 * math.log(2 / self.error_probability)
        bets = np.sqrt(scale / ((0.25 + squares[..., :-1]) * np.log(t + 1)))
        return bets, totals[..., -1].copy(), squares[..., -1].copy()

    def _play(
        self, unit: np.ndarray, bets: np.ndarray, logs: np.ndarray, rejected: np.ndarray
    ) -> None:
        """Let all gamblers bet on all samples; changes `logs` and `rejected`."""
        step = max(1, _PART // logs[0].size)
        for start in range(0, len(unit), step):
            rows = slice(start, start + step)
            sides = np.stack([unit[rows], 1 - unit[rows]], axis=-1)[..., None]
            shares = bets[rows, :, None, None]
            for i in range(unit.shape[-1]):
                logs[rows] += self._gains(sides[:, i], shares[:, i])
                rejected[rows] |= logs[rows] >= math.log(2 / self.error_probability)

    def _gains(self, sides: np.ndarray, bets: np.ndarray) -> np.ndarray:
        """Logs of the factors, (..., 2, n_candidates + 1)."""
        candidates, caps = _candidates(self.n_candidates)
        gains = sides - candidates
        gains *= np.minimum(bets, caps)
        return np.log1p(gains, out=gains)


@functools.lru_cache(maxsize=16)
def _candidates(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Candidate means and the largest bets on them, without limit at 0."""
    candidates = np.arange(n + 1) / n
    caps = np.full(n + 1, np.inf)
    caps[1:] = _LARGEST_SHARE / candidates[1:]
    return candidates, caps


def _running(start: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """start, start + steps[0], … along the last axis.

    The additions are done one after the other, so that any division into blocks gives
    the same bits.
    """
    return np.cumsum(np.concatenate([start[..., None], steps], axis=-1), axis=-1)
