"""Fields of probability distributions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen.arrays import NORMALIZATION_TOLERANCE, as_probabilities, namespace
from refgen.domains._arguments import LARGEST, as_switch
from refgen.domains._fields import Shaped, Size, Sizes, first_wrong, integer_arrays
from refgen.domains._moves import between, replaced
from refgen.domains._near import nearly, steps

# Shares of the bulk instances: rows that are certain; uniform; of multiples of 1/10,
# where values repeat; and such rows with values slightly apart.
_CERTAIN, _UNIFORM, _NEAR, _ON_LATTICE = 0.15, 0.05, 0.1, 0.35
_LATTICE = 10
# Hypothesis draws integers up to this and divides each row by its sum.
_HIGHEST = 8
# Positive rows are mixed with this much of the uniform distribution.
_UNIFORM_PART = 0.1


@dataclass(frozen=True)
class Distribution(Shaped):
    """Points of the simplex along the last axis; made by `distribution`."""

    positive: bool
    denominator: int | None

    @property
    def row_axes(self) -> int:
        return 1

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        totals, n = value.sum(axis=-1), self.denominator or 0
        steps = value * n
        return (
            first_wrong(~(value >= 0), value, "must be at least 0")
            or first_wrong(
                ~(abs(totals - 1) <= NORMALIZATION_TOLERANCE), totals, "must sum to 1"
            )
            or first_wrong(self.positive & (value == 0), value, "must be positive")
            or first_wrong(
                abs(steps - np.rint(steps)) > n * NORMALIZATION_TOLERANCE,
                value,
                f"must be multiples of 1/{n}",
            )
        )

    def small(self, sizes: Sizes) -> Any:
        from hypothesis import strategies as st

        integers = self.integers(int(self.positive), _HIGHEST, sizes)
        if self.denominator is not None:
            return integers.map(_normalized).map(self._rounded)
        rows = nearly(integers).map(_normalized)
        if self.positive:
            return rows
        *points, n = self.sized(sizes)
        picked = integer_arrays(0, n - 1, tuple(points))
        return st.one_of(
            rows, rows, rows, picked.map(lambda i: np.eye(n)[i.astype(int)])
        )

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        shape = (count, *self.sized(sizes))
        rows = stream.dirichlet(shape)
        if self.denominator is not None:
            return self._rounded(rows)
        mode = stream.child("mode").uniform(count)
        certain, tied = mode < _CERTAIN, mode > 1 - _ON_LATTICE - _NEAR
        near = tied & (mode < 1 - _ON_LATTICE)
        uniform = ~tied & (mode > 1 - _ON_LATTICE - _NEAR - _UNIFORM)
        rows[certain] = _most_likely(rows[certain])
        rows[uniform] = 1 / shape[-1]
        rows[tied] = _on_lattice(rows[tied], _LATTICE)
        rows[near] = _divided(rows[near] + steps(stream.child("near"), shape)[near])
        if self.positive:
            rows = (1 - _UNIFORM_PART) * rows + _UNIFORM_PART / shape[-1]
        return rows

    def toward(self, share: Any, values: Any, fresh: Any) -> Any:
        if self.denominator is not None:
            return replaced(share, values, fresh)
        # Errors of the sum would add up over many moves.
        return _divided(between(share, values, fresh))

    def _rounded(self, rows: Any) -> Any:
        assert self.denominator is not None
        return _on_lattice(rows, self.denominator)


def distribution(
    *shape: Size, positive: bool = False, denominator: int | None = None
) -> Distribution:
    """Probability distributions along the last axis.

    Parameters
    ----------
    *shape : int or str
        ``distribution("k")`` is one distribution over k outcomes,
        ``distribution("n", "k")`` is n of them.
    positive : bool
        Every probability is positive; drawn ones are at least a tenth of that of the
        uniform distribution in bulk, and 1/(8k − 7) for Hypothesis.
    denominator : int, optional
        Every probability is a multiple of 1/denominator, so that values repeat.

    Raises
    ------
    TypeError, ValueError
        If there is no axis, `denominator` is not a positive integer, or both options
        are given.

    Notes
    -----
    Hypothesis draws small integers, divided by their sum, and in one case of four with
    2⁻⁵³ to 2⁻²⁰ added to some. In bulk rows are drawn evenly from the simplex, except
    in 15 % of the instances, where every row is certain, 5 %, where every row is
    uniform, 35 %, where probabilities are multiples of 1/10, and 10 %, where they are
    2⁻⁵³ to 2⁻²⁰ from such multiples. Rows add up to 1 within rounding.

    Examples
    --------
    >>> distribution("n", 3).shape
    ('n', 3)
    """
    if not shape:
        raise ValueError("shape must say how many outcomes a distribution has")
    if as_switch("positive", positive) and denominator is not None:
        raise ValueError("give denominator or positive=True, not both")
    if denominator is not None:
        denominator = _as_denominator(denominator)
    return Distribution(shape, bool(positive), denominator)


def _as_denominator(value: Any) -> int:
    return check_integer("denominator", value, 1, LARGEST)


def on_lattice(rows: Any, denominator: int) -> Any:
    """Rows of the simplex, cumulative sums rounded to multiples of 1/denominator.

    Parameters
    ----------
    rows : array of shape (..., n)
    denominator : int

    Raises
    ------
    TypeError, ValueError
        If rows are not distributions, or `denominator` is not a positive integer.

    Examples
    --------
    >>> on_lattice(np.array([0.33, 0.33, 0.34]), 10).tolist()
    [0.3, 0.4, 0.3]
    """
    return _on_lattice(as_probabilities("rows", rows), _as_denominator(denominator))


def _on_lattice(rows: Any, denominator: int) -> Any:
    xp = namespace(rows)
    edges = xp.rint(xp.cumsum(rows, axis=-1) * denominator)
    edges[..., -1] = denominator
    return xp.diff(edges, axis=-1, prepend=0.0) / denominator


def _most_likely(rows: Any) -> Any:
    """Rows that give all probability to the likeliest outcome."""
    return (rows == rows.max(axis=-1, keepdims=True)).astype(float)


def _divided(rows: Any) -> Any:
    return rows / rows.sum(axis=-1, keepdims=True)


def _normalized(integers: Any) -> Any:
    totals = integers.sum(axis=-1, keepdims=True)
    shares = integers / np.where(totals > 0, totals, 1.0)
    return np.where(totals > 0, shares, 1 / integers.shape[-1])
