"""The best certified bounds on the disjointedness factor, together."""

from __future__ import annotations

from refgen._finite import finite
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.explainability._disjointedness import DisjointednessBracket
from refgen.explainability.cells import cell_bracket
from refgen.explainability.lower import disjointedness_lower_bound
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.explainability.upper import disjointedness_upper_bound

# Cells of an axis, for one feature and for more.
_LINE, _PLANE = 1024, 256


@finite
def disjointedness_bracket(sample: GaussianNeighborhoods) -> DisjointednessBracket:
    """Numbers between which ρ_S lies for certain, with no draws.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
        The work is quadratic in its points.

    Returns
    -------
    DisjointednessBracket
        In [1, √m]. With one or two features both ends nearly meet, unless points are
        hundreds of scales apart; with many they are close for large scales.

    Raises
    ------
    TypeError
        If `sample` is no `GaussianNeighborhoods`.
    ValueError
        If numbers leave float64.

    Notes
    -----
    The best of `disjointedness_lower_bound`, `disjointedness_upper_bound` and
    `cell_bracket`. Source: derived here, claim LE-51.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [1.0]], 0.5)  # ρ_S is 1.237312
    >>> low, high = disjointedness_bracket(sample)
    >>> round(float(low), 5), round(float(high), 5)
    (1.23731, 1.23732)
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    low, high = cell_bracket(sample, _LINE if sample.n_features == 1 else _PLANE)
    xp = namespace(low)
    low = xp.maximum(low, disjointedness_lower_bound(sample))
    high = xp.minimum(high, disjointedness_upper_bound(sample))
    return DisjointednessBracket(low, high)
