"""Calls of refgen.claims."""

CALLS = {
    "all_claims": (),
    "find": (["GDE-6"],),
    "get": ("GDE-6",),
}
AUTHORS = "takes whatever a claim measures, and decides it later: tests/claims"
ERROR = "an error, which claims raise"
ELSEWHERE = {
    "Claim": "built by claim",
    "Draws": "built by the engine",
    "InvalidMeasurement": ERROR,
    "Measurement": AUTHORS,
    "RegistrationError": ERROR,
    "Samples": AUTHORS,
    "Twin": "built by a claim",
    "UnknownClaim": ERROR,
    "ascending": AUTHORS,
    "at_most": AUTHORS,
    "claim": "a decorator for authors of claims: tests/claims",
    "decide": AUTHORS,
    "equal": AUTHORS,
    "exceeds": AUTHORS,
    "sampled": AUTHORS,
    "tends_to": AUTHORS,
}
