"""What a level is: shares that differ by rounding only are one."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_integer
from refgen.arrays import namespace
from refgen.kernels import kernel

segment_sums = kernel("levels", "segment_sums")

# Shares are sums of numbers that are not negative and add up to 1: m terms are off by
# at most (m − 1) 2⁻⁵³, and by 2 log₂ m · 2⁻⁵³ if they are added in pairs. So shares
# that should be equal, of up to 32 terms each, or 2¹⁵ added in pairs, differ by less
# than 64 · 2⁻⁵³, which is this width.
LEVEL_WIDTH = 2.0**-47

# More bins than any test set fills; arrays have a column for each.
MOST_BINS = 2**16


def check_bins(n_bins: Any) -> int:
    """`n_bins` as an integer from 1 to ``MOST_BINS``.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> check_bins(10)
    10
    """
    return check_integer("n_bins", n_bins, 1, MOST_BINS)


def levels_of(shares: Any) -> Any:
    """The level of each share, equal if and only if two shares are of one level.

    Put all shares of a row and their complements in order: neighbours that are at most
    ``LEVEL_WIDTH`` apart are of one level. So the complements of a level are a level,
    as for two classes they have to be, and a row of n shares has levels narrower than
    2n ``LEVEL_WIDTH``. Each is named by one of its shares or complements.

    Parameters
    ----------
    shares : array of shape (..., n)
        Numbers in [0, 1].

    Returns
    -------
    array of the same shape
        In the order of the shares.

    Notes
    -----
    Derived in ``theory/disagreement.md``, "What a level is".

    Examples
    --------
    >>> import numpy as np
    >>> levels = levels_of(np.array([0.1 + 0.2, 0.3, 0.7, 1 - 0.3]))
    >>> levels.tolist()
    [0.30000000000000004, 0.30000000000000004, 0.7, 0.7]
    """
    xp = namespace(shares)
    upper = shares > 0.5
    folded = xp.where(upper, 1 - shares, shares)  # 1 − s is exact for s ≥ 1/2
    names = _named_groups(folded)
    # The gap between the shares next to ½ on either side, complements included.
    highest = folded.max(axis=-1, keepdims=True)
    middle = (1 - 2 * highest <= LEVEL_WIDTH) & (names == highest)
    return xp.where(upper & ~middle, 1 - names, names)


def merged_mass(shares: Any, masses: Any) -> float:
    """Σ over levels of width × total mass: what naming levels moves, at most.

    Parameters
    ----------
    shares, masses : arrays of shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> merged_mass(np.array([0.2, 0.3, 0.8]), np.ones(3))
    0.0
    """
    levels = levels_of(shares)
    xp = namespace(levels)
    # Shares of one level stand together in the order of shares, and levels too.
    order = xp.lexsort(xp.stack([shares, levels]))
    shares, levels, masses = shares[order], levels[order], masses[order]
    starts = xp.flatnonzero(xp.diff(levels, prepend=-1.0) != 0)
    ends = xp.append(starts[1:], len(levels)) - 1
    widths = shares[ends] - shares[starts]
    return float(widths @ segment_sums(masses[None], starts)[0])


def _named_groups(values: Any) -> Any:
    """Each value's group of sorted neighbours in its row, named by its largest."""
    xp = namespace(values)
    order = xp.argsort(-values, axis=-1)
    falling = xp.take_along_axis(values, order, axis=-1)
    steps = falling[..., :-1] - falling[..., 1:]
    starts = xp.ones(values.shape, bool)
    starts[..., 1:] = steps > LEVEL_WIDTH
    # Rows one after the other: each begins a group.
    flat = starts.ravel()
    group = xp.cumsum(flat) - 1
    names = falling.ravel()[xp.flatnonzero(flat)][group].reshape(values.shape)
    unsorted = xp.empty(values.shape)
    xp.put_along_axis(unsorted, order, names, axis=-1)
    return unsorted
