"""Fields of vectors and matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from refgen._checks import check_choice
from refgen.arrays import namespace
from refgen.domains._arguments import as_number, as_shape
from refgen.domains._fields import (
    Shaped,
    Size,
    Sizes,
    first_wrong,
    plain,
)
from refgen.domains._moves import between, replaced
from refgen.domains._near import nearly, steps
from refgen.domains._simplex import Distribution

MatrixKind = Literal["any", "psd", "symmetric", "orthogonal", "stochastic"]

# Parts of the bulk draws whose entries are integers (zeros, ties, repeated rows), and
# nearly so.
_ON_LATTICE, _NEAR = 0.25, 0.1
# Hypothesis draws integers up to this, in absolute value.
_HIGHEST = 3
# Members may be off by this much, relative to the size of their numbers.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Vector(Shaped):
    """Real vectors along the last axis; made by `vector`."""

    norm: float | None

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        if self.norm is None:
            return first_wrong(~np.isfinite(value), value, "must be finite")
        length = np.sqrt((value**2).sum(axis=-1))
        near = abs(length - self.norm) <= ROUNDING * self.norm
        return first_wrong(~near, length, f"must have norm {plain(self.norm)}")

    @property
    def row_axes(self) -> int:
        return 1

    def small(self, sizes: Sizes) -> Any:
        return nearly(self.integers(-_HIGHEST, _HIGHEST, sizes)).map(self._scaled)

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        return self._scaled(normal_or_integers(stream, (count, *self.sized(sizes))))

    def toward(self, share: Any, values: Any, fresh: Any) -> Any:
        rows = between(share, values, fresh)
        return rows if self.norm is None else self._scaled(rows)

    def _scaled(self, rows: Any) -> Any:
        if self.norm is None:
            return rows
        xp = namespace(rows)
        length = xp.sqrt((rows**2).sum(axis=-1, keepdims=True))
        unit = rows / xp.where(length > 0, length, 1.0)
        return self.norm * xp.where(length > 0, unit, xp.eye(rows.shape[-1])[0])


def vector(*shape: Size, norm: float | None = None) -> Vector:
    """Real vectors along the last axis.

    Parameters
    ----------
    *shape : int or str
    norm : float, optional
        Length of every vector; any length by default.

    Raises
    ------
    TypeError, ValueError
        If there is no axis, or `norm` is not a positive, finite number.

    Notes
    -----
    Hypothesis draws integers up to 3 in absolute value, and in one case of four with
    2⁻⁵³ to 2⁻²⁰ added to some. In bulk entries are standard normal, rounded to integers
    in a quarter of the instances, and 2⁻⁵³ to 2⁻²⁰ from integers in a tenth, so that
    rows nearly agree. With `norm`, a zero vector becomes a multiple of the first unit
    vector. Entries of a `matrix` are drawn alike.

    Examples
    --------
    >>> vector("n", norm=1).norm
    1.0
    """
    if not shape:
        raise ValueError("shape must say how many entries a vector has")
    if norm is None:
        return Vector(shape, None)
    length = as_number("norm", norm)
    if length <= 0:
        raise ValueError(f"norm must be positive, got {norm}")
    return Vector(shape, length)


@dataclass(frozen=True)
class Matrix(Shaped):
    """Real matrices along the last two axes; made by `matrix`."""

    kind: MatrixKind

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        if self.kind == "stochastic":
            return Distribution(self.shape, False, None).outside(value, sizes)
        reason = first_wrong(~np.isfinite(value), value, "must be finite")
        if reason or self.kind == "any":
            return reason
        a, flipped = value, value.swapaxes(-1, -2)
        if self.kind == "orthogonal":
            apart = abs(a @ flipped - np.eye(a.shape[-1])).max()
            return first_wrong(~(apart <= ROUNDING), apart, "must be 0 from orthogonal")
        scale = abs(a).max()
        if (abs(a - flipped) > ROUNDING * scale).any():
            return "must be symmetric"
        lowest = np.linalg.eigvalsh(a).min() if self.kind == "psd" else 0.0
        wanted = "must have no negative eigenvalue"
        return first_wrong(lowest < -ROUNDING * scale, lowest, wanted)

    def small(self, sizes: Sizes) -> Any:
        if self.kind == "stochastic":
            return Distribution(self.shape, False, None).small(sizes)
        return nearly(self.integers(-_HIGHEST, _HIGHEST, sizes)).map(self._made)

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        if self.kind == "stochastic":
            return Distribution(self.shape, False, None).bulk(rg, stream, count, sizes)
        return self._made(normal_or_integers(stream, (count, *self.sized(sizes))))

    @property
    def row_axes(self) -> int:
        return {"any": 1, "stochastic": 1}.get(self.kind, 2)

    def toward(self, share: Any, values: Any, fresh: Any) -> Any:
        # No straight way between two rotations consists of rotations.
        way = replaced if self.kind == "orthogonal" else between
        return way(share, values, fresh)

    def _made(self, entries: Any) -> Any:
        if self.kind == "any":
            return entries
        if self.kind == "orthogonal":
            return _reflections(entries)
        flipped = entries.swapaxes(-1, -2)
        if self.kind == "symmetric":
            return (entries + flipped) / 2
        return namespace(entries).matmul(entries, flipped) / entries.shape[-1]


def matrix(*shape: Size, kind: MatrixKind = "any") -> Matrix:
    """Real matrices along the last two axes.

    Parameters
    ----------
    *shape : int or str
        Two axes or more; the last two are those of the matrix.
    kind : {"any", "psd", "symmetric", "orthogonal", "stochastic"}
        Positive semidefinite matrices are AAᵀ/n, singular ones too. Orthogonal ones are
        products of n reflections, of determinant (−1)ⁿ unless a direction is 0. Rows of
        stochastic ones are distributions.

    Raises
    ------
    ValueError
        If there are fewer than two axes, `kind` is unknown, or it needs a square
        matrix and the last two axes differ.

    Examples
    --------
    >>> matrix("n", "n", kind="orthogonal").kind
    'orthogonal'
    """
    check_choice("kind", kind, get_args(MatrixKind))
    if len(as_shape(shape)) < 2:
        raise ValueError(f"shape must have two axes at least, got {shape}")
    if kind not in ("any", "stochastic") and shape[-1] != shape[-2]:
        raise ValueError(f"{kind} matrices are square, got shape {shape}")
    return Matrix(shape, kind)


def normal_or_integers(stream: Any, shape: tuple[int, ...]) -> Any:
    """Normal draws; some of the first axis rounded to integers, or nearly so."""
    normal = stream.normal(shape)
    xp = namespace(normal)
    mode = stream.child("mode").uniform((shape[0], *(1 for _ in shape[1:])))
    whole = xp.where(mode < _ON_LATTICE + _NEAR, xp.rint(normal), normal)
    near = (mode >= _ON_LATTICE) & (mode < _ON_LATTICE + _NEAR)
    return xp.where(near, whole + steps(stream.child("near"), shape), whole)


def _reflections(directions: Any) -> Any:
    """The product of the reflections at the rows of each matrix; zero rows are none."""
    xp, n = namespace(directions), directions.shape[-1]
    product = xp.zeros(directions.shape) + xp.eye(n)
    for i in range(n):
        v = directions[..., i, :]
        square = (v**2).sum(axis=-1)[..., None, None]
        scaled = 2 * v[..., :, None] * v[..., None, :]
        reflected = xp.matmul(product, scaled / xp.where(square > 0, square, 1.0))
        product = product - reflected
    return product
