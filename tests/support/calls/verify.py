"""Calls of refgen.verify."""

from refgen.disagreement import FiniteLaw
from refgen.verify import PROFILES

LAW = FiniteLaw([0.5, 0.5], [[0.75, 0.25], [1, 0]], [[0.5, 0.5], [0.25, 0.75]])

CALLS = {
    "check": ("GDE-6", LAW),
    "select": (["GDE-6"], PROFILES["quick"]),
}
RESULT = "a result, which users read and do not build"
ERROR = "an error, which the engine raises"
ELSEWHERE = {
    "ClaimError": ERROR,
    "ClaimResult": RESULT,
    "ExecutorError": ERROR,
    "OutsideDomain": ERROR,
    "Profile": "PROFILES has all of them",
    "Report": RESULT,
    "RunError": ERROR,
    "TwinResult": RESULT,
    "verify": "each call verifies claims: tests/verify",
    "verify_claim": "each call verifies a claim: tests/verify",
}
