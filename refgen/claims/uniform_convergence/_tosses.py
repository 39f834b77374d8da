"""Numbers of heads, and how far coins are from each other."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace


def head_counts(n_samples: Any) -> Any:
    """0 to the largest number of tosses.

    Examples
    --------
    >>> import numpy as np
    >>> head_counts(np.array([1.0, 2.0])).tolist()
    [0.0, 1.0, 2.0]
    """
    return namespace(n_samples).arange(float(n_samples.max()) + 1)


def divergence(p: Any, q: Any) -> Any:
    """kl(p‖q) of two coins that show both sides, straight from its definition.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(divergence(np.array(0.5), np.array(0.25))), 12)  # ½ log 4/3
    0.143841036226
    """
    xp = namespace(p)
    return p * xp.log(p / q) + (1 - p) * xp.log((1 - p) / (1 - q))
