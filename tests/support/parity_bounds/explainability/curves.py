"""Curves against the scale."""

_WHERE = "tests/explainability/test_fidelity_display.py, with few draws"
CASES = {}
ELSEWHERE = dict.fromkeys(("FidelityDisplay", "disjointedness_growth"), _WHERE)
