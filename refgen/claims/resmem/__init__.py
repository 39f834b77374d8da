"""Claims RM-*: residual memorization."""

from refgen.claims.resmem import (
    averaging,
    ball,
    ball_limits,
    base,
    displacement,
    error,
    excess,
    memorized,
    noise,
    real_data,
    simulated_bases,
    simulated_displacement,
)

__all__ = [
    "averaging",
    "ball",
    "ball_limits",
    "base",
    "displacement",
    "error",
    "excess",
    "memorized",
    "noise",
    "real_data",
    "simulated_bases",
    "simulated_displacement",
]
