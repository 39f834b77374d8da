"""Numbers of heads, for sums over them."""

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
