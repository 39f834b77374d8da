"""Mean errors on new points."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._chi_square import log_chi_square_mean


def log_mean_error(reach: Any, dimension: Any) -> Any:
    """log E Φ(−reach/√x) for x = Q/D, where Q ~ χ² with D degrees of freedom."""
    return log_chi_square_mean(log_error, dimension, reach)


def log_error(x: Any, reach: Any) -> Any:
    """log Φ(−reach/√x)."""
    return special_functions(x).log_ndtr(-reach / namespace(x).sqrt(x))
