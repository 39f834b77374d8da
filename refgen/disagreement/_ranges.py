"""Keep quantities in their range: rounding may not make a probability negative."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace


def others(probabilities: Any) -> Any:
    """Probability of all other classes than each, (..., n_classes); never negative.

    The row's total minus the entry. A sum of numbers that are not negative is, in
    float64 too, at least each of them; 1 minus the entry may be negative, as rows add
    up to 1 to rounding only.

    Examples
    --------
    >>> import numpy as np
    >>> others(np.array([0.25, 0.75])).tolist()
    [0.75, 0.25]
    """
    # einsum adds short rows four times as fast as sum.
    totals = namespace(probabilities).einsum("...k->...", probabilities)
    return totals[..., None] - probabilities


def within(low: float, high: float, value: Any) -> Any:
    """`value`, of which the exact one is known to lie in [low, high], put there.

    This moves it nearer to the exact one, or not at all.

    Examples
    --------
    >>> import numpy as np
    >>> within(0, 1, np.array([-1e-16, 0.5])).tolist()
    [0.0, 0.5]
    """
    return namespace(value).clip(value, low, high)
