"""No public function is silently wrong, and every error names the argument.

How to run it for one module, and the rules: `support.fuzz`.
"""

import pytest
from support import calls, fuzz

NAMES = [(module, name) for module in calls.MODULES for name in calls.names(module)]


@pytest.mark.parametrize(("module", "name"), NAMES, ids=map(".".join, NAMES))
def test_calls_end_in_a_right_value_or_a_clear_error(module, name, request):
    cases = list(fuzz.cases(module, name))
    if not request.config.getoption("--slow"):
        cases = fuzz.sample(cases)
    found = [(case.id, fuzz.outcome(case)) for case in cases]
    wrong = [
        f"{kind.kind}: {where}: {kind.what}"
        for where, kind in found
        if kind.kind in ("unclear", "silent")
    ]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(found)} calls:", *wrong])
