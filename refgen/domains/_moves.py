"""Small moves inside a field: values are kept, replaced, or go toward fresh ones."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace

# A field is kept whole in this part of the instances, and then each of its rows in this
# part; of the rest, this part times the size of the move is replaced.
_FIELD_KEPT, _ROW_KEPT, _REPLACED = 1 / 3, 1 / 2, 1 / 4


def shares(stream: Any, shape: tuple[int, ...], size: float) -> Any:
    """How far each row goes toward a fresh one: 0 is kept, 1 replaced.

    Parameters
    ----------
    stream : Stream
    shape : tuple of int
        Instances first.
    size : float
        In (0, 1]. A share that is not 1 is at most this.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> bool((shares(Stream(0), (100, 3), 0.01) <= 0.01).mean() > 0.99)
    True
    """
    each = (shape[0], *(1 for _ in shape[1:]))
    field = stream.child("field").uniform(each) > _FIELD_KEPT
    row = stream.child("row").uniform(shape)
    share = size * stream.child("share").uniform(shape)
    xp = namespace(share)
    share = xp.where(row > 1 - _REPLACED * (1 - _ROW_KEPT) * size, 1.0, share)
    return xp.where(field & (row > _ROW_KEPT), share, 0.0)


def between(share: Any, values: Any, fresh: Any) -> Any:
    """The point at a share of the straight way, both ends without rounding."""
    return (1 - share) * values + share * fresh


def between_logarithms(share: Any, values: Any, fresh: Any) -> Any:
    """The point at a share of the way on the logarithmic scale.

    Nothing lies between 0 and a positive number: there values stay.

    Examples
    --------
    >>> import numpy as np
    >>> between_logarithms(0.5, np.array([1.0, 1.0, 0.0]), np.array([4.0, 0.0, 1.0]))
    array([2., 1., 0.])
    """
    xp = namespace(values)
    positive = (values > 0) & (fresh > 0)
    a, b = (xp.where(positive, x, 1.0) for x in (values, fresh))
    return xp.where(
        positive, a ** (1 - share) * b**share, replaced(share, values, fresh)
    )


def replaced(share: Any, values: Any, fresh: Any) -> Any:
    """Fresh values where the share is 1; all others stay."""
    return namespace(values).where(share == 1, fresh, values)
