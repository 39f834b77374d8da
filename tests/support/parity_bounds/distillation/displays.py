"""Displays, which hold no arrays of a device."""

CASES = {}
ELSEWHERE = {
    "ConfidenceDisplay": "test_confidence_display",
    "EigenspaceDisplay": "test_eigenspace_display",
}
