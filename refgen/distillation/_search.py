"""The time at which a sum of squares of filters is least, for many problems at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from refgen.arrays import namespace
from refgen.distillation._progress import learned_share

# Times to look at first, evenly on a logarithmic scale, and halvings afterwards: of a
# cell of the scan they leave less than its rounding.
_SCANNED, _HALVINGS = 256, 60
# e^(−50) is below rounding: a direction is learned after 50 of its own times 1/λ.
_LEARNED = 50.0
# Times on each side of the grid of pairs, and steps of the search from the best one.
_PAIRS, _STEPS = 24, 60


@dataclass(frozen=True)
class Squares:
    """Σ w (s (1 − e^(−λt)) − f)² as a function of the time t.

    Attributes
    ----------
    spectrum, weights, scale, target : arrays of shape (..., n_directions)
        λ, w, s and f; s and f are in [0, 1].
    """

    spectrum: Any
    weights: Any
    scale: Any
    target: Any

    def at(self, time: Any) -> Any:
        """The sum at times (...), of which some may be infinite."""
        return self.of(self.scale * self.learned(time))

    def of(self, filter: Any) -> Any:
        """The sum for any filter in place of s(1 − e^(−λt))."""
        off = filter - self.target
        return (self.weights * (off * off)).sum(axis=-1)

    def slope(self, time: Any) -> Any:
        """Half of the derivative at finite times, by its own terms."""
        xp = namespace(self.spectrum)
        left = xp.exp(-self.spectrum * time[..., None])
        off = self.scale * self.learned(time) - self.target
        return (self.weights * self.scale * self.spectrum * left * off).sum(axis=-1)

    def learned(self, time: Any) -> Any:
        xp = namespace(self.spectrum)
        return learned_share(xp, self.spectrum, time[..., None])

    def earliest(self) -> Any:
        """A time before which the sum falls; 0 if it never does.

        Half of the derivative is at most −Σwsλf + t Σwsλ²(s + f).
        """
        xp = namespace(self.spectrum)
        pull = self.weights * self.scale * self.spectrum
        falls = (pull * self.target).sum(axis=-1)
        bends = (pull * self.spectrum * (self.scale + self.target)).sum(axis=-1)
        return falls / xp.where(bends > 0, bends, 1.0)

    def latest(self) -> Any:
        """A time after which every direction is learned up to rounding."""
        xp = namespace(self.spectrum)
        fastest = self.spectrum.max(axis=-1, keepdims=True)
        fastest = xp.where(fastest > 0, fastest, 1.0)
        slowest = xp.where(self.spectrum > 0, self.spectrum, fastest).min(axis=-1)
        return _LEARNED / slowest


def best_time(squares: Squares) -> Any:
    """The time of the least sum (...): 0, infinity or between.

    A scan of times picks a cell, and bisection the zero of the derivative in it.
    """
    xp = namespace(squares.spectrum)
    low, high = squares.earliest(), squares.latest()
    # Where nothing ever falls the scan is of no use: the time is 0.
    start = xp.where(low > 0, low, high)
    ratio = (high / start)[..., None] ** xp.linspace(0.0, 1.0, _SCANNED)
    times = xp.moveaxis(start[..., None] * ratio, -1, 0)
    found = xp.stack([squares.at(time) for time in times])
    best = found.argmin(axis=0)
    inside = xp.clip(best, 1, _SCANNED - 2)
    before, after = (
        xp.take_along_axis(times, (inside + step)[None], axis=0)[0] for step in (-1, 1)
    )
    time = _zero_of_slope(squares, before, after)
    time = xp.where(best == _SCANNED - 1, high, time)
    for candidate in (0.0, xp.inf):
        other = xp.broadcast_to(xp.asarray(candidate), time.shape)
        time = xp.where(squares.at(other) <= squares.at(time), other, time)
    return time


def _zero_of_slope(squares: Squares, before: Any, after: Any) -> Any:
    xp = namespace(before)
    for _ in range(_HALVINGS):
        middle = (before + after) / 2
        rising = squares.slope(middle) > 0
        before, after = (
            xp.where(rising, before, middle),
            xp.where(rising, middle, after),
        )
    return (before + after) / 2


def best_pair(squares: Squares, alone: Any) -> tuple[Any, Any]:
    """Two times whose filters' product has the least sum of squares, both finite.

    By ever smaller steps from the best pair of a grid, and from `alone`, the best time,
    and the best second one for it.
    """
    xp = namespace(squares.spectrum)
    low, high = squares.earliest(), squares.latest()
    start = xp.log(xp.where(low > 0, low, high))
    step = (xp.log(high) - start) / (_PAIRS - 1)
    after = best_time(replace(squares, scale=squares.learned(alone)))
    given = (xp.log(xp.clip(time, xp.exp(start), high)) for time in (alone, after))
    starts = zip(_best_of_grid(squares, start, step), given, strict=True)
    first, second = (xp.stack(pair) for pair in starts)
    first, second = _compass(squares, first, second, step)
    product = squares.learned(xp.exp(first)) * squares.learned(xp.exp(second))
    best = squares.of(product).argmin(axis=0)[None]
    first, second = (
        xp.take_along_axis(side, best, axis=0)[0] for side in (first, second)
    )
    return xp.exp(first), xp.exp(second)


def _best_of_grid(squares: Squares, start: Any, step: Any) -> tuple[Any, Any]:
    """Logarithms of the two times of the best pair of a grid."""
    xp = namespace(start)
    times = xp.stack([start + i * step for i in range(_PAIRS)])
    learned = squares.learned(xp.exp(times))
    # For every time the best one that is not earlier.
    found = [squares.of(learned[i] * learned[i:]) for i in range(_PAIRS)]
    least = xp.stack([sums.min(axis=0) for sums in found])
    later = xp.stack([sums.argmin(axis=0) + i for i, sums in enumerate(found)])
    first = least.argmin(axis=0)[None]
    second = xp.take_along_axis(later, first, axis=0)
    one, two = (xp.take_along_axis(times, i, axis=0)[0] for i in (first, second))
    return one, two


def _compass(squares: Squares, first: Any, second: Any, step: Any) -> tuple[Any, Any]:
    """Steps to the best of eight neighbours, half as long where none is better."""
    xp = namespace(first)
    step = xp.broadcast_to(step, first.shape)
    for _ in range(_STEPS):
        near = [xp.stack([x, x + step, x - step]) for x in (first, second)]
        one, two = (squares.learned(xp.exp(times)) for times in near)
        sums = squares.of(one[:, None] * two).reshape(9, *first.shape)
        best = sums.argmin(axis=0)[None]
        first = xp.take_along_axis(near[0], best // 3, axis=0)[0]
        second = xp.take_along_axis(near[1], best % 3, axis=0)[0]
        step = xp.where(best[0] == 0, step / 2, step)
    return first, second
