"""Claims GDE-*: disagreement, test error and calibration."""

from refgen.claims.disagreement import (
    binning,
    digits,
    ensembles,
    families,
    relations,
    sampling,
    simulated,
    theorems,
)

__all__ = [
    "binning",
    "digits",
    "ensembles",
    "families",
    "relations",
    "sampling",
    "simulated",
    "theorems",
]
