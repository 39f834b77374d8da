"""Scales at which products leave float64, or vanish in it, are refused."""

from __future__ import annotations

from typing import Any

from refgen._numbers import first_of
from refgen._shown import has


def check_scale(name: str, array: Any, ndim: int = 0) -> Any:
    """`array`, of which products of three entries neither overflow nor vanish.

    Parameters
    ----------
    name : str
        Name of the argument.
    array : array
        Finite.
    ndim : int
        How many of the last axes make one instance, of which the largest entry counts.

    Raises
    ------
    ValueError
        If the largest entry of an instance is above 2³⁰⁰ or, without being 0, below
        2⁻³⁰⁰.

    Examples
    --------
    >>> import numpy as np
    >>> check_scale("low", np.array(1e-200))
    Traceback (most recent call last):
    ValueError: low has the scale 1e-200, at which products vanish in float64; rescale
    """
    largest = abs(array)
    if ndim:
        largest = largest.max(axis=tuple(range(-ndim, 0)))
    low, high = 2.0**-300, 2.0**300
    bad = ((largest > 0) & (largest < low)) | (largest > high)
    if bool(bad.any()):
        first = first_of(largest, bad)
        happens = "vanish" if first < low else "overflow"
        raise ValueError(
            f"{name} {has(name)} the scale {first:g}, at which products {happens} in "
            "float64; rescale"
        )
    return array
