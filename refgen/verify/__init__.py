"""The engine: it searches, scans, decides, records and reports; it knows no theory."""

from refgen.verify.engine import check, select, verify, verify_claim
from refgen.verify.members import OutsideDomain
from refgen.verify.processes import ExecutorError
from refgen.verify.profiles import PROFILES, Profile
from refgen.verify.report import ClaimResult, Report, TwinResult
from refgen.verify.store import RunError
from refgen.verify.tally import ClaimError

__all__ = [
    "PROFILES",
    "ClaimError",
    "ClaimResult",
    "ExecutorError",
    "OutsideDomain",
    "Profile",
    "Report",
    "RunError",
    "TwinResult",
    "check",
    "select",
    "verify",
    "verify_claim",
]

# Why refgen_gpu has no such package.
NOT_MIRRORED = "the engine takes the package that it runs on: verify(rg=refgen_gpu)"


def __dir__() -> list[str]:
    return __all__
