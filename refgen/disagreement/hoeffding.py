"""How far estimated disagreement may be off, for all laws."""

from __future__ import annotations

import numpy as np

from refgen._checks import check_integer, check_open_unit
from refgen.arrays import on_the_host


@on_the_host("plain numbers")
def hoeffding_radius(
    n_runs: int,
    n_points: int,
    error_probability: float,
    n_classes: int | None = None,
) -> float:
    """t with P(|D̂ − EDR| ≥ t) ≤ `error_probability` for all laws.

    √(log(2 / error_probability) (1/⌊M/2⌋ + R²/N) / 2), in which R is the largest
    disagreement that M runs can have at a point.

    Parameters
    ----------
    n_runs, n_points : int
    error_probability : float
        In (0, 1).
    n_classes : int, optional
        With K classes M runs cannot all differ, so that R < 1; by default R = 1.

    Raises
    ------
    ValueError, TypeError
        If a number is out of range or not an integer.

    Notes
    -----
    Source: claim GDE-19 (derived here; Hoeffding 1963, section 5, for the runs).

    Examples
    --------
    >>> round(hoeffding_radius(24, 200, 0.05), 4)
    0.4036
    """
    if n_classes is not None:
        n_classes = check_integer("n_classes", n_classes, 1)
    return radius_of(
        check_integer("n_runs", n_runs, 2),
        check_integer("n_points", n_points, 1),
        check_open_unit("error_probability", error_probability),
        n_classes,
    )


def radius_of(
    n_runs: int, n_points: int, error_probability: float, n_classes: int | None
) -> float:
    """`hoeffding_radius` of numbers in range, and of an `error_probability` of 1.

    Examples
    --------
    >>> round(radius_of(24, 200, 1.0, None), 4)
    0.175
    """
    most = 1.0 if n_classes is None else _largest_disagreement(n_runs, n_classes)
    spread = 1 / (n_runs // 2) + most**2 / n_points
    return float(np.sqrt((np.log(2) - np.log(error_probability)) * spread / 2))


def _largest_disagreement(n_runs: int, n_classes: int) -> float:
    """Of votes that are spread as evenly as M runs can over K classes."""
    each, left = divmod(n_runs, n_classes)
    # `left` of the classes have one vote more than the others.
    agree = n_classes * each**2 + left * (2 * each + 1)
    return (n_runs**2 - agree) / (n_runs * (n_runs - 1))
