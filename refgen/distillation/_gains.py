"""How much a pair of stopping times can gain over a single one, estimated with bands.

An eigendirection of the data shows x = √λ β + noise of variance v, and
Σ (1 − f)² x² + (2f − 1) v is an unbiased estimate of the risk of a filter f, so that a
gain is estimated by a linear function of the x² and v.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Single times, of which every second one is a time of pairs, and parametric draws.
_SINGLES, _EVERY, _DRAWS = 67, 2, 499
# e^(−50) is below rounding; before 1/50 of the shortest 1/λ little is learned.
_FIRST, _LAST = 0.02, 50.0


@dataclass(frozen=True)
class Directions:
    """What the data show of each eigendirection.

    Attributes
    ----------
    spectrum, observed : arrays of shape (r,)
        λ > 0 in descending order, and x.
    variance : float
        v = σ²/n.
    freedom : float
        Degrees of freedom of its estimate; infinite if the noise is known.
    """

    spectrum: np.ndarray
    observed: np.ndarray
    variance: float
    freedom: float


@dataclass(frozen=True)
class Gains:
    """Gains of the best pair over the best single time; `low` and `high` hold jointly.

    Attributes
    ----------
    gain : float
        Of the pair with the largest estimate.
    low, high : float
        The largest lower and the largest upper end of any pair's gain.
    times : tuple of float
        Of the teacher and the student of the pair.
    alone : float
        The best single time.
    risks : tuple of float
        Estimates for the single time and the pair.
    """

    gain: float
    low: float
    high: float
    times: tuple[float, float]
    alone: float
    risks: tuple[float, float]


def gains(shown: Directions, level: float, rng: np.random.RandomState) -> Gains:
    """The best pair of a grid of times against every single time of a finer one."""
    times = _times(shown.spectrum)
    learned = -np.expm1(-times[:, None] * shown.spectrum)
    learned[-1] = 1.0
    i, j = np.triu_indices(len(times[::_EVERY]))
    few = learned[::_EVERY]
    single, pair = _terms(learned), _terms(few[i] * few[j])
    squares = np.append(shown.observed**2, shown.variance)
    spread = spread_of(shown)
    of_single, of_pair = single @ squares, pair @ squares
    estimated = _differences(of_pair, of_single)
    error = np.sqrt(np.maximum(_quadratic(pair, single, spread), 0.0))
    half = _critical(shown, pair, single, error, level, rng) * error
    low, high = (estimated - half).min(axis=1), (estimated + half).min(axis=1)
    gain = estimated.min(axis=1)
    best, alone = int(gain.argmax()), int(of_single.argmin())
    offset = len(shown.spectrum) * shown.variance
    return Gains(
        float(gain[best]),
        float(low.max()),
        float(high.max()),
        (float(times[::_EVERY][i[best]]), float(times[::_EVERY][j[best]])),
        float(times[alone]),
        (float(of_single[alone] - offset), float(of_pair[best] - offset)),
    )


def spread_of(shown: Directions) -> np.ndarray:
    """Estimated variances of the x², 4μ²v + 2v² around the mean μ, and of v."""
    squares, v = shown.observed**2, shown.variance
    return np.append(np.maximum(4 * squares, 2 * v) * v, 2 * v**2 / shown.freedom)


def _times(spectrum: np.ndarray) -> np.ndarray:
    ends = _FIRST / spectrum[0], _LAST / spectrum[-1]
    return np.append(np.geomspace(*ends, _SINGLES - 1), np.inf)


def _terms(filters: np.ndarray) -> np.ndarray:
    """What the risk of each filter is made of: (1 − f)² of the x², and 2Σf of v."""
    return np.column_stack([(1 - filters) ** 2, 2 * filters.sum(axis=1)])


def _differences(pair: np.ndarray, single: np.ndarray) -> np.ndarray:
    """The gain of every pair (rows) over every single time (columns)."""
    return single - pair[:, None]


def _quadratic(pair: np.ndarray, single: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Σ (difference of terms)² · spread, for every pair and single time."""
    scaled = np.sqrt(spread)
    first, second = pair * scaled, single * scaled
    square = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)
    apart = square - 2 * first @ second.T
    # What cancels to rounding is 0: a pair whose student trains to the end.
    return np.where(apart > 1e-12 * square, apart, 0.0)


def _critical(
    shown: Directions,
    pair: np.ndarray,
    single: np.ndarray,
    error: np.ndarray,
    level: float,
    rng: np.random.RandomState,
) -> float:
    """The quantile of the largest error over its standard error, in all differences."""
    root, count = np.sqrt(shown.variance), len(shown.observed)
    normal = rng.normal(size=(count, _DRAWS))
    moved = (2 * abs(shown.observed)[:, None] + root * normal) * (root * normal)
    moved -= shown.variance
    of_noise = np.zeros(_DRAWS)
    if np.isfinite(shown.freedom):
        of_noise = rng.chisquare(shown.freedom, _DRAWS) / shown.freedom - 1
    moved = np.vstack([moved, shown.variance * of_noise])
    usable = error > 0
    inverse = 1 / np.where(usable, error, np.inf)
    off_pair, off_single = pair @ moved, single @ moved
    largest = np.zeros(_DRAWS)
    for one, share in zip(off_pair, inverse, strict=True):
        apart = abs(off_single - one) * share[:, None]
        largest = np.maximum(largest, apart.max(axis=0))
    return float(np.quantile(largest, level))
