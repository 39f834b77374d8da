"""All choices of signs, by which complexities are computed from their definition."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np


@functools.cache
def _all_signs(n: int) -> np.ndarray:
    return np.array([*itertools.product((-1.0, 1.0), repeat=n)])


def signs(xp: Any, n: int) -> Any:
    """Every choice of n signs, (2ⁿ, n)."""
    return xp.asarray(_all_signs(n))


def half_of_signs(xp: Any, n: int) -> Any:
    """The same where −σ gives what σ gives: the first sign is +1, (2ⁿ⁻¹, n)."""
    rest = _all_signs(n - 1) if n > 1 else np.zeros((1, 0))
    return xp.asarray(np.concatenate([np.ones((len(rest), 1)), rest], axis=1))
