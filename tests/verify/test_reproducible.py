"""The same seed gives the same instances, whatever else is loaded."""

import subprocess
import sys
import warnings

import pytest
from hypothesis.errors import HypothesisDeprecationWarning
from hypothesis.internal.conjecture import providers

from refgen.claims import get
from refgen.verify.reproducible import reproducible_draws
from refgen.verify.search import small_instances

# Modules of the current folder, whose numbers Hypothesis would try; more than half of
# the draws meet one of them.
NUMBERS = "\n".join(f"x{i} = {i}.5; y{i} = {i + 2}" for i in range(500))
CODE = """
import sys
sys.path.insert(0, ".")
if "numbers_of_mine" in sys.argv: import numbers_of_mine
from refgen.claims import get
from refgen.verify.search import small_instances
print(*small_instances(get(sys.argv[1]), 60, 3), sep="\\n")
"""


@pytest.mark.parametrize("id", ["GDE-6", "RM-3"])
def test_what_else_is_loaded_changes_no_instance(id, tmp_path):
    (tmp_path / "numbers_of_mine.py").write_text(NUMBERS)
    shown = [
        subprocess.run(
            [sys.executable, "-c", CODE, id, *modules],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        ).stdout
        for modules in ([], ["numbers_of_mine"])
    ]
    here = "\n".join(map(repr, small_instances(get(id), 60, 3))) + "\n"
    assert shown == [here, here]


def test_hypothesis_is_as_before_afterwards():
    def known():
        return dict(vars(providers.HypothesisProvider))

    before, filters = known(), list(warnings.filters)
    with reproducible_draws():
        # The lowest version of Hypothesis draws no numbers from modules.
        assert (known() != before) is ("_maybe_draw_constant" in before)
        # What a thread of another library is told fails nobody's draws.
        told = "Do not use the `random` module inside strategies"
        warnings.warn(told, HypothesisDeprecationWarning, stacklevel=1)
    assert known() == before
    assert warnings.filters == filters
