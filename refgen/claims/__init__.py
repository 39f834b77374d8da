"""Theorems as properties: claims, their relations, false twins and registry."""

from refgen.claims.decisions import decide
from refgen.claims.kinds import (
    InvalidMeasurement,
    Measurement,
    ascending,
    at_most,
    equal,
    exceeds,
    tends_to,
)
from refgen.claims.model import Claim, RegistrationError, Twin
from refgen.claims.registry import UnknownClaim, all_claims, claim, find, get
from refgen.claims.sampled import Draws, Samples, sampled

__all__ = [
    "Claim",
    "Draws",
    "InvalidMeasurement",
    "Measurement",
    "RegistrationError",
    "Samples",
    "Twin",
    "UnknownClaim",
    "all_claims",
    "ascending",
    "at_most",
    "claim",
    "decide",
    "equal",
    "exceeds",
    "find",
    "get",
    "sampled",
    "tends_to",
]

# Why refgen_gpu has no such package.
NOT_MIRRORED = "a claim takes the package that it runs on as its argument"


def __dir__() -> list[str]:
    return __all__
