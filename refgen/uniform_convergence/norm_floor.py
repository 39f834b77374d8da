"""Below what no bound by norms of weights can be, whatever network fits the data."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_counts, together
from refgen.arrays import namespace, on_the_host


@on_the_host("a tuple of arrays of either side")
class NormBoundFloor(NamedTuple):
    """The least values of bounds in which distances are measured from 0.

    Attributes
    ----------
    bartlett_2017, neyshabur_2018 : array of shape (...)
    """

    bartlett_2017: Any
    neyshabur_2018: Any


@finite
def norm_bound_floor(n_samples: Any, depth: Any, width: Any) -> NormBoundFloor:
    """Least values of bounds by norms, for any network of one output that fits a point.

    Parameters
    ----------
    n_samples : array of shape (...)
        m ≥ 1.
    depth : array of shape (...)
        L ≥ 1 layers of weights.
    width : array of shape (...)
        h ≥ 1, the largest number of output units of a layer.

    Returns
    -------
    NormBoundFloor
        L^(3/2)/√m and L^(3/2)√(h/m): the second bound is vacuous up to m = L³h points,
        for any data, training and margin that a training point has. Both are attained.

    Raises
    ------
    ValueError
        If a number is not a whole one of at least 1.

    Notes
    -----
    A margin is at most BΠ‖Wᵢ‖σ, and a Frobenius norm at least the spectral one. With
    distances from initial weights there is no such floor. Source: derived here, claim
    UC-66.

    Examples
    --------
    >>> floor = norm_bound_floor(256, 4, 4)
    >>> float(floor.neyshabur_2018)
    1.0
    """
    m, depth, width = together(
        n_samples=as_counts("n_samples", n_samples),
        depth=as_counts("depth", depth),
        width=as_counts("width", width),
    )
    xp = namespace(m)
    layers = depth * xp.sqrt(depth / m)
    return NormBoundFloor(layers, layers * xp.sqrt(width))
