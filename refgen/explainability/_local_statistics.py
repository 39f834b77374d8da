"""Explanations fitted to values in neighbourhoods, and how far off they may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from refgen.arrays import namespace
from refgen.explainability._influences import Influences, times

# The order is judged among this many of the strongest features: ten, and the next.
MOST_RANKED = 11

# Of a value whose leverage is nearer to 1 nothing else says what to expect.
_ALONE = 1e-8

Pieces = Callable[[], Iterator[tuple[slice, Influences]]]


class LocalStatistics(NamedTuple):
    """Of each row, in units of the scale; coefficients belong to 1 and the features."""

    coefficients: Any
    errors: Any
    fidelity: Any
    fidelity_errors: Any
    gaps: Any
    """|coefficient| of each feature less that of the next in their order."""
    gap_errors: Any
    n_effective: Any
    """How many values count, of equal weights."""
    degrees: Any
    """Of freedom, of the t law of intervals."""


def joined(parts: list[LocalStatistics]) -> LocalStatistics:
    """Those of all rows, from those of parts."""
    xp = namespace(parts[0].coefficients)
    return LocalStatistics(
        *(xp.concatenate(field) for field in zip(*parts, strict=True))
    )


def local_statistics(
    pieces: Pieces, values: Any, n_effective: Any, n_features: int | None
) -> LocalStatistics:
    """Fit each row of values (n_rows, n) on the features of a design.

    Standard errors are the jackknife's: a value moves a coefficient by its influence
    times what the fit without this value misses it by. The fidelity is the mean square
    of what is missed so. All but `n_features` coefficients are set to 0.
    """
    xp, (values, size) = namespace(values), _in_units(values)
    coefficients: Any = 0.0
    for place, piece in pieces():
        coefficients = coefficients + piece.coefficients(values[:, place])
    order = xp.argsort(-abs(coefficients[:, 1:]), axis=1)
    most = order.shape[1] if n_features is None else n_features
    is_kept = _is_kept(order, most)
    dropped = xp.where(is_kept, 0.0, coefficients)
    signs = xp.take_along_axis(xp.sign(coefficients[:, 1:]), order, axis=1)
    order, signs = order[:, :MOST_RANKED], signs[:, :MOST_RANKED]
    sums = _Sums()
    for place, piece in pieces():
        missed = _missed(piece, values[:, place], coefficients)
        sums.add_coefficients(piece, missed, order, signs)
        sums.add_fidelity(piece, missed + _part(piece, dropped))
    gaps = xp.take_along_axis(abs(coefficients[:, 1:]), order, axis=1)
    fidelity, spread = sums.fidelity()
    return LocalStatistics(
        xp.where(is_kept, coefficients, 0.0) * size,
        xp.where(is_kept, xp.sqrt(sums.variances), 0.0) * size,
        fidelity * (size * size)[:, 0],
        spread * (size * size)[:, 0],
        (gaps[:, :-1] - gaps[:, 1:]) * size,
        xp.sqrt(sums.gap_variances) * size,
        n_effective + xp.zeros(len(values)),
        xp.maximum(n_effective - coefficients.shape[1], 1.0) + xp.zeros(len(values)),
    )


def _in_units(values: Any) -> tuple[Any, Any]:
    """Values of size 1, and a power of two for each row."""
    xp = namespace(values)
    exponents = xp.frexp(abs(values).max(axis=1, keepdims=True))[1]
    return xp.ldexp(values, -exponents), xp.ldexp(xp.ones(exponents.shape), exponents)


def _is_kept(order: Any, most: int) -> Any:
    """Which coefficients stay: that of 1, and those of the first features in order."""
    xp = namespace(order)
    first = xp.argsort(order, axis=1) < most
    return xp.concatenate([xp.ones((len(order), 1), bool), first], axis=1)


def _missed(piece: Influences, values: Any, coefficients: Any) -> Any:
    """By how much fits without a value miss it."""
    rest = 1 - piece.leverages
    xp = namespace(rest)
    return (values - piece.fitted(coefficients)) / xp.maximum(rest, _ALONE)


def _part(piece: Influences, dropped: Any) -> Any:
    """What the dropped coefficients add to values; 0 where none is."""
    return piece.fitted(dropped) if bool(dropped.any()) else 0.0


class _Sums:
    """Sums over pieces of a design."""

    def __init__(self) -> None:
        self.variances: Any = 0.0
        self.gap_variances: Any = 0.0
        self._parts: list[tuple[Any, Any]] = []

    def add_coefficients(
        self, piece: Influences, missed: Any, order: Any, signs: Any
    ) -> None:
        """Variances of coefficients, and of differences between consecutive ones."""
        squares = missed * missed
        self.variances = self.variances + times(piece.matrix**2, squares)
        ranked = _rows_of(piece.matrix, order) * signs[..., None]
        steps = ranked[:, :-1] - ranked[:, 1:]
        steps *= steps
        self.gap_variances = self.gap_variances + times(steps, squares)

    def add_fidelity(self, piece: Influences, missed: Any) -> None:
        self._parts.append((piece.weights, missed * missed))

    def fidelity(self) -> tuple[Any, Any]:
        """The weighted mean of squares, and its standard error."""
        mean: Any = 0.0
        for weights, squares in self._parts:
            mean = mean + (weights * squares).sum(axis=-1)
        variance: Any = 0.0
        for weights, squares in self._parts:
            apart = weights * (squares - mean[:, None])
            variance = variance + (apart * apart).sum(axis=-1)
        return mean, namespace(mean).sqrt(variance)


def _rows_of(matrix: Any, order: Any) -> Any:
    """Rows of influences on the features in `order`, of shape (n_rows, k, n)."""
    if matrix.ndim == 2:
        return matrix[1:][order]
    return namespace(matrix).take_along_axis(matrix[:, 1:], order[..., None], axis=1)
