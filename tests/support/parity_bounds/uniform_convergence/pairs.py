"""Certificates of pairs, and noise."""

from support.mirrors import Case
from support.parity import model


def p_value(arguments, want):
    """Sums of n terms, of which t² has twice the relative errors; t² ≤ n."""
    n = arguments[0].shape[-2]
    return model(16 * n * n, want + 1e-300)


def limits(arguments, want):
    """Limits are as accurate as their function; a rank is a whole number."""
    return model(64, 1)


CASES = {
    "asymmetry_p_value": Case(p_value),
    "certified_gap": Case(),
    "certified_pairs": Case(limits),
    "with_noise": Case(),
}
ELSEWHERE = {"audit": "tests/uniform_convergence/test_audit.py"}
