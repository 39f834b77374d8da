"""The same seed gives the same instances, whatever else is loaded."""

import subprocess
import sys

import pytest

from refgen.claims import get
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
