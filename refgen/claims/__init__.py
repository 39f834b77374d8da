"""Theorems as properties: claims, their domains, kinds, twins and registry."""

from refgen.claims.kinds import InvalidMeasurement, Measurement, decide, measured
from refgen.claims.model import Claim, Domain, Twin
from refgen.claims.registry import (
    RegistrationError,
    UnknownClaim,
    all_claims,
    claim,
    find,
    get,
)
from refgen.claims.sampled import Draws, Samples, sampled

__all__ = [
    "Claim",
    "Domain",
    "Draws",
    "InvalidMeasurement",
    "Measurement",
    "RegistrationError",
    "Samples",
    "Twin",
    "UnknownClaim",
    "all_claims",
    "claim",
    "decide",
    "find",
    "get",
    "measured",
    "sampled",
]

# Why refgen_gpu has no such package.
NOT_MIRRORED = "a claim takes the package that it runs on as its argument"


def __dir__() -> list[str]:
    return __all__
